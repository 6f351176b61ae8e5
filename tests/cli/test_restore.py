"""The commands that restore, as a user types them."""

import shutil

import numpy as np
import pytest
import restorers
from commands import run
from PIL import Image

from kgan.applications.restoration import shipped
from kgan.applications.restoration.restorer import Restorer


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A folder with the four models that come with kgan, played by ones that darken, or repeat pixels."""
    folder = tmp_path_factory.mktemp("models")
    Restorer(restorers.identity(1, gain=0.5)).save(folder / "denoise_grey")
    Restorer(restorers.identity(3), restorers.identity(3, gain=0.0)).save(folder / "denoise_colour")
    for scale in (2, 4):
        Restorer(restorers.identity(3, scale)).save(folder / f"upscale_x{scale}")
    return folder


@pytest.fixture
def installed(models, tmp_path, monkeypatch):
    """kgan with these models."""
    shutil.copytree(models, tmp_path / "kgan" / "saved_models")
    monkeypatch.setattr(shipped, "PACKAGE", tmp_path / "kgan")
    shipped._opened.cache_clear()
    yield
    shipped._opened.cache_clear()


@pytest.fixture
def pictures(tmp_path):
    """A folder with a colour picture, a grey one in a subfolder, a damaged one and a note."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    Image.fromarray(rng.integers(0, 256, (9, 13, 3), "uint8")).save(folder / "colour.png")
    Image.fromarray(rng.integers(0, 256, (7, 5), "uint8")).save(folder / "sub" / "grey.png")
    (folder / "damaged.jpg").write_text("no picture")
    (folder / "note.txt").write_text("mine")
    return folder


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image)


def test_help():
    for command in ("denoise", "upscale"):
        output = run(command, "--help")
        assert f"kgan {command}" in output
        assert "(a small one that comes with kgan)" in output


@pytest.mark.usefixtures("installed")
class TestFiles:
    def test_denoise_takes_the_model_for_grey_or_colour(self, pictures, tmp_path):
        run("denoise", pictures / "colour.png", tmp_path / "new" / "a.png")
        np.testing.assert_array_equal(pixels(tmp_path / "new" / "a.png"), pixels(pictures / "colour.png"))
        run("denoise", pictures / "sub" / "grey.png", tmp_path / "new")
        halved = (pixels(pictures / "sub" / "grey.png") / 127.5 - 1) / 2
        np.testing.assert_allclose(pixels(tmp_path / "new" / "grey.png"), (halved + 1) * 127.5, atol=0.6)

    @pytest.mark.parametrize("asked", [["--scale", "2"], ["--scale", "4"], []])
    def test_upscale(self, pictures, tmp_path, asked):
        scale = int(asked[-1]) if asked else 4
        run("upscale", pictures / "colour.png", tmp_path / "a.png", *asked)
        expected = pixels(pictures / "colour.png").repeat(scale, axis=0).repeat(scale, axis=1)
        np.testing.assert_array_equal(pixels(tmp_path / "a.png"), expected)

    def test_fidelity(self, pictures, tmp_path):
        run("denoise", pictures / "colour.png", tmp_path / "a.png", "--fidelity", "0")
        assert (np.abs(pixels(tmp_path / "a.png") - 127.5) <= 1).all()

    def test_16_bits_and_transparency_stay(self, tmp_path):
        deep = np.random.default_rng(0).integers(0, 65536, (8, 6), "uint16")
        clear = np.random.default_rng(0).integers(32, 256, (8, 6, 4), "uint8")  # visible pixels keep their colors
        for name, array in (("deep", deep), ("clear", clear)):
            Image.fromarray(array).save(tmp_path / f"{name}.png")
            run("upscale", tmp_path / f"{name}.png", tmp_path / f"{name}2.png", "--scale", 2)
            result = pixels(tmp_path / f"{name}2.png")
            assert result.dtype == array.dtype
            assert result.shape[:2] == (16, 12)
            np.testing.assert_array_equal(result[::2, ::2].T[:3], array.T[:3])  # without the opacity
        run("denoise", tmp_path / "clear.png", tmp_path / "same.png")
        np.testing.assert_array_equal(pixels(tmp_path / "same.png"), clear)

    def test_nothing_is_overwritten_unasked(self, pictures, tmp_path):
        (tmp_path / "a.png").write_text("mine")
        assert "exists" in run("denoise", pictures / "colour.png", tmp_path / "a.png", code=1)
        assert (tmp_path / "a.png").read_text() == "mine"
        run("denoise", pictures / "colour.png", tmp_path / "a.png", "--overwrite")
        assert pixels(tmp_path / "a.png").shape == (9, 13, 3)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["denoise", "in/nothing.png", "out/a.png"], "which is not there"),
            (["denoise", "in/damaged.jpg", "out/a.png"], "damaged.jpg, which cannot be read"),
            (["denoise", "in/note.txt", "out/a.png"], "note.txt, which cannot be read"),
            (["denoise", "in/colour.png", "out/a.xyz"], "Unknown format of a picture to write"),
            (["denoise", "in/colour.png", "out/a"], "Unknown format of a picture to write"),
            (["denoise", "in/colour.png", "out/a.png", "--model", "nothing"], "without model.json"),
            (["denoise", "in/colour.png", "out/a.png", "--model", "kgan/saved_models/upscale_x2"], "one to upscale"),
            (["denoise", "in/sub/grey.png", "out/a.png", "--fidelity", "0.5"], "no sharp network"),
            (["upscale", "in/colour.png", "out/a.png", "--scale", "3"], "Expected scale 2, 4"),
            (
                ["upscale", "in/colour.png", "out/a.png", "--scale", "4", "--model", "kgan/saved_models/upscale_x2"],
                "Expected --scale 2",
            ),
        ],
    )
    def test_mistakes_are_told_in_a_line_and_leave_nothing(self, pictures, tmp_path, monkeypatch, arguments, message):
        monkeypatch.chdir(tmp_path)
        assert message in run(*arguments, code=1)
        assert not (tmp_path / "out").exists()

    def test_numbers_out_of_range(self, pictures, tmp_path):
        run("denoise", pictures / "colour.png", tmp_path / "a.png", "--fidelity", "2", code=2)
        run("upscale", pictures / "colour.png", tmp_path / "a.png", "--scale", "1", code=2)
        assert not (tmp_path / "a.png").exists()


