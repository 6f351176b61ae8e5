"""Picture files: upright, in the first of their pages, whole or refused with a reason."""

import struct

import numpy as np
import pytest
from picture_files import PAGE, UPRIGHT, chunk, png, tag
from PIL import Image

from kgan import images
from kgan.images import formats, reading


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
