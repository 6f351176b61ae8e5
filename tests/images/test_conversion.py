"""Pictures of all modes, depths, colors and transparency."""

import struct

import numpy as np
import pytest
from picture_files import HALVES, PAGE, chunk, png, tiff
from PIL import Image, ImageCms

from kgan import images


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "LAB", "YCbCr", "I;16", "I", "F"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_modes(tmp_path, mode, channels):
    """By a picture whose left half is dark and right half bright."""
    if mode == "I;16":
        picture = Image.fromarray(HALVES.astype("uint16") * 257)
    elif mode == "I":
        picture = Image.fromarray(HALVES.astype("int32") * 257)
    elif mode == "F":
        picture = Image.fromarray(HALVES.astype("float32"))
    elif mode == "LAB":
        lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
        picture = ImageCms.applyTransform(Image.fromarray(HALVES).convert("RGB"), lab)
    else:
        picture = Image.fromarray(HALVES).convert("RGB" if mode in ("CMYK", "P", "YCbCr") else "L").convert(mode)
    path = tmp_path / ("picture.tiff" if mode in ("CMYK", "F", "PA", "I", "LAB", "YCbCr") else "picture.png")
    picture.save(path)
    result = images.read(path, channels)
    assert result.shape == (4, 4, channels)
    assert result[:, :2, 0].max() <= 5
    assert result[:, 2:, 0].min() >= 250
    assert images.header(path) == (mode not in ("P", "RGB", "RGBA", "CMYK", "LAB", "YCbCr"), (4, 4))


class TestDepth:
    def test_sixteen_bits(self, tmp_path):
        levels = np.uint16([[0, 128, 129, 257 * 100, 65535]])
        Image.fromarray(levels).save(tmp_path / "gray.png")
        big = Image.frombytes("I;16B", (5, 1), levels.astype(">u2").tobytes())
        big.save(tmp_path / "big.tif")
        for name in ("gray.png", "big.tif"):
            assert images.read(tmp_path / name)[0, :, 0].tolist() == [0, 0, 1, 100, 255]

    def test_sixteen_bits_of_color(self, tmp_path):
        row = struct.pack(">6H", 0, 257 * 100, 65535, 257, 65535, 257 * 7)
        png(tmp_path / "deep.png", 16, 2, [row])
        assert images.read(tmp_path / "deep.png").tolist() == [[[0, 100, 255], [1, 255, 7]]]
        png(tmp_path / "clear.png", 16, 4, [struct.pack(">4H", 257 * 9, 65535, 257 * 9, 0)])
        assert images.read(tmp_path / "clear.png")[0, :, 0].tolist() == [9, 255]
        assert images.header(tmp_path / "clear.png") == (True, (1, 2))

    def test_white_is_zero(self, tmp_path):
        tiff(tmp_path / "a.tif", np.uint8([[0, 100, 255]]), photometric=0)
        tiff(tmp_path / "b.tif", np.uint16([[0, 257 * 100, 65535]]), photometric=0, bits=16)
        tiff(tmp_path / "c.tif", np.float32([[0, 100 / 255, 1]]), photometric=0, bits=32, sample_format=3)
        for name in ("a.tif", "b.tif", "c.tif"):
            assert images.read(tmp_path / name)[0, :, 0].tolist() == [255, 155, 0]

    def test_twelve_bits(self, tmp_path):
        tiff(tmp_path / "twelve.tif", np.uint8([[0, 0x0F, 0xFF, 0xFF, 0xF0, 0x00]]), bits=12, extra=())
        content = bytearray((tmp_path / "twelve.tif").read_bytes())
        width = content.index(struct.pack("<HHL", 256, 4, 1)) + 8
        content[width] = 4  # values in 6 bytes: 0, 4095, 4095, 0
        (tmp_path / "twelve.tif").write_bytes(content)
        assert images.read(tmp_path / "twelve.tif")[0, :, 0].tolist() == [0, 255, 255, 0]

    @pytest.mark.parametrize(
        ("values", "levels"),
        [
            ([0, 0.2, 0.5], [0, 51, 128]),  # in [0, 1], although the largest is not 1
            ([0, 51, 200], [0, 51, 200]),
            ([0, 257 * 51, 257 * 200], [0, 51, 200]),
            ([-1, 0, 1], [0, 128, 255]),
            ([0, 1e6, np.nan], [0, 255, 0]),
            ([0, np.inf, 1], [0, 255, 255]),
            ([np.nan, np.nan, np.nan], [0, 0, 0]),
        ],
    )
    def test_floats(self, tmp_path, values, levels):
        Image.fromarray(np.float32([values])).save(tmp_path / "floats.tif")
        assert images.read(tmp_path / "floats.tif")[0, :, 0].tolist() == levels

    def test_integers_of_32_bits(self, tmp_path):
        for name, values in (("a.tif", [0, 51, 200]), ("b.tif", [0, 257 * 51, 257 * 200]), ("c.tif", [-100, 0, 300])):
            Image.fromarray(np.int32([values])).save(tmp_path / name)
        read = [images.read(tmp_path / name)[0, :, 0].tolist() for name in ("a.tif", "b.tif", "c.tif")]
        assert read == [[0, 51, 200], [0, 51, 200], [0, 64, 255]]


