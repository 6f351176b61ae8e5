"""The command that edits, as a user types it."""

import re

import numpy as np
import pytest
from commands import run
from PIL import Image

import kgan


@pytest.fixture(scope="module")
def own(trained, tmp_path_factory):
    """A picture that the model can make, twice as large and in color, and one that it cannot."""
    folder = tmp_path_factory.mktemp("pictures")
    sample = kgan.open_model(trained).generate(1, seed=3)[0]
    kgan.images.save(folder / "own.png", sample.repeat(2, axis=0).repeat(2, axis=1).repeat(3, axis=2))
    checks = np.indices((8, 8)).sum(axis=0) % 2
    kgan.images.save(folder / "foreign.png", (255 * checks[..., None]).astype("uint8"))
    return folder


def titled(columns, rows):
    """Return the size of a strip with titles, whatever the height of these."""
    return columns * 50 - 2, rows * 50 - 2


@pytest.mark.slow
def test_new_pictures_and_an_animation(trained, tmp_path):
    output = run("edit", trained, "-d", "brightness", "--strength", "-1..1:3", "-n", "2", "-o", tmp_path / "a.png")
    assert "brightness at -1, 0, 1" in output
    with Image.open(tmp_path / "a.png") as picture:
        width, height = titled(3, 2)
        assert picture.width == width
        assert height + 8 < picture.height < height + 25
    run("edit", trained, "-d", "factor-1", "--keep", "size", "--strength", "0,1,2", "-o", tmp_path / "a.GIF")
    with Image.open(tmp_path / "a.GIF") as picture:
        assert picture.n_frames == 4


def test_a_picture_of_one_s_own_and_a_direction_from_a_file(trained, own, tmp_path):
    model = trained / "saved_model"
    kgan.applications.editing.supervised.boundary(model, "slant").save(tmp_path / "mine.npz")
    asked = ["--direction", tmp_path / "mine.npz", "--image", own / "own.png", "--strength", "-2..2", "--steps", "150"]
    output = run("edit", model, *asked, "-o", tmp_path / "strip.png")
    assert "own.png is 16x16: resized to the model's 8x8, made gray." in output
    assert re.search(r"own.png: inverted at \d\d\.\d dB", output)
    with Image.open(tmp_path / "strip.png") as picture:
        assert picture.width == titled(9, 1)[0]  # as given, as found again, and seven strengths


@pytest.mark.slow
def test_the_second_column_is_the_picture_found_again(trained, own, tmp_path):
    asked = ["-d", "brightness", "--strength", "0,2", "--steps", "150", "--image", own / "own.png"]
    run("edit", trained, *asked, "-o", tmp_path / "strip.png")
    strip = kgan.images.read(tmp_path / "strip.png", channels=1).astype(int)[-48:]
    given, inverted, unmoved, moved = (strip[:, 50 * column : 50 * column + 48] for column in range(4))
    assert np.abs(unmoved - inverted).max() <= 1
    assert np.abs(given - inverted).mean() < 20
    assert moved.mean() > unmoved.mean() + 5


@pytest.mark.slow
def test_pictures_that_the_model_cannot_make_are_named_and_left_out(trained, own, tmp_path):
    (tmp_path / "broken.png").write_text("no picture")
    names = [own / "foreign.png", tmp_path / "broken.png", tmp_path / "missing.png"]
    asked = ["-d", "factor-1", "--steps", "150", "-o", tmp_path / "out" / "strip.png"]
    pictures = [word for name in [*names, own / "own.png"] for word in ("--image", name)]
    output = run("edit", trained, *asked, *pictures, code=1)  # the others are done
    for path, reason in zip(names, ["is not recognized by the model", "cannot be read", "No such file"], strict=True):
        assert re.search(rf"{path.name}[^:]* {reason}|{path.name} is left out: {reason}", output), path
    with Image.open(tmp_path / "out" / "strip.png") as picture:
        assert picture.height < 50 + 25  # one row
    output = run("edit", trained, *asked, "--overwrite", *pictures[:2], "--force")
    assert "foreign.png is not recognized" in output
    assert "left out" not in output
    (tmp_path / "out" / "strip.png").unlink()
    for only in (pictures[:2], pictures[2:6]):
        assert "nothing was written" in run("edit", trained, *asked, *only, code=1)
    assert not list((tmp_path / "out").iterdir())


def test_a_picture_that_the_model_cannot_make_is_not_edited(trained, tmp_path):
    checks = np.indices((20, 30, 3)).sum(axis=0) % 2
    kgan.images.save(tmp_path / "wide.png", (255 * checks).astype("uint8"))
    asked = ["-d", "factor-1", "--steps", "20", "--image", tmp_path / "wide.png", "-o", tmp_path / "strip.png"]
    output = run("edit", trained, *asked, code=1)
    changes = "cropped to its middle square (33 % is cut off), resized to the model's 8x8, made gray."
    assert f"wide.png is 30x20: {changes}" in output
    assert "wide.png is not recognized by the model" in output
    assert [path.name for path in tmp_path.iterdir()] == ["wide.png"]


def test_what_changes_in_each_picture(trained, own, tmp_path):
    asked = ["-d", "brightness", "--local", "--strength", "0,1", "--steps", "20", "-o", tmp_path / "strip.png"]
    assert "brightness at 0, 1" in run("edit", trained, *asked, "--image", own / "own.png", "--force")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-d", "slent"], "Did you mean 'slant'"),
        (["-d", "slant", "--strength", ""], "Expected strengths such as -2..2"),
        (["-d", "hue"], "hue, which is an angle"),
        (["-d", "factor-1", "--local"], "Unknown attribute. Received: 'factor-1'"),
        (["-d", "component-199"], "from 1 to 100 directions"),
        (["-d", "slant", "--class", "1"], "Expected no labels"),
        (["-d", "other.npz"], "which does not exist"),
        (["-d", "slant", "--image", "nothing.png"], "nothing.png is left out: No such file"),
    ],
)
def test_mistakes_are_told_in_a_line_and_leave_nothing(trained, tmp_path, arguments, message):
    output = run("edit", trained, *arguments, "-o", tmp_path / "out" / "strip.png", code=1)
    assert message in output
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten_unasked(trained, tmp_path):
    (tmp_path / "mine.png").write_text("mine")
    assert "exists" in run("edit", trained, "-d", "slant", "-o", tmp_path / "mine.png", code=1)
    assert (tmp_path / "mine.png").read_text() == "mine"
