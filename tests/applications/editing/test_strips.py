"""Pictures and animations of edited images."""

import numpy as np
import pytest
from PIL import Image

from kgan import images
from kgan.applications import editing

EDITED = np.linspace(-1, 1, 6).reshape(2, 3, 1, 1, 1) * np.ones((4, 4, 1))  # two images at three strengths
BESIDE = np.full((2, 2, 4, 4, 1), 0.5)
CELL = 48  # small images are enlarged to this width


def values(path):
    """Return the value in the middle of each cell of a strip."""
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("L"), int)
    rows, columns = ((side + 2) // (CELL + 2) for side in pixels.shape)
    top = pixels.shape[0] - rows * (CELL + 2) + 2  # below the titles
    return pixels[top + CELL // 2 :: CELL + 2, CELL // 2 :: CELL + 2][:, :columns]


def test_a_row_for_each_image_and_a_column_for_each_strength(tmp_path):
    editing.save_strip(tmp_path / "strip.png", EDITED)
    with Image.open(tmp_path / "strip.png") as strip:
        assert strip.size == (3 * CELL + 2 * 2, 2 * CELL + 2)
    np.testing.assert_array_equal(values(tmp_path / "strip.png"), [[0, 51, 102], [153, 204, 255]])


def test_what_is_beside_comes_first_and_each_column_has_its_title(tmp_path):
    editing.save_strip(tmp_path / "plain.png", EDITED, BESIDE)
    expected = [[191, 191, 0, 51, 102], [191, 191, 153, 204, 255]]
    np.testing.assert_array_equal(values(tmp_path / "plain.png"), expected)
    titles = ["given", "inverted", "-1", "0", "1"]
    editing.save_strip(tmp_path / "titled.png", EDITED, BESIDE, titles)
    np.testing.assert_array_equal(values(tmp_path / "titled.png"), expected)
    plain, titled = (images.read(tmp_path / f"{name}.png") for name in ("plain", "titled"))
    np.testing.assert_array_equal(titled, images.add_titles(plain, titles))


def test_an_animation_there_and_back(tmp_path):
    editing.animate(tmp_path / "plain.gif", EDITED)
    editing.animate(tmp_path / "titled.gif", EDITED, titles=["-1", "0", "1"])
    for name in ("plain", "titled"):
        with Image.open(tmp_path / f"{name}.gif") as moving:
            assert moving.n_frames == 4
            assert moving.size[0] == 2 * CELL + 2  # the two images side by side
            assert (moving.size[1] > CELL) == (name == "titled")
            for index, strength in enumerate([0, 1, 2, 1]):
                moving.seek(index)
                moving.convert("L").save(tmp_path / "frame.png")
                expected = [[51 * strength, 153 + 51 * strength]]
                np.testing.assert_allclose(values(tmp_path / "frame.png"), expected, atol=1)
    assert not list(tmp_path.glob(".*"))  # nothing half written


def test_what_is_beside_stands_still_in_an_animation(tmp_path):
    editing.animate(tmp_path / "beside.gif", EDITED, beside=BESIDE, titles=["a", "b", "-1", "0", "1"])
    with Image.open(tmp_path / "beside.gif") as moving:
        assert moving.size[0] == 3 * (CELL + 2) - 2
        for index, strength in enumerate([0, 1, 2, 1]):
            moving.seek(index)
            moving.convert("L").save(tmp_path / "frame.png")
            expected = [[191, 191, 51 * strength], [191, 191, 153 + 51 * strength]]
            np.testing.assert_allclose(values(tmp_path / "frame.png"), expected, atol=1)


@pytest.mark.parametrize("write", [editing.save_strip, editing.animate])
def test_bad_requests(tmp_path, write):
    for arguments, message in [
        ((EDITED[0],), "as `edit` returns"),
        ((EDITED[:, :0],), "as `edit` returns"),
    ]:
        with pytest.raises(ValueError, match=message):
            write(tmp_path / "none.gif", *arguments)
    with pytest.raises(ValueError, match=r"images \(2, columns, 4, 4, 1\) `beside` .* shape \(1, 2, 4, 4, 1\)"):
        write(tmp_path / "none.gif", EDITED, beside=BESIDE[:1])
    for titles in (["a"] * 4, "abc"):
        with pytest.raises(ValueError, match="Expected 3 titles"):
            write(tmp_path / "none.gif", EDITED, titles=titles)
    assert not list(tmp_path.iterdir())
