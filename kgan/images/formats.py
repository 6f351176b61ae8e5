"""Which files are pictures: the formats that are read, by suffix, and what is said of other files."""

import functools
import importlib
import pathlib
from typing import NamedTuple

from PIL import Image, features

from kgan._typing import PathLike

FORMATS: dict[str, tuple[str, ...]] = {
    "AVIF": (".avif", ".avifs"),
    "BMP": (".bmp",),
    "CUR": (".cur",),
    "DDS": (".dds",),
    "DIB": (".dib",),
    "GIF": (".gif",),
    "ICNS": (".icns",),
    "ICO": (".ico",),
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "JPEG2000": (".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx"),
    "MPO": (".mpo",),
    "PCX": (".pcx",),
    "PNG": (".png", ".apng"),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
    "PSD": (".psd",),
    "QOI": (".qoi",),
    "SGI": (".sgi",),
    "TGA": (".tga", ".icb", ".vda", ".vst"),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
    "XBM": (".xbm",),
    "XPM": (".xpm",),
}
"""The formats that are read, by Pillow's names, and their suffixes.

Pillow chooses the format by the content of a file. Only these are offered to it, since others run programs
(PostScript) or hold no pixels.
"""

BY_SUFFIX_ONLY = ("CUR", "ICO", "PCX", "TGA", "XBM")
"""Formats that are hard to tell from other content, which are tried on files of their own suffixes only."""

LIBRARIES = {"AVIF": "avif", "JPEG2000": "jpg_2000", "WEBP": "webp"}
"""Libraries that Pillow can be built without, by format."""


class Plugin(NamedTuple):
    """A package that teaches Pillow a format.

    Attributes:
        title: name of the format.
        package: what to install.
        module: what to import.
        suffixes: of the files.
        opener: the function of the module that registers the format, or None if importing it does.
    """

    title: str
    package: str
    module: str
    suffixes: tuple[str, ...]
    opener: str | None = None


PLUGINS = {
    "AVIF": Plugin("AVIF", "pillow-avif-plugin", "pillow_avif", FORMATS["AVIF"]),
    "HEIF": Plugin("HEIC", "pillow-heif", "pillow_heif", (".heic", ".heif", ".hif"), "register_heif_opener"),
    "JXL": Plugin("JPEG XL", "pillow-jxl-plugin", "pillow_jxl", (".jxl",)),
}
"""Packages for formats that Pillow does not read itself, by the names of the formats. They are used if installed."""

OTHER_FILES = {
    "camera raw, which Pillow cannot read: convert it to TIFF or JPEG": (
        ".3fr .arw .cr2 .cr3 .crw .dcr .dng .erf .kdc .mef .mos .mrw .nef .nrw .orf .pef .raf .raw .rw2 .sr2 .srf .srw "
        ".x3f"
    ),
    "document or drawing, which Pillow cannot read: convert it to PNG": (
        ".ai .cdr .dwg .dxf .emf .eps .pdf .ps .svg .svgz .vsd .wmf"
    ),
    "layered picture, which Pillow cannot read: convert it to PNG": ".afphoto .clip .kra .ora .psb .sketch .xcf",
    "scientific or high-dynamic-range picture, which is not read: convert it to TIFF or PNG": (
        ".czi .dcm .dicom .exr .fit .fits .hdr .lif .lsm .mha .mhd .mrc .nd2 .nii .nrrd .svs"
    ),
    "video, which Pillow cannot read: extract its frames": (
        ".3gp .avi .flv .m2ts .m4v .mkv .mov .mp4 .mpeg .mpg .mts .ogv .webm .wmv"
    ),
    "archive: unpack it": ".7z .bz2 .gz .rar .tar .tgz .xz .zip .zst",
    "array or table, not a picture": ".csv .h5 .hdf5 .mat .npy .npz .parquet .pkl .pt .tfrecord .tsv .xls .xlsx",
    "text, not a picture": ".css .htm .html .json .jsonl .log .md .rst .rtf .toml .txt .url .xml .xmp .yaml .yml",
}
"""What is said of files that are not read, and their suffixes."""

