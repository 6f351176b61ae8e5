"""Images as `tf.data`, in an order that can be found again in the middle of an epoch."""

import dataclasses

import numpy as np
import tensorflow as tf

from kgan import images as pictures
from kgan.datasets import sources

# Decoded pictures up to this many bytes are kept in memory; what is larger is decoded batch by batch.
MEMORY_LIMIT = 4 * 2**30


@dataclasses.dataclass(frozen=True)
class Info:
    """What a data set is.

    Attributes:
        count: number of images in the split.
        image_shape: `(height, width, channels)`; the sides are None if the pictures differ.
        class_names: the names of the classes by label, or None if there are no labels.
    """

    count: int
    image_shape: tuple
    class_names: tuple[str, ...] | None


def load(
    source,
    split: str = "train",
    *,
    batch_size: int = 32,
    image_size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    labels: bool = False,
    shuffle: bool = True,
    seed: int = 0,
    skip_unreadable: bool = False,
) -> tf.data.Dataset:
    """Load images as batches in [-1, 1].

    Pictures are decoded and resized once and kept in memory as bytes where they fit (`MEMORY_LIMIT`), so
    that training has the processor to itself. The order of epoch e depends on `seed` and e only.

    Args:
        source: `"digits"` (1,797 handwritten digits, 8x8, which come with scikit-learn and need no
            network), the name of an image data set of TensorFlow Datasets (`"mnist"`, `"cifar10"`, ...), or
            a folder of PNG, JPEG or BMP pictures.
        split: `"train"`, `"test"` or `"train+test"` for digits (1,437 and 360); any TFDS split; for a folder
            the name of a subfolder, or `"train"` for all of it if it has no subfolder of that name.
        batch_size: images a batch. Defaults to 32.
        image_size: pictures are scaled to it and cropped in the centre: pixels, or `(height, width)`.
            Defaults to their own size, which must be one for all.
        channels: 1, 3 or 4. Defaults to the data's own.
        labels: give `(images, labels)`. A folder's labels are its subfolders in alphabetical order.
        shuffle: a new order each epoch, without the images that do not fill a batch; else the data's own
            order, with a smaller last batch. Defaults to True.
        seed: of the order.
        skip_unreadable: leave out damaged pictures of a folder, with a warning that counts them.

    Returns:
        A `tf.data.Dataset` of float32 images `(batch_size, height, width, channels)` in [-1, 1], or of
        these and int32 labels `(batch_size,)`.

    Raises:
        FileNotFoundError: the folder does not exist.
        ValueError: the name or split is unknown; the data cannot be had without network; the folder holds
            no pictures, damaged ones, or such of several sizes; there are no labels; or fewer images than
            one batch.

    Example:
    >>> load("digits", batch_size=100).element_spec.shape
    TensorShape([100, 8, 8, 1])
    """
    size = (image_size, image_size) if isinstance(image_size, int) else image_size
    if size is not None and (len(size) != 2 or min(size) < 1):
        raise ValueError(f"`image_size` must be positive: pixels, or (height, width). Received: {image_size}")
    if channels not in (None, 1, 3, 4):
        raise ValueError(f"`channels` must be 1, 3 or 4. Received: channels={channels}")
    found = sources.find(source, split, skip_unreadable)
    if labels and found.class_names is None:
        raise ValueError(
            f"Expected labelled data. Received: {source}, which has no labels. In a folder they are the subfolders."
        )
    options = {"batch_size": batch_size, "shuffle": shuffle, "seed": seed, "drop_remainder": shuffle}
    height, width = size or found.shape[:2]
    large = None not in (height, width) and found.count * height * width * (channels or found.shape[2]) > MEMORY_LIMIT
    if large and isinstance(found, sources.Folder):
        return _from_files(found, (height, width), channels or found.shape[2], labels, options)
    if large:
        return _stream(found, (height, width), channels or found.shape[2], labels, batch_size, shuffle, seed)
    array = found.read(size, channels)
    return from_arrays(array, found.labels if labels else None, **options)


def describe(source, split: str = "train") -> Info:
    """Say what a data set holds, without decoding it.

    Example:
    >>> describe("digits").count
    1437
    """
    found = sources.find(source, split)
    return Info(found.count, tuple(found.shape), found.class_names)


def train_and_test(source, share: float, image_size=None, channels: int | None = None):
    """Return all training images, and images to test with, as arrays.

    Args:
        source, image_size, channels: as in `load`.
        share: of the training images to hold out, in an order of their own, where there is no split `test`.

    Returns:
        Two pairs of float32 images `(n, height, width, channels)` in [-1, 1] and labels `(n,)`; None for labels
        where there are none.

    Example:
    >>> (train, _), (test, _) = train_and_test("digits", share=0.1)
    >>> len(train), len(test)
    (1437, 360)
    """
    labelled = describe(source).class_names is not None

    def arrays(split):
        data = load(
            source, split, batch_size=1, image_size=image_size, channels=channels, labels=labelled, shuffle=False
        )
        batches = list(data.unbatch().batch(500).as_numpy_iterator())
        return tuple(np.concatenate(part) for part in (zip(*batches, strict=True) if labelled else [batches]))

    train, *labels = arrays("train")
    train = train, labels[0] if labels else None
    try:
        describe(source, "test")
    except ValueError:  # no such split
        order = np.random.default_rng(0).permutation(len(train[0]))
        held_out = np.split(order, [max(1, round(share * len(order)))])
        test, train = (tuple(None if part is None else part[chosen] for part in train) for chosen in held_out)
        return train, test
    test, *labels = arrays("test")
    return train, (test, labels[0] if labels else None)


