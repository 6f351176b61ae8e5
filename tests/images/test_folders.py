"""The pictures in a folder, and what is left out."""

import pathlib

import pytest

from kgan import images
from kgan.images import folders

SUFFIXES = [".png", ".jpg"]


def make(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def names(paths, folder):
    return [str(path.relative_to(folder)) for path in paths]


def test_sorted_from_all_levels(tmp_path):
    make(tmp_path, "b/2.png", "b/1.PNG", "a.jpg", "a/deep/3.png")
    found = images.find_pictures(tmp_path, SUFFIXES)
    assert names(found.pictures, tmp_path) == ["a/deep/3.png", "a.jpg", "b/1.PNG", "b/2.png"]
    assert found.left_out == []
    assert found.summary() == ""
    assert found.pictures == sorted(path for path in tmp_path.rglob("*") if path.suffix.lower() in SUFFIXES)


@pytest.mark.parametrize(
    "name",
    [
        ".ipynb_checkpoints/1-checkpoint.png",
        ".cache/deep/1.png",
        "a/._1.png",
        ".DS_Store",
        "a/Thumbs.db",
        "desktop.ini",
        "Icon\r",
        "__MACOSX/a/1.png",
        "a/@eaDir/1.png",
        "$RECYCLE.BIN/1.png",
        "lost+found/1.png",
    ],
)
def test_files_of_the_system_are_neither_pictures_nor_news(tmp_path, name):
    make(tmp_path, "a/1.png", name)
    found = images.find_pictures(tmp_path, SUFFIXES)
    assert names(found.pictures, tmp_path) == ["a/1.png"]
    assert found.left_out == []


def test_a_hidden_folder_that_is_asked_for(tmp_path):
    make(tmp_path, ".cache/1.png")
    assert len(images.find_pictures(tmp_path / ".cache", SUFFIXES).pictures) == 1


@pytest.mark.parametrize(
    "name",
    ["runs/run.json", "deep/er/runs/run.json", "report/report.json", "more/augmented.json", "samples/epoch-0010.png"],
)
def test_results_of_kgan_are_left_out(tmp_path, name):
    result = pathlib.Path(name)
    make(tmp_path, "1.png", name, result.parent / "samples.png", result.parent / "samples" / "epoch-0001.png")
    found = images.find_pictures(tmp_path, SUFFIXES)
    assert names(found.pictures, tmp_path) == ["1.png"]
    assert [(path.name, reason) for path, reason in found.left_out] == [(result.parent.name, "results of kgan")]
    assert found.summary() == f"Left out: 1 (results of kgan): {result.parent.name}."


def test_results_that_are_asked_for(tmp_path):
    make(tmp_path, "augmented.json", "a/1.png", "b/1.png")
    assert folders.holds_results(tmp_path)
    found = images.find_pictures(tmp_path, SUFFIXES)
    assert len(found.pictures) == 2
    assert found.left_out == []


def test_other_files_and_links_are_named(tmp_path):
    make(tmp_path / "pictures", "a.png", "b.gif", "c.jfif", "d.xyz", "h.xyz", "README", "f.png/1.png")
    make(tmp_path / "elsewhere", "1.png")
    (tmp_path / "pictures" / "e.png").symlink_to("gone.png")
    (tmp_path / "pictures" / "g.png").symlink_to("a.png")
    (tmp_path / "pictures" / "link").symlink_to(tmp_path / "elsewhere")
    found = images.find_pictures(tmp_path / "pictures", SUFFIXES)
    assert names(found.pictures, tmp_path / "pictures") == ["a.png", "f.png/1.png", "g.png"]
    assert [(path.name, reason) for path, reason in found.left_out] == [
        ("README", "unknown suffix"),
        ("b.gif", "GIF, a format that is not used here"),
        ("c.jfif", "JPEG, a format that is not used here"),
        ("d.xyz", "unknown suffix"),
        ("e.png", "broken link"),
        ("h.xyz", "unknown suffix"),
        ("link", "link to a folder"),
    ]
    assert found.summary(most=2) == (
        "Left out: 3 (unknown suffix): README, d.xyz, ... Left out: 1 (GIF, a format that is not used here): b.gif. "
        "Left out: 1 (JPEG, a format that is not used here): c.jfif. Left out: 1 (broken link): e.png. "
        "Left out: 1 (link to a folder): link."
    )


def test_all_formats_that_are_read_by_default(tmp_path):
    make(tmp_path, "a.webp", "b.GIF", "c.jfif", "d.tiff", "e.eps", "README", "notes.txt")
    (tmp_path / "0123abcd").write_bytes(b"\x89PNG\r\n\x1a\n...")
    found = images.find_pictures(tmp_path)
    assert names(found.pictures, tmp_path) == ["0123abcd", "a.webp", "b.GIF", "c.jfif", "d.tiff"]
    assert [path.name for path, _ in found.left_out] == ["README", "e.eps", "notes.txt"]


def test_no_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="Expected a folder of pictures. Received: .*missing, which"):
        images.find_pictures(tmp_path / "missing", SUFFIXES)
