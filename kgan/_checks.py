"""Checks of arguments and of data that several packages share."""

import numbers
from collections.abc import Sequence

import numpy as np

from kgan._typing import Array


def check_positive(**arguments: int) -> None:
    """Check that each argument is a positive integer; NumPy's integers are, booleans are not.

    Raises:
        ValueError: one is not; the message names it.
    """
    for name, value in arguments.items():
        if not isinstance(value, numbers.Integral) or isinstance(value, bool) or int(value) < 1:
            raise ValueError(f"`{name}` must be a positive integer. Received: {name}={value!r}")


def shapes_fit(shape: Sequence[int | None], expected: Sequence[int | None]) -> bool:
    """Return whether two shapes have the same rank and the same sizes, where None fits any size.

    Example:
    >>> shapes_fit((28, 28, 1), (None, None, 1)), shapes_fit((28, 28, 3), (None, None, 1))
    (True, False)
    """
    return len(shape) == len(expected) and all(
        size is None or other is None or size == other for size, other in zip(shape, expected, strict=True)
    )


def check_images(images: Array, shape: Sequence[int | None], limit: float = 1.01) -> None:
    """Check a batch, or a whole array, of real data against the generator's output.

    Args:
        images: array `(batch, height, width, channels)`, float, finite, in [-1, 1]. Data of another rank
            (points in the plane, say) may have any range.
        shape: the generator's output shape without the batch, for example `(28, 28, 1)`.
        limit: how far from 0 values may be; more than 1 for noisy inputs.

    Raises:
        ValueError: rank, size, channels, type, range or finiteness are not as expected.
    """
    shape = tuple(shape)
    if images.ndim != len(shape) + 1:
        raise ValueError(
            f"Expected a batch of rank {len(shape) + 1}, (batch, {', '.join(map(str, shape))}), like the generator's "
            f"output. Received: shape {images.shape}.{_rank_advice(images.shape, shape)}"
        )
    if not shapes_fit(images.shape[1:], shape):
        _check_channels_last(images.shape, shape)
        different = "number of channels" if shapes_fit(images.shape[1:-1], shape[:-1]) else "size"
        raise ValueError(
            f"Expected images of shape {shape}, as the generator has them. Received: {images.shape[1:]}: "
            f"another {different}. Build the networks for this shape, or load the data with "
            "`kgan.datasets.load(..., image_size=..., channels=...)`."
        )
    if len(images) == 0:
        raise ValueError("Expected at least one image. Received: an empty batch.")
    _check_values(images, limit if len(shape) == 3 else None)


def _check_channels_last(received: Sequence[int], shape: Sequence[int | None]) -> None:
    """Check that images are not channels first.

    Raises:
        ValueError: they are of the expected shape, but with the channels first.
    """
    if len(shape) == 3 and shapes_fit(received[1:], (shape[2], *shape[:2])):
        raise ValueError(
            f"Expected images of shape {shape}, the channels last. Received: {tuple(received[1:])}, the channels "
            "first. Move them with images.transpose(0, 2, 3, 1)."
        )


def _rank_advice(received: Sequence[int], shape: Sequence[int | None]) -> str:
    """Return what to do about images of a wrong rank."""
    if shapes_fit(received, shape):
        return " This is one image without a batch: use dataset.batch(32), or images[None] for an array."
    if shapes_fit(received[1:], shape[:-1]):
        return " Add the channels with images[..., None]."
    return ""


