"""Which properties of a picture file are kept when its pixels change."""

import struct
import warnings
import zlib

import numpy as np
import pytest
from picture_files import PAGE, UPRIGHT, chunk, entry, jpeg, png, segment, tag, tiff
from PIL import ExifTags, Image, ImageCms

from kgan.applications.restoration import photographs
from kgan.applications.restoration.photographs import Photograph

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def exif(orientation=6):
    data = Image.Exif()
    data[ExifTags.Base.Orientation] = orientation
    data[ExifTags.Base.Artist] = "somebody"
    data.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExifImageWidth] = 8
    data.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ISOSpeedRatings] = 800
    data.get_ifd(ExifTags.IFD.GPSInfo)[1] = "N"
    return data


def pixels(channels=3, shape=(6, 8)):
    return np.random.default_rng(0).integers(0, 256, (*shape, channels), "uint8")


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp", ".jpg"])
def test_exif_profile_and_dpi_are_kept_when_the_size_changes(tmp_path, suffix):
    options = {"exif": exif().tobytes(), "icc_profile": PROFILE}
    Image.fromarray(pixels()).save(tmp_path / f"in{suffix}", dpi=(300, 300), **options)
    photograph = photographs.read(tmp_path / f"in{suffix}")
    # Pillow rotates TIFF files by their orientation, and removes the tag.
    rotated = suffix == ".tif"
    assert photograph.pixels.shape == ((8, 6, 3) if rotated else (6, 8, 3))
    enlarged = photograph.pixels.repeat(2, axis=0).repeat(2, axis=1)
    photograph.replaced(enlarged).save(tmp_path / f"out{suffix}")
    with Image.open(tmp_path / f"out{suffix}") as image:
        assert image.size == enlarged.shape[1::-1]
        data = image.getexif()
        assert data.get(ExifTags.Base.Orientation) == (None if rotated else 6)
        assert data[ExifTags.Base.Artist] == "somebody"
        assert data.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ISOSpeedRatings] == 800
        assert data.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExifImageWidth] == image.width
        assert data.get_ifd(ExifTags.IFD.GPSInfo)[1] == "N"
        assert image.info["icc_profile"] == PROFILE
        if suffix != ".webp":  # which does not store it
            assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        error = np.abs(np.asarray(image).astype(int) - enlarged)
        assert error.max() <= (0 if suffix in (".png", ".tif") else 120)
        assert error.mean() < 20


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "I;16"])
def test_modes_without_loss(tmp_path, suffix, mode):
    if mode == "I;16":
        array = np.random.default_rng(0).integers(0, 65536, (6, 8), "uint16")
    else:
        array = pixels(len(mode)).squeeze()
    Image.fromarray(array).save(tmp_path / f"in{suffix}")
    photograph = photographs.read(tmp_path / f"in{suffix}")
    assert photograph.mode == mode
    photograph.save(tmp_path / "new" / f"out{suffix}")
    with Image.open(tmp_path / "new" / f"out{suffix}") as image:
        assert image.mode == mode
        np.testing.assert_array_equal(np.asarray(image), array)


def test_palettes_and_single_bits_are_converted(tmp_path):
    picture = Image.fromarray(pixels()).convert("P")
    picture.save(tmp_path / "palette.png")
    np.testing.assert_array_equal(photographs.read(tmp_path / "palette.png").pixels, np.asarray(picture.convert("RGB")))
    picture.save(tmp_path / "clear.png", transparency=picture.getpixel((0, 0)))
    clear = photographs.read(tmp_path / "clear.png")
    assert clear.mode == "RGBA"
    assert clear.alpha[0, 0] == 0
    Image.fromarray(pixels(1)[..., 0] > 127).save(tmp_path / "bits.png")
    bits = photographs.read(tmp_path / "bits.png")
    np.testing.assert_array_equal(bits.pixels, np.where(pixels(1) > 127, 255, 0))


def test_big_endian_16_bits(tmp_path):
    array = (np.arange(48).reshape(6, 8) * 1000).astype(">u2")
    Image.frombytes("I;16B", (8, 6), array.tobytes()).save(tmp_path / "big.tif")
    np.testing.assert_array_equal(photographs.read(tmp_path / "big.tif").pixels[..., 0], array)


