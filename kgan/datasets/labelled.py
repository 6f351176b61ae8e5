"""Small sets of labelled images: checked, shown class by class equally often, and saved."""

import pathlib
import re

import numpy as np

from kgan import _files, datasets
from kgan import images as pictures
from kgan._checks import check_images, check_labels


def save(folder, images, labels, class_names=None):
    """Write labelled images as PNG files, a subfolder for each class, whole or not at all.

    `kgan.datasets.load` reads the folder back with the same labels. A subfolder has the name of its class; where
    these are not in alphabetical order, or not fit for folders, a number goes before them.

    Args:
        folder: where the subfolders go; nothing may be there yet, or an empty folder.
        images: float array `(n, height, width, channels)` in [-1, 1]; 1, 3 or 4 channels.
        labels: integers `(n,)`, at least one of each class.
        class_names: the names of the classes by label. Default to numbers.

    Raises:
        FileExistsError: there is a file or a folder that is not empty.
        TypeError, ValueError: images or labels are not as above.

    Example:
    >>> save("more", np.zeros((4, 8, 8, 1)), [0, 0, 1, 1], ["no", "yes"])
    >>> datasets.describe("more").class_names
    ('no', 'yes')
    """
    folder = pathlib.Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"Expected a new or empty folder. Received: {folder}, which is not empty.")
    count = len(class_names) if class_names is not None else int(np.max(labels)) + 1
    images, labels, _ = checked(images, labels, count, minimum=1)
    with _files.replacing(folder) as temporary:
        for label, name in enumerate(_folder_names(class_names or range(count))):
            pictures.save_each(temporary / name, images[labels == label])


def checked(images, labels, num_classes, minimum=2):
    """Return images, int32 labels and the number of classes, each of which has at least `minimum` images."""
    if labels is None:
        raise ValueError("Expected labelled images. Received: no labels. A class-conditional GAN needs one for each.")
    images, labels = np.asarray(images), np.asarray(labels)
    if images.ndim != 4 or len(images) < 2:
        raise ValueError(
            "Expected at least 2 images, an array (n, height, width, channels). Received: "
            f"an array of shape {images.shape}."
        )
    check_images(images, images.shape[1:])
    check_labels(labels, len(images), num_classes)
    counts = np.bincount(labels, minlength=num_classes or 0)
    if len(counts) < 2:
        raise ValueError("Expected at least 2 classes. Received: 1.")
    few = np.flatnonzero(counts < minimum)
    if len(few):
        named = ", ".join(f"{counts[each]} of class {each}" for each in few[:5]) + (", ..." if len(few) > 5 else "")
        raise ValueError(
            f"Expected at least {minimum} images of each of the {len(counts)} classes. Received: {named}. Add images, "
            "or leave the class out and number the others from 0 without gaps."
        )
    return images.astype("float32", copy=False), labels.astype("int32"), len(counts)


def balanced(images, labels, batch_size, seed, transform):
    """Return endless batches in which every class comes equally often."""
    of_class = [np.flatnonzero(labels == each) for each in range(labels.max() + 1)]
    largest = max(map(len, of_class))
    chosen = np.concatenate([np.resize(indices, largest) for indices in of_class])
    batch_size = min(batch_size, len(chosen))
    data = datasets.from_arrays(images[chosen], labels[chosen], batch_size=batch_size, seed=seed).repeat()
    return data if transform is None else data.map(lambda images, labels: (transform(images), labels))


def _folder_names(class_names):
    """Return names of folders whose alphabetical order is that of the classes."""
    names = [re.sub(r"[^\w .+-]+", "-", str(name)).strip(" .") for name in class_names]
    if sorted(set(names)) == names and "train" not in names and "" not in names:  # "train" is taken for a split
        return names
    digits = len(str(len(names) - 1))
    return [f"{index:0{digits}d} {name}".strip() for index, name in enumerate(names)]
