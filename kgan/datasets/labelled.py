"""Small sets of labeled images in memory: validate, balance the classes, save as a folder."""

import pathlib
import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import tensorflow as tf

from kgan import _files
from kgan import images as pictures
from kgan._checks import check_images, check_labels
from kgan._typing import Array, PathLike, Tensor
from kgan.datasets.order import from_arrays
from kgan.images.folders import is_ignored


def save(
    folder: PathLike, images: Array, labels: Array | Sequence[int], class_names: Sequence[str] | None = None
) -> None:
    """Write labeled images as PNG files, a subfolder for each class. The folder appears when it is complete.

    `kgan.datasets.load` reads the folder with the same labels. A subfolder has the name of its class. If the names
    are not in alphabetical order, or cannot be names of folders, a number is put before each.

    Args:
        folder: the folder for the subfolders: a new or an empty one.
        images: float array `(num, height, width, channels)` in [-1, 1]; 1, 3 or 4 channels.
        labels: integers `(num,)`, at least one of each class.
        class_names: the names of the classes by label. Default to numbers.

    Raises:
        FileExistsError: there is a file or a folder that is not empty.
        TypeError: the labels are not integers.
        ValueError: images or labels are not as above.

    Example:
    >>> from kgan import datasets
    >>> save("more", np.zeros((4, 8, 8, 1)), [0, 0, 1, 1], ["no", "yes"])
    >>> datasets.describe("more").class_names
    ('no', 'yes')
    """
    folder = pathlib.Path(folder)
    _files.check_new_folder(folder)
    num_classes = len(class_names) if class_names is not None else int(np.max(labels)) + 1
    images, labels, _ = checked(images, labels, num_classes, minimum=1)
    with _files.replacing(folder) as temporary:
        for label, name in enumerate(_folder_names(class_names or range(num_classes))):
            pictures.save_each(temporary / name, images[labels == label])


def checked(
    images: Array, labels: Array | Sequence[int] | None, num_classes: int | None, minimum: int = 2
) -> tuple[Array, Array, int]:
    """Return valid labeled images: float32 images, int32 labels and the number of classes.

    Args:
        images: float array `(num, height, width, channels)` in [-1, 1].
        labels: integers `(num,)`.
        num_classes: the number of classes; None takes it from the labels.
        minimum: the smallest number of images that each class must have. Defaults to 2.

    Raises:
        TypeError: the labels are not integers.
        ValueError: images or labels are not as above, or a class has too few images.
    """
    if labels is None:
        raise ValueError("Expected labeled images. Received: no labels. A class-conditional GAN needs one for each.")
    images, labels = np.asarray(images), np.asarray(labels)
    if images.ndim != 4 or len(images) < 2:
        raise ValueError(
            "Expected at least 2 images, an array (num, height, width, channels). Received: "
            f"an array of shape {images.shape}."
        )
    check_images(images, images.shape[1:])
    check_labels(labels, len(images), num_classes)
    numbers = np.bincount(labels, minlength=num_classes or 0)
    if len(numbers) < 2:
        raise ValueError("Expected at least 2 classes. Received: 1.")
    few = np.flatnonzero(numbers < minimum)
    if len(few):
        named = ", ".join(f"{numbers[label]} of class {label}" for label in few[:5]) + (", ..." if len(few) > 5 else "")
        raise ValueError(
            f"Expected at least {minimum} images of each of the {len(numbers)} classes. Received: {named}. Add images, "
            "or leave the class out and number the others from 0 without gaps."
        )
    return images.astype("float32", copy=False), labels.astype("int32"), len(numbers)


def balanced(
    images: Array, labels: Array, batch_size: int, seed: int, transform: Callable[[Tensor], Tensor] | None
) -> tf.data.Dataset:
    """Return endless batches in which every class occurs equally often.

    Args:
        images, labels: as `checked` returns them.
        batch_size: images per batch, fewer if there are fewer.
        seed: seed of the order.
        transform: a function of a batch of images, for example an augmentation; or None.
    """
    of_class = [np.flatnonzero(labels == label) for label in range(labels.max() + 1)]
    largest = max(map(len, of_class))
    chosen = np.concatenate([np.resize(indices, largest) for indices in of_class])
    batch_size = min(batch_size, len(chosen))
    data = from_arrays(images[chosen], labels[chosen], batch_size=batch_size, seed=seed).repeat()
    return data if transform is None else data.map(lambda images, labels: (transform(images), labels))


def _folder_names(class_names: Iterable[object]) -> list[str]:
    """Return names of folders whose alphabetical order is that of the classes."""
    names = [re.sub(r"[^\w .+-]+", "-", str(name)).strip(" .") for name in class_names]
    if sorted(set(names)) == names and not {"train", ""} & set(names) and not any(map(is_ignored, names)):
        return names  # "train" would be taken for a split
    digits = len(str(len(names) - 1))
    return [f"{index:0{digits}d} {name}".strip() for index, name in enumerate(names)]
