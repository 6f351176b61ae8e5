"""Read picture files of all formats: upright, whatever their metadata, and never by starting another program."""

import contextlib
import io
import logging
import re
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from typing import IO, Any, NamedTuple, cast

from PIL import ExifTags, Image, UnidentifiedImageError

from kgan._typing import Array, PathLike
from kgan.images import containers, formats
from kgan.images.containers import orientation_of
from kgan.images.conversion import MODES, eight_bits, fit, is_gray

METADATA = ("XML:com.adobe.xmp", "exif", "Raw profile type exif", "xmp")
"""Pillow's names of what may hold an orientation."""

SIZE_FROM_DATA = ("ICNS", "ICO")
"""Formats whose headers may differ from what is decoded."""

ROTATIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes an image upright, by its EXIF orientation."""

DAMAGE = (
    Image.DecompressionBombError,
    ArithmeticError,
    EOFError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    struct.error,
    zlib.error,
)
"""What Pillow raises for damaged files, and kgan does not raise on purpose where it has opened one."""

PILLOW = re.compile(r"PIL\.")
logging.getLogger("PIL").addHandler(logging.NullHandler())  # or Python prints its errors where nobody logs


class UnreadableError(ValueError):
    """A picture that cannot be read.

    Args:
        path: the file.
        reason: why, for example `"it is empty"`.
    """

    def __init__(self, path: PathLike, reason: str) -> None:
        super().__init__(f"Expected a picture. Received: {path}, which cannot be read: {reason}.")
        self.path = path
        self.reason = reason


class _Picture(NamedTuple):
    """A Pillow image as it is stored, its EXIF orientation, and whether it is gray."""

    image: Image.Image
    orientation: int
    gray: bool


def read(path: PathLike, channels: int | None = None, size: tuple[int, int] | None = None) -> Array:
    """Read an image of any format and mode that Pillow knows, upright.

    Of animations and files with several pages, the first is read. See the guide to your own pictures for what becomes
    of 16 bits, CMYK and the like.

    Args:
        path: the file.
        channels: 1 (gray), 3 (RGB) or 4 (RGBA); transparent parts become white where there is no fourth channel, else
            fully transparent pixels become black. Defaults to 1 for gray images, else 3.
        size: `(height, width)`: the image is scaled, with antialiasing, and cropped in its center to this
            size. Defaults to its own.

    Returns:
        uint8 array `(height, width, channels)`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: `channels` is not one of these.
        UnreadableError: a `ValueError`: the file is not an image, or is damaged; the message names it and says why.

    Example:
    >>> import numpy as np
    >>> from kgan import images
    >>> images.save("picture.png", np.zeros((6, 4, 3), "uint8"))
    >>> read("picture.png", channels=1, size=(2, 2)).shape
    (2, 2, 1)
    """
    if channels not in (None, *MODES):
        raise ValueError(f"`channels` must be 1, 3 or 4. Received: channels={channels}")
    with open(path, "rb") as file, _without_pillows_warnings():
        try:
            picture = _open(file, path)
            picture.image.load()
            image = eight_bits(picture.image)
            if picture.orientation in ROTATIONS:
                image = image.transpose(ROTATIONS[picture.orientation])
            return fit(image, channels or (1 if picture.gray else 3), size)
        except Exception as error:
            raise UnreadableError(path, _reason(error, path)) from error


def header(path: PathLike) -> tuple[bool, tuple[int, int]]:
    """Return whether an image is gray, and its `(height, width)`, upright, mostly without decoding it.

    Raises:
        FileNotFoundError: there is no such file.
        UnreadableError: a `ValueError`: the file is not an image; the message names it and says why.
    """
    with open(path, "rb") as file, _without_pillows_warnings():
        try:
            picture = _open(file, path)
            if picture.image.format in SIZE_FROM_DATA:
                picture.image.load()
        except Exception as error:
            raise UnreadableError(path, _reason(error, path)) from error
    width, height = picture.image.size
    return picture.gray, (width, height) if picture.orientation >= 5 else (height, width)


def check(path: PathLike) -> None:
    """Check that an image can be read, to its last pixel.

    Raises:
        FileNotFoundError: there is no such file.
        UnreadableError: a `ValueError`: it cannot; the message names the file and says why.
    """
    with open(path, "rb") as file, _without_pillows_warnings():
        try:
            image = _open(file, path).image
            image.draft(image.mode, (1, 1))  # JPEG files are decoded to an eighth of their size, which is faster
            image.load()
        except Exception as error:
            raise UnreadableError(path, _reason(error, path)) from error


@contextlib.contextmanager
def opened(path: PathLike) -> Iterator[Image.Image]:
    """Open an image file with Pillow while the block runs.

    Of its metadata the image has the orientation only, which `PIL.ImageOps.exif_transpose` applies, and which Pillow
    itself applies to TIFF files as it decodes them.

    Raises:
        FileNotFoundError, PermissionError, IsADirectoryError: there is no file to read.
        UnreadableError: a `ValueError`: it is not an image, or is damaged, also where only the block finds out; the
            message names it and says why.
    """
    with open(path, "rb") as file, _without_pillows_warnings():
        try:
            picture = _open(file, path)
        except Exception as error:
            raise UnreadableError(path, _reason(error, path)) from error
        if picture.orientation > 1:
            exif = Image.Exif()
            exif[ExifTags.Base.Orientation] = picture.orientation
            picture.image.info["exif"] = exif.tobytes()
        try:
            yield picture.image
        except DAMAGE as error:
            raise UnreadableError(path, _reason(error, path)) from error


def metadata(path: PathLike) -> Image.Image | None:
    """Return a Pillow image with the metadata of a file, not for its pixels; None if they are damaged."""
    with open(path, "rb") as file, _without_pillows_warnings():
        try:
            image = Image.open(io.BytesIO(file.read()), formats=formats.offered(path))
            image.getexif()
            getattr(image, "n_frames", 1)
        except Exception:  # noqa: BLE001  (metadata never cost pixels, whatever is wrong with them)
            return None
        return image


def _open(file: IO[bytes], path: PathLike) -> _Picture:
    """Open an image without its metadata."""
    plain, orientation = containers.without_metadata(file)
    image = Image.open(cast(IO[bytes], plain), formats=formats.offered(path))
    info = image.info
    if orientation is None:
        exif, xmp = info.get("exif"), info.get("xmp")
        orientation = orientation_of(*(data if isinstance(data, bytes) else b"" for data in (exif, xmp)))
    for name in METADATA:
        info.pop(name, None)
    _scale_transparency(image)
    gray = is_gray(image)
    if image.mode == "CMYK":
        info["icc_profile"] = _color_profile(file, path)
    return _Picture(image, orientation, gray)


def _scale_transparency(image: Image.Image) -> None:
    """Bring the color that stands for transparent to 8 bits, as Pillow does with the pixels of PNG files."""
    tiles, transparent = getattr(image, "tile", ()), image.info.get("transparency")
    rawmode = str(tiles[0][3]) if tiles else ""
    if isinstance(transparent, int) and rawmode in ("L;2", "L;4"):
        image.info["transparency"] = transparent * (85 if rawmode == "L;2" else 17)
    elif isinstance(transparent, tuple) and rawmode == "RGB;16B":
        image.info["transparency"] = tuple(value >> 8 for value in transparent)


def _color_profile(file: IO[bytes], path: PathLike) -> bytes | None:
    """Return the color profile of a file, which is left as it is; None if there is none, or a damaged one."""
    position = file.tell()
    file.seek(0)
    try:
        profile = Image.open(file, formats=formats.offered(path)).info.get("icc_profile")
    except Exception:  # noqa: BLE001  (metadata never cost pixels, whatever is wrong with them)
        profile = None
    file.seek(position)
    return profile if isinstance(profile, bytes) else None


def _reason(error: Exception, path: PathLike) -> str:
    """Return why a file cannot be read, in words."""
    if isinstance(error, Image.DecompressionBombError):
        limit = 2 * (Image.MAX_IMAGE_PIXELS or 0)
        return f"it has more than {limit:,} pixels, which Pillow takes for an attack"
    with open(path, "rb") as file:
        start = file.read(512)
    by_content = formats.reason_by_content(start)
    if by_content:
        return by_content
    if isinstance(error, UnidentifiedImageError):
        return "it is damaged, or not of a format that is read"
    if "truncated" in str(error).lower():
        return "it is truncated"
    return f"it is damaged ({str(error).rstrip('.') or type(error).__name__})"


_lock = threading.Lock()
_users = 0


@contextlib.contextmanager
def _without_pillows_warnings() -> Iterator[None]:
    """Silence what Pillow says of the pictures that it reads, in all threads: pictures are right, or refused.

    `warnings.catch_warnings` does not work in threads, which restore each other's filters.
    """
    global _users
    with _lock:
        _users += 1
        warnings.filterwarnings("ignore", module=PILLOW.pattern)
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            rule = ("ignore", None, Warning, PILLOW, 0)
            while not _users and rule in warnings.filters:
                cast(list[Any], warnings.filters).remove(rule)
