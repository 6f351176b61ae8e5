"""The registry of data sources: a new source is one class and one registration."""

import os
from typing import TypeVar

from kgan._typing import PathLike
from kgan.datasets.digits import Digits
from kgan.datasets.folder import Folder
from kgan.datasets.source import Source
from kgan.datasets.tensorflow_datasets import TensorFlowDatasets

SourceClass = TypeVar("SourceClass", bound=type[Source])

REGISTRY: list[type[Source]] = [Digits, Folder, TensorFlowDatasets]
"""The sources, in the order in which `find` asks them: the last accepts every string that the others do not."""


def register(source_class: SourceClass) -> SourceClass:
    """Register a data source; the last one registered is asked first.

    Args:
        source_class: a subclass of `Source`. The function can decorate it.
    """
    REGISTRY.insert(0, source_class)
    return source_class


def find(source: PathLike | Source, split: str | None = None, skip_unreadable: bool = False) -> Source:
    """Return the data source that `source` names.

    A folder is looked through here, once: pass the result to `kgan.datasets.load`, `describe` or `train_and_test`
    instead of the name, and it is not looked through again.

    Args:
        source: as in `kgan.datasets.load`; a `Source` is returned as it is.
        split: the split. Defaults to `"train"`, or to that of a `Source`.
        skip_unreadable: leave out damaged pictures of a folder, with a warning.

    Raises:
        FileNotFoundError: it looks like a folder that does not exist.
        TypeError: it is neither a name nor a path.
        ValueError: the name is unknown, the data cannot be downloaded, or there is no such split.

    Example:
    >>> find("digits", "test").num_examples
    360
    """
    if isinstance(source, Source):
        other = source if split in (None, source.split) else source.other_split(str(split))
        if other is None:
            raise ValueError(f"Unknown split. Received: {split!r}. {source.name} has no split of this name.")
        return other
    if not isinstance(source, str | os.PathLike):
        raise TypeError(f"Expected the name of a data set or a folder. Received: {source!r}")
    source_class = next(source_class for source_class in REGISTRY if source_class.accepts(source))
    return source_class(source, split or "train", skip_unreadable)
