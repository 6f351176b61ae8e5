"""Picture files that keep transparency, 16 bits, color profile, EXIF data and resolution when their pixels change."""

import dataclasses
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import ExifTags, Image

from kgan import _files, images
from kgan._registry import unknown
from kgan._typing import Array, PathLike

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

        Example:
        >>> clear = Photograph(np.zeros((4, 6, 3), "uint8"), np.full((4, 6), 9, "uint8"))
        >>> clear.replaced(np.zeros((8, 12, 3), "uint8")).alpha.shape
        (8, 12)
        """
        alpha = self.alpha
        if alpha is not None and alpha.shape != pixels.shape[:2]:
            size = pixels.shape[1], pixels.shape[0]
            alpha = np.asarray(Image.fromarray(alpha).resize(size, Image.Resampling.BICUBIC))
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

        JPEG and WebP are written with quality 95. BMP holds neither a profile nor EXIF data.

        Raises:
            ValueError: as `check`.
        """
        self.check(path)
        format_name, _, options = FORMATS[pathlib.Path(path).suffix.lower()]
        options = {**options, **({"exif": self._sized_exif()} if self.exif else {})}
        for name in ("icc_profile", "dpi"):
            if getattr(self, name) is not None:
                options[name] = getattr(self, name)
        pixels = self.pixels[..., 0] if self.pixels.shape[-1] == 1 else self.pixels
        picture = Image.fromarray(pixels)
        if self.alpha is not None:
            picture.putalpha(Image.fromarray(self.alpha))
        with _files.replacing(path) as temporary:
            picture.save(temporary, format_name, **options)

    def _sized_exif(self) -> bytes:
        """Return the EXIF data with the size of these pixels."""
        exif = Image.Exif()
        exif.load(self.exif)
        if ExifTags.IFD.Exif in exif:
            details = exif.get_ifd(ExifTags.IFD.Exif)
            for tag in SIZE_TAGS.keys() & details.keys():
                details[tag] = self.pixels.shape[SIZE_TAGS[tag]]
        return exif.tobytes()


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

    Args:
        function: takes an array `(height, width, channels)` and returns one, of the same or another size.
        image: the picture.

    Returns:
        The same kind of picture.

    Example:
    >>> changed(lambda pixels: 255 - pixels, Photograph(np.zeros((4, 6, 3), "uint8"))).pixels.max()
    np.uint8(255)
    """
    return image.replaced(function(image.pixels)) if isinstance(image, Photograph) else function(np.asarray(image))


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
    with images.opened(path) as image:
        # MPO: JPEG files of phones with a preview image.
        num_frames = getattr(image, "n_frames", 1)
        if num_frames > 1 and image.format != "MPO":
            raise ValueError(f"Expected a single picture. Received: {path}, with {num_frames} of them.")
        tiles = getattr(image, "tile", ())
        if not image.mode.startswith(GRAY_16_BIT) and any(";16" in str(tile[3]) for tile in tiles):
            raise ValueError(
                f"Expected 8 bits a channel, or 16-bit gray. Received: {path}, with 16-bit colors or transparency, "
                "of which Pillow would discard half the bits. Save it with 8 bits a channel."
            )
        exif = _exif_without_layout(image)  # before `load`, after which Pillow cannot read that of TIFF files
        image.load()
        if ExifTags.Base.Orientation not in image.getexif():  # Pillow rotates TIFF files when it loads them
            exif.pop(ExifTags.Base.Orientation, None)
        pixels, alpha = _pixels_and_alpha(image, path)
        info = image.info
        dpi = (float(info["dpi"][0]), float(info["dpi"][1])) if "dpi" in info else None
        return Photograph(pixels, alpha, exif.tobytes() if len(exif) else b"", info.get("icc_profile"), dpi)


def _pixels_and_alpha(image: Image.Image, path: PathLike) -> tuple[Array, Array | None]:
    """Return the pixels and the opacity of a loaded Pillow image."""
    if image.mode.startswith(GRAY_16_BIT) and not image.has_transparency_data:
        return np.asarray(image).astype("uint16")[..., None], None
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


def _exif_without_layout(image: Image.Image) -> Image.Exif:
    """Return a copy of the EXIF data without the tags about the layout of the file."""
    exif = image.getexif()
    kept = Image.Exif()
    kept.update({tag: value for tag, value in exif.items() if tag not in LAYOUT_TAGS})
    for group in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
        if group in exif:
            kept[group] = dict(exif.get_ifd(group))
    return kept
