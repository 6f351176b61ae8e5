"""Batches in an order that depends on the seed and the epoch only, so that it can be found again in mid-training."""

import dataclasses
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from kgan._checks import check_positive
from kgan._typing import Array, Tensor
from kgan.images import from_uint8

# The number of the next epoch of each data set made here.
_EPOCHS: weakref.WeakKeyDictionary[tf.data.Dataset, tf.Variable] = weakref.WeakKeyDictionary()


def from_arrays(
    images: Array,
    labels: Array | None = None,
    *,
    batch_size: int,
    shuffle: bool = True,
    seed: int = 0,
    drop_remainder: bool = True,
) -> tf.data.Dataset:
    """Make a data set of arrays whose order in epoch e depends on `seed` and e only.

    Iterating it a second time gives the second epoch, and so on; `seek` goes to any epoch.

    Args:
        images: array `(num, ...)`: uint8, returned as float32 in [-1, 1], or floats, returned as they are.
        labels: integers `(num,)`, or floats `(num, ...)` (targets of image pairs), returned as they are; or None.
        batch_size: images per batch, at most `num`.
        shuffle: whether each epoch has an order of its own. Defaults to True.
        seed: seed of the order. Defaults to 0.
        drop_remainder: leave out the images that do not fill the last batch. Defaults to True.

    Returns:
        A `tf.data.Dataset` of batches of images, or of `(images, labels)` with int32 labels.

    Raises:
        ValueError: there are fewer images than one batch, or another number of labels.

    Example:
    >>> data = from_arrays(np.arange(6.0), batch_size=2, shuffle=False)
    >>> [batch.numpy().tolist() for batch in data]
    [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
    """
    images = np.asarray(images)
    if labels is not None and len(labels) != len(images):
        raise ValueError(f"Expected one label for each of the {len(images)} images. Received: {len(labels)} labels.")
    with tf.device("CPU"):
        data = tf.convert_to_tensor(images)
        targets = None if labels is None else _targets(np.asarray(labels))

    def fetch(indices: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        batch = tf.gather(data, indices)
        if data.dtype == tf.uint8:
            batch = from_uint8(batch)
        return batch if targets is None else (batch, tf.gather(targets, indices))

    return Order(len(images), batch_size, shuffle, seed, drop_remainder).batches(fetch)


def _targets(labels: Array) -> Tensor:
    """Return images as they are, and labels as int32."""
    paired = labels.ndim > 1 and np.issubdtype(labels.dtype, np.floating)
    return tf.convert_to_tensor(labels, None if paired else tf.int32)


@dataclasses.dataclass(frozen=True)
class Order:
    """The order of the examples of a data set, a function of the seed and the epoch.

    Args:
        num_examples: number of examples, at least `batch_size`.
        batch_size: examples per batch.
        shuffle: whether each epoch has an order of its own.
        seed: seed of the order.
        drop_remainder: leave out the examples that do not fill the last batch.

    Raises:
        ValueError: `batch_size` is not positive, or there are fewer examples than one batch.
    """

    num_examples: int
    batch_size: int
    shuffle: bool = True
    seed: int = 0
    drop_remainder: bool = True

    def __post_init__(self) -> None:
        check_positive(batch_size=self.batch_size)
        if self.num_examples == 0:
            raise ValueError("Expected at least one image. Received: an empty data set.")
        if self.num_examples < self.batch_size:
            raise ValueError(
                f"Expected at least one batch of images. Received: {self.num_examples} images, fewer than "
                f"batch_size={self.batch_size}. Use batch_size={self.num_examples} or less."
            )

    @property
    def steps(self) -> int:
        """Number of batches per epoch."""
        full, remainder = divmod(self.num_examples, self.batch_size)
        return full if self.drop_remainder or not remainder else full + 1

    def batches(self, fetch: Callable[[Tensor], Any], parallel: int | None = None) -> tf.data.Dataset:
        """Return a data set of batches `fetch(indices)`; see `by_epoch`."""
        return by_epoch(self._one_epoch, fetch, self.steps, parallel)

    def _one_epoch(self, number: Tensor) -> tf.data.Dataset:
        order = tf.range(self.num_examples)
        if self.shuffle:
            seed = tf.stack([tf.cast(self.seed, tf.int64), number])
            order = tf.random.experimental.stateless_shuffle(order, seed=seed)
        return tf.data.Dataset.range(self.steps).map(lambda step: self._indices(order, step))

    def _indices(self, order: Tensor, step: Tensor) -> Tensor:
        start = tf.cast(step * self.batch_size, tf.int32)
        if self.drop_remainder:
            return tf.slice(order, [start], [self.batch_size])
        return order[start : start + self.batch_size]


def by_epoch(
    one_epoch: Callable[[Tensor], tf.data.Dataset],
    fetch: Callable[..., Any],
    steps: int,
    parallel: int | None = None,
) -> tf.data.Dataset:
    """Make a data set whose iteration number e goes through `one_epoch(e)`, so that `seek` finds any epoch.

    Args:
        one_epoch: a function of the epoch's number, an int64 tensor, that returns a `tf.data.Dataset`.
        fetch: a function of its elements that returns a batch.
        steps: number of its elements.
        parallel: number of batches that are fetched at once. Defaults to one.

    Example:
    >>> data = by_epoch(lambda epoch: tf.data.Dataset.range(2), lambda step: 10 * step, steps=2)
    >>> [int(batch) for batch in data]
    [0, 10]
    """
    with tf.device("CPU"):
        epoch = tf.Variable(0, dtype=tf.int64, trainable=False, name="epoch")

    def next_epoch(_: Tensor) -> tf.data.Dataset:
        number = epoch.read_value()
        with tf.control_dependencies([number]):
            advance = epoch.assign_add(1, read_value=False)
        with tf.control_dependencies([advance]):
            return one_epoch(tf.identity(number))

    dataset = tf.data.Dataset.from_tensors(0).flat_map(next_epoch)
    dataset = dataset.map(fetch, num_parallel_calls=parallel)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(steps)).prefetch(2)
    options = tf.data.Options()
    options.deterministic = True
    options.autotune.enabled = False  # its thread would take time from training
    dataset = dataset.with_options(options)
    _EPOCHS[dataset] = epoch
    return dataset


