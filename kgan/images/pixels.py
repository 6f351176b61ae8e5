"""Conversion between the two ranges of pixels: uint8 in [0, 255] and floats in [-1, 1]."""

import sys
from types import ModuleType
from typing import Any

import numpy as np
from keras import ops

from kgan._typing import Array, Tensor

HALF_RANGE = 127.5


def to_uint8(images: Array | Tensor) -> Any:
    """Convert images from [-1, 1] to [0, 255], rounded; values outside are clipped.

    Args:
        images: floats of any shape: an array, or a tensor, also in a graph or in the `map` of a `tf.data.Dataset`.

    Returns:
        uint8 of the same kind and shape.

    Raises:
        ValueError: `images` is an array that is not of floats, or not finite. Tensors are not checked.

    Example:
    >>> to_uint8(np.array([-1.0, 0.0, 1.0])).tolist()
    [0, 128, 255]
    """
    if not _is_tensor(images):
        images = np.asarray(images)
        if not np.issubdtype(images.dtype, np.floating):
            raise ValueError(f"Expected float images in [-1, 1]. Received: {images.dtype}")
        if not np.isfinite(images).all():
            raise ValueError(f"Expected finite images. Received: {(~np.isfinite(images)).sum()} values that are not.")
    return _cast(_whole(to_levels(images)), "uint8")


def from_uint8(images: Array | Tensor) -> Any:
    """Convert images from [0, 255] to float32 in [-1, 1].

    Args:
        images: uint8 (or floats) of any shape: an array, or a tensor, also in a graph or in the `map` of a
            `tf.data.Dataset`.

    Returns:
        float32 of the same kind and shape.

    Example:
    >>> from_uint8(np.uint8([0, 255])).tolist()
    [-1.0, 1.0]
    """
    return from_levels(_cast(images, "float32"))


def quantize(images: Array | Tensor) -> Any:
    """Round images in [-1, 1] to the 256 levels that a picture file holds; values outside are clipped.

    Args:
        images: floats of any shape, an array or a tensor.

    Example:
    >>> quantize(np.array([-3.0, 1.0])).tolist()
    [-1.0, 1.0]
    """
    return from_levels(_whole(to_levels(images)))


def to_levels(images: Array | Tensor) -> Any:
    """Scale floats from [-1, 1] to [0, 255], neither rounded nor clipped."""
    return (images + 1.0) * HALF_RANGE


def from_levels(levels: Array | Tensor) -> Any:
    """Scale floats from [0, 255] to [-1, 1]."""
    return levels / HALF_RANGE - 1.0


def _whole(levels: Array | Tensor) -> Any:
    """Round levels to whole numbers, and clip them to [0, 255]."""
    if not _is_tensor(levels):
        return np.clip(np.rint(levels), 0, 255)
    if tensorflow := _tensorflow(levels):
        return tensorflow.clip_by_value(tensorflow.round(levels), 0.0, 255.0)
    return ops.clip(ops.round(levels), 0.0, 255.0)


def _cast(images: Array | Tensor, dtype: str) -> Any:
    if not _is_tensor(images):
        return np.asarray(images).astype(dtype)
    if tensorflow := _tensorflow(images):
        return tensorflow.cast(images, dtype)
    return ops.cast(images, dtype)


def _is_tensor(images: Array | Tensor) -> bool:
    return ops.is_tensor(images) or _tensorflow(images) is not None


def _tensorflow(images: Array | Tensor) -> ModuleType | None:
    """Return TensorFlow if `images` is a tensor of it: in `tf.data` it is one whatever Keras's backend."""
    tensorflow = sys.modules.get("tensorflow")
    return tensorflow if tensorflow is not None and tensorflow.is_tensor(images) else None
