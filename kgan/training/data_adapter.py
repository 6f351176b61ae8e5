"""The data that `fit` and `evaluate` take: arrays, `tf.data` and `PyDataset`."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from kgan import datasets
from kgan._typing import Array


def is_array(x: Any) -> bool:
    """Return whether `x` is an array or a tensor."""
    return hasattr(x, "__array__") and hasattr(x, "shape")


def split_pair(x: Any, y: Any = None) -> tuple[Any, Any]:
    """Return images and labels (or None), which may come as one pair."""
    if isinstance(x, list | tuple) and y is None and len(x) in (1, 2):
        return x[0], x[1] if len(x) == 2 else None
    return x, y


def check(x: Any, y: Any, check_batch: Callable[[Array, Any], None]) -> tuple[Array, Any]:
    """Check all of an array, and the first batch of other data.

    Args:
        x: images or `(images, labels)` as arrays, a `tf.data.Dataset` or a `keras.utils.PyDataset`.
        y: labels, where `x` is an array of images.
        check_batch: function of images as a NumPy array, and labels or None, that raises an error if they do not fit.

    Returns:
        What was checked: all of an array, or the first batch.

    Raises:
        TypeError, ValueError: from `check_batch`; or there are no data.
    """
    images, labels = split_pair(x, y)
    if not is_array(images):
        images, labels = _first_batch(x)
    images = np.asarray(images)
    check_batch(images, labels)
    return images, labels


def first(x: Any, num: int) -> tuple[Array, Array | None]:
    """Return the first images of data, up to `num`, and their labels (or None).

    The order in which the data are read next stays the same.
    """
    arrays, labels = split_pair(x)
    if is_array(arrays):
        return np.asarray(arrays[:num]), None if labels is None else np.asarray(labels[:num])
    image_batches: list[Array] = []
    label_batches: list[Any] = []
    total = 0
    epoch = datasets.tell(x)
    batches = (x[index] for index in range(len(x))) if isinstance(x, keras.utils.PyDataset) else iter(x)
    for batch in batches:
        images, labels = _to_numpy(batch)
        image_batches.append(images)
        label_batches.append(labels)
        total += len(images)
        if total >= num:
            break
    if epoch is not None:
        datasets.seek(x, epoch)
    joined = None if label_batches[0] is None else np.concatenate(label_batches)[:num]
    return np.concatenate(image_batches)[:num], joined


def ordered(x: Array, y: Array | None, batch_size: int | None, shuffle: bool, seed: int | None) -> Any:
    """Return arrays as a data set whose order depends only on the seed and the epoch."""
    return datasets.from_arrays(x, y, batch_size=batch_size or min(32, len(x)), shuffle=shuffle, seed=seed or 0)


def hold_out(x: Array, y: Array | None, share: float) -> tuple[tuple[Array, Array | None], tuple[Array, Array | None]]:
    """Return the first part of arrays, and the last, of the given share, for validation."""
    num_kept = len(x) - int(len(x) * share)

    def part(selection: slice) -> tuple[Array, Array | None]:
        return x[selection], None if y is None else y[selection]

    return part(slice(0, num_kept)), part(slice(num_kept, None))


def _first_batch(x: Any) -> tuple[Array, Array | None]:
    if isinstance(x, keras.utils.PyDataset):
        batch = x[0] if len(x) else None
    elif hasattr(x, "take"):
        epoch = datasets.tell(x)
        batch = next(iter(x.take(1)), None)
        if epoch is not None:  # the order must not move on
            datasets.seek(x, epoch)
    else:
        raise TypeError(
            "Expected images as a NumPy array, a tf.data.Dataset or a keras.utils.PyDataset. "
            f"Received: {type(x).__module__.partition('.')[0]}.{type(x).__name__}. {_advice(x)}"
        )
    if batch is None:
        raise ValueError("Expected data to train on. Received: an empty dataset.")
    return _to_numpy(batch)


def _advice(x: Any) -> str:
    """Return how to turn other data into what `fit` takes."""
    package, kind = type(x).__module__.partition(".")[0], type(x).__name__
    if isinstance(x, str | os.PathLike):
        return f"Load them first: kgan.datasets.load({os.fspath(x)!r}, batch_size=32)."
    if isinstance(x, Mapping):
        return "Choose the images, for example data['image'], and pass labels as `y`."
    if package == "torch" or kind == "DataLoader":
        return (
            "Make arrays of it: images = np.concatenate([batch[0].numpy() for batch in loader]), with the channels "
            "last: images.transpose(0, 2, 3, 1). Or load the files with kgan.datasets.load."
        )
    if isinstance(x, list | tuple) and x and hasattr(x[0], "convert"):  # pictures of Pillow
        return (
            "Make one array of the pictures: kgan.images.from_uint8(np.stack([np.asarray(picture) for picture in "
            "pictures])). All must have one size; kgan.datasets.load(folder, image_size=...) sees to that."
        )
    if isinstance(x, list | tuple):
        return "Make one array of the list: np.stack(images)."
    if isinstance(x, Iterator | Iterable):
        return "Make a data set of it: tf.data.Dataset.from_generator(...).batch(32), or a keras.utils.PyDataset."
    return "kgan.datasets.load makes a data set of a folder of pictures."


def _to_numpy(batch: Any) -> tuple[Array, Array | None]:
    """Return the images and the labels (or None) of one batch as NumPy arrays."""
    if isinstance(batch, Mapping):
        names = ", ".join(repr(name) for name in batch)
        raise TypeError(
            f"Expected batches of images, or (images, labels). Received: dictionaries with {names}. Choose from them "
            "with dataset.map(lambda example: example['image']), or load the data with `kgan.datasets.load`, which "
            "also scales images to [-1, 1]."
        )
    images, labels = split_pair(*keras.utils.unpack_x_y_sample_weight(batch)[:2])
    return ops.convert_to_numpy(images), None if labels is None else ops.convert_to_numpy(labels)