@pytest.mark.usefixtures("installed")
class TestFolders:
    def test_the_rest_is_done_and_the_damaged_one_named(self, pictures, tmp_path):
        output = run("denoise", pictures, tmp_path / "out", code=1)
        assert "damaged.jpg, which cannot be read" in output
        assert "2 of 3 images denoised" in output
        assert "1 of 3 images were not denoised" in output
        found = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*"))
        assert found == ["colour.png", "sub/grey.png"]

    def test_what_is_there_stays_and_a_second_call_goes_on(self, pictures, tmp_path):
        (pictures / "damaged.jpg").unlink()
        out = tmp_path / "out"
        out.mkdir()
        (out / "colour.png").write_text("mine")
        output = run("upscale", pictures, out, "--scale", 2)
        assert "1 of 2 images enlarged" in output
        assert "1 were there already" in output
        assert (out / "colour.png").read_text() == "mine"
        assert pixels(out / "sub" / "grey.png").shape == (14, 10)
        assert "2 of 2 images enlarged" in run("upscale", pictures, out, "--scale", 2, "--overwrite")
        assert pixels(out / "colour.png").shape == (18, 26, 3)

    def test_results_inside_the_source_are_no_sources(self, pictures, tmp_path):
        (pictures / "damaged.jpg").unlink()
        for _ in range(2):
            run("denoise", pictures, pictures / "out", "--overwrite")
        assert len(list((pictures / "out").rglob("*.png"))) == 2

    def test_images_of_other_formats_and_broken_links_are_named_and_counted(self, pictures, tmp_path):
        (pictures / "damaged.jpg").unlink()
        for name in ("b.gif", "c.jfif", "d.jp2"):
            (pictures / name).write_text("an image")
        (pictures / "e.png").symlink_to("gone.png")
        output = run("denoise", pictures, tmp_path / "out", code=1)
        assert "2 of 6 images denoised" in output
        for name in ("b.gif", "c.jfif", "d.jp2", "e.png", "note.txt"):
            assert name in output
        assert "4 of 6 images were not denoised" in output

    def test_files_that_are_no_images_are_no_failure(self, pictures, tmp_path):
        (pictures / "damaged.jpg").unlink()
        (pictures / "Thumbs.db").write_text("hidden")
        output = run("denoise", pictures, tmp_path / "out")
        assert "note.txt" in output
        assert "Thumbs" not in output

    @pytest.mark.parametrize("name", ["cat [final].png", "x [/b].png", "[red]a.png", ":smile:.png", "a{b}.png"])
    def test_names_are_printed_as_they_are(self, pictures, tmp_path, name):
        (pictures / name).parent.mkdir(exist_ok=True)
        (pictures / "damaged.jpg").rename(pictures / name)
        output = run("denoise", pictures, tmp_path / "out [/b]", code=1)
        assert f"in/{name}, which cannot be read" in output
        assert "in out [/b]" in output.replace(str(tmp_path) + "/", "")
        output = run("denoise", pictures / "colour.png", tmp_path / name)
        assert f"/{name}." in output

    def test_a_name_that_is_no_text(self, pictures, tmp_path):
        (pictures / "damaged.jpg").rename(pictures / "caf\udce9.png")
        assert "caf\\udce9.png" in run("denoise", pictures, tmp_path / "out", code=1)

    def test_what_is_no_place_for_a_folder(self, pictures, tmp_path):
        assert "is a file" in run("denoise", pictures, pictures / "note.txt", code=1)
        (tmp_path / "empty").mkdir()
        assert "holds no images" in run("denoise", tmp_path / "empty", tmp_path / "out", code=1)


def test_without_the_models_that_come_with_kgan(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, "PACKAGE", tmp_path / "kgan")
    shipped._opened.cache_clear()
    assert "Expected the model denoise_" in run("denoise", pictures / "colour.png", tmp_path / "a.png", code=1)
