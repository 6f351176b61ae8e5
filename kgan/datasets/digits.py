"""The built-in data set."""

import numpy as np

from kgan._registry import unknown
from kgan._typing import Array, PathLike
from kgan.datasets.source import EMBEDDED, Size, Source, resized


class Digits(Source):
    """The handwritten digits that come with scikit-learn: 8x8, 1,437 for training and 360 for testing.

    Reference: Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998.
    """

    image_shape = (8, 8, 1)
    class_names = tuple("0123456789")

    def __init__(self, name: PathLike = EMBEDDED, split: str = "train", skip_unreadable: bool = False) -> None:
        super().__init__(name, split, skip_unreadable)
        from sklearn.datasets import load_digits
        from sklearn.model_selection import train_test_split

        data = load_digits()
        train, test = train_test_split(np.arange(len(data.target)), test_size=360, stratify=data.target, random_state=0)
        splits = {"train": train, "test": test, "train+test": np.concatenate([train, test])}
        if split not in splits:
            raise unknown("split of digits", split, splits)
        chosen = np.sort(splits[split])
        self.num_examples = len(chosen)
        self.labels = data.target[chosen].astype("int32")
        self._images = np.rint(data.images[chosen, :, :, None] * (255 / 16)).astype("uint8")

    @classmethod
    def accepts(cls, name: PathLike) -> bool:
        """Return whether this is `"digits"`."""
        return isinstance(name, str) and name == EMBEDDED

    def has_split(self, split: str) -> bool:
        """Return whether the data set has a split of this name."""
        return split in ("train", "test", "train+test")

    def read(self, size: Size | None, channels: int | None) -> Array:
        """Return all images."""
        return resized(self._images, size, channels)

    def fingerprint(self) -> str:
        """Return the name and the split: the data never change."""
        return f"{EMBEDDED} {self.split}"