SIGNATURES = (
    (b"%PDF", "it holds a PDF document"),
    (b"%!PS", "it holds PostScript"),
    (b"<svg", "it holds SVG, a drawing"),
    (b"<!doctype html", "it holds a web page"),
    (b"<html", "it holds a web page"),
    (b"<?xml", "it holds XML"),
    (b"version https://git-lfs", "it is a pointer of Git LFS: run git lfs pull"),
    (b"PK\3\4", "it holds a ZIP archive"),
    (b"\x1f\x8b", "it holds compressed data (gzip)"),
    (b"\x93NUMPY", "it holds a NumPy array"),
)
"""How files begin that are taken for pictures by their suffix, in either case, and what they are."""

BRANDS = {b"avi": "AVIF", b"hei": "HEIC", b"hev": "HEIC", b"mif": "HEIC", b"msf": "HEIC"}
"""Formats in the container of MP4, by the beginning of the brand."""


@functools.lru_cache
def readable() -> dict[str, str]:
    """Return the format of each suffix that can be read here."""
    Image.init()
    for name, plugin in PLUGINS.items():
        if not _supported(name):
            _register(plugin)
    known = {**{name: plugin.suffixes for name, plugin in PLUGINS.items()}, **FORMATS}
    return {suffix: name for name, suffixes in known.items() if _supported(name) for suffix in suffixes}


def offered(path: PathLike) -> list[str]:
    """Return the formats to offer to Pillow for a file, that of its suffix first.

    Example:
    >>> offered("picture.tga")[0], "TGA" in offered("picture.png"), "EPS" in offered("picture.eps")
    ('TGA', False, False)
    """
    formats = readable()
    own = formats.get(pathlib.Path(path).suffix.lower())
    others = sorted({name for name in formats.values() if name not in (own, *BY_SUFFIX_ONLY)})
    return [own, *others] if own else others


def reason_against(path: PathLike) -> str:
    """Return why a file is not read, by its suffix.

    Example:
    >>> reason_against("film.mp4"), reason_against("picture.xyz")
    ('video, which Pillow cannot read: extract its frames', 'unknown suffix')
    """
    suffix = pathlib.Path(path).suffix.lower()
    for plugin in PLUGINS.values():
        if suffix in plugin.suffixes:
            return f"{plugin.title}, which Pillow cannot read here: install {plugin.package}"
    for name, suffixes in FORMATS.items():
        if suffix in suffixes:
            return f"{name}, which this build of Pillow cannot read"
    return next((reason for reason, suffixes in OTHER_FILES.items() if suffix in suffixes.split()), "unknown suffix")


def looks_like_a_picture(start: bytes) -> bool:
    """Return whether a file without a suffix begins as pictures of the usual formats do."""
    starts = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")
    return start.startswith(starts) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP")


def reason_by_content(start: bytes) -> str | None:
    """Return what a file holds instead of a picture, by its first bytes; None if they say nothing.

    Example:
    >>> reason_by_content(b""), reason_by_content(b"<!DOCTYPE html><title>404")
    ('it is empty', 'it holds a web page')
    """
    if not start:
        return "it is empty"
    if not start.strip(b"\0"):
        return "it holds nothing but zeros"
    begin = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for signature, reason in SIGNATURES:
        if begin.startswith(signature.lower()):
            return reason
    if start[4:8] == b"ftyp":
        brand = BRANDS.get(start[8:11])
        return f"it holds {brand}" if brand else "it holds a video"
    text = start.decode("utf-8", "ignore")
    return (
        "it holds text" if len(text) > 3 and all(letter.isprintable() or letter.isspace() for letter in text) else None
    )


def _supported(name: str) -> bool:
    """Return whether Pillow, as it is installed here, reads a format."""
    if name not in Image.OPEN:
        return False
    library = LIBRARIES.get(name)
    known = {**features.modules, **features.codecs}
    return library not in known or bool(features.check(library))


def _register(plugin: Plugin) -> None:
    """Let a plugin register its format, if it is installed."""
    try:
        module = importlib.import_module(plugin.module)
    except ImportError:
        return
    if plugin.opener:
        getattr(module, plugin.opener)()
