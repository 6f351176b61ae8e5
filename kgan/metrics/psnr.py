"""Peak signal-to-noise ratio: how near images are to their targets, in decibels."""

from typing import Any

import keras
from keras import ops

from kgan._checks import shapes_fit
from kgan._typing import Tensor
from kgan.backend import keras_internals
from kgan.images import from_uint8


def psnr(targets: Tensor, images: Tensor, border: int = 0) -> Tensor:
    """Return the peak signal-to-noise ratio of each image, `10 log10(peak^2 / mean squared difference)`.

    The peak is the range of the data: 2 from -1 to 1, or 255. Equal images have 100 dB, the
    largest value.

    Args:
        targets, images: tensors `(batch, height, width, channels)` of one shape, uint8 or float in [-1, 1].
        border: number of pixels at each side that do not count; for super-resolution it is usual to take the scale.
            Defaults to 0.

    Returns:
        A float32 tensor `(batch,)` of decibels.

    Raises:
        ValueError: the shapes differ, or nothing is left within the border.

    Example:
    >>> images = ops.zeros((1, 8, 8, 1))
    >>> [round(float(value), 3) for value in psnr(images + 0.2, images)]
    [20.0]
    """
    targets, images = _unit(targets), _unit(images)
    if len(targets.shape) != 4 or not shapes_fit(images.shape[1:], targets.shape[1:]):
        raise ValueError(
            "Expected targets and images of one shape (batch, height, width, channels). "
            f"Received: {targets.shape} and {images.shape}"
        )
    if border < 0 or any(side is not None and side <= 2 * border for side in targets.shape[1:3]):
        raise ValueError(f"`border` must leave something of {targets.shape[1:3]}. Received: border={border}")
    inner = slice(border, -border or None)
    error = ops.mean(ops.square(targets - images)[:, inner, inner], axis=(1, 2, 3))
    return 10.0 / ops.log(10.0) * ops.log(4.0 / ops.maximum(error, 4e-10))


def _unit(images: Tensor) -> Tensor:
    images = ops.convert_to_tensor(images)
    if keras.backend.standardize_dtype(images.dtype) == "uint8":
        return from_uint8(images)
    return ops.cast(images, "float32")


@keras.saving.register_keras_serializable("kgan")
class PSNR(keras.metrics.MeanMetricWrapper):
    """The mean of `psnr` over all images seen.

    Args:
        name: the metric's name. Defaults to `"psnr"`.
        dtype: as in `keras.metrics.Metric`.

    Example:
    >>> metric = PSNR()
    >>> metric.update_state(ops.ones((2, 8, 8, 1)), ops.zeros((2, 8, 8, 1)))
    >>> round(float(metric.result()), 3)
    6.021
    """

    def __init__(self, name: str = "psnr", dtype: Any = None) -> None:
        super().__init__(psnr, name=name, dtype=dtype)
        keras_internals.set_direction(self, "up")

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"name": self.name, "dtype": self.dtype}
