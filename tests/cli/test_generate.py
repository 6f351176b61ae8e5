"""The command that generates images, as a user types it."""

import numpy as np
from commands import run
from PIL import Image

import kgan


def test_grid_numbers_and_single_files(trained, tmp_path):
    run("generate", trained, "-n", "9", "--seed", "7", "-o", tmp_path / "grid.png")
    run("generate", trained / "saved_model", "-n", "9", "--seed", "7", "-o", tmp_path / "all.npy")
    run("generate", trained / "model.keras", "-n", "9", "--seed", "7", "-o", tmp_path / "single")
    pictures = np.load(tmp_path / "all.npy")
    assert pictures.shape == (9, 8, 8, 1)
    grid = kgan.images.read(tmp_path / "grid.png", channels=1).astype(int)
    assert np.abs(grid - kgan.images.grid(pictures)).max() <= 2
    assert len(list((tmp_path / "single").glob("*.png"))) == 9


def test_nothing_is_overwritten_unasked(trained, tmp_path):
    out = tmp_path / "grid.png"
    out.write_text("mine")
    assert "exists" in run("generate", trained, "-o", out, code=1)
    assert out.read_text() == "mine"
    run("generate", trained, "-o", out, "--overwrite")
    with Image.open(out) as picture:
        assert picture.format == "PNG"


def test_no_model(tmp_path):
    assert "which is not there" in run("generate", tmp_path / "nothing", "-o", tmp_path / "x.png", code=1)
    assert "Expected a model.keras" in run("generate", tmp_path, "-o", tmp_path / "x.png", code=1)


class TestFolder:
    def test_earlier_images_are_replaced(self, trained, tmp_path):
        out = tmp_path / "single"
        run("generate", trained, "-n", "3", "-o", out)
        assert "exists" in run("generate", trained, "-n", "2", "-o", out, code=1)
        run("generate", trained, "-n", "2", "-o", out, "--overwrite")
        assert sorted(path.name for path in out.iterdir()) == ["0000.png", "0001.png"]

    def test_other_files_are_never_deleted(self, trained, tmp_path):
        (tmp_path / "precious.txt").write_text("mine")
        output = run("generate", trained, "-n", "2", "-o", tmp_path, "--overwrite", code=1)
        assert "holds precious.txt, and is not deleted" in output
        (tmp_path / "precious.png").mkdir()
        assert "is a folder" in run("generate", trained, "-o", tmp_path / "precious.png", "--overwrite", code=1)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["precious.png", "precious.txt"]


def test_errors_name_options(trained, tmp_path):
    out = tmp_path / "x.png"
    assert "--truncation must be in (0, 1]" in run("generate", trained, "--truncation", "1.5", "-o", out, code=1)
    assert "Received: --class 3" in run("generate", trained, "--class", "3", "-o", out, code=1)
    assert not out.exists()


def test_names_with_brackets(trained, tmp_path):
    out = tmp_path / "a [b] [/b].png"
    assert "a [b] [/b].png" in run("generate", trained, "-n", "1", "-o", out)
    assert "a [b] [/b].png exists" in run("generate", trained, "-n", "1", "-o", out, code=1)
    assert "no [/b] model" in run("generate", tmp_path / "no [/b] model", "-o", tmp_path / "x.png", code=1)