def from_arrays(
    images, labels=None, *, batch_size: int, shuffle: bool = True, seed: int = 0, drop_remainder: bool = True
) -> tf.data.Dataset:
    """Make a data set of arrays whose order in epoch e depends on `seed` and e only.

    Iterating it a second time gives the second epoch, and so on; `seek` goes to any epoch.

    Args:
        images: array `(n, ...)`: uint8, given out as float32 in [-1, 1], or floats, given out as they are.
        labels: integers `(n,)`, or floats `(n, ...)` (images of pairs), given out as they are; or None.
        batch_size: images a batch, at most n.
        shuffle: whether each epoch has an order of its own.
        seed: of the order.
        drop_remainder: leave out the images that do not fill the last batch.

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
        paired = np.ndim(labels) > 1 and np.issubdtype(np.asarray(labels).dtype, np.floating)
        targets = None if labels is None else tf.convert_to_tensor(np.asarray(labels), None if paired else tf.int32)

    def fetch(indices):
        batch = tf.gather(data, indices)
        if data.dtype == tf.uint8:
            batch = pictures.from_uint8(batch)
        return batch if targets is None else (batch, tf.gather(targets, indices))

    return _in_order(len(images), fetch, batch_size, shuffle, seed, drop_remainder)


def seek(dataset, epoch: int) -> bool:
    """Make the next iteration of `dataset` its epoch number `epoch`, from 0.

    Returns:
        False, and does nothing, if the data set is none of kgan's, or was changed since (`map`, ...).
    """
    counter = getattr(dataset, "_kgan_epoch", None)
    if counter is None:
        return False
    counter.assign(epoch)
    return True


def tell(dataset) -> int | None:
    """Return the number of the epoch that the next iteration gives; None where `seek` returns False."""
    counter = getattr(dataset, "_kgan_epoch", None)
    return None if counter is None else int(counter)


def _in_order(count, fetch, batch_size, shuffle, seed, drop_remainder, parallel=None):
    """Return batches `fetch(indices)` in an order that is a function of the seed and the epoch."""
    if batch_size < 1:
        raise ValueError(f"`batch_size` must be positive. Received: batch_size={batch_size}")
    if count == 0:
        raise ValueError("Expected at least one image. Received: an empty data set.")
    if count < batch_size:
        raise ValueError(
            f"Expected at least one batch of images. Received: {count} images, fewer than batch_size={batch_size}. "
            f"Use batch_size={count} or less."
        )
    steps = count // batch_size if drop_remainder else -(-count // batch_size)

    def one_epoch(number):
        order = tf.range(count)
        if shuffle:
            order = tf.random.experimental.stateless_shuffle(order, seed=tf.stack([tf.cast(seed, tf.int64), number]))

        def indices(step):
            start = tf.cast(step * batch_size, tf.int32)
            if drop_remainder:
                return tf.slice(order, [start], [batch_size])
            return order[start : start + batch_size]

        return tf.data.Dataset.range(steps).map(indices)

    return by_epoch(one_epoch, fetch, steps, parallel)


def by_epoch(one_epoch, fetch, steps: int, parallel: int | None = None) -> tf.data.Dataset:
    """Make a data set whose iteration number e goes through `one_epoch(e)`, so that `seek` finds any epoch.

    Args:
        one_epoch: a function of the epoch's number, an int64 tensor, that returns a `tf.data.Dataset`.
        fetch: a function of its elements that returns a batch.
        steps: how many elements it has.
        parallel: how many batches are fetched at once. Defaults to one.

    Example:
    >>> data = by_epoch(lambda epoch: tf.data.Dataset.range(2), lambda step: 10 * step, steps=2)
    >>> [int(batch) for batch in data]
    [0, 10]
    """
    with tf.device("CPU"):
        epoch = tf.Variable(0, dtype=tf.int64, trainable=False, name="epoch")

    def next_epoch(_):
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
    dataset._kgan_epoch = epoch
    return dataset


def _from_files(folder, size, channels, labels, options):
    """Decode a folder that is too large for memory batch by batch, on both cores."""
    files = np.array([str(file) for file in folder.files])

    def decode(indices):
        return pictures.from_uint8(np.stack([pictures.read(files[index], channels, size) for index in indices]))

    def fetch(indices):
        batch = tf.ensure_shape(tf.numpy_function(decode, [indices], tf.float32), (None, *size, channels))
        return (batch, tf.gather(folder.labels, indices)) if labels else batch

    return _in_order(folder.count, fetch, parallel=2, **options)


def _stream(found, size, channels, labels, batch_size, shuffle, seed):
    """Read a TFDS data set that is too large for memory; its order is tf.data's, so `seek` does not know it."""

    def convert(example):
        def fit(image):
            return sources.resized(image[None], size, channels)[0]

        image = tf.ensure_shape(tf.numpy_function(fit, [example["image"]], tf.uint8), (*size, channels))
        image = pictures.from_uint8(image)
        return (image, tf.cast(example["label"], tf.int32)) if labels else image

    data = found.builder.as_dataset(split=found.split, shuffle_files=False)
    if shuffle:
        data = data.shuffle(20_000, seed=seed)
    data = data.map(convert, num_parallel_calls=2)
    return data.batch(batch_size, drop_remainder=shuffle).prefetch(2)