def _check_values(images: Array, limit: float | None) -> None:
    """Check that values are floats and finite, and at most `limit` from 0; None allows any range."""
    convert = {
        255: "Convert them with kgan.images.from_uint8(images), which is images.astype('float32') / 127.5 - 1.",
        1: "Multiply by 2 and subtract 1: images * 2 - 1. The generator must then end in tanh, not in sigmoid.",
    }
    if images.dtype == object:
        raise ValueError(
            "Expected float images in [-1, 1]. Received: an array of objects, such as pictures of different sizes. "
            "Make them one size, and one array with np.stack(pictures): kgan.datasets.load(folder, image_size=64) does."
        )
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(
            f"Expected float images in [-1, 1]. Received: {images.dtype} in [{images.min()}, {images.max()}]. "
            f"{convert[255]}"
        )
    if not np.isfinite(images.sum(dtype="float64")):
        raise ValueError(
            "Expected finite images. Received: "
            f"{np.isnan(images).sum()} NaN and {np.isinf(images).sum()} infinite values."
        )
    if limit is None:
        return
    low, high = images.min(), images.max()
    if low < -limit or high > limit:
        hint = convert[255] if low >= 0 and high > 2 else "Scale them to [-1, 1]."
        raise ValueError(f"Expected images in [-1, 1]. Received: values in [{low:.4g}, {high:.4g}]. {hint}")
    if low >= 0 and high > 0:
        raise ValueError(
            f"Expected images in [-1, 1]. Received: values in [{low:.4g}, {high:.4g}], which looks like [0, 1]. "
            f"{convert[1]}"
        )


def check_labels(labels: Array | None, num: int | None, num_classes: int | None, lowest: int = 0) -> None:
    """Check the labels of a batch or of a whole data set.

    Args:
        labels: integer array `(batch,)` with values in [lowest, num_classes), or None.
        num: the number of images they belong to, or None to leave that open.
        num_classes: the number of classes, or None if it is not known.
        lowest: -1 where a label may stand for no class.

    Raises:
        ValueError: labels are missing, of the wrong shape or number, or out of range.
        TypeError: they are not integers.
    """
    if labels is None:
        raise ValueError(
            "Expected (images, labels): the networks are class-conditional. Received: images without labels. "
            "Pass `labels=True` to `kgan.datasets.load`, or `gan.fit((images, labels))`."
        )
    labels = np.asarray(labels)
    if labels.ndim == 2 and labels.shape[1] > 1:
        raise ValueError(
            f"Expected one label for each image, an integer: shape ({'batch' if num is None else num},). Received: "
            f"shape {labels.shape}, which looks like one-hot labels. Convert them with labels.argmax(axis=-1), in a "
            "tf.data.Dataset with .map(lambda images, labels: (images, tf.argmax(labels, axis=-1)))."
        )
    if labels.ndim == 2:
        raise ValueError(
            f"Expected one label for each image: shape ({'batch' if num is None else num},). Received: shape "
            f"{labels.shape}. Remove the axis with labels[:, 0], in a tf.data.Dataset with .map(lambda images, labels: "
            "(images, tf.squeeze(labels, -1)))."
        )
    if not np.issubdtype(labels.dtype, np.integer):
        raise TypeError(f"Expected integer labels. Received: {labels.dtype}. Convert them with labels.astype('int32').")
    if labels.ndim != 1 or (num is not None and len(labels) != num):
        raise ValueError(f"Expected one label for each image: shape ({num},). Received: shape {labels.shape}.")
    if labels.size and (labels.min() < lowest or (num_classes is not None and labels.max() >= num_classes)):
        raise ValueError(
            f"Expected labels in [{lowest}, {num_classes if num_classes is not None else '...'}). "
            f"Received: labels in [{labels.min()}, {labels.max()}]."
            + _label_advice(labels, num_classes)
            + (" A label -1, no class, needs `kgan.GAN(label_dropout=...)`." if labels.min() == -1 != lowest else "")
        )


def _label_advice(labels: Array, num_classes: int | None) -> str:
    """Return what to do about labels that are out of range."""
    if labels.min() == 1 and labels.max() == num_classes:
        return " They seem to begin at 1: subtract 1."
    if labels.min() >= 0 and num_classes is not None and len(np.unique(labels)) <= num_classes:
        return (
            " Number the classes from 0 without gaps: labels = np.unique(labels, return_inverse=True)[1]; or build the "
            "networks with a larger `num_classes`."
        )
    return ""


def check_non_negative(**arguments: float) -> None:
    """Check that each argument is a number that is not negative.

    Raises:
        ValueError: one is negative or not a number; the message names it.
    """
    for name, value in arguments.items():
        if not value >= 0:
            raise ValueError(f"`{name}` must be non-negative. Received: {name}={value}")
