"""Picture files that keep transparency, 16 bits, color profile, EXIF data and resolution when their pixels change."""

import dataclasses
import math
import pathlib
import struct
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import ExifTags, Image

from kgan import _files, images
from kgan._registry import unknown
from kgan._typing import Array, PathLike
from kgan.images import containers, conversion, reading, transparency

GRAY, COLOR = ("L", "LA"), ("RGB", "RGBA")
GRAY_16_BIT = "I;16"  # the only 16-bit mode that Pillow holds without loss

FORMATS: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {
    ".png": ("PNG", (*GRAY, *COLOR, GRAY_16_BIT), {}),
    # Not compressed, because Pillow loses the EXIF data of compressed TIFF files.
    ".tif": ("TIFF", (*GRAY, *COLOR, GRAY_16_BIT), {}),
    ".tiff": ("TIFF", (*GRAY, *COLOR, GRAY_16_BIT), {}),
    ".webp": ("WEBP", (*GRAY, *COLOR), {"quality": 95}),
    ".jpg": ("JPEG", ("L", "RGB"), {"quality": 95, "subsampling": 0}),
    ".jpeg": ("JPEG", ("L", "RGB"), {"quality": 95, "subsampling": 0}),
    ".bmp": ("BMP", ("L", "RGB"), {}),
}
"""What can be written, by suffix: Pillow's format, the modes that it holds without loss, and options for saving."""

LAYOUT_TAGS = frozenset(
    [*range(254, 260), 262, 266, 273, *range(277, 280), 284, 317, *range(320, 326), 330, 338, 339, 347, 513, 514]
    + [*range(529, 533), 34675]
)
"""Tags in which TIFF files store the layout of their pixels, among those about the picture."""

WITHOUT_EXIF = (".bmp",)
"""Suffixes of files that cannot say how a picture is to be rotated."""

UNWRITABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, struct.error)
"""What Pillow raises for metadata that it cannot write."""

LARGEST_DPI = 65535

SIZE_TAGS = {ExifTags.Base.ExifImageWidth: 1, ExifTags.Base.ExifImageHeight: 0}
"""Tags that repeat the size of the picture, and the axes of the pixels."""


