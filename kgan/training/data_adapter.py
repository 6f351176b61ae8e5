"""What `fit` and `evaluate` take: arrays, `tf.data` and `PyDataset`, checked at the door."""

import keras
import numpy as np
from keras import ops

from kgan import datasets


def is_array(x) -> bool:
    """Return whether `x` is an array or a tensor."""
    return hasattr(x, "__array__") and hasattr(x, "shape")


def split(x, y=None):
    """Return images and labels (or None), which may come as one pair."""
    if isinstance(x, list | tuple) and y is None and len(x) in (1, 2):
        return x[0], x[1] if len(x) == 2 else None
    return x, y


def check(x, y, check_batch):
    """Check arrays whole, and of other data the first batch.

    Args:
        x: images or `(images, labels)` as arrays, a `tf.data.Dataset` or a `keras.utils.PyDataset`.
        y: labels, where `x` is an array of images.
        check_batch: a function of images as a NumPy array, and labels or None, that raises what is wrong with them.

    Raises:
        TypeError, ValueError: as `check_batch` says; or there are no data.
    """
    images, labels = split(x, y)
    if not is_array(images):
        images, labels = _first_batch(x)
    check_batch(np.asarray(images), labels)


def first(x, count):
    """Return the first images of data, up to `count`, and their labels (or None); the data's order stays as it is."""
    arrays, labels = split(x)
    if is_array(arrays):
        return np.asarray(arrays[:count]), None if labels is None else np.asarray(labels[:count])
    images, labels, total = [], [], 0
    position = datasets.tell(x)
    batches = (x[index] for index in range(len(x))) if isinstance(x, keras.utils.PyDataset) else iter(x)
    for batch in batches:
        image, label = split(*keras.utils.unpack_x_y_sample_weight(batch)[:2])
        images.append(ops.convert_to_numpy(image))
        labels.append(None if label is None else ops.convert_to_numpy(label))
        total += len(images[-1])
        if total >= count:
            break
    if position is not None:
        datasets.seek(x, position)
    joined = None if labels[0] is None else np.concatenate(labels)[:count]
    return np.concatenate(images)[:count], joined


def ordered(x, y, batch_size, shuffle, seed):
    """Return arrays as a data set whose order depends on the seed and the epoch only."""
    return datasets.from_arrays(x, y, batch_size=batch_size or min(32, len(x)), shuffle=shuffle, seed=seed or 0)


def hold_out(x, y, share: float):
    """Return the first part of arrays, and the last, as large as `share`, for validation."""
    kept = len(x) - int(len(x) * share)
    parts = ((x[part], None if y is None else y[part]) for part in (slice(0, kept), slice(kept, None)))
    return tuple(parts)


def _first_batch(x):
    if isinstance(x, keras.utils.PyDataset):
        first = x[0] if len(x) else None
    elif hasattr(x, "take"):
        position = datasets.tell(x)
        first = next(iter(x.take(1)), None)
        if position is not None:  # looking must not move the order on
            datasets.seek(x, position)
    else:
        raise TypeError(
            "Expected images as a NumPy array, a tf.data.Dataset or a keras.utils.PyDataset. "
            f"Received: {type(x).__name__}"
        )
    if first is None:
        raise ValueError("Expected data to train on. Received: an empty dataset.")
    images, labels, _ = keras.utils.unpack_x_y_sample_weight(first)
    images, labels = split(images, labels)
    return ops.convert_to_numpy(images), None if labels is None else ops.convert_to_numpy(labels)