def test_opacity_is_resized():
    alpha = np.zeros((6, 8), "uint8")
    alpha[:, 4:] = 200
    large = Photograph(pixels(), alpha).replaced(pixels(3, (24, 32))).alpha
    assert large.shape == (24, 32)
    assert large[:, :12].max() == 0
    assert (large[:, 24:] == 200).all()
    assert Photograph(pixels(), alpha).replaced(pixels()).alpha is alpha


def test_files_that_cannot_be_kept_are_refused(tmp_path):
    png(tmp_path / "deep.png", 16, 2, [bytes(range(12))])
    Image.new("CMYK", (4, 4)).save(tmp_path / "cmyk.jpg")
    Image.new("F", (4, 4)).save(tmp_path / "floats.tif")
    frames = [Image.new("L", (4, 4), value) for value in (0, 255)]
    frames[0].save(tmp_path / "pages.tif", save_all=True, append_images=frames[1:])
    (tmp_path / "text.png").write_text("no picture")
    Image.fromarray(pixels(3, (64, 64))).save(tmp_path / "torn.png")
    (tmp_path / "torn.png").write_bytes((tmp_path / "torn.png").read_bytes()[:3000])
    for name, message in {
        "deep.png": "16-bit colors or transparency",
        "cmyk.jpg": "of mode CMYK. Convert it first",
        "floats.tif": "of mode F",
        "pages.tif": "with 2 of them",
        "text.png": "cannot be read",
        "torn.png": "cannot be read",
    }.items():
        with pytest.raises(ValueError, match=f"{name}.*{message}"):
            photographs.read(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        photographs.read(tmp_path / "nothing.png")


def test_files_that_cannot_hold_it_are_refused_and_nothing_is_written(tmp_path):
    clear = Photograph(pixels(), np.zeros((6, 8), "uint8"))
    deep = Photograph(np.zeros((6, 8, 1), "uint16"))
    for photograph, name, message in [
        (clear, "a.jpg", "holds transparency: .png, .tif, .tiff, .webp. Received: .*a.jpg; JPEG does not"),
        (deep, "a.webp", "holds 16 bits: .png, .tif, .tiff. Received"),
        (clear, "a.xyz", "Unknown format of a picture to write. Received: '.xyz'"),
    ]:
        with pytest.raises(ValueError, match=message):
            photograph.save(tmp_path / "out" / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "I;16"])
@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_rotated_tiff_files_are_read_upright(tmp_path, mode, compression, orientation):
    page = Image.fromarray(PAGE.astype("uint16") * 257) if mode == "I;16" else Image.fromarray(PAGE).convert(mode)
    page.save(tmp_path / "page.tif", exif=tag(orientation), compression=compression)
    photograph = photographs.read(tmp_path / "page.tif")
    factor = 257 if mode == "I;16" else 1
    np.testing.assert_array_equal(photograph.pixels[..., 0], UPRIGHT[orientation].astype(int) * factor)
    photograph.save(tmp_path / "out.png")
    np.testing.assert_array_equal(photographs.read(tmp_path / "out.png").pixels, photograph.pixels)


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_files_that_cannot_say_how_they_are_rotated_are_written_upright(tmp_path, orientation):
    Image.fromarray(PAGE).save(tmp_path / "page.png", exif=tag(orientation))
    photograph = photographs.read(tmp_path / "page.png")
    np.testing.assert_array_equal(photograph.pixels[..., 0], PAGE)
    photograph.save(tmp_path / "page.bmp")
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "page.bmp")), UPRIGHT[orientation])


def test_white_is_zero(tmp_path):
    tiff(tmp_path / "deep.tif", np.uint16([[0, 1000, 65535]]), photometric=0, bits=16)
    assert photographs.read(tmp_path / "deep.tif").pixels[0, :, 0].tolist() == [65535, 64535, 0]