@dataclasses.dataclass(frozen=True)
class Photograph:
    """A picture with the metadata of its file.

    Attributes:
        pixels: array `(height, width, channels)` with 1 or 3 channels, uint8 or uint16, as stored: an EXIF
            orientation is not applied but kept in `exif`.
        alpha: opacity `(height, width)`, uint8, or None.
        exif: the EXIF data, bytes.
        icc_profile: the color profile, bytes, or None.
        dpi: pixels per inch, horizontally and vertically, or None.
    """

    pixels: Array
    alpha: Array | None = None
    exif: bytes = b""
    icc_profile: bytes | None = None
    dpi: tuple[float, float] | None = None

    @property
    def mode(self) -> str:
        """Pillow's mode of the picture."""
        if self.pixels.dtype == np.uint16:
            return GRAY_16_BIT
        return (GRAY if self.pixels.shape[-1] == 1 else COLOR)[self.alpha is not None]

    def replaced(self, pixels: Array) -> "Photograph":
        """Return this photograph with other pixels. Its opacity is resized to their size (bicubic).

        Fully transparent pixels become black.

        Example:
        >>> clear = Photograph(np.zeros((4, 6, 3), "uint8"), np.full((4, 6), 9, "uint8"))
        >>> clear.replaced(np.zeros((8, 12, 3), "uint8")).alpha.shape
        (8, 12)
        """
        alpha = self.alpha
        if alpha is not None and alpha.shape != pixels.shape[:2]:
            size = pixels.shape[1], pixels.shape[0]
            alpha = np.asarray(Image.fromarray(alpha).resize(size, Image.Resampling.BICUBIC))
        if alpha is not None:
            pixels = np.where(alpha[..., None] > 0, pixels, 0).astype(pixels.dtype)
        return dataclasses.replace(self, pixels=pixels, alpha=alpha)

    def check(self, path: PathLike) -> None:
        """Check that a file of this name can hold the photograph, before it is processed.

        Raises:
            ValueError: the suffix is unknown, or the format does not support transparency or 16 bits.
        """
        suffix = pathlib.Path(path).suffix.lower()
        if suffix not in FORMATS:
            raise unknown("format of a picture to write", suffix, FORMATS)
        name, modes, _ = FORMATS[suffix]
        if self.mode not in modes:
            needed = "16 bits" if self.mode == GRAY_16_BIT else "transparency"
            suffixes = ", ".join(known for known, (_, supported, _) in FORMATS.items() if self.mode in supported)
            raise ValueError(f"Expected a file that holds {needed}: {suffixes}. Received: {path}; {name} does not.")

    def save(self, path: PathLike) -> None:
        """Write the photograph to a file, which is replaced atomically.

        JPEG and WebP are written with quality 95. BMP holds neither a profile nor EXIF data; a picture that is to be
        rotated is written to it upright. Metadata that the format cannot hold are left out with a warning.

        Raises:
            ValueError: as `check`.
        """
        self.check(path)
        suffix = pathlib.Path(path).suffix.lower()
        format_name, _, options = FORMATS[suffix]
        pixels = self.pixels
        if suffix in WITHOUT_EXIF:
            pixels = _rotated(pixels, containers.orientation_of(self.exif))
        picture = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
        if self.alpha is not None:
            picture.putalpha(Image.fromarray(self.alpha))
        metadata = self._metadata()
        with _files.replacing(path) as temporary:
            while True:
                try:
                    picture.save(temporary, format_name, **options, **metadata)
                    return
                except UNWRITABLE as error:
                    if not metadata:
                        raise
                    name, _ = metadata.popitem()
                    warnings.warn(f"{path} is written without {name}, which cannot be stored: {error}", stacklevel=2)

    def _metadata(self) -> dict[str, Any]:
        """Return Pillow's options for the metadata, the most precious first."""
        named = {"icc_profile": self.icc_profile, "exif": self._sized_exif() if self.exif else None, "dpi": self.dpi}
        return {name: value for name, value in named.items() if value is not None}

    def _sized_exif(self) -> bytes | None:
        """Return the EXIF data with the size of these pixels; None if they are damaged."""
        exif = Image.Exif()
        try:
            exif.load(self.exif)
            if ExifTags.IFD.Exif in exif:
                details = exif.get_ifd(ExifTags.IFD.Exif)
                for tag in SIZE_TAGS.keys() & details.keys():
                    details[tag] = self.pixels.shape[SIZE_TAGS[tag]]
        except (*UNWRITABLE, OSError, SyntaxError):
            return None
        return _exif_bytes(exif)


def channels(image: Array | Photograph) -> int:
    """Return the number of color channels of a picture, an array `(height, width, channels)` or a `Photograph`.

    Raises:
        ValueError: it is neither.

    Example:
    >>> channels(Photograph(np.zeros((4, 6, 3), "uint8")))
    3
    """
    pixels = image.pixels if isinstance(image, Photograph) else np.asarray(image)
    if pixels.ndim != 3:
        raise ValueError(f"Expected an image (height, width, channels). Received: shape {pixels.shape}")
    return pixels.shape[-1]


def changed(function: Callable[[Array], Array], image: Array | Photograph) -> Array | Photograph:
    """Return a picture, an array or a `Photograph`, after applying a function to its pixels.

    The colors of transparent pixels, which nobody sees, are first replaced by the visible ones around them: what the
    function computes of a pixel's neighborhood depends on nothing hidden.

    Args:
        function: takes an array `(height, width, channels)` and returns one, of the same or another size.
        image: the picture.

    Returns:
        The same kind of picture.

    Example:
    >>> changed(lambda pixels: 255 - pixels, Photograph(np.zeros((4, 6, 3), "uint8"))).pixels.max()
    np.uint8(255)
    """
    if not isinstance(image, Photograph):
        return function(np.asarray(image))
    pixels = image.pixels if image.alpha is None else transparency.filled(image.pixels, image.alpha)
    return image.replaced(function(pixels))