class TestColors:
    @pytest.mark.parametrize("suffix", [".jpg", ".tif"])
    def test_cmyk(self, tmp_path, suffix):
        """A JPEG file stores the inks inverted, as Adobe's programs do."""
        inks = np.full((16, 16, 4), (255, 0, 100, 51), "uint8")
        picture = Image.frombytes("CMYK", (16, 16), inks.tobytes())
        picture.save(tmp_path / f"inks{suffix}", **({"quality": 100} if suffix == ".jpg" else {}))
        # 255 - ink, times 255 - black, over 255
        np.testing.assert_allclose(images.read(tmp_path / f"inks{suffix}")[8, 8].astype(int), [0, 204, 124], atol=1)

    def test_a_broken_profile_of_cmyk(self, tmp_path):
        picture = Image.new("CMYK", (4, 4), (255, 0, 100, 51))
        picture.save(tmp_path / "inks.tif", icc_profile=b"no profile")
        np.testing.assert_allclose(images.read(tmp_path / "inks.tif")[0, 0].astype(int), [0, 204, 124], atol=1)

    def test_a_palette_without_colors_is_gray(self, tmp_path):
        Image.fromarray(PAGE).convert("P").save(tmp_path / "gray.png")
        assert images.header(tmp_path / "gray.png")[0]
        np.testing.assert_array_equal(images.read(tmp_path / "gray.png")[..., 0], PAGE)
        colors = np.zeros((4, 4, 3), "uint8")
        colors[0, 0] = (255, 0, 0)
        Image.fromarray(colors).quantize().save(tmp_path / "colors.png")
        assert not images.header(tmp_path / "colors.png")[0]


