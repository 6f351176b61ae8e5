"""Random patches of pictures that are held in memory, for training networks that restore."""

import numpy as np
import tensorflow as tf

from kgan import datasets
from kgan._checks import check_positive
from kgan.images import from_uint8


def load(pictures, size: int, *, batch_size: int = 16, steps: int = 1000, seed: int = 0, inputs=None, degradation=None):
    """Make a data set of `(input, target)` patches of pictures.

    Patches are drawn uniformly from all places in all pictures, turned by quarters and mirrored at random. What a
    batch holds depends on `seed`, the epoch and the step only, so that a training that was killed finds its place.

    Args:
        pictures: uint8 arrays `(height, width, channels)` of any sizes, of one number of channels: what is wanted.
            Those smaller than a patch are left out.
        size: side of a target patch in pixels.
        batch_size, steps: patches a batch and batches an epoch. Default to 16 and 1,000.
        seed: of places, turns and degradation.
        inputs: optional pictures, each smaller than its target by the same whole number: what is given.
        degradation: what makes inputs of the targets instead, one of `kgan.datasets.degradations`. Defaults to nothing.

    Returns:
        A `tf.data.Dataset` of pairs of float32 batches `(batch_size, size, size, channels)` in [-1, 1]; the inputs'
        sides are smaller where `inputs` are, or where the degradation makes them so.

    Raises:
        ValueError: no picture is as large as a patch, or pictures, inputs and size do not fit together.

    Example:
    >>> data = load([np.zeros((20, 30, 3), "uint8")], size=8, batch_size=2, steps=1)
    >>> [part.shape for part in next(iter(data))]
    [TensorShape([2, 8, 8, 3]), TensorShape([2, 8, 8, 3])]
    """
    check_positive(size=size, batch_size=batch_size, steps=steps)
    scale = 1 if inputs is None else _check_inputs(pictures, inputs, size)
    large = [index for index, each in enumerate(pictures) if min(each.shape[:2]) >= size]
    if not large:
        raise ValueError(
            f"Expected pictures of at least {size}x{size}, the patch. Received: {len(pictures)}, all less."
        )
    targets = _Store([pictures[index] for index in large])
    sources = targets if inputs is None else _Store([inputs[index] for index in large])
    # Places where a patch of the smaller pictures may start, of all pictures together.
    small = size // scale
    rows, columns = sources.heights - small + 1, sources.widths - small + 1
    ends = np.cumsum(rows * columns)
    with tf.device("CPU"):
        ends, columns = tf.constant(ends, tf.int64), tf.constant(columns, tf.int64)

    def one_epoch(epoch):
        return tf.data.Dataset.range(steps).map(lambda step: tf.stack([epoch, step]))

    def fetch(place):
        own = tf.random.fold_in(tf.random.fold_in(tf.constant([seed, 0], tf.int64), place[0]), place[1])
        seeds = tf.unstack(tf.random.split(own, 3), num=3)
        spots = tf.random.stateless_uniform([batch_size], seeds[0], 0, ends[-1], tf.int64)
        picture = tf.searchsorted(ends, spots, side="right", out_type=tf.int64)
        spots -= tf.where(picture > 0, tf.gather(ends, tf.maximum(picture - 1, 0)), 0)
        top, left = spots // tf.gather(columns, picture), spots % tf.gather(columns, picture)
        turn = tf.random.stateless_uniform([batch_size], seeds[1], 0, 8, tf.int64)
        target = targets.patches(picture, top * scale, left * scale, turn, size)
        if inputs is not None:
            return sources.patches(picture, top, left, turn, small), target
        return (target if degradation is None else degradation(target, seeds[2])), target

    return datasets.by_epoch(one_epoch, fetch, steps)


class _Store:
    """Pictures of different sizes in one array `(pixels, channels)`, from which patches are gathered."""

    def __init__(self, pictures):
        channels = {each.shape[-1] for each in pictures}
        if len(channels) > 1 or any(each.dtype != np.uint8 or each.ndim != 3 for each in pictures):
            raise ValueError("Expected uint8 pictures (height, width, channels) of one number of channels.")
        self.heights, self.widths = np.array([each.shape[:2] for each in pictures], "int64").T
        starts = np.cumsum(self.heights * self.widths) - self.heights * self.widths
        with tf.device("CPU"):
            self._pixels = tf.constant(np.concatenate([each.reshape(-1, each.shape[-1]) for each in pictures]))
            self._starts, self._widths = tf.constant(starts), tf.constant(self.widths)

    def patches(self, picture, top, left, turn, size):
        """Gather float patches `(n, size, size, channels)`; `turn` in [0, 8) is one of the square's symmetries."""
        row, column = tf.meshgrid(tf.range(size, dtype=tf.int64), tf.range(size, dtype=tf.int64), indexing="ij")
        turn = tf.reshape(turn, (-1, 1, 1))
        row, column = tf.where(turn % 2 == 1, column, row), tf.where(turn % 2 == 1, row, column)
        row = tf.where(turn // 2 % 2 == 1, size - 1 - row, row)
        column = tf.where(turn // 4 == 1, size - 1 - column, column)
        corner = tf.gather(self._starts, picture) + top * tf.gather(self._widths, picture) + left
        width = tf.reshape(tf.gather(self._widths, picture), (-1, 1, 1))
        found = tf.gather(self._pixels, tf.reshape(corner, (-1, 1, 1)) + row * width + column)
        return from_uint8(found)


def _check_inputs(pictures, inputs, size):
    """Return how many times smaller the inputs are."""
    if len(pictures) != len(inputs) or not len(inputs):
        raise ValueError(f"Expected an input for each picture. Received: {len(inputs)} for {len(pictures)}.")
    scale = pictures[0].shape[0] // inputs[0].shape[0]
    for target, source in zip(pictures, inputs, strict=True):
        if scale < 1 or target.shape != (source.shape[0] * scale, source.shape[1] * scale, source.shape[2]):
            raise ValueError(
                "Expected inputs that are smaller than their pictures by one whole number. "
                f"Received: {source.shape} for {target.shape}"
            )
    if size % scale:
        raise ValueError(f"`size` must be a multiple of the scale {scale}. Received: size={size}")
    return scale
