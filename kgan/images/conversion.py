"""From Pillow's images of all modes to arrays of 8 bits with 1, 3 or 4 channels."""

import io
from typing import Any

import numpy as np
from PIL import Image, ImageCms, ImageOps

from kgan._typing import Array
from kgan.images import transparency

MODES = {1: "L", 3: "RGB", 4: "RGBA"}
"""Pillow's modes by the number of channels."""

SIXTEEN_BITS = "I;16"
WIDE = ("I", "F")  # how the modes of more than 8 bits begin
RANGES = ((1.0, 255.0), (255.0, 1.0), (65535.0, 1 / 257))
"""Ranges that numbers of 32 bits are taken to have, by their largest, and what they are multiplied by."""

WHITE_IS_ZERO = 0
PHOTOMETRIC_INTERPRETATION, BITS_PER_SAMPLE = 262, 258


def fit(image: Image.Image, channels: int | None = None, size: tuple[int, int] | None = None) -> Array:
    """Convert a Pillow image to an array as `kgan.images.read` does.

    Args:
        image: of any mode.
        channels: 1, 3 or 4. Defaults to 1 for gray images, else 3.
        size: `(height, width)`. Defaults to its own.

    Returns:
        uint8 array `(height, width, channels)`.

    Example:
    >>> fit(Image.new("RGBA", (4, 3), (200, 0, 0, 0)), channels=3).max()
    np.uint8(255)
    """
    channels = channels or (1 if is_gray(image) else 3)
    image = eight_bits(image)
    if channels < 4 and image.has_transparency_data:
        image = transparency.on_white(image)
    image = image.convert(MODES[channels])
    if size is not None:
        # Pillow weighs the colors of RGBA images by their opacity.
        image = ImageOps.fit(image, (size[1], size[0]), Image.Resampling.LANCZOS)
    array = np.asarray(image, "uint8").reshape(image.height, image.width, channels)
    return transparency.without_hidden_colors(array) if channels == 4 else array


def is_gray(image: Image.Image) -> bool:
    """Return whether a Pillow image is of a mode without colors, or has a palette without any.

    Example:
    >>> is_gray(Image.new("LA", (1, 1))), is_gray(Image.new("RGB", (1, 1)))
    (True, False)
    """
    if image.mode in ("P", "PA"):
        palette = np.array(image.getpalette() or [0, 1, 2], "uint8").reshape(-1, 3)
        return bool((palette == palette[:, :1]).all())
    # Pillow holds gray pictures of 16 bits with opacity as RGBA.
    if any(tile[3] == "LA;16B" for tile in getattr(image, "tile", ())):
        return True
    return image.mode in ("1", "L", "LA", "La") or image.mode.startswith(WIDE)


def eight_bits(image: Image.Image) -> Image.Image:
    """Convert a Pillow image to one of 8 bits a channel, of a mode that Pillow converts to RGB and RGBA.

    16 bits are divided by 257, and integers of 32 bits as well if they are no larger. Floats in [0, 1] are multiplied
    by 255; other ranges are recognized as `RANGES` says, and stretched if they fit none. CMYK is converted by the
    color profile of the file, if it has one, else as `255 - min(255, ink + black)` in effect.
    """
    if image.mode.startswith(WIDE):
        return _from_wide(image)
    if image.mode in ("La", "RGBa"):  # colors multiplied by opacity
        return image.convert({"La": "LA", "RGBa": "RGBA"}[image.mode])
    if image.mode == "CMYK":
        return _from_cmyk(image)
    if image.mode not in (*MODES.values(), "1", "LA", "P", "PA"):  # LAB, YCbCr, HSV, RGBX
        return image.convert("RGB")
    return image


def sixteen_bits(image: Image.Image) -> Array:
    """Return the levels of a gray Pillow image of 16 bits, uint16 `(height, width)`, from black to white.

    Example:
    >>> sixteen_bits(Image.fromarray(np.uint16([[0, 1000]]))).tolist()
    [[0, 1000]]
    """
    levels = np.asarray(image).astype("uint16")
    tags: Any = getattr(image, "tag_v2", {})
    if tags.get(BITS_PER_SAMPLE) == (12,):
        levels = np.rint(levels * (65535 / 4095)).astype("uint16")
    return 65535 - levels if _white_is_zero(image) else levels


def _from_wide(image: Image.Image) -> Image.Image:
    """Convert an image of 16 or 32 bits to mode L, or LA where one of its values stands for transparent."""
    if image.mode.startswith(SIXTEEN_BITS):
        levels = sixteen_bits(image) / 257
    else:
        levels = _levels(np.asarray(image, "float64"))
        levels = 255 - levels if _white_is_zero(image) else levels
    gray = Image.fromarray(np.clip(np.rint(levels), 0, 255).astype("uint8"))
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):
        gray.putalpha(Image.fromarray(np.where(np.asarray(image) == transparent, 0, 255).astype("uint8")))
    return gray


def _white_is_zero(image: Image.Image) -> bool:
    """Return whether a TIFF file says that 0 is white, which Pillow heeds for 8 bits only."""
    tags: Any = getattr(image, "tag_v2", {})
    return tags.get(PHOTOMETRIC_INTERPRETATION) == WHITE_IS_ZERO


def _levels(values: Array) -> Array:
    """Return numbers of no agreed range in levels of 255. Those that are not finite become the nearest, or black."""
    finite = values[np.isfinite(values)]
    least, largest = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
    values = np.nan_to_num(values, nan=least, posinf=largest, neginf=least)
    if least >= 0:
        for limit, factor in RANGES:
            if largest <= limit:
                return values * factor
    return (values - least) * (255 / ((largest - least) or 1.0))


def _from_cmyk(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if isinstance(profile, bytes):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if source.profile.xcolor_space.strip() == "CMYK":
                converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
                if converted is not None:
                    return converted
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            pass  # a damaged profile does not cost the pixels
    return image.convert("RGB")
