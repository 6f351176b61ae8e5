"""A fixed network with random weights, whose features need neither a download, nor labels, nor training."""

import functools
import itertools
from collections.abc import Callable

import numpy as np
from keras import ops

from kgan._typing import Array, Tensor

SEED = 20_201
WIDTHS = (32, 64, 128, 256)
DIMENSION = 64
SIDES = (32, 64, 128)
"""Images are resized to the smallest of these that is not below their longer side, or to the last."""

CALIBRATION = 1000
"""Number of synthetic images by which the features are scaled."""


@functools.cache
def kernels() -> list[Array]:
    """Return the kernels of the convolutions, each `(3, 3, channels, width)`.

    They are drawn with NumPy's PCG64 from the seed `SEED`, so that they are the same on every machine and with every
    version of Keras. They are orthogonal (Saxe et al., 2014), scaled by the square root of 2 for ReLU.

    Example:
    >>> [kernel.shape for kernel in kernels()][:2]
    [(3, 3, 4, 32), (3, 3, 32, 64)]
    """
    random = np.random.Generator(np.random.PCG64(SEED))
    return [_orthogonal(random, (3, 3, *channels)) for channels in itertools.pairwise((4, *WIDTHS))]


def _orthogonal(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
    inputs, outputs = int(np.prod(shape[:-1])), shape[-1]
    drawn = random.standard_normal((max(inputs, outputs), min(inputs, outputs)))
    vectors, triangle = np.linalg.qr(drawn)
    vectors = vectors * np.sign(np.diag(triangle))
    if inputs < outputs:
        vectors = vectors.T * np.sqrt(outputs / inputs)
    return (np.sqrt(2.0) * vectors).reshape(shape).astype("float32")


def synthetic_images(num: int, side: int = SIDES[0]) -> Array:
    """Return color noise with the spectrum of natural images: amplitudes fall with 1 / frequency (Field, 1987).

    Returns:
        `(num, side, side, 3)` in [-1, 1].
    """
    random = np.random.Generator(np.random.PCG64(SEED + 1))
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side))
    frequency[0, 0] = 1 / side
    noise = np.fft.ifft2(np.fft.fft2(random.standard_normal((num, 3, side, side))) / frequency).real
    noise = np.moveaxis(noise, 1, -1)
    noise = 0.5 * noise / noise.std(axis=(1, 2, 3), keepdims=True) + 0.3 * random.standard_normal((num, 1, 1, 3))
    return np.clip(noise, -1.0, 1.0).astype("float32")


@functools.cache
def scaling() -> tuple[Array, Array]:
    """Return the mean of the channels' averages, and a matrix to `DIMENSION` features of variance 1.

    Without it, the overall brightness would outweigh all else. Means and variances are those of synthetic images, so
    that features do not depend on any data.
    """
    found = ops.convert_to_numpy(channel_means(synthetic_images(CALIBRATION)))
    values, vectors = np.linalg.eigh(np.cov(found.T.astype("float64")))
    values, vectors = values[::-1][:DIMENSION], vectors[:, ::-1][:, :DIMENSION]
    matrix = vectors / np.sqrt(values + 1e-3 * values[0])
    return found.mean(axis=0), matrix.astype("float32")


def network() -> Callable[[Tensor], Tensor]:
    """Return the function from images to features `(batch, 64)`."""
    mean, matrix = scaling()

    def features(images: Tensor) -> Tensor:
        return (channel_means(images) - mean) @ matrix

    return features


def side_of(height: int, width: int) -> int:
    """Return the size to which images are resized.

    Example:
    >>> side_of(28, 28), side_of(64, 48), side_of(256, 256)
    (32, 64, 128)
    """
    return next((side for side in SIDES if side >= max(height, width)), SIDES[-1])


def channel_means(images: Tensor) -> Tensor:
    """Return the averages of the channels of all convolutions, `(batch, sum(WIDTHS))`.

    Each convolution of 3x3 is followed by ReLU and average pooling by 2. Gray images are given three equal channels.
    The fourth channel is opacity, 1 for images without one; colors are weighted by it: hidden ones do not count.

    Args:
        images: `(batch, height, width, channels)` in [-1, 1], with 1, 3 or 4 channels.

    Raises:
        ValueError: another number of channels.
    """
    channels = images.shape[-1]
    if channels not in (1, 3, 4):
        raise ValueError(f"Expected images with 1, 3 or 4 channels. Received: {channels}")
    side = side_of(*images.shape[1:3])
    colors = ops.repeat(images, 3, axis=-1) if channels == 1 else images[..., :3]
    opacity = (images[..., 3:] + 1.0) / 2.0 if channels == 4 else ops.ones_like(colors[..., :1])
    x = ops.concatenate([colors * opacity, opacity], axis=-1)
    if tuple(images.shape[1:3]) != (side, side):
        x = ops.image.resize(x, (side, side), antialias=True, data_format="channels_last")
    means = []
    for kernel in kernels():
        x = ops.relu(ops.conv(x, kernel, padding="same", data_format="channels_last"))
        means.append(ops.mean(x, axis=(1, 2)))
        x = ops.average_pool(x, 2, 2, data_format="channels_last")
    return ops.concatenate(means, axis=-1)
