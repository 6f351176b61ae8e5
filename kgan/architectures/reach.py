"""How far a pixel of a network's output looks: what overlapping tiles must know."""

import numpy as np
from keras import ops

# Longer reaches than half of this are taken for no bound at all.
LARGEST_PROBE = 1024
LARGEST_STRIDE = 16
ACROSS = 16  # the other side of the probe, the least that any network here takes


def margin(network) -> int:
    """Return how many pixels of the input, at most, lie between a pixel of the output and those it depends on.

    An image that is worked on in tiles with so many pixels more at each side comes out as if worked on whole. It is
    found by a probe: a line of NaN in the input reaches every pixel that depends on it, whatever the weights.

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
    found = 0
    for axis in (0, 1):
        size, lines, reached, scale = _probe(network, axis, stride(network))
        for line, rows in zip(lines, reached, strict=True):
            rows = np.flatnonzero(rows) // scale
            found = max(found, line - rows.min(), rows.max() - line)
    return int(found)


def stride(network) -> int:
    """Return the number of pixels by which the input can be moved so that the output moves with it unchanged.

    Tiles should begin at its multiples.

    Args:
        network: as in `margin`.

    Raises:
        ValueError: as in `margin`, or there is none up to 16.

    Example:
    >>> import keras
    >>> images = keras.Input((None, None, 1))
    >>> x = keras.layers.Conv2D(4, 4, strides=2, padding="same")(images)
    >>> stride(keras.Model(images, keras.layers.Conv2DTranspose(1, 4, strides=2, padding="same")(x)))
    2
    """
    _, _, reached, scale = _probe(network, 0, 2 * LARGEST_STRIDE)
    for step in range(1, LARGEST_STRIDE + 1):
        if all(np.array_equal(np.roll(reached[i], step * scale), reached[i + step]) for i in range(LARGEST_STRIDE)):
            return step
    raise ValueError(f"Expected a network of strides up to {LARGEST_STRIDE}. Received: {network.name!r}")


def _probe(network, axis, count):
    """Return the size of the probe, `count` lines of its middle, which lines of the output each reaches, the scale."""
    shape = network.inputs[0].shape
    if shape[1:3] != (None, None):
        raise ValueError(f"Expected a network for images of any size. Received: one for {shape[1]}x{shape[2]}")
    size = 64
    while size <= LARGEST_PROBE:
        lines = size // 2 - count // 2 + np.arange(count)
        images = np.zeros((count, size, ACROSS, shape[3]), "float32")
        images[np.arange(count), lines] = np.nan
        if axis == 1:
            images = images.swapaxes(1, 2)
        outputs = ops.convert_to_numpy(network(images, training=False))
        reached = np.isnan(outputs).any(axis=(2 - axis, 3))
        if not reached[:, 0].any() and not reached[:, -1].any():
            return size, lines, reached, reached.shape[1] // size
        size *= 2
    raise ValueError(
        f"Expected a network whose pixels depend on a part of the image. Received: {network.name!r}, whose pixels "
        f"look further than {LARGEST_PROBE // 2} pixels. Does it normalise over the whole image?"
    )
