"""Load images as batches, or as arrays."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from kgan._checks import check_positive
from kgan._typing import Array, PathLike
from kgan.datasets.info import Info, attach
from kgan.datasets.order import flipped
from kgan.datasets.source import Source
from kgan.datasets.sources import find


class Images(NamedTuple):
    """Images and their labels.

    Attributes:
        images: float32 array `(num, height, width, channels)` in [-1, 1].
        labels: int32 array `(num,)`, or None.
    """

    images: Array
    labels: Array | None


def load(
    source: PathLike | Source,
    split: str | None = None,
    *,
    batch_size: int = 32,
    image_size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    labels: bool = False,
    shuffle: bool = True,
    seed: int = 0,
    skip_unreadable: bool = False,
    flip: bool = False,
    workers: int = 2,
) -> tf.data.Dataset:
    """Load images as batches in [-1, 1].

    Images are decoded and resized once and kept in memory as bytes where they fit (`MEMORY_LIMIT`), so that training
    has the processor to itself. The order of epoch e depends on `seed` and e only. `info_of` returns a description
    of the result.

    Args:
        source: `"digits"` (1,797 handwritten digits, 8x8, which come with scikit-learn and need no
            network), the name of an image data set of TensorFlow Datasets (`"mnist"`, `"cifar10"`, ...),
            a folder of pictures of any formats, or what `find` returns for one of these.
        split: `"train"`, `"test"` or `"train+test"` for digits (1,437 and 360); any TFDS split; for a folder
            the name of a subfolder, or `"train"` for all of it if it has no subfolder of that name.
            Defaults to `"train"`.
        batch_size: images per batch. Defaults to 32.
        image_size: images are scaled to it and cropped in the center: pixels, or `(height, width)`.
            Defaults to their own size, which must be one for all.
        channels: 1, 3 or 4. Defaults to the data's own.
        labels: return `(images, labels)`. A folder's labels are its subfolders in alphabetical order.
        shuffle: a new order each epoch, without the images that do not fill a batch; else the data's own
            order, with a smaller last batch. Defaults to True.
        seed: seed of the order. Defaults to 0.
        skip_unreadable: leave out damaged pictures of a folder, with a warning that counts them.
        flip: mirror each image left to right, or not, at random: twice the data where left and right do not matter,
            as with faces or landscapes. Defaults to False.
        workers: number of pictures that are read at once. Defaults to 2.

    Returns:
        A `tf.data.Dataset` of float32 images `(batch_size, height, width, channels)` in [-1, 1], or of
        these and int32 labels `(batch_size,)`.

    Raises:
        FileNotFoundError: the folder does not exist.
        ValueError: the name or split is unknown; the data cannot be had without network; the folder holds
            no pictures, damaged ones, or pictures of several sizes; there are no labels; or fewer images than
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
    check_positive(workers=workers)
    data_source = find(source, split, skip_unreadable)
    data_source.workers = workers
    if labels and data_source.class_names is None:
        raise ValueError(
            f"Expected labeled data. Received: {data_source.name}, which has no labels. In a folder they are the "
            "subfolders."
        )
    data = data_source.batches(size, channels, labels, batch_size, shuffle, seed)
    if flip:
        data = flipped(data, seed)
    return attach(
        data,
        Info(
            data_source.num_examples,
            data_source.shape_as(size, channels),
            data_source.class_names,
            data_source.left_out,
        ),
    )


def describe(source: PathLike | Source, split: str | None = None) -> Info:
    """Describe a data set without decoding it.

    For data that are loaded anyway, `info_of` returns the description without looking through a folder again.

    Args:
        source, split: as in `load`.

    Example:
    >>> describe("digits").num_examples
    1437
    """
    return find(source, split).info


def train_and_test(
    source: PathLike | Source,
    share: float,
    image_size: int | tuple[int, int] | None = None,
    channels: int | None = None,
) -> tuple[Images, Images]:
    """Return all training images, and images to test with, as arrays.

    Args:
        source, image_size, channels: as in `load`.
        share: share of the training images to hold out where there is no split `test`; the order of the images is
            random, with a seed of its own.

    Returns:
        Two pairs of float32 images `(num, height, width, channels)` in [-1, 1] and labels `(num,)`; None for labels
        where there are none.

    Example:
    >>> (train, _), (test, _) = train_and_test("digits", share=0.1)
    >>> len(train), len(test)
    (1437, 360)
    """
    data_source = find(source)
    train = _arrays(data_source, image_size, channels, data_source.class_names is not None)
    test_split = data_source.other_split("test")
    if test_split is not None:
        return train, _arrays(test_split, image_size, channels, data_source.class_names is not None)
    order = np.random.default_rng(0).permutation(len(train.images))
    num = max(1, round(share * len(order)))
    return _chosen(train, order[num:]), _chosen(train, order[:num])


def _arrays(source: Source, image_size: int | tuple[int, int] | None, channels: int | None, labels: bool) -> Images:
    batch_size = min(500, source.num_examples)
    data = load(source, batch_size=batch_size, image_size=image_size, channels=channels, labels=labels, shuffle=False)
    batches = list(data.as_numpy_iterator())
    if not labels:
        return Images(np.concatenate(batches), None)
    return Images(*(np.concatenate(arrays) for arrays in zip(*batches, strict=True)))


def _chosen(data: Images, indices: Array) -> Images:
    return Images(data.images[indices], None if data.labels is None else data.labels[indices])
