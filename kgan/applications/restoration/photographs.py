"""Picture files whose every quality outlives a change of their pixels: 16 bits, transparency, profile, EXIF, size."""

import dataclasses
import pathlib

import numpy as np
from PIL import ExifTags, Image

from kgan import _files, images
from kgan._registry import unknown

GREY, COLOUR = ("L", "LA"), ("RGB", "RGBA")
DEEP = "I;16"  # 16-bit grey, the only deep mode that Pillow holds without loss

# What can be written, by suffix: Pillow's format, the modes that it holds without loss, how it is saved.
# TIFF is not compressed: Pillow loses the EXIF data of compressed ones.
FORMATS = {
    ".png": ("PNG", (*GREY, *COLOUR, DEEP), {}),
    ".tif": ("TIFF", (*GREY, *COLOUR, DEEP), {}),
    ".tiff": ("TIFF", (*GREY, *COLOUR, DEEP), {}),
    ".webp": ("WEBP", (*GREY, *COLOUR), {"quality": 95}),
    ".jpg": ("JPEG", ("L", "RGB"), {"quality": 95, "subsampling": 0}),
    ".jpeg": ("JPEG", ("L", "RGB"), {"quality": 95, "subsampling": 0}),
    ".bmp": ("BMP", ("L", "RGB"), {}),
}

# Where TIFF keeps the layout of its pixels, among the tags about the picture, and where others repeat the size.
LAYOUT = frozenset(
    [*range(254, 260), 262, 266, 273, *range(277, 280), 284, 317, *range(320, 326), 330, 338, 339, 347, 513, 514]
    + [*range(529, 533), 34675]
)
SIZE = {ExifTags.Base.ExifImageWidth: 1, ExifTags.Base.ExifImageHeight: 0}  # axes of the pixels


@dataclasses.dataclass(frozen=True)
class Photograph:
    """A picture with all that a file says about it.

    Attributes:
        pixels: array `(height, width, channels)` with 1 or 3 channels, uint8 or uint16, as stored: an EXIF
            orientation is not applied, and stays in `exif`.
        alpha: opacity `(height, width)`, uint8, or None.
        exif: the EXIF data, bytes.
        icc_profile: the colour profile, bytes, or None.
        dpi: pixels an inch, across and down, or None.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None = None
    exif: bytes = b""
    icc_profile: bytes | None = None
    dpi: tuple[float, float] | None = None

    @property
    def mode(self) -> str:
        """What Pillow calls such a picture."""
        if self.pixels.dtype == np.uint16:
            return DEEP
        return (GREY if self.pixels.shape[-1] == 1 else COLOUR)[self.alpha is not None]

    def replaced(self, pixels) -> "Photograph":
        """Return this photograph with other pixels; where they are more or fewer, its opacity is resized (bicubic).

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

    def check(self, path):
        """Check that a file of this name can hold the photograph, before anything is done for it.

        Raises:
            ValueError: its suffix is unknown, or its format has no room for transparency or 16 bits.
        """
        suffix = pathlib.Path(path).suffix.lower()
        if suffix not in FORMATS:
            raise unknown("format of a picture to write", suffix, FORMATS)
        name, modes, _ = FORMATS[suffix]
        if self.mode not in modes:
            needed = "16 bits" if self.mode == DEEP else "transparency"
            able = ", ".join(each for each, (_, held, _) in FORMATS.items() if self.mode in held)
            raise ValueError(f"Expected a file that holds {needed}: {able}. Received: {path}; {name} does not.")

    def save(self, path):
        """Write the photograph; the file is there whole or not at all.

        JPEG and WebP are written with quality 95. BMP holds neither profile nor EXIF.

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

    def _sized_exif(self):
        """Return the EXIF data with the size of these pixels."""
        exif = Image.Exif()
        exif.load(self.exif)
        if ExifTags.IFD.Exif in exif:
            details = exif.get_ifd(ExifTags.IFD.Exif)
            for tag in SIZE.keys() & details.keys():
                details[tag] = self.pixels.shape[SIZE[tag]]
        return exif.tobytes()


def channels(image) -> int:
    """Return how many colour channels a picture has, an array `(height, width, channels)` or a `Photograph`.

    Raises:
        ValueError: it is neither.
    """
    pixels = image.pixels if isinstance(image, Photograph) else np.asarray(image)
    if pixels.ndim != 3:
        raise ValueError(f"Expected an image (height, width, channels). Received: shape {pixels.shape}")
    return pixels.shape[-1]


def changed(function, image):
    """Return a picture, an array or a `Photograph`, with its pixels as `function` gives them.

    Example:
    >>> changed(lambda pixels: 255 - pixels, Photograph(np.zeros((4, 6, 3), "uint8"))).pixels.max()
    np.uint8(255)
    """
    return image.replaced(function(image.pixels)) if isinstance(image, Photograph) else function(np.asarray(image))


def read(path) -> Photograph:
    """Read a picture with all that is to outlive a change of its pixels.

    Palettes become colours. 16-bit grey is kept.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no picture, a damaged one, an animation or several pages, or of a kind that cannot be kept
            without loss: 16-bit colours (Pillow has none), CMYK, 32 bits.

    Example:
    >>> Photograph(np.zeros((4, 6, 3), "uint8"), dpi=(300, 300)).save("picture.png")
    >>> read("picture.png").mode
    'RGB'
    """
    with images.opened(path) as image:
        if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":  # a phone's JPEG with a preview
            raise ValueError(f"Expected a single picture. Received: {path}, with {image.n_frames} of them.")
        if not image.mode.startswith(DEEP) and any(";16" in str(tile[3]) for tile in image.tile):
            raise ValueError(
                f"Expected 8 bits a channel, or 16-bit grey. Received: {path}, 16-bit colours or transparency, of "
                "which Pillow would drop half the bits. Save it with 8 bits."
            )
        exif = _about_the_picture(image)  # TIFF's is out of reach once the pixels are loaded
        image.load()
        if ExifTags.Base.Orientation not in image.getexif():  # TIFF is turned by Pillow while it is loaded
            exif.pop(ExifTags.Base.Orientation, None)
        pixels, alpha = _planes(image, path)
        info = image.info
        dpi = tuple(float(each) for each in info["dpi"]) if "dpi" in info else None
        return Photograph(pixels, alpha, exif.tobytes() if len(exif) else b"", info.get("icc_profile"), dpi)


def _planes(image, path):
    """Return pixels and opacity of a loaded Pillow image."""
    if image.mode.startswith(DEEP) and not image.has_transparency_data:
        return np.asarray(image).astype("uint16")[..., None], None
    if image.mode not in ("1", *GREY, *COLOUR, "P", "PA"):
        raise ValueError(
            f"Expected a grey, RGB or RGBA picture, 16 bits for grey only. Received: {path}, of mode {image.mode}. "
            "Convert it first."
        )
    opaque, clear = GREY if image.mode in ("1", *GREY) else COLOUR
    array = np.asarray(image.convert(clear if image.has_transparency_data else opaque))
    if not image.has_transparency_data:
        return array.reshape(image.height, image.width, len(opaque)), None
    return array[..., :-1], array[..., -1]


def _about_the_picture(image):
    """Return a copy of the EXIF data without the layout of the file."""
    exif = image.getexif()
    kept = Image.Exif()
    kept.update({tag: value for tag, value in exif.items() if tag not in LAYOUT})
    for group in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
        if group in exif:
            kept[group] = dict(exif.get_ifd(group))
    return kept
