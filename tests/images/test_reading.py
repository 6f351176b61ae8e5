"""Picture files of all formats and modes, with metadata of all kinds, whole and damaged."""

import io
import struct
import threading
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, features

from kgan import images
from kgan.images import formats, reading

HALVES = np.repeat(np.uint8([[0, 0, 255, 255]]), 4, axis=0)
PAGE = np.arange(12, dtype="uint8").reshape(3, 4) * 20
UPRIGHT = {  # what the stored PAGE is, by its orientation
    1: PAGE,
    2: PAGE[:, ::-1],
    3: np.rot90(PAGE, 2),
    4: PAGE[::-1],
    5: PAGE.T,
    6: np.rot90(PAGE, -1),
    7: np.rot90(PAGE, 2).T,
    8: np.rot90(PAGE),
}


def tag(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def entry(kind, count, value, order="<"):
    """EXIF data with one entry, the orientation, of any type."""
    start = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "L", 8)
    return start + struct.pack(order + "HHHL", 1, 0x0112, kind, count) + value + bytes(4)


def segment(marker, content):
    return b"\xff" + marker + struct.pack(">H", len(content) + 2) + content


def jpeg(path, *segments, picture=None, **options):
    """Write a JPEG file with more segments before its own."""
    file = io.BytesIO()
    (picture or Image.fromarray(HALVES).resize((32, 16), Image.Resampling.NEAREST)).save(file, "JPEG", **options)
    path.write_bytes(file.getvalue()[:2] + b"".join(segments) + file.getvalue()[2:])


def chunk(kind, content, crc=None):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc or zlib.crc32(kind + content))


def png(path, depth, kind, rows, *before, after=b"", end=True):
    """Write a PNG file from its raw rows, with chunks before and after its pixels."""
    width = len(rows[0]) * 8 // (depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind])
    header = struct.pack(">IIBBBBB", width, len(rows), depth, kind, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows))
    parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), *before, chunk(b"IDAT", pixels), after]
    path.write_bytes(b"".join(parts) + (chunk(b"IEND", b"") if end else b""))


def tiff(path, pixels, photometric=1, bits=8, sample_format=1, extra=()):
    """Write an uncompressed TIFF file of one channel, little-endian, from its bytes."""
    data = pixels.tobytes()
    height, width = pixels.shape
    entries = [(256, 4, width), (257, 4, height), (258, 3, bits), (259, 3, 1), (262, 3, photometric), (273, 4, 8)]
    entries += [(277, 3, 1), (278, 4, height), (279, 4, len(data)), (339, 3, sample_format), *extra]
    directory = b"".join(struct.pack("<HHLL", name, kind, 1, value) for name, kind, value in sorted(entries))
    start = b"II*\0" + struct.pack("<L", 8 + len(data))
    path.write_bytes(start + data + struct.pack("<H", len(entries)) + directory + bytes(4))


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


LOSSLESS = [".png", ".bmp", ".gif", ".webp", ".tif", ".ppm", ".tga", ".pcx", ".ico", ".dds", ".qoi", ".sgi", ".jp2"]


@pytest.mark.parametrize("suffix", [suffix for suffix in (*LOSSLESS, ".avif", ".jpg") if suffix in formats.readable()])
def test_formats(tmp_path, suffix):
    colors = np.full((16, 24, 3), (200, 40, 90), "uint8")
    colors[:, 12:] = (20, 130, 240)
    options = {"lossless": True} if suffix == ".webp" else {"quality": 95} if suffix in (".avif", ".jpg") else {}
    if suffix == ".ico":
        options = {"sizes": [(24, 16)]}
    if suffix == ".qoi" and "QOI" not in Image.SAVE:
        pytest.skip("this Pillow does not write QOI")
    Image.fromarray(colors).save(tmp_path / f"picture{suffix}", **options)
    result = images.read(tmp_path / f"picture{suffix}").astype(int)
    assert images.header(tmp_path / f"picture{suffix}") == (False, (16, 24))
    error = np.abs(result - colors)[:, [*range(10), *range(14, 24)]]
    assert error.max() <= (6 if suffix in (".avif", ".jpg") else 0)


