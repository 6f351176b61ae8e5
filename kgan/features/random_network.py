"""A fixed network with random weights, whose features need neither a download, nor labels, nor training."""

import functools
import itertools
from typing import NamedTuple

import numpy as np
from keras import ops

from kgan._typing import Array, Tensor

SEED = 20_201
WIDTHS = (32, 64, 128, 256)
DIMENSION = 128
SIDES = (32, 64, 128)
"""Images are resized to the smallest of these that is not below their longer side, or to the last."""


class Weights(NamedTuple):
    """The weights of the network for images of one size.

    Attributes:
        kernels: of the convolutions, each `(3, 3, channels, width)`.
        projection: `(flat, DIMENSION)`, of the last features.
    """

    kernels: list[Array]
    projection: Array


@functools.cache
def weights(side: int) -> Weights:
    """Return the weights for images of `side` x `side` pixels.

    They are drawn with NumPy's PCG64 from the seed `SEED`, so that they are the same on every machine and with every
    version of Keras. The kernels are orthogonal (Saxe et al., 2014), scaled by the square root of 2 for ReLU.

    Example:
    >>> [kernel.shape for kernel in weights(32).kernels][:2]
    [(3, 3, 4, 32), (3, 3, 32, 64)]
    """
    random = np.random.Generator(np.random.PCG64(SEED))
    kernels = [_orthogonal(random, (3, 3, *channels)) for channels in itertools.pairwise((4, *WIDTHS))]
    flat = (side // 2 ** len(WIDTHS)) ** 2 * WIDTHS[-1]
    projection = np.random.Generator(np.random.PCG64([SEED, side])).standard_normal((flat, DIMENSION))
    return Weights(kernels, (projection / np.sqrt(DIMENSION)).astype("float32"))


def _orthogonal(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
    inputs, outputs = int(np.prod(shape[:-1])), shape[-1]
    drawn = random.standard_normal((max(inputs, outputs), min(inputs, outputs)))
    vectors, triangle = np.linalg.qr(drawn)
    vectors = vectors * np.sign(np.diag(triangle))
    if inputs < outputs:
        vectors = vectors.T * np.sqrt(outputs / inputs)
    return (np.sqrt(2.0) * vectors).reshape(shape).astype("float32")


def side_of(height: int, width: int) -> int:
    """Return the size to which images are resized.

    Example:
    >>> side_of(28, 28), side_of(64, 48), side_of(256, 256)
    (32, 64, 128)
    """
    return next((side for side in SIDES if side >= max(height, width)), SIDES[-1])


def features(images: Tensor) -> Tensor:
    """Return the features `(batch, 128)` of images.

    Four convolutions of 3x3, each with ReLU and average pooling by 2, then a random projection. Gray images are given
    three equal channels. The fourth channel is opacity, 1 for images without one; colors are weighted by it, so that
    hidden ones do not count.

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
    kernels, projection = weights(side)
    for kernel in kernels:
        x = ops.relu(ops.conv(x, kernel, padding="same", data_format="channels_last"))
        x = ops.average_pool(x, 2, 2, data_format="channels_last")
    return ops.reshape(x, (-1, projection.shape[0])) @ projection
