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


class TestRead:
    """Each mode of Pillow, by a picture whose left half is dark and right half bright."""

    @pytest.fixture
    def halves(self):
        return np.repeat(np.uint8([[0, 0, 255, 255]]), 4, axis=0)

    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
    @pytest.mark.parametrize("channels", [1, 3, 4])
    def test_modes(self, tmp_path, halves, mode, channels):
        if mode == "I;16":
            picture = Image.fromarray(halves.astype("uint16") * 257)
        elif mode == "I":
            picture = Image.fromarray(halves.astype("int32") * 257)
        elif mode == "F":
            picture = Image.fromarray(halves.astype("float32"))
        else:
            picture = Image.fromarray(halves).convert("RGB" if mode in ("CMYK", "P") else "L").convert(mode)
        path = tmp_path / ("picture.tiff" if mode in ("CMYK", "F", "PA", "I") else "picture.png")
        if mode == "PA":
            picture = picture.convert("RGBA")
        picture.save(path)
        result = images.read(path, channels)
        assert result.shape == (4, 4, channels)
        assert result[:, :2, 0].max() <= 5
        assert result[:, 2:, 0].min() >= 250

    def test_transparency_becomes_white_without_a_fourth_channel(self, tmp_path):
        picture = np.zeros((2, 2, 4), "uint8")
        picture[:, 1, 3] = 255
        Image.fromarray(picture).save(tmp_path / "picture.png")
        np.testing.assert_array_equal(images.read(tmp_path / "picture.png", 1)[..., 0], [[255, 0], [255, 0]])
        np.testing.assert_array_equal(images.read(tmp_path / "picture.png", 4), picture)

    def test_orientation(self, tmp_path):
        picture = Image.fromarray(np.uint8([[0, 0, 0, 255]] * 2).repeat(8, 0).repeat(8, 1))
        exif = Image.Exif()
        exif[0x0112] = 6  # to be turned by 90 degrees clockwise
        picture.save(tmp_path / "picture.jpg", exif=exif, quality=95)
        result = images.read(tmp_path / "picture.jpg")
        assert result.shape == (32, 16, 1)
        assert result[-6:].min() > 200
        assert images.header(tmp_path / "picture.jpg") == (True, (32, 16))

    def test_scaled_and_cropped_in_the_centre(self, tmp_path):
        wide = np.zeros((10, 40, 1), "uint8")
        wide[:, 15:25] = 255
        images.save(tmp_path / "wide.png", wide)
        assert images.read(tmp_path / "wide.png", size=(10, 10)).min() == 255
        assert images.read(tmp_path / "wide.png", size=(5, 20)).shape == (5, 20, 1)

    def test_what_is_no_picture(self, tmp_path):
        (tmp_path / "text.png").write_text("no picture")
        images.save(tmp_path / "whole.png", np.random.default_rng(0).integers(0, 256, (64, 64, 3), "uint8"))
        (tmp_path / "torn.png").write_bytes((tmp_path / "whole.png").read_bytes()[:3000])
        for name in ("text.png", "torn.png"):
            with pytest.raises(ValueError, match=f"{name}, which cannot be read"):
                images.read(tmp_path / name)
        with pytest.raises(FileNotFoundError):
            images.read(tmp_path / "nothing.png")


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
def test_old_name(module):
    with pytest.warns(FutureWarning, match="is_grey` is now .*is_gray`"):
        assert module.is_grey(Image.new("L", (1, 1)))
