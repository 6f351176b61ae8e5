"""Files that are there whole or not at all."""

import pytest

from kgan._files import check_new_folder, replacing


def test_a_file_appears_when_the_block_ends(tmp_path):
    path = tmp_path / "new" / "file.txt"
    with replacing(path) as temporary:
        temporary.write_text("whole")
        assert not path.exists()
        assert temporary.suffix == ".txt"
        assert temporary.parent.parent == path.parent  # one file system, so that the move is atomic
    assert path.read_text() == "whole"
    assert [item.name for item in path.parent.iterdir()] == ["file.txt"]


def test_a_failure_leaves_the_old_file(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")

    def fail():
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_folders(tmp_path):
    path = tmp_path / "folder"
    for text in ("first", "second"):
        with replacing(path) as temporary:
            temporary.mkdir()
            (temporary / "file").write_text(text)
    assert (path / "file").read_text() == "second"
    assert list(tmp_path.iterdir()) == [path]


def test_new_folders(tmp_path):
    check_new_folder(tmp_path)
    check_new_folder(tmp_path / "new")
    (tmp_path / "file").touch()
    for path, reason in ((tmp_path, "not empty"), (tmp_path / "file", "a file")):
        with pytest.raises(FileExistsError, match=f"Expected a new or empty folder. Received: .* which is {reason}"):
            check_new_folder(path)
