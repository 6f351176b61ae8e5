"""Peak signal-to-noise ratio: how near images are to their targets, in decibels."""

import keras
from keras import ops


def psnr(targets, images):
    """Return the peak signal-to-noise ratio of each image, `10 log10(4 / mean squared difference)`.

    The range of the data is 2, from -1 to 1. Equal images have 100 dB, for want of infinity.

    Args:
        targets: float tensor `(batch, height, width, channels)` in [-1, 1].
        images: float tensor of the same shape.

    Returns:
        A float32 tensor `(batch,)` of decibels.

    Example:
    >>> images = ops.zeros((1, 8, 8, 1))
    >>> [round(float(value), 3) for value in psnr(images + 0.2, images)]
    [20.0]
    """
    difference = ops.cast(targets, "float32") - ops.cast(images, "float32")
    error = ops.mean(ops.square(difference), axis=(1, 2, 3))
    return 10.0 / ops.log(10.0) * ops.log(4.0 / ops.maximum(error, 4e-10))


@keras.saving.register_keras_serializable("kgan")
class PSNR(keras.metrics.MeanMetricWrapper):
    """The mean of `psnr` over all images seen.

    Args:
        name: of the metric. Defaults to `"psnr"`.

    Example:
    >>> metric = PSNR()
    >>> metric.update_state(ops.ones((2, 8, 8, 1)), ops.zeros((2, 8, 8, 1)))
    >>> round(float(metric.result()), 3)
    6.021
    """

    def __init__(self, name: str = "psnr", dtype=None):
        super().__init__(psnr, name=name, dtype=dtype)
        self._direction = "up"

    def get_config(self):
        return {"name": self.name, "dtype": self.dtype}
