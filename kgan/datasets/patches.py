"""Random patches of pictures in memory, for training networks that restore images."""

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from kgan._checks import check_positive
from kgan._typing import Array, Tensor
from kgan.datasets.order import by_epoch
from kgan.images import from_uint8


def load(
    pictures: Sequence[Array],
    size: int,
    *,
    batch_size: int = 16,
    steps: int = 1000,
    seed: int = 0,
    inputs: Sequence[Array] | None = None,
    degradation: Callable[[Tensor, Tensor], Tensor] | None = None,
) -> tf.data.Dataset:
    """Make a data set of `(input, target)` patches of pictures.

    Patches are drawn uniformly from all positions in all pictures, and randomly rotated by multiples of 90 degrees and
    flipped. A batch depends on `seed`, the epoch and the step only, so that an interrupted training can resume.

    Args:
        pictures: the targets, uint8 arrays `(height, width, channels)` of any sizes with the same number of channels.
            Those smaller than a patch are not used.
        size: side of a target patch in pixels.
        batch_size: patches per batch. Defaults to 16.
        steps: batches per epoch. Defaults to 1,000.
        seed: of positions, rotations and degradation. Defaults to 0.
        inputs: the inputs, one for each picture and smaller by the same integer factor. Defaults to None: inputs are
            made of the targets.
        degradation: makes inputs of the targets, if there are no `inputs`: one of `kgan.datasets.degradations`, or a
            function of images and a seed. Defaults to None: inputs equal targets.

    Returns:
        A `tf.data.Dataset` of pairs of float32 batches `(batch_size, size, size, channels)` in [-1, 1]. The inputs
        are smaller if `inputs` are, or if the degradation downsamples.

    Raises:
        ValueError: no picture is as large as a patch, or pictures, inputs and size do not fit together.

    Example:
    >>> data = load([np.zeros((20, 30, 3), "uint8")], size=8, batch_size=2, steps=1)
    >>> [patches.shape for patches in next(iter(data))]
    [TensorShape([2, 8, 8, 3]), TensorShape([2, 8, 8, 3])]
    """
    check_positive(size=size, batch_size=batch_size, steps=steps)
    scale = 1 if inputs is None else _input_scale(pictures, inputs, size)
    large = [index for index, picture in enumerate(pictures) if min(picture.shape[:2]) >= size]
    if not large:
        raise ValueError(
            f"Expected pictures of at least {size}x{size}, the patch. Received: {len(pictures)} smaller pictures."
        )
    targets = _Pictures([pictures[index] for index in large])
    sources = targets if inputs is None else _Pictures([inputs[index] for index in large])
    locations = _Locations(sources, size // scale)

    def one_epoch(epoch: Tensor) -> tf.data.Dataset:
        return tf.data.Dataset.range(steps).map(lambda step: tf.stack([epoch, step]))

    def fetch(epoch_and_step: Tensor) -> tuple[Tensor, Tensor]:
        base = tf.constant([seed, 0], tf.int64)
        own_seed = tf.random.fold_in(tf.random.fold_in(base, epoch_and_step[0]), epoch_and_step[1])
        location_seed, symmetry_seed, degradation_seed = tf.unstack(tf.random.split(own_seed, 3), num=3)
        picture, top, left = locations.draw(batch_size, location_seed)
        symmetry = tf.random.stateless_uniform([batch_size], symmetry_seed, 0, 8, tf.int64)
        target = targets.patches(picture, top * scale, left * scale, symmetry, size)
        if inputs is not None:
            return sources.patches(picture, top, left, symmetry, size // scale), target
        return (target if degradation is None else degradation(target, degradation_seed)), target

    return by_epoch(one_epoch, fetch, steps)


class _Pictures:
    """Pictures of different sizes in one array `(pixels, channels)`, from which patches are gathered.

    Attributes:
        heights, widths: the sizes of the pictures.
    """

    def __init__(self, pictures: Sequence[Array]) -> None:
        channels = {picture.shape[-1] for picture in pictures}
        if len(channels) > 1 or any(picture.dtype != np.uint8 or picture.ndim != 3 for picture in pictures):
            raise ValueError(
                "Expected uint8 pictures (height, width, channels) with the same number of channels. Received: "
                f"{', '.join(sorted({f'{picture.dtype} {picture.shape}' for picture in pictures})[:5])}"
            )
        self.heights, self.widths = np.array([picture.shape[:2] for picture in pictures], "int64").T
        starts = np.cumsum(self.heights * self.widths) - self.heights * self.widths
        with tf.device("CPU"):
            pixels = np.concatenate([picture.reshape(-1, picture.shape[-1]) for picture in pictures])
            self._pixels = tf.constant(pixels)
            self._starts, self._widths = tf.constant(starts), tf.constant(self.widths)

    def patches(self, picture: Tensor, top: Tensor, left: Tensor, symmetry: Tensor, size: int) -> Tensor:
        """Gather square patches.

        Args:
            picture: index of the picture of each patch, `(num,)`.
            top, left: position of each patch, `(num,)`.
            symmetry: one of the eight symmetries of the square for each patch, from 0 to 7, `(num,)`.
            size: side of the patches.

        Returns:
            float32 `(num, size, size, channels)` in [-1, 1].
        """
        row, column = tf.meshgrid(tf.range(size, dtype=tf.int64), tf.range(size, dtype=tf.int64), indexing="ij")
        symmetry = tf.reshape(symmetry, (-1, 1, 1))
        row, column = tf.where(symmetry % 2 == 1, column, row), tf.where(symmetry % 2 == 1, row, column)
        row = tf.where(symmetry // 2 % 2 == 1, size - 1 - row, row)
        column = tf.where(symmetry // 4 == 1, size - 1 - column, column)
        corner = tf.gather(self._starts, picture) + top * tf.gather(self._widths, picture) + left
        width = tf.reshape(tf.gather(self._widths, picture), (-1, 1, 1))
        return from_uint8(tf.gather(self._pixels, tf.reshape(corner, (-1, 1, 1)) + row * width + column))


class _Locations:
    """All positions of a patch in all pictures, to draw from uniformly.

    Args:
        pictures: the pictures.
        size: side of a patch.
    """

    def __init__(self, pictures: _Pictures, size: int) -> None:
        rows, columns = pictures.heights - size + 1, pictures.widths - size + 1
        with tf.device("CPU"):
            self._ends = tf.constant(np.cumsum(rows * columns), tf.int64)
            self._columns = tf.constant(columns, tf.int64)

    def draw(self, num: int, seed: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the indices of the pictures, the top rows and the left columns of `num` patches."""
        location = tf.random.stateless_uniform([num], seed, 0, self._ends[-1], tf.int64)
        picture = tf.searchsorted(self._ends, location, side="right", out_type=tf.int64)
        location -= tf.where(picture > 0, tf.gather(self._ends, tf.maximum(picture - 1, 0)), 0)
        columns = tf.gather(self._columns, picture)
        return picture, location // columns, location % columns


def _input_scale(pictures: Sequence[Array], inputs: Sequence[Array], size: int) -> int:
    """Return how many times smaller the inputs are than their pictures.

    Raises:
        ValueError: the inputs do not fit the pictures, or the scale does not divide `size`.
    """
    if len(pictures) != len(inputs) or not len(inputs):
        raise ValueError(f"Expected one input for each picture. Received: {len(inputs)} for {len(pictures)}.")
    scale = pictures[0].shape[0] // inputs[0].shape[0]
    for target, source in zip(pictures, inputs, strict=True):
        if scale < 1 or target.shape != (source.shape[0] * scale, source.shape[1] * scale, source.shape[2]):
            raise ValueError(
                "Expected inputs that are smaller than their pictures by one integer factor. "
                f"Received: {source.shape} for {target.shape}"
            )
    if size % scale:
        raise ValueError(f"`size` must be a multiple of the scale {scale}. Received: size={size}")
    return scale
