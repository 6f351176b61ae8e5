"""The names of classes: which label a name stands for, and the names that a data set carries."""

import numbers
from collections.abc import Sequence
from typing import Any

from kgan import datasets
from kgan._registry import unknown


def checked(class_names: Sequence[str] | None, num_classes: int | None) -> tuple[str, ...] | None:
    """Return names of classes as a tuple, or None.

    Args:
        class_names: one name for each label, all different.
        num_classes: number of classes of the networks; 0 if they take no labels, None if it is not known.

    Raises:
        ValueError: two names are the same, or there is not one for each class.

    Example:
    >>> checked(["cat", "dog"], 2)
    ('cat', 'dog')
    """
    if class_names is None:
        return None
    names = tuple(str(name) for name in class_names)
    if isinstance(class_names, str) or len(set(names)) < len(names):
        raise ValueError(f"`class_names` must be a list of different names. Received: {class_names!r}")
    if num_classes == 0:
        raise ValueError(f"Expected no `class_names`: the networks take no labels. Received: {list(names)}")
    if len(names) != (num_classes or len(names)):
        raise ValueError(f"`class_names` must have one name for each of {num_classes} classes. Received: {len(names)}")
    return names


def label_of(name_or_label: Any, class_names: Sequence[str] | None, num_classes: int | None = None) -> int:
    """Return the label of a class.

    A text that is one of the names stands for that class, then one that differs from a name in case only, and then one
    that is a number for that label. So where a class is named "3", the text "3" is this class, whatever its label.

    Args:
        name_or_label: a name, or a label: an integer, or a text.
        class_names: the names by label, or None if they are not known.
        num_classes: number of classes, for the message; None if it is not known.

    Raises:
        ValueError: there is no class of this name.

    Example:
    >>> label_of("dog", ["cat", "dog"]), label_of("1", ["cat", "dog"]), label_of(1, None)
    (1, 1, 1)
    """
    if isinstance(name_or_label, numbers.Integral):
        return int(name_or_label)
    text = str(name_or_label)
    names = list(class_names or ())
    if text in names:
        return names.index(text)
    alike = [label for label, name in enumerate(names) if name.casefold() == text.casefold()]
    if len(alike) == 1:
        return alike[0]
    try:
        return int(text)
    except ValueError:
        if names:
            raise unknown("class", text, names) from None
    labels = f"0 to {num_classes - 1}" if num_classes else "0 and up"
    raise ValueError(f"Expected the number of a class, {labels}: this model knows no names. Received: {text!r}")


def names_of(data: Any, num_classes: int | None) -> tuple[str, ...] | None:
    """Return the names of the classes of what `kgan.datasets.load` returned; None where they are not known.

    Args:
        data: as in `kgan.GAN.fit`.
        num_classes: of the networks. Names of another number of classes are not theirs.

    Example:
    >>> names_of(datasets.load("digits", labels=True), 10)
    ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')
    """
    try:
        names = datasets.info_of(data).class_names
    except (TypeError, ValueError):  # other data than `load` returns
        return None
    return None if names is None or len(names) != num_classes else names
