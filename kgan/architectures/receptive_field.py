"""The receptive field of a network's output pixels, which determines how far tiles must overlap."""

from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from kgan._typing import Array

LARGEST_PROBE = 1024  # pixels; a dependence over more than half of it counts as unbounded
LARGEST_STRIDE = 16
PROBE_WIDTH = 16  # the other side of the probe: the smallest size that any network here takes


def margin(network: keras.Model) -> int:
    """Return the greatest distance in input pixels between an output pixel and the pixels that it depends on.

    An image that is processed in tiles with this many additional pixels on each side gives the same result as the
    whole image. It is measured with a probe: a line of NaN in the input reaches every output pixel that depends on
    it, whatever the weights.

    Args:
        network: Functional model, images of any size to images of that size or a multiple of it.

    Raises:
        ValueError: the network takes one size only, or each pixel depends on the whole image.

    Example:
    >>> import keras
    >>> images = keras.Input((None, None, 1))
    >>> margin(keras.Model(images, keras.layers.Conv2D(1, 7, padding="same")(images)))
    3
    """
    greatest, num_lines = 0, stride(network)
    for axis in (0, 1):
        probe = _probe(network, axis, num_lines)
        for line, is_reached in zip(probe.lines, probe.reached, strict=True):
            reached = np.flatnonzero(is_reached) // probe.scale
            greatest = max(greatest, line - reached.min(), reached.max() - line)
    return int(greatest)


def stride(network: keras.Model) -> int:
    """Return the number of pixels by which the input can be shifted so that the output shifts along, unchanged.

    Tiles must start at its multiples.

    Args:
        network: as in `margin`.

    Raises:
        ValueError: as in `margin`, or there is no such number up to 16.

    Example:
    >>> import keras
    >>> images = keras.Input((None, None, 1))
    >>> x = keras.layers.Conv2D(4, 4, strides=2, padding="same")(images)
    >>> stride(keras.Model(images, keras.layers.Conv2DTranspose(1, 4, strides=2, padding="same")(x)))
    2
    """
    probe = _probe(network, 0, 2 * LARGEST_STRIDE)
    reached = probe.reached
    for step in range(1, LARGEST_STRIDE + 1):
        shift = step * probe.scale
        if all(np.array_equal(np.roll(reached[i], shift), reached[i + step]) for i in range(LARGEST_STRIDE)):
            return step
    raise ValueError(f"Expected a network of strides up to {LARGEST_STRIDE}. Received: {network.name!r}")


class _Probe(NamedTuple):
    """Which lines of the output depend on which lines of the input.

    Attributes:
        lines: positions of the probed lines in the input, `(num_lines,)`.
        reached: whether each line of the output depends on the probed line, bool `(num_lines, scale * size)`.
        scale: how many times the output is larger than the input.
    """

    lines: Array
    reached: Array
    scale: int


def _probe(network: keras.Model, axis: int, num_lines: int) -> _Probe:
    """Measure the dependence of the output on lines in the middle of the input, along one axis."""
    shape = network.inputs[0].shape
    if shape[1:3] != (None, None):
        raise ValueError(f"Expected a network for images of any size. Received: one for {shape[1]}x{shape[2]}")
    size = 64
    while size <= LARGEST_PROBE:
        lines = size // 2 - num_lines // 2 + np.arange(num_lines)
        images = np.zeros((num_lines, size, PROBE_WIDTH, shape[3]), "float32")
        images[np.arange(num_lines), lines] = np.nan
        if axis == 1:
            images = images.swapaxes(1, 2)
        outputs = ops.convert_to_numpy(network(images, training=False))
        reached = np.isnan(outputs).any(axis=(2 - axis, 3))
        if not reached[:, 0].any() and not reached[:, -1].any():
            return _Probe(lines, reached, reached.shape[1] // size)
        size *= 2
    raise ValueError(
        f"Expected a network whose output pixels depend on a part of the image. Received: {network.name!r}, whose "
        f"output depends on pixels that are more than {LARGEST_PROBE // 2} pixels away. Does it normalize over the "
        "whole image?"
    )
