"""Metadata of all kinds, which never cost pixels."""

import struct
import threading
import warnings
import zlib

import numpy as np
import pytest
from picture_files import PAGE, chunk, entry, jpeg, png, segment, tiff
from PIL import Image

from kgan import images

UPRIGHT_ROWS = {1: PAGE[:2], 6: np.rot90(PAGE[:2], -1)}


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