def read(path: PathLike) -> Photograph:
    """Read a picture with its metadata.

    Palettes are converted to colors. 16-bit gray is kept.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not a picture or a damaged one, it has several frames or pages, or it is of a kind that
            cannot be kept without loss: 16-bit color (which Pillow does not support), CMYK, 32 bits.

    Example:
    >>> Photograph(np.zeros((4, 6, 3), "uint8"), dpi=(300, 300)).save("picture.png")
    >>> read("picture.png").mode
    'RGB'
    """
    metadata = reading.metadata(path)
    # MPO: JPEG files of phones with a preview image.
    num_frames = getattr(metadata, "n_frames", 1)
    if metadata is not None and num_frames > 1 and metadata.format != "MPO":
        raise ValueError(f"Expected a single picture. Received: {path}, with {num_frames} of them.")
    with images.opened(path) as image:
        tiles = getattr(image, "tile", ())
        if not image.mode.startswith(GRAY_16_BIT) and any(";16" in str(tile[3]) for tile in tiles):
            raise ValueError(
                f"Expected 8 bits a channel, or 16-bit gray. Received: {path}, with 16-bit colors or transparency, "
                "of which Pillow would discard half the bits. Save it with 8 bits a channel."
            )
        image.load()
        exif = Image.Exif() if metadata is None else _exif_without_layout(metadata)
        exif.pop(ExifTags.Base.Orientation, None)
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)  # 1 for TIFF files: Pillow has rotated them
        if orientation > 1:
            exif[ExifTags.Base.Orientation] = orientation
        pixels, alpha = _pixels_and_alpha(image, path)
        info = {} if metadata is None else metadata.info
        profile = info.get("icc_profile")
        profile = profile if isinstance(profile, bytes) and profile else None
        return Photograph(pixels, alpha, _exif_bytes(exif), profile, _dpi(info.get("dpi")))


def _pixels_and_alpha(image: Image.Image, path: PathLike) -> tuple[Array, Array | None]:
    """Return the pixels and the opacity of a loaded Pillow image."""
    if image.mode.startswith(GRAY_16_BIT) and not image.has_transparency_data:
        return conversion.sixteen_bits(image)[..., None], None
    if image.mode not in ("1", *GRAY, *COLOR, "P", "PA"):
        raise ValueError(
            f"Expected a gray, RGB or RGBA picture, 16 bits for gray only. Received: {path}, of mode {image.mode}. "
            "Convert it first."
        )
    opaque, transparent = GRAY if image.mode in ("1", *GRAY) else COLOR
    array = np.asarray(image.convert(transparent if image.has_transparency_data else opaque))
    if not image.has_transparency_data:
        return array.reshape(image.height, image.width, len(opaque)), None
    return array[..., :-1], array[..., -1]


def _rotated(array: Array, orientation: int) -> Array:
    """Return pixels `(height, width, ...)` rotated as an EXIF orientation, from 1 (upright) to 8, asks for."""
    flipped = array[:, ::-1] if orientation in (2, 4, 5, 7) else array
    counterclockwise = {3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}.get(orientation, 0)
    return np.ascontiguousarray(np.rot90(flipped, counterclockwise))


def _exif_without_layout(image: Image.Image) -> Image.Exif:
    """Return a copy of the EXIF data without the tags about the layout of the file, and without damaged parts."""
    exif = image.getexif()
    kept = Image.Exif()
    kept.update({tag: value for tag, value in exif.items() if tag not in LAYOUT_TAGS})
    for group in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
        if group in exif:
            try:
                kept[group] = dict(exif.get_ifd(group))
            except (*UNWRITABLE, OSError, SyntaxError):
                kept.pop(group, None)
    return kept


def _exif_bytes(exif: Image.Exif) -> bytes:
    """Return EXIF data as bytes, without the tags that Pillow cannot write; empty if there are none."""
    if not len(exif):
        return b""
    try:
        return exif.tobytes()
    except UNWRITABLE:
        kept = Image.Exif()
        for tag, value in dict(exif).items():
            kept[tag] = value
            try:
                kept.tobytes()
            except UNWRITABLE:
                del kept[tag]
        return kept.tobytes() if len(kept) else b""


def _dpi(dpi: Any) -> tuple[float, float] | None:
    """Return pixels per inch as they can be stored, or None."""
    try:
        across, down = (float(value) for value in dpi)
    except (TypeError, ValueError, ArithmeticError):
        return None
    usable = all(math.isfinite(value) and 0 < value <= LARGEST_DPI for value in (across, down))
    return (across, down) if usable else None
