"""Transparent pictures: the colors of pixels that nobody sees must not be learned, and must not leak into others."""

import numpy as np
from PIL import Image

from kgan._typing import Array

VISIBLE = 32
"""Opacity in levels of 255 from which on a pixel keeps its own color in `filled`."""


def on_white(image: Image.Image) -> Image.Image:
    """Return a transparent Pillow image as it looks on a white page, RGB.

    Example:
    >>> on_white(Image.new("RGBA", (1, 1), (10, 20, 30, 0))).getpixel((0, 0))
    (255, 255, 255)
    """
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def without_hidden_colors(pixels: Array) -> Array:
    """Return RGBA pixels in which those that are fully transparent are black.

    Args:
        pixels: uint8 array `(..., 4)`.

    Example:
    >>> without_hidden_colors(np.uint8([[10, 20, 30, 0], [10, 20, 30, 1]])).tolist()
    [[0, 0, 0, 0], [10, 20, 30, 1]]
    """
    return np.where(pixels[..., 3:] > 0, pixels, 0).astype(pixels.dtype)


def filled(pixels: Array, alpha: Array) -> Array:
    """Return the colors of a picture with those of transparent pixels replaced by the visible ones around them.

    What is computed from the neighborhood of a visible pixel (noise removal, enlargement) then depends on visible
    colors only, and an edge keeps its color up to the end. Pixels of an opacity of at least `VISIBLE` keep theirs.

    Args:
        pixels: array `(height, width, channels)`, uint8.
        alpha: opacity `(height, width)`, uint8.

    Returns:
        An array of the shape and dtype of `pixels`. If no pixel is visible, it is black.

    Example:
    >>> filled(np.uint8([[[90], [7]]]), np.uint8([[255, 0]])).tolist()
    [[[90], [90]]]
    """
    visible = min(VISIBLE, int(alpha.max()))
    if alpha.min() >= visible > 0:
        return pixels
    # Squared, so that many pixels that are hardly visible do not outweigh a visible one next to them.
    weights = np.minimum(alpha[..., None].astype("float32") / max(visible, 1), 1) ** 2
    return np.rint(_spread(pixels * weights, weights)).astype(pixels.dtype)


def _spread(weighted: Array, weights: Array) -> Array:
    """Return the color of each pixel as far as it has weight, and else the mean color around it.

    The mean is taken from coarser and coarser pictures.

    Args:
        weighted: colors times weights, float32 `(height, width, channels)`.
        weights: float32 `(height, width, 1)`, from 0 to 1.
    """
    own = weighted / np.maximum(weights, 1e-6)
    if weights.shape[:2] == (1, 1) or weights.min() >= 1:
        return own
    summed, total = 4 * _halved(weighted), 4 * _halved(weights)
    coarse = _spread(summed / np.maximum(total, 1), np.minimum(total, 1))
    height, width = weights.shape[:2]
    around = coarse.repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    return weights * own + (1 - weights) * around


def _halved(values: Array) -> Array:
    """Return the means of 2x2 pixels; an odd last row or column counts twice."""
    height, width = values.shape[:2]
    even = np.pad(values, [(0, height % 2), (0, width % 2), (0, 0)], "edge")
    return (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4