def flipped(dataset: tf.data.Dataset, seed: int) -> tf.data.Dataset:
    """Mirror each image left to right, or not, at random.

    Which images are mirrored in epoch e depends on `seed` and e only, so that `seek` finds any epoch of the result,
    too. Data that are not of `kgan.datasets`' order depend on how often they were read.

    Args:
        dataset: batches of images `(batch, height, width, channels)`, or of tuples that begin with such images.
        seed: of the choice.

    Example:
    >>> data = from_arrays(np.arange(8.0).reshape(2, 1, 4, 1), batch_size=2, shuffle=False)
    >>> [batch.numpy()[:, 0, 0, 0].tolist() for _ in range(2) for batch in flipped(data, seed=1)]
    [[0.0, 7.0], [0.0, 4.0]]
    """
    counter = _counter(dataset)
    if counter is None:
        numbers = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True)
        return tf.data.Dataset.zip(numbers, dataset).map(lambda number, *batch: _mirror(batch, number, seed))
    steps = dataset.cardinality()

    def next_epoch(_: Tensor) -> tf.data.Dataset:
        first = counter.read_value() * steps
        return dataset.enumerate().map(lambda step, *batch: _mirror(batch, first + step, seed))

    mirrored = tf.data.Dataset.from_tensors(0).flat_map(next_epoch)
    mirrored = mirrored.apply(tf.data.experimental.assert_cardinality(steps)).prefetch(2)
    mirrored = mirrored.with_options(dataset.options())
    _EPOCHS[mirrored] = counter
    return mirrored


def _mirror(batch: tuple, number: Tensor, seed: int) -> Any:
    """Return a batch where about half of the images are mirrored; which ones depends on its number and the seed."""
    images, *more = batch[0] if len(batch) == 1 and isinstance(batch[0], tuple) else batch
    chosen = tf.random.stateless_uniform(tf.shape(images)[:1], seed=tf.stack([tf.cast(seed, tf.int64), ~number])) < 0.5
    images = tf.where(chosen[:, None, None, None], tf.reverse(images, axis=[2]), images)
    return (images, *more) if more else images


def seek(dataset: tf.data.Dataset, epoch: int) -> bool:
    """Make the next iteration of `dataset` its epoch number `epoch`, counted from 0.

    Returns:
        False, and does nothing, if the data set was not made by `kgan.datasets`, or was changed since (`map`, ...).
    """
    counter = _counter(dataset)
    if counter is None:
        return False
    counter.assign(epoch)
    return True


def tell(dataset: tf.data.Dataset) -> int | None:
    """Return the number of the epoch that the next iteration gives; None where `seek` returns False."""
    counter = _counter(dataset)
    return None if counter is None else int(counter)


def _counter(dataset: Any) -> tf.Variable | None:
    return _EPOCHS.get(dataset) if isinstance(dataset, tf.data.Dataset) else None
