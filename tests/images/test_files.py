"""Image files, grids and animations."""

import numpy as np
import pytest
from PIL import Image

from kgan import images


class TestGrid:
    def test_places(self):
        four = np.stack([np.full((2, 3, 1), value, "uint8") for value in (10, 20, 30)])
        grid = images.grid(four, columns=2, padding=1, scale=1)
        assert grid.shape == (5, 7, 1)
        assert (grid[:2, :3] == 10).all()
        assert (grid[:2, 4:] == 20).all()
        assert (grid[3:, :3] == 30).all()
        assert (grid[2] == 255).all()
        assert (grid[3:, 4:] == 255).all()  # the empty place

    @pytest.mark.parametrize("channels", [1, 3, 4])
    def test_small_images_are_enlarged(self, channels):
        grid = images.grid(np.zeros((64, 8, 8, channels), "float32"))
        assert grid.shape == (8 * 48 + 7 * 2, 8 * 48 + 7 * 2, channels)

    @pytest.mark.parametrize("shape", [(0, 8, 8, 1), (8, 8, 1), (2, 8, 8, 2)])
    def test_bad_shapes(self, shape):
        with pytest.raises(ValueError, match="Expected at least one image"):
            images.grid(np.zeros(shape, "float32"))


def test_save_and_read(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, 3), "uint8")
    images.save(tmp_path / "new" / "picture.png", picture)
    np.testing.assert_array_equal(images.read(tmp_path / "new" / "picture.png"), picture)
    with pytest.raises(ValueError, match="unknown file extension"):
        images.save(tmp_path / "picture.nonsense", picture)
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_save_each(tmp_path):
    images.save_each(tmp_path / "out", np.zeros((3, 4, 4, 1), "float32"))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["0000.png", "0001.png", "0002.png"]
    with pytest.raises(FileExistsError, match="new or empty folder"):
        images.save_each(tmp_path / "out", np.zeros((3, 4, 4, 1), "float32"))


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_animate(tmp_path, suffix):
    frames = [np.full((6, 6, 1), value, "uint8") for value in (0, 128, 255)]
    images.save(tmp_path / "first.png", frames[0])
    images.animate(tmp_path / f"animation{suffix}", [tmp_path / "first.png", *frames[1:]])
    with Image.open(tmp_path / f"animation{suffix}") as animation:
        assert animation.n_frames == 3
        animation.seek(2)
        assert np.asarray(animation.convert("L")).min() > 200
    with pytest.raises(ValueError, match="at least one frame"):
        images.animate(tmp_path / "none.gif", [])


def test_transparent_frames_of_a_gif_do_not_show_the_frame_before(tmp_path):
    frames = np.zeros((2, 6, 6, 4), "uint8")
    frames[0, :3] = (200, 0, 0, 255)
    frames[1, 3:] = (0, 0, 200, 255)
    images.animate(tmp_path / "moving.gif", list(frames))
    with Image.open(tmp_path / "moving.gif") as moving:
        moving.seek(1)
        second = np.asarray(moving.convert("RGB"))
    assert (second[:3] == 255).all()
    assert (second[3:] == (0, 0, 200)).all()


def test_transparent_frames_of_other_formats_stay_transparent(tmp_path):
    frames = np.zeros((2, 6, 6, 4), "uint8")
    frames[0, :3] = (200, 0, 0, 255)
    frames[1, 3:] = (0, 0, 200, 255)
    images.animate(tmp_path / "moving.png", list(frames))
    with Image.open(tmp_path / "moving.png") as moving:
        moving.seek(1)
        np.testing.assert_array_equal(np.asarray(moving.convert("RGBA"))[..., 3], frames[1, ..., 3])


def test_transparency_becomes_white_where_a_file_cannot_hold_it(tmp_path):
    images.save(tmp_path / "clear.jpg", np.zeros((8, 8, 4), "uint8"))
    assert images.read(tmp_path / "clear.jpg").min() == 255


def test_a_grid_of_transparent_images_mixes_no_hidden_colors():
    four = np.zeros((1, 8, 8, 4), "uint8")
    four[0, :, :, 0] = 255  # hidden red
    four[0, 2:6, 2:6] = (0, 0, 255, 255)
    grid = images.grid(four, scale=4).astype(int)
    visible = grid[..., 3] > 0
    assert grid[visible][:, 0].max() == 0
    assert grid[visible][:, 2].min() >= 250


class TestSideBySide:
    def test_small_inputs_are_enlarged(self):
        inputs = np.float32([[-1, 1], [1, -1]]).reshape(1, 2, 2, 1)
        sheet = images.side_by_side(inputs, np.zeros((1, 4, 6, 3), "float32"), padding=1)
        assert sheet.shape == (1, 4, 13, 3)
        np.testing.assert_array_equal(sheet[0, 0, :, 0], [0] * 3 + [255] * 3 + [255] + [128] * 6)

    def test_colours_beside_grey(self):
        assert images.side_by_side(np.zeros((2, 4, 4, 3)), np.zeros((2, 4, 4, 1))).shape == (2, 4, 10, 3)

    @pytest.mark.parametrize(
        ("inputs", "outputs", "message"),
        [
            ((2, 4, 4, 1), (2, 6, 6, 1), "multiples of those of the inputs"),
            ((2, 4, 4, 1), (3, 4, 4, 1), "multiples of those of the inputs"),
            ((2, 4, 4, 3), (2, 4, 4, 4), "one or equal channels. Received: 3 and 4"),
        ],
    )
    def test_what_does_not_fit(self, inputs, outputs, message):
        with pytest.raises(ValueError, match=message):
            images.side_by_side(np.zeros(inputs), np.zeros(outputs))


@pytest.mark.parametrize("module", [images, images.files])
def test_old_names(module):
    with pytest.warns(FutureWarning, match="is_grey` is now .*is_gray`"):
        assert module.is_grey(Image.new("L", (1, 1)))