class TestTransparency:
    def test_white_without_a_fourth_channel(self, tmp_path):
        picture = np.zeros((2, 2, 4), "uint8")
        picture[:, 1, 3] = 255
        Image.fromarray(picture).save(tmp_path / "picture.png")
        np.testing.assert_array_equal(images.read(tmp_path / "picture.png", 1)[..., 0], [[255, 0], [255, 0]])
        np.testing.assert_array_equal(images.read(tmp_path / "picture.png", 4), picture)

    @pytest.mark.parametrize("channels", [1, 3, 4])
    @pytest.mark.parametrize("size", [None, (8, 8), (5, 7), (24, 24)])
    @pytest.mark.parametrize("suffix", [".png", ".webp", ".tif", ".tga"])
    def test_hidden_colors_change_nothing(self, tmp_path, channels, size, suffix):
        rows, columns = np.mgrid[:8, :8]
        visible = np.hypot(rows - 3.5, columns - 3.5) < 3
        results = []
        for hidden in (0, 90, 255):
            picture = np.full((8, 8, 4), (hidden, hidden, 255 - hidden, 0), "uint8")
            picture[visible] = (250, 250, 250, 255)
            options = {"lossless": True, "exact": True} if suffix == ".webp" else {}
            Image.fromarray(picture).save(tmp_path / f"picture{suffix}", **options)
            results.append(images.read(tmp_path / f"picture{suffix}", channels, size))
        np.testing.assert_array_equal(results[0], results[1])
        np.testing.assert_array_equal(results[0], results[2])
        if channels < 4:
            assert results[0].min() >= 245  # light on white: no dark rim
        else:
            assert (results[0][results[0][..., 3] == 0] == 0).all()

    @pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
    def test_a_gray_level_that_is_transparent(self, tmp_path, depth):
        largest = 2**depth - 1
        if depth == 16:
            row = struct.pack(">8H", *([largest] * 4 + [0] * 4))
        else:
            values = [largest] * 4 + [0] * 4
            bits = "".join(f"{value:0{depth}b}" for value in values)
            row = int(bits, 2).to_bytes(depth, "big")
        png(tmp_path / "gray.png", depth, 0, [row], chunk(b"tRNS", struct.pack(">H", 0)))
        assert images.read(tmp_path / "gray.png")[0, :, 0].tolist() == [255] * 8
        png(tmp_path / "gray.png", depth, 0, [row], chunk(b"tRNS", struct.pack(">H", largest)))
        assert images.read(tmp_path / "gray.png")[0, :, 0].tolist() == [255] * 4 + [0] * 4
        assert images.read(tmp_path / "gray.png", 4)[0, :, 3].tolist() == [0] * 4 + [255] * 4

    @pytest.mark.parametrize("depth", [8, 16])
    def test_a_color_that_is_transparent(self, tmp_path, depth):
        kind, factor = ("B", 1) if depth == 8 else ("H", 257)
        row = struct.pack(">6" + kind, *(factor * level for level in (9, 80, 7, 9, 80, 8)))
        png(
            tmp_path / "a.png", depth, 2, [row], chunk(b"tRNS", struct.pack(">3H", 9 * factor, 80 * factor, 7 * factor))
        )
        assert images.read(tmp_path / "a.png").tolist() == [[[255, 255, 255], [9, 80, 8]]]
        assert images.read(tmp_path / "a.png", 4).tolist() == [[[0, 0, 0, 0], [9, 80, 8, 255]]]

    @pytest.mark.parametrize("suffix", [".png", ".gif"])
    def test_a_palette_color_that_is_transparent(self, tmp_path, suffix):
        picture = Image.fromarray(np.uint8([[0, 1]]))
        picture.putpalette([255, 0, 0, 0, 0, 255])
        picture.save(tmp_path / f"palette{suffix}", transparency=0)
        assert images.read(tmp_path / f"palette{suffix}").tolist() == [[[255, 255, 255], [0, 0, 255]]]
        assert images.read(tmp_path / f"palette{suffix}", 4).tolist() == [[[0, 0, 0, 0], [0, 0, 255, 255]]]

    def test_opacity_by_palette_entry(self, tmp_path):
        picture = Image.fromarray(np.uint8([[0, 1]]))
        picture.putpalette([255, 0, 0, 0, 0, 255])
        picture.save(tmp_path / "palette.png", transparency=bytes([51, 0]))
        assert images.read(tmp_path / "palette.png").tolist() == [[[255, 204, 204], [255, 255, 255]]]

    def test_colors_multiplied_by_opacity(self, tmp_path):
        """TIFF files with associated alpha."""
        tiff(tmp_path / "la.tif", np.uint8([[100, 255, 51, 51]]), extra=[(338, 3, 1)])
        content = bytearray((tmp_path / "la.tif").read_bytes())
        for name, kind, value in ((256, 4, 2), (277, 3, 2)):
            at = content.index(struct.pack("<HHL", name, kind, 1)) + 8
            content[at] = value
        bits = content.index(struct.pack("<HHL", 258, 3, 1))
        content[bits : bits + 12] = struct.pack("<HHLHH", 258, 3, 2, 8, 8)
        (tmp_path / "la.tif").write_bytes(content)
        assert images.read(tmp_path / "la.tif", 4)[0].tolist() == [[100, 100, 100, 255], [255, 255, 255, 51]]
