"""The base class of data sources, and what several of them need."""

import abc
import concurrent.futures
import hashlib
import pathlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
import tensorflow as tf
from PIL import Image

from kgan import _progress, images
from kgan._typing import Array, ImageShape, PathLike
from kgan.datasets.info import Info
from kgan.datasets.order import from_arrays

EMBEDDED = "digits"

MEMORY_LIMIT = 4 * 2**30
"""Decoded images up to this many bytes are kept in memory; larger data sets are decoded batch by batch."""

Size: TypeAlias = tuple[int, int]
OpenShape: TypeAlias = tuple[int | None, int | None, int]
"""`(height, width, channels)` where sizes may be open."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class Source(abc.ABC):
    """One split of a data set of images.

    A subclass has a constructor with the three arguments below, sets the attributes, and implements `accepts`,
    `has_split`, `read` and `fingerprint`. Decorated with `kgan.datasets.register`, it is available to
    `kgan.datasets.load` and to all that is built on it.

    Args:
        name: what the user named: a string or a path.
        split: the split.
        skip_unreadable: leave out damaged images, with a warning.

    Attributes:
        num_examples: number of images.
        image_shape: `(height, width, channels)`; height and width are None if the images have several sizes.
        class_names: the names of the classes by label, or None.
        labels: int32 array `(num_examples,)`, complete after `read`; or None.
        left_out: files that are not used.
        workers: number of files that are read at once.
    """

    num_examples: int
    image_shape: OpenShape
    class_names: tuple[str, ...] | None = None
    labels: Array | None = None
    left_out: tuple[images.LeftOut, ...] = ()
    workers: int = 2

    def __init__(self, name: PathLike, split: str, skip_unreadable: bool = False) -> None:
        self.name = name
        self.split = split
        self.skip_unreadable = skip_unreadable
        self._other_splits: dict[str, Source | None] = {}

    @classmethod
    @abc.abstractmethod
    def accepts(cls, name: PathLike) -> bool:
        """Return whether `name` names data of this source."""

    @abc.abstractmethod
    def has_split(self, split: str) -> bool:
        """Return whether the data set has a split of this name."""

    @abc.abstractmethod
    def read(self, size: Size | None, channels: int | None) -> Array:
        """Return all images, uint8 `(num_examples, height, width, channels)`.

        Args:
            size: `(height, width)`; None stands for the images' own.
            channels: 1, 3 or 4; None stands for the data's own.
        """

    @abc.abstractmethod
    def fingerprint(self) -> str:
        """Return a string that differs between data sets of different contents."""

    @property
    def info(self) -> Info:
        """The description of the data."""
        return Info(self.num_examples, self.image_shape, self.class_names, self.left_out)

    def other_split(self, split: str) -> "Source | None":
        """Return another split of the same data set, or None if it has no split of this name."""
        if split not in self._other_splits:
            exists = self.has_split(split)
            self._other_splits[split] = type(self)(self.name, split, self.skip_unreadable) if exists else None
        return self._other_splits[split]

    def shape_as(self, size: Size | None, channels: int | None) -> OpenShape:
        """Return the shape of the images once they have been resized and converted."""
        height, width = size or self.image_shape[:2]
        return height, width, channels or self.image_shape[2]

    def batches(
        self, size: Size | None, channels: int | None, labels: bool, batch_size: int, shuffle: bool, seed: int
    ) -> tf.data.Dataset:
        """Return batches of float32 images in [-1, 1], or of `(images, labels)`; see `kgan.datasets.load`."""
        height, width, depth = self.shape_as(size, channels)
        if height and width and self.num_examples * height * width * depth > MEMORY_LIMIT:
            return self.stream((height, width, depth), labels, batch_size, shuffle, seed)
        array = self.read(size, channels)
        return from_arrays(
            array,
            self.labels if labels else None,
            # In order, the last batch may be smaller; so may the only one, where damaged images were left out.
            batch_size=batch_size if shuffle else min(batch_size, len(array)),
            shuffle=shuffle,
            seed=seed,
            drop_remainder=shuffle,
        )

    def stream(self, shape: ImageShape, labels: bool, batch_size: int, shuffle: bool, seed: int) -> tf.data.Dataset:
        """Return batches as `batches` does, of data that are too large for memory."""
        raise ValueError(
            f"Expected at most {MEMORY_LIMIT:,} bytes of images. Received: {self.num_examples:,} images of shape "
            f"{shape}. Choose a smaller `image_size`."
        )


def resized(array: Array, size: Size | None, channels: int | None) -> Array:
    """Return images, uint8 or uint16, scaled, cropped and converted as `kgan.images.read` does with files."""
    if array.dtype == np.uint16:
        array = np.rint(array / 257).astype("uint8")
    if array.dtype != np.uint8:
        raise ValueError(f"Expected images of 8 or 16 bits, uint8 or uint16. Received: {array.dtype}")
    same_size = size is None or tuple(array.shape[1:3]) == tuple(size)
    if same_size and channels in (None, array.shape[-1]):
        return images.without_hidden_colors(array) if array.shape[-1] == 4 else array
    pillow = [Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image) for image in array]
    return np.stack([images.fit(image, channels, size) for image in pillow])


def add_file(digest: Any, path: pathlib.Path) -> None:
    """Add the contents of a file to a hash."""
    with open(path, "rb") as file:
        digest.update(hashlib.file_digest(file, "sha256").digest())


def in_parallel(
    function: Callable[[Item], Result], items: Sequence[Item], title: str, workers: int
) -> Iterator[Result]:
    """Yield the results of a function of each item, in order, computed by threads, and show the progress.

    Pillow decodes in parallel. If the caller is interrupted, what has not begun is not done.
    """
    pool = concurrent.futures.ThreadPoolExecutor(workers)
    try:
        yield from _progress.track(pool.map(function, items), title, len(items))
    finally:
        pool.shutdown(cancel_futures=True)


def progress(items: Iterable[Item], title: str) -> Iterable[Item]:
    """Yield the items, and show how many of them are done."""
    return _progress.track(items, title)
