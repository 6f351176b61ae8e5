"""Data sets of images: load, split, degrade."""

from kgan.datasets.load import MEMORY_LIMIT, Info, by_epoch, describe, from_arrays, load, seek, tell, train_and_test
from kgan.datasets.sources import Digits, Folder, TensorFlowDatasets

__all__ = [
    "Digits",
    "Folder",
    "Info",
    "MEMORY_LIMIT",
    "TensorFlowDatasets",
    "by_epoch",
    "describe",
    "from_arrays",
    "load",
    "seek",
    "tell",
    "train_and_test",
]