@pytest.mark.parametrize(
    ("suffix", "options"), [(".png", {}), (".webp", {"lossless": True}), (".tif", {}), (".avif", {})]
)
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_orientations(tmp_path, suffix, options, orientation):
    if suffix not in formats.readable():
        pytest.skip("this Pillow does not read AVIF")
    picture = Image.fromarray(PAGE.repeat(4, 0).repeat(4, 1))
    picture.save(tmp_path / f"page{suffix}", exif=tag(orientation), **options)
    result = images.read(tmp_path / f"page{suffix}", channels=1)[2::4, 2::4, 0].astype(int)
    np.testing.assert_allclose(result, UPRIGHT[orientation], atol=8 if suffix == ".avif" else 1)
    assert images.header(tmp_path / f"page{suffix}")[1] == tuple(4 * side for side in UPRIGHT[orientation].shape)


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_orientations_of_jpeg(tmp_path, orientation):
    picture = Image.fromarray(PAGE.repeat(16, 0).repeat(16, 1))
    picture.save(tmp_path / "page.jpg", exif=tag(orientation), quality=95)
    result = images.read(tmp_path / "page.jpg")[8::16, 8::16, 0].astype(int)
    np.testing.assert_allclose(result, UPRIGHT[orientation], atol=4)
    assert images.header(tmp_path / "page.jpg") == (True, tuple(16 * side for side in UPRIGHT[orientation].shape))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA", "P", "I;16", "CMYK"])
@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate"])
def test_rotated_tiff(tmp_path, mode, compression):
    page = Image.fromarray(PAGE.astype("uint16") * 257) if mode == "I;16" else Image.fromarray(PAGE).convert(mode)
    page.save(tmp_path / "upright.tif", compression=compression)
    page.save(tmp_path / "page.tif", exif=tag(6), compression=compression)
    upright = images.read(tmp_path / "upright.tif")
    np.testing.assert_array_equal(images.read(tmp_path / "page.tif"), np.rot90(upright, -1))
    assert images.header(tmp_path / "page.tif")[1] == (4, 3)


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


