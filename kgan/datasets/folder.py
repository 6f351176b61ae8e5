"""A folder of pictures as a data source."""

import hashlib
import pathlib
import warnings
from typing import Any

import numpy as np
import tensorflow as tf

from kgan import images
from kgan._typing import Array, ImageShape, PathLike, Tensor
from kgan.datasets.order import Order
from kgan.datasets.source import Size, Source, add_file, progress
from kgan.datasets.tensorflow_datasets import INFO_FILE

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp")


class Folder(Source):
    """PNG, JPEG and BMP pictures below a folder; its subfolders, in alphabetical order, are the classes.

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
        found = images.find_pictures(path, SUFFIXES)
        if not found.pictures:
            raise ValueError(
                f"Expected a folder with pictures ({', '.join(SUFFIXES)}). Received: {path}, without any. "
                f"{found.summary()}".rstrip()
            )
        if found.left_out:
            warnings.warn(f"Not all files in {path} are used. {found.summary()}", stacklevel=4)
        self.left_out = tuple(found.left_out)
        self.files, self._gray, self._sizes = self._headers(found.pictures)
        self.num_examples = len(self.files)
        height, width = self._sizes[0] if len(set(self._sizes)) == 1 else (None, None)
        self.image_shape = height, width, 1 if all(self._gray) else 3
        classes = [file.relative_to(path).parts[0] if file.parent != path else "" for file in self.files]
        if "" not in classes:
            self.class_names = tuple(sorted(set(classes)))
            self.labels = np.array([self.class_names.index(class_name) for class_name in classes], "int32")

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

    def _headers(self, files: list[pathlib.Path]) -> tuple[list[pathlib.Path], list[bool], list[Size]]:
        """Return the readable files, whether each is gray, and their sizes."""
        readable, gray, sizes, errors = [], [], [], []
        for file in progress(files, "looking through the folder"):
            try:
                is_gray, size = images.header(file)
            except ValueError:
                errors.append(file)
            else:
                readable.append(file)
                gray.append(is_gray)
                sizes.append(size)
        self._report(errors, len(files))
        return readable, gray, sizes

    def _report(self, unreadable: list[pathlib.Path], total: int) -> None:
        """Warn of files that cannot be read, or raise an error."""
        if not unreadable:
            return
        names = ", ".join(file.name for file in unreadable[:5]) + (", ..." if len(unreadable) > 5 else "")
        message = f"{len(unreadable)} of {total} pictures in {self.path} cannot be read: {names}."
        if not self.skip_unreadable or len(unreadable) == total:
            raise ValueError(f"{message} Repair or remove them, or pass skip_unreadable=True to leave them out.")
        warnings.warn(f"{message} They are left out.", stacklevel=4)
        self.left_out = (*self.left_out, *(images.LeftOut(file, "unreadable") for file in unreadable))

    def read(self, size: Size | None, channels: int | None) -> Array:
        """Return all pictures."""
        channels = channels or self.image_shape[2]
        size = size or self.one_size()
        decoded = np.empty((self.num_examples, *size, channels), "uint8")
        kept: list[int] = []
        unreadable: list[pathlib.Path] = []
        for index, file in enumerate(progress(self.files, "reading pictures")):
            try:
                decoded[len(kept)] = images.read(file, channels, size)
                kept.append(index)
            except ValueError:
                unreadable.append(file)
        self._report(unreadable, self.num_examples)
        if unreadable:
            self.files, self.num_examples = [self.files[index] for index in kept], len(kept)
            self.labels = None if self.labels is None else self.labels[kept]
        return decoded[: len(kept)]

    def stream(self, shape: ImageShape, labels: bool, batch_size: int, shuffle: bool, seed: int) -> tf.data.Dataset:
        """Return batches that are decoded when they are needed, two at once, in the order of `from_arrays`."""
        height, width, channels = shape
        files = np.array([str(file) for file in self.files])

        def decode(indices: Array) -> Array:
            pictures = [images.read(files[index], channels, (height, width)) for index in indices]
            return images.from_uint8(np.stack(pictures))

        def fetch(indices: Tensor) -> Any:
            batch = tf.ensure_shape(tf.numpy_function(decode, [indices], tf.float32), (None, *shape))
            return (batch, tf.gather(self.labels, indices)) if labels else batch

        order = Order(self.num_examples, batch_size, shuffle, seed, drop_remainder=shuffle)
        return order.batches(fetch, parallel=2)

    def one_size(self) -> Size:
        """Return the size of all pictures.

        Raises:
            ValueError: they have several.
        """
        other = next((index for index, size in enumerate(self._sizes) if size != self._sizes[0]), None)
        if other is not None:
            first, second = (f"{self.files[i].name} is {'x'.join(map(str, self._sizes[i]))}" for i in (0, other))
            raise ValueError(
                f"Expected pictures of one size. Received: {first}, {second}. Pass `image_size` to scale and crop all."
            )
        return self._sizes[0]

    def fingerprint(self) -> str:
        """Return the hash of the names and contents of all pictures."""
        digest = hashlib.sha256()
        for file in progress(self.files, "comparing the folder with earlier ones"):
            digest.update(f"{file.relative_to(self.path).as_posix()}\0".encode())
            add_file(digest, file)
        return digest.hexdigest()
