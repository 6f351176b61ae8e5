"""The command that edits, as a user types it."""

import numpy as np
import pytest
from commands import run
from PIL import Image

import kgan


def test_new_pictures_and_an_animation(trained, tmp_path):
    output = run("edit", trained, "-d", "brightness", "--strength", "-1..1:3", "-n", "2", "-o", tmp_path / "a.png")
    assert "brightness at -1, 0, 1" in output
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (3 * 48 + 4, 2 * 48 + 2)
    run("edit", trained, "-d", "factor-1", "--keep", "size", "--strength", "0,1,2", "-o", tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as picture:
        assert picture.n_frames == 4


def test_a_picture_of_one_s_own_and_a_direction_from_a_file(trained, tmp_path):
    model = trained / "saved_model"
    kgan.applications.editing.supervised.boundary(model, "slant").save(tmp_path / "mine.npz")
    kgan.images.save(tmp_path / "my.png", np.full((30, 20, 3), 40, "uint8"))
    asked = ["--direction", tmp_path / "mine.npz", "--image", tmp_path / "my.png", "--strength", "-2..2"]
    output = run("edit", model, *asked, "-o", tmp_path / "strip.png")
    assert "my.png is 30x20: resized to the model's 8x8" in output
    with Image.open(tmp_path / "strip.png") as picture:
        assert picture.size == (8 * 48 + 7 * 2, 48)  # as given, and seven strengths


def test_what_changes_in_each_picture(trained, tmp_path):
    kgan.images.save(tmp_path / "my.png", np.full((8, 8, 3), 40, "uint8"))
    asked = ["-d", "brightness", "--local", "--strength", "0,1", "-o", tmp_path / "strip.png"]
    assert "brightness at 0, 1" in run("edit", trained, *asked, "--image", tmp_path / "my.png")


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
        (["-d", "slant", "--image", "nothing.png"], "nothing.png"),
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
