"""A folder of pictures as a data source."""

import hashlib
import itertools
import pathlib
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import tensorflow as tf

from kgan import images
from kgan._sizes import size_text
from kgan._typing import Array, ImageShape, PathLike, Tensor
from kgan.datasets.order import Order
from kgan.datasets.source import Size, Source, add_file, in_parallel, progress
from kgan.datasets.tensorflow_datasets import INFO_FILE

Result = TypeVar("Result")


class Folder(Source):
    """Pictures below a folder, of all formats that `kgan.images.read` reads; its subfolders, in alphabetical order, are
    the classes.

    Hidden files, files of other types and folders with results of kgan are not used; see
    `kgan.images.find_pictures`. Those that might be missed are named in a warning.

    Attributes:
        files: the pictures.
    """

    def __init__(self, name: PathLike, split: str, skip_unreadable: bool = False) -> None:
        super().__init__(name, split, skip_unreadable)
        path = pathlib.Path(name).expanduser()
        if not path.is_dir():
            raise FileNotFoundError(f"Expected a folder of pictures. Received: {path}, which is not there.")
        if (path / split).is_dir():
            path = path / split
        elif split != "train":
            raise ValueError(f"Unknown split. Received: {split!r}. {path} has no subfolder of this name.")
        self.path = path
        found = images.find_pictures(path)
        if not found.pictures:
            held = (
                f"which holds no picture that can be read. {found.summary()}" if found.left_out else "which is empty."
            )
            raise ValueError(f"Expected a folder with pictures. Received: {path}, {held}")
        if found.left_out:
            warnings.warn(f"Not all files in {path} are used. {found.summary()}", stacklevel=4)
        self.left_out = tuple(found.left_out)
        self._use(found.pictures)
        headers = self._readable(images.header, "looking through the folder")
        sizes = [size for _, size in headers]
        self._sizes = dict(zip(self.files, sizes, strict=True))
        height, width = sizes[0] if len(set(sizes)) == 1 else (None, None)
        self.image_shape = height, width, 1 if all(is_gray for is_gray, _ in headers) else 3

    @classmethod
    def accepts(cls, name: PathLike) -> bool:
        """Return whether this is a path, or a string that looks like one or names what exists."""
        path = pathlib.Path(name).expanduser()
        if (path / INFO_FILE).is_file():
            return False
        return not isinstance(name, str) or path.exists() or name.startswith((".", "~", "/")) or "\\" in name

    def has_split(self, split: str) -> bool:
        """Return whether there is a subfolder of this name."""
        return (pathlib.Path(self.name).expanduser() / split).is_dir()

    def _use(self, files: list[pathlib.Path]) -> None:
        """Set the attributes that follow from the pictures that are used."""
        self.files, self.num_examples = files, len(files)
        classes = [file.relative_to(self.path).parts[0] if file.parent != self.path else "" for file in files]
        if "" not in classes:
            self.class_names = tuple(sorted(set(classes)))
            index = {name: label for label, name in enumerate(self.class_names)}
            self.labels = np.array([index[name] for name in classes], "int32")

    def _readable(self, function: Callable[[pathlib.Path], Result], title: str) -> list[Result]:
        """Return the results of a function of each picture, and use only those that it could read.

        Raises:
            ValueError: there are others, which are to be named, or there are only others.
        """
        results = list(in_parallel(lambda file: _attempt(function, file), self.files, title, self.workers))
        unreadable = [result for result in results if isinstance(result, images.LeftOut)]
        if unreadable:
            if not self.skip_unreadable and function is images.header:  # name all, not only those that it found
                every = in_parallel(
                    lambda file: _attempt(images.check, file), self.files, "looking for damaged pictures", self.workers
                )
                unreadable = [result for result in every if result is not None] or unreadable
            self._report(unreadable)
            readable = [not isinstance(result, images.LeftOut) for result in results]
            self._use(list(itertools.compress(self.files, readable)))
        return [result for result in results if not isinstance(result, images.LeftOut)]

    def _report(self, unreadable: list[images.LeftOut]) -> None:
        """Warn of files that cannot be read, or raise an error."""
        total = len(self.files)
        names = ", ".join(f"{file.name} ({reason})" for file, reason in unreadable[:5])
        names += ", ..." if len(unreadable) > 5 else ""
        message = f"{len(unreadable):,} of {total:,} pictures in {self.path} cannot be read: {names}."
        if len(unreadable) == total:
            raise ValueError(f"{message} No other picture is there.")
        if not self.skip_unreadable:
            raise ValueError(f"{message} Repair or remove them, or set `skip_unreadable` to leave them out.")
        warnings.warn(f"{message} They are left out.", stacklevel=5)
        self.left_out = (*self.left_out, *unreadable)

    def read(self, size: Size | None, channels: int | None) -> Array:
        """Return all pictures."""
        channels = channels or self.image_shape[2]
        size = size or self.one_size()
        decoded = np.empty((self.num_examples, *size, channels), "uint8")
        positions = {file: index for index, file in enumerate(self.files)}

        def decode(file: pathlib.Path) -> int:
            decoded[positions[file]] = images.read(file, channels, size)
            return positions[file]

        kept = self._readable(decode, "reading pictures")
        if len(kept) < len(decoded):
            for position, index in enumerate(kept):  # in place: the array may be half of the memory
                decoded[position] = decoded[index]
        return decoded[: len(kept)]

    def read_each(self, channels: int | None = None) -> list[Array]:
        """Return all pictures in their own sizes, uint8 arrays `(height, width, channels)`.

        Args:
            channels: 1, 3 or 4. Defaults to the data's own.
        """
        channels = channels or self.image_shape[2]
        return self._readable(lambda file: images.read(file, channels), "reading pictures")

    def stream(self, shape: ImageShape, labels: bool, batch_size: int, shuffle: bool, seed: int) -> tf.data.Dataset:
        """Return batches that are decoded when they are needed, `workers` at once, in the order of `from_arrays`.

        All pictures are decoded once before, so that a damaged one does not stop the training later.
        """
        self._readable(images.check, "looking for damaged pictures")
        height, width, channels = shape
        files = np.array([str(file) for file in self.files])

        def decode(indices: Array) -> Array:
            pictures = [images.read(files[index], channels, (height, width)) for index in indices]
            return images.from_uint8(np.stack(pictures))

        def fetch(indices: Tensor) -> Any:
            batch = tf.ensure_shape(tf.numpy_function(decode, [indices], tf.float32), (None, *shape))
            return (batch, tf.gather(self.labels, indices)) if labels else batch

        order = Order(self.num_examples, batch_size, shuffle, seed, drop_remainder=shuffle)
        return order.batches(fetch, parallel=self.workers)

    def one_size(self) -> Size:
        """Return the size of all pictures.

        Raises:
            ValueError: they have several.
        """
        one = self._sizes[self.files[0]]
        other = next((file for file in self.files if self._sizes[file] != one), None)
        if other is not None:
            files = (self.files[0], other)
            first, second = (f"{file.name} is {size_text(self._sizes[file])}" for file in files)
            raise ValueError(
                f"Expected pictures of one size. Received: {first}, {second}. Pass `image_size` to scale and crop all."
            )
        return one

    def fingerprint(self) -> str:
        """Return the hash of the names and contents of all pictures."""
        digest = hashlib.sha256()
        for file in progress(self.files, "comparing the folder with earlier ones"):
            digest.update(f"{file.relative_to(self.path).as_posix()}\0".encode())
            add_file(digest, file)
        return digest.hexdigest()


def _attempt(function: Callable[[pathlib.Path], Result], file: pathlib.Path) -> Result | images.LeftOut:
    """Return the result of a function of a picture, or why it cannot be read."""
    try:
        return function(file)
    except images.UnreadableError as error:
        return images.LeftOut(file, error.reason)
    except OSError as error:
        return images.LeftOut(file, error.strerror or str(error))
