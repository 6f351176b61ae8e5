"""Bicubic resampling as in published super-resolution, and cropping to a multiple of the scale."""

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from kgan._checks import check_positive
from kgan._sizes import size_text
from kgan._typing import Array, Tensor


def downsample(images: Array | Tensor, scale: int) -> Array | Tensor:
    """Make images smaller, bicubic with antialiasing, as MATLAB's `imresize(images, 1 / scale)` does.

    Each output is a weighted mean of the `4 * scale` inputs next to its center along each side. The weights are
    Keys's cubic (a = -1/2) stretched by `scale` and normalized to a sum of one. Beyond the border, images continue
    mirrored (symmetric), as in MATLAB. Pillow and TensorFlow agree with MATLAB except at the border, where they omit
    what lies outside; therefore the mirrored border is added here, and `tf.image.resize` does the rest. One
    difference remains: MATLAB also rounds uint8 images after the first of the two sides, which may change a gray
    level by one.

    Args:
        images: array or tensor `(height, width, channels)` or `(batch, height, width, channels)`. Its sides are
            multiples of `scale` (see `crop_to_multiple`), and at least twice as large.
        scale: a positive integer.

    Returns:
        The same kind with sides `height / scale` and `width / scale`. uint8 is rounded and clipped to uint8; floats
        become float32, which may slightly exceed the range of the input.

    Raises:
        ValueError: the images have another rank or other sides.

    Reference: Keys, Cubic Convolution Interpolation for Digital Image Processing, 1981.

    Example:
    >>> downsample(np.full((8, 12, 3), 7, "uint8"), 4).shape
    (2, 3, 3)
    """
    check_positive(scale=scale)
    height, width = _sides(images, 2 * scale)
    if any(isinstance(side, int) and side % scale for side in (height, width)):
        raise ValueError(
            f"Expected sides that are multiples of {scale}. Received: {size_text((height, width))}. Crop them first."
        )
    return _resized(images, 2 * scale, 2, lambda side: side // scale)


def upsample(images: Array | Tensor, scale: int) -> Array | Tensor:
    """Make images larger, bicubic, as MATLAB's `imresize(images, scale)` does.

    Args:
        images: as in `downsample`, with sides of at least 2.
        scale: a positive integer.

    Returns:
        The same kind with sides `height * scale` and `width * scale`, as in `downsample`.

    Raises:
        ValueError: the images have another rank or other sides.

    Example:
    >>> upsample(np.full((2, 3, 1), 7, "uint8"), 2)[..., 0].tolist()
    [[7, 7, 7, 7, 7, 7], [7, 7, 7, 7, 7, 7], [7, 7, 7, 7, 7, 7], [7, 7, 7, 7, 7, 7]]
    """
    check_positive(scale=scale)
    _sides(images, 2)
    return _resized(images, 2, 2 * scale, lambda side: side * scale)


def crop_to_multiple(images: Array | Tensor, multiple: int) -> Array | Tensor:
    """Remove the last rows and columns, so that both sides are multiples of `multiple`.

    Args:
        images: array or tensor `(..., height, width, channels)`.
        multiple: a positive integer, at most as large as the sides.

    Raises:
        ValueError: a side is smaller.

    Example:
    >>> crop_to_multiple(np.zeros((9, 14, 1)), 4).shape
    (8, 12, 1)
    """
    check_positive(multiple=multiple)
    height, width = _sides(images, multiple)
    return images[..., : height // multiple * multiple, : width // multiple * multiple, :]


def _sides(images: Array | Tensor, least: int) -> tuple[int | Tensor, int | Tensor]:
    if len(images.shape) not in (3, 4):
        raise ValueError(f"Expected images ([batch,] height, width, channels). Received: shape {images.shape}")
    static = images.shape[-3:-1]
    if any(side is not None and side < least for side in static):
        raise ValueError(f"Expected sides of at least {least}. Received: {size_text(static)}")
    return ops.shape(images)[-3:-1]


def _resized(images: Array | Tensor, margin: int, result_margin: int, size: Callable[[Any], Any]) -> Array | Tensor:
    """Resize with a mirrored margin, which becomes `result_margin` wide and is cut off.

    `size` is a function of the length of a side with its margins that returns the length after resizing.
    """
    import tensorflow as tf

    padding = [[0, 0]] * (len(images.shape) - 3) + [[margin, margin], [margin, margin], [0, 0]]
    padded = tf.pad(images, padding, "SYMMETRIC")
    height, width = ops.shape(padded)[-3:-1]
    result = tf.image.resize(padded, (size(height), size(width)), "bicubic", antialias=True)
    result = result[..., result_margin:-result_margin, result_margin:-result_margin, :]
    if images.dtype in (np.uint8, tf.uint8):
        result = tf.cast(tf.clip_by_value(tf.round(result), 0.0, 255.0), tf.uint8)
    return result if tf.is_tensor(images) else ops.convert_to_numpy(result)
