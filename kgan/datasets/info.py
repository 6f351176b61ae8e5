"""The description that a data set carries."""

import dataclasses
import warnings
import weakref

import tensorflow as tf

from kgan._typing import Shape
from kgan.images import LeftOut


@dataclasses.dataclass(frozen=True)
class Info:
    """Description of a data set.

    Attributes:
        num_examples: number of images in the split.
        image_shape: `(height, width, channels)`; height and width are None if the images have several sizes.
        class_names: the names of the classes by label, or None if there are no labels.
        left_out: files and folders that are not used, each with its path and the reason.
    """

    num_examples: int
    image_shape: Shape
    class_names: tuple[str, ...] | None
    left_out: tuple[LeftOut, ...] = ()

    @property
    def count(self) -> int:
        """The old name of `num_examples`."""
        warnings.warn(
            "`count` of `kgan.datasets.Info` is now `num_examples`. The old name will be removed in the next release.",
            FutureWarning,
            stacklevel=2,
        )
        return self.num_examples


_INFOS: weakref.WeakKeyDictionary[tf.data.Dataset, Info] = weakref.WeakKeyDictionary()


def info_of(dataset: tf.data.Dataset) -> Info:
    """Return the description of what `kgan.datasets.load` returned, without a second look at the data.

    Args:
        dataset: a `tf.data.Dataset`.

    Returns:
        Its `Info`, where `image_shape` is that of the loaded images.

    Raises:
        ValueError: `kgan.datasets.load` did not make it, or it was changed since (`map`, ...).

    Example:
    >>> from kgan import datasets
    >>> info_of(datasets.load("digits", image_size=16)).image_shape
    (16, 16, 1)
    """
    if not isinstance(dataset, tf.data.Dataset) or dataset not in _INFOS:
        raise ValueError(f"Expected what `kgan.datasets.load` returned, unchanged. Received: {dataset!r}")
    return _INFOS[dataset]


def attach(dataset: tf.data.Dataset, info: Info) -> tf.data.Dataset:
    """Let `info_of` find the description of a data set; return the data set."""
    _INFOS[dataset] = info
    return dataset
