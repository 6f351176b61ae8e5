"""The files of a run's states."""

import pathlib

import networks
import pytest

from kgan.training import backups


def test_files_are_ordered_by_number_not_as_text(tmp_path):
    names = [backups.name_of(backups.Position(*position)) for position in ((9, 5), (9, 10), (99_999, 0), (100_000, 0))]
    for name in (*reversed(names), "model.keras", "epoch-1-batch-2.damaged"):
        (tmp_path / name).touch()
    assert [path.name for path in backups.files(tmp_path)] == names
    assert backups.position_of(tmp_path / names[-1]) == (100_000, 0)


def test_no_folder_holds_no_files(tmp_path):
    assert backups.files(tmp_path / "nothing") == []
    (tmp_path / "file").touch()
    assert backups.files(tmp_path / "file") == []


def test_another_file_has_no_position():
    with pytest.raises(ValueError, match=r"Received: .*model\.keras"):
        backups.position_of(pathlib.Path("runs/model.keras"))


def test_damage(tmp_path):
    path = tmp_path / "model.keras"
    networks.discriminator().save(path)
    assert backups.damage_of(path) is None
    whole = path.read_bytes()
    for broken in (b"", b"no zip", whole[:-50], whole[:2000] + b"\xff" + whole[2001:]):
        path.write_bytes(broken)
        assert backups.damage_of(path)
    with pytest.raises(FileNotFoundError):
        backups.damage_of(tmp_path / "nothing")