class TestMetadata:
    """They never cost pixels."""

    @pytest.mark.parametrize(
        ("exif", "orientation"),
        [
            (entry(3, 1, struct.pack("<HH", 6, 0)), 6),
            (entry(3, 1, struct.pack(">HH", 6, 0), ">"), 6),
            (entry(4, 1, struct.pack("<L", 6)), 6),
            (entry(2, 2, b"6\0\0\0"), 1),  # text
            (entry(3, 1, struct.pack("<HH", 99, 0)), 1),
            (entry(3, 1, bytes(4)), 1),
            (entry(3, 3, struct.pack("<L", 2**31)), 1),  # beyond the end
            (entry(5, 1, struct.pack("<L", 2**32 - 1)), 1),
            (entry(77, 1, b"6\0\0\0"), 1),
            (entry(3, 1, struct.pack("<HH", 6, 0))[:15], 1),  # torn
            (b"II*\0" + struct.pack("<L", 2**32 - 1), 1),
            (b"MM", 1),
            (b"no EXIF data", 1),
            (b"", 1),
        ],
    )
    def test_exif(self, tmp_path, exif, orientation):
        jpeg(tmp_path / "a.jpg", segment(b"\xe1", b"Exif\0\0" + exif))
        png(tmp_path / "a.png", 8, 0, [PAGE[0], PAGE[1]], chunk(b"eXIf", exif))
        png(tmp_path / "b.png", 8, 0, [PAGE[0], PAGE[1]], after=chunk(b"eXIf", exif))
        Image.fromarray(PAGE[:2]).save(tmp_path / "a.webp", lossless=True, exif=exif)
        for name in ("a.jpg", "a.png", "b.png", "a.webp"):
            result = images.read(tmp_path / name, 1)
            assert images.header(tmp_path / name)[1] == result.shape[:2]
            if name != "a.jpg":
                np.testing.assert_array_equal(result[..., 0], UPRIGHT_ROWS[orientation])
            else:
                assert result.shape[:2] == ((32, 16) if orientation == 6 else (16, 32))

    @pytest.mark.parametrize("xmp", [b"<broken", b"", bytes(99), b'<x tiff:Orientation="9"/>', b"\xff\xfe" * 500])
    def test_broken_xmp(self, tmp_path, xmp):
        jpeg(tmp_path / "a.jpg", segment(b"\xe1", b"http://ns.adobe.com/xap/1.0/\0" + xmp))
        text = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)
        png(tmp_path / "a.png", 8, 0, [PAGE[0], PAGE[1]], text, after=text)
        assert images.read(tmp_path / "a.jpg").shape == (16, 32, 1)
        np.testing.assert_array_equal(images.read(tmp_path / "a.png")[..., 0], PAGE[:2])

    def test_orientation_in_xmp(self, tmp_path):
        text = chunk(b"iTXt", b'XML:com.adobe.xmp\0\0\0\0\0<x tiff:Orientation="6"/>')
        png(tmp_path / "a.png", 8, 0, [PAGE[0], PAGE[1]], text)
        jpeg(tmp_path / "a.jpg", segment(b"\xe1", b'http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation="6"/>'))
        assert images.header(tmp_path / "a.png")[1] == images.read(tmp_path / "a.png").shape[:2] == (4, 2)
        assert images.header(tmp_path / "a.jpg")[1] == images.read(tmp_path / "a.jpg").shape[:2] == (32, 16)

    @pytest.mark.parametrize(
        "extra",
        [
            chunk(b"iCCP", b"name\0\0" + b"not compressed"),
            chunk(b"iCCP", b"name\0\0" + zlib.compress(bytes(2**21))),
            chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(2**24))),  # huge
            chunk(b"zTXt", b"Comment\0\7" + b"unknown compression"),
            chunk(b"iTXt", b"Comment\0\1\0\0\0" + b"not compressed"),
            chunk(b"tEXt", b"Comment\0" + bytes(2**21)),
            chunk(b"tEXt", b"Comment\0wrong sum", crc=1),
            chunk(b"eXIf", b"wrong sum", crc=1),
            chunk(b"pHYs", b""),
            chunk(b"pHYs", struct.pack(">LLB", 0, 0, 1)),
            chunk(b"gAMA", b"") + chunk(b"cHRM", b"\0") + chunk(b"sRGB", b"") + chunk(b"tIME", b""),
            chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n 9\nno hex")),
            chunk(b"acTL", b""),
            chunk(b"acTL", struct.pack(">LL", 9, 0)) + chunk(b"fcTL", b"short"),
        ],
    )
    def test_broken_chunks_of_png(self, tmp_path, extra):
        png(tmp_path / "before.png", 8, 0, [PAGE[0], PAGE[1]], extra)
        png(tmp_path / "after.png", 8, 0, [PAGE[0], PAGE[1]], after=extra)
        png(tmp_path / "torn.png", 8, 0, [PAGE[0], PAGE[1]], after=extra[:-6], end=False)
        for name in ("before.png", "after.png", "torn.png"):
            np.testing.assert_array_equal(images.read(tmp_path / name)[..., 0], PAGE[:2])
            assert images.header(tmp_path / name) == (True, (2, 4))
            images.check(tmp_path / name)

    @pytest.mark.parametrize(
        "extra",
        [
            segment(b"\xe0", b"JFIF\0"),
            segment(b"\xe0", b"JFIF\0\1\1\1\0\0\0\0\0\0"),  # no dots per inch
            segment(b"\xe2", b"ICC_PROFILE\0\1"),
            segment(b"\xe2", b"ICC_PROFILE\0\1\1no profile"),
            segment(b"\xe2", b"MPF\0no index"),
            segment(b"\xed", b"Photoshop 3.0\08BIM\3\xed\xff"),
            segment(b"\xee", b"Adobe"),
            segment(b"\xef", bytes(65000)),
            segment(b"\xfe", b"\xff" * 300),
        ],
    )
    def test_broken_segments_of_jpeg(self, tmp_path, extra):
        colors = Image.fromarray(np.full((16, 16, 3), (200, 40, 90), "uint8"))
        jpeg(tmp_path / "a.jpg", extra, picture=colors, quality=95)
        np.testing.assert_allclose(images.read(tmp_path / "a.jpg")[8, 8].astype(int), (200, 40, 90), atol=3)
        assert images.header(tmp_path / "a.jpg") == (False, (16, 16))

    @pytest.mark.parametrize(
        "extra",
        [
            [(274, 2, 6)],
            [(274, 3, 99)],
            [(282, 5, 2**31)],  # a resolution beyond the end
            [(700, 7, 1)],
            [(34675, 2, 5)],
            [(34665, 4, 2**31)],  # EXIF data beyond the end
            [(34853, 3, 1)],
            [(330, 4, 8)],
            [(60000, 99, 1)],
        ],
    )
    def test_broken_tags_of_tiff(self, tmp_path, extra):
        tiff(tmp_path / "a.tif", PAGE, extra=extra)
        np.testing.assert_array_equal(images.read(tmp_path / "a.tif")[..., 0], PAGE)
        assert images.header(tmp_path / "a.tif") == (True, PAGE.shape)

    def test_pillow_warns_of_nothing_in_any_thread(self, tmp_path):
        jpeg(tmp_path / "a.jpg", segment(b"\xe1", b"Exif\0\0" + entry(3, 3, struct.pack("<L", 2**31))))
        before = list(warnings.filters)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            threads = [threading.Thread(target=images.read, args=(tmp_path / "a.jpg",)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert not caught
        assert list(warnings.filters) == before


UPRIGHT_ROWS = {1: PAGE[:2], 6: np.rot90(PAGE[:2], -1)}


class TestWhatIsNotRead:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "it is empty"),
            (bytes(500), "nothing but zeros"),
            (b"no picture", "it holds text"),
            (b"<!DOCTYPE html><html>404", "it holds a web page"),
            (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n", "it holds PostScript"),
            (b"%PDF-1.7 \xff\xfe", "a PDF document"),
            (b"\0\0\0\x18ftypheic\0\0\0\0", "it holds HEIC"),
            (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
            (b"\x8f\x92\x01\xff" * 9, "damaged, or not of a format that is read"),
        ],
    )
    def test_other_content(self, tmp_path, content, reason):
        (tmp_path / "a.png").write_bytes(content)
        for function in (images.read, images.header, images.check):
            with pytest.raises(images.UnreadableError, match=rf"a.png, which cannot be read: .*{reason}") as caught:
                function(tmp_path / "a.png")
            assert caught.value.path == tmp_path / "a.png"

    @pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".gif", ".tif", ".bmp"])
    def test_truncated(self, tmp_path, suffix):
        noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), "uint8")
        Image.fromarray(noise).save(tmp_path / f"a{suffix}")
        content = (tmp_path / f"a{suffix}").read_bytes()
        (tmp_path / f"a{suffix}").write_bytes(content[: len(content) // 2])
        for function in (images.read, images.check):
            with pytest.raises(images.UnreadableError, match=f"a{suffix}, which cannot be read: it is"):
                function(tmp_path / f"a{suffix}")

    def test_bombs(self, tmp_path):
        row = b"\0" * 32
        png(tmp_path / "bomb.png", 8, 0, [row])
        content = (tmp_path / "bomb.png").read_bytes()
        header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
        (tmp_path / "bomb.png").write_bytes(content[:8] + chunk(b"IHDR", header) + content[33:])
        for function in (images.read, images.header, images.check):
            with pytest.raises(images.UnreadableError, match=r"bomb.png.* more than [\d,]+ pixels"):
                function(tmp_path / "bomb.png")

    def test_postscript_is_never_started(self, tmp_path, monkeypatch):
        from PIL import EpsImagePlugin

        monkeypatch.setattr(EpsImagePlugin, "Ghostscript", lambda *args, **kwargs: pytest.fail("started"))
        text = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"
        for name in ("a.png", "a.eps"):
            (tmp_path / name).write_bytes(text)
            with pytest.raises(images.UnreadableError, match="it holds PostScript"):
                images.read(tmp_path / name)

    def test_no_file(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            images.read(tmp_path / "nothing.png")
        with pytest.raises(IsADirectoryError):
            images.read(tmp_path)

    def test_unknown_channels(self, tmp_path):
        Image.fromarray(PAGE).save(tmp_path / "a.png")
        with pytest.raises(ValueError, match="`channels` must be 1, 3 or 4. Received: channels=2"):
            images.read(tmp_path / "a.png", channels=2)


def test_the_content_counts_where_the_suffix_differs(tmp_path):
    Image.fromarray(PAGE).save(tmp_path / "a.webp", lossless=True)
    (tmp_path / "a.webp").rename(tmp_path / "a.png")
    np.testing.assert_array_equal(images.read(tmp_path / "a.png", 1)[..., 0], PAGE)


@pytest.mark.parametrize("suffix", [".gif", ".tif", ".webp", ".png"])
def test_the_first_of_several(tmp_path, suffix):
    pages = [Image.fromarray(np.full((4, 6, 3), level, "uint8")) for level in (10, 200)]
    options = {"lossless": True} if suffix == ".webp" else {}
    pages[0].save(tmp_path / f"pages{suffix}", save_all=True, append_images=pages[1:], **options)
    assert (images.read(tmp_path / f"pages{suffix}") == 10).all()


def test_scaled_and_cropped_in_the_center(tmp_path):
    wide = np.zeros((10, 40, 1), "uint8")
    wide[:, 15:25] = 255
    images.save(tmp_path / "wide.png", wide)
    assert images.read(tmp_path / "wide.png", size=(10, 10)).min() == 255
    assert images.read(tmp_path / "wide.png", size=(5, 20)).shape == (5, 20, 1)


def test_opened_has_the_orientation_only(tmp_path):
    from PIL import ImageOps

    Image.fromarray(PAGE).save(tmp_path / "a.png", exif=tag(6))
    with images.opened(tmp_path / "a.png") as image:
        np.testing.assert_array_equal(np.asarray(ImageOps.exif_transpose(image)), UPRIGHT[6])
    with pytest.raises(images.UnreadableError, match="it is truncated"), images.opened(tmp_path / "a.png"):
        raise OSError("image file is truncated")


def test_metadata_of_any_kind_are_no_error(tmp_path):
    png(tmp_path / "a.png", 8, 0, [PAGE[0]], chunk(b"pHYs", b""))
    assert reading.metadata(tmp_path / "a.png") is None
    Image.fromarray(PAGE).save(tmp_path / "b.png", dpi=(300, 300))
    assert reading.metadata(tmp_path / "b.png").info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_what_this_pillow_has():
    assert (".avif" in formats.readable()) == bool("avif" in features.modules and features.check("avif"))
