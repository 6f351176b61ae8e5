"""The luma of color images, on which published figures of super-resolution are measured."""

import numpy as np

from kgan._typing import Array
from kgan.images.pixels import from_levels, to_levels

# ITU-R BT.601 in 8-bit levels: black is 16 and white 235.
WEIGHTS = np.array([[65.481], [128.553], [24.966]]) / 255
BLACK = 16


def luma(images: Array) -> Array:
    """Return the luma of color images, `16 + (65.481 R + 128.553 G + 24.966 B) / 255` in levels of 255.

    This is ITU-R BT.601 as in MATLAB's `rgb2ycbcr`: black becomes 16, white 235. As there, the luma of uint8 images
    is rounded to uint8.

    Args:
        images: array `(..., 3)`, uint8 or float in [-1, 1].

    Returns:
        Array `(..., 1)`, uint8, or float32 in [-1, 1].

    Raises:
        ValueError: the number of channels is not 3.

    Example:
    >>> luma(np.uint8([[0, 0, 0], [255, 255, 255]])).ravel().tolist()
    [16, 235]
    """
    images = np.asarray(images)
    if images.shape[-1:] != (3,):
        raise ValueError(f"Expected images with 3 channels. Received: shape {images.shape}")
    if images.dtype == np.uint8:
        return np.rint(BLACK + images @ WEIGHTS).astype("uint8")
    levels = BLACK + to_levels(images.astype("float64")) @ WEIGHTS
    return from_levels(levels).astype("float32")
