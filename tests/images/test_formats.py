"""Which files are pictures, and what is said of others."""

import sys
import types

import numpy as np
import pytest
from PIL import Image, features

from kgan import images
from kgan.images import formats

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


def test_what_this_pillow_has():
    assert (".avif" in formats.readable()) == bool("avif" in features.modules and features.check("avif"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a.HEIC", "HEIC, which Pillow cannot read here: install pillow-heif"),
        ("a.jxl", "JPEG XL, which Pillow cannot read here: install pillow-jxl-plugin"),
        ("a.nef", "camera raw, which Pillow cannot read: convert it to TIFF or JPEG"),
        ("a.svg", "document or drawing, which Pillow cannot read: convert it to PNG"),
        ("a.eps", "document or drawing, which Pillow cannot read: convert it to PNG"),
        ("a.mp4", "video, which Pillow cannot read: extract its frames"),
        ("a.zip", "archive: unpack it"),
        ("a.npy", "array or table, not a picture"),
        ("a.xyz", "unknown suffix"),
    ],
)
def test_reasons(name, reason):
    if name[1:].lower() in formats.readable():
        pytest.skip("a plugin is installed")
    assert formats.reason_against(name) == reason


def test_a_plugin_that_is_installed_is_used(monkeypatch):
    plugin = types.ModuleType("pillow_heif")
    plugin.register_heif_opener = lambda: Image.register_open("HEIF", lambda *args: None, lambda start: False)
    monkeypatch.setitem(sys.modules, "pillow_heif", plugin)
    monkeypatch.setattr(Image, "OPEN", {name: value for name, value in Image.OPEN.items() if name != "HEIF"})
    monkeypatch.setattr(Image, "ID", [*Image.ID])
    formats.readable.cache_clear()
    try:
        assert formats.readable()[".heic"] == "HEIF"
        assert "HEIF" in formats.offered("a.png")
    finally:
        formats.readable.cache_clear()


def test_nothing_is_offered_that_runs_programs_or_holds_no_pixels():
    offered = {name for suffix in (".png", ".eps", ".wmf", ".fits", "") for name in formats.offered(f"a{suffix}")}
    assert not offered & {"EPS", "WMF", "FITS", "GRIB", "BUFR", "HDF5", "MPEG"}