class TestDamagedMetadata:
    """They cost neither the pixels nor the metadata beside them, also when they are written again."""

    def check(self, path, expected, suffixes=(".png", ".jpg", ".tif", ".webp", ".bmp")):
        photograph = photographs.read(path)
        np.testing.assert_array_equal(photograph.pixels[..., 0], expected)
        for suffix in suffixes:
            photograph.save(path.with_name(f"out{suffix}"))
            written = photographs.read(path.with_name(f"out{suffix}"))
            assert np.abs(written.pixels[..., 0].astype(int) - expected).max() <= (
                0 if suffix in ".png.tif.bmp" else 30
            )
        return photograph

    @pytest.mark.parametrize(
        "exif",
        [
            entry(2, 2, b"6\0\0\0"),
            entry(3, 1, struct.pack("<HH", 99, 0)),
            entry(3, 3, struct.pack("<L", 2**31)),
            entry(5, 1, struct.pack("<L", 8)),
            entry(77, 1, b"6\0\0\0"),
            entry(3, 1, struct.pack("<HH", 6, 0))[:15],
            b"II*\0" + struct.pack("<L", 2**32 - 1),
            b"no EXIF data",
        ],
    )
    def test_exif(self, tmp_path, exif):
        png(tmp_path / "a.png", 8, 0, list(PAGE), chunk(b"eXIf", exif))
        assert ExifTags.Base.Orientation not in self.exif_of(self.check(tmp_path / "a.png", PAGE))
        jpeg(tmp_path / "a.jpg", segment(b"\xe1", b"Exif\0\0" + exif), picture=Image.new("L", (9, 8), 200))
        self.check(tmp_path / "a.jpg", np.full((8, 9), 200))

    @staticmethod
    def exif_of(photograph):
        data = Image.Exif()
        data.load(photograph.exif)
        return data

    @pytest.mark.parametrize(
        "extra",
        [
            chunk(b"iCCP", b"name\0\0" + b"not compressed"),
            chunk(b"iCCP", b"name\0\0" + zlib.compress(b"no profile")),
            chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(2**24))),
            chunk(b"tEXt", b"Comment\0wrong sum", crc=1),
            chunk(b"pHYs", b""),
            chunk(b"pHYs", struct.pack(">LLB", 0, 0, 1)),
            chunk(b"pHYs", struct.pack(">LLB", 2**32 - 1, 1, 1)),
        ],
    )
    def test_chunks_of_png(self, tmp_path, extra):
        png(tmp_path / "a.png", 8, 0, list(PAGE), extra)
        assert self.check(tmp_path / "a.png", PAGE).dpi is None

    @pytest.mark.parametrize("extra", [(282, 5, 2**31), (34675, 2, 5), (34665, 4, 2**31), (34853, 3, 1), (700, 7, 1)])
    def test_tags_of_tiff(self, tmp_path, extra):
        tiff(tmp_path / "a.tif", PAGE, extra=[extra])
        self.check(tmp_path / "a.tif", PAGE)

    def test_what_a_format_cannot_hold_is_left_out_with_a_warning(self, tmp_path):
        data = exif(1)
        data[ExifTags.Base.ImageDescription] = "x" * 70_000  # more than a segment of a JPEG file
        photograph = Photograph(np.full((8, 8, 3), 90, "uint8"), exif=data.tobytes(), icc_profile=PROFILE)
        with pytest.warns(
            UserWarning, match="a.jpg is written without exif, which cannot be stored: EXIF data is too long"
        ):
            photograph.save(tmp_path / "a.jpg")
        assert photographs.read(tmp_path / "a.jpg").icc_profile == PROFILE
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            photograph.save(tmp_path / "a.png")
        assert self.exif_of(photographs.read(tmp_path / "a.png"))[ExifTags.Base.Artist] == "somebody"


@pytest.mark.parametrize("hidden", [0, 77, 255])
def test_hidden_colors_are_neither_seen_nor_written(hidden):
    """By a function that mixes each pixel with its neighbors, as restorers do."""
    rows, columns = np.mgrid[:16, :16]
    alpha = np.where(np.hypot(rows - 7.5, columns - 7.5) < 5, 255, 0).astype("uint8")
    pixels = np.where(alpha[..., None] > 0, 250, hidden).astype("uint8").repeat(3, axis=-1)

    def blurred_and_doubled(array):
        padded = np.pad(array.astype(float), [(2, 2), (2, 2), (0, 0)], "edge")
        mean = sum(padded[i : i + 16, j : j + 16] for i in range(5) for j in range(5)) / 25
        return np.rint(mean).astype("uint8").repeat(2, axis=0).repeat(2, axis=1)

    result = photographs.changed(blurred_and_doubled, Photograph(pixels, alpha))
    assert result.pixels.shape == (32, 32, 3)
    assert (result.pixels[result.alpha > 0] == 250).all()
    assert (result.pixels[result.alpha == 0] == 0).all()
