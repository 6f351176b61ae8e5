"""Which properties of a picture file are kept when its pixels change."""

import numpy as np
import pytest
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


def write_16_bit_colors(path):
    """A PNG of 2x1 pixels with 16-bit colors, which Pillow does not write."""
    import struct
    import zlib

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0)
    row = zlib.compress(b"\0" + bytes(range(12)))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", row) + chunk(b"IEND", b""))


def test_files_that_cannot_be_kept_are_refused(tmp_path):
    write_16_bit_colors(tmp_path / "deep.png")
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
