"""Data sets of images: load, split, degrade."""

from kgan.datasets import degradations, labelled, patches
from kgan.datasets.digits import Digits
from kgan.datasets.folder import Folder
from kgan.datasets.info import Info, info_of
from kgan.datasets.load import Images, describe, load, train_and_test
from kgan.datasets.order import by_epoch, from_arrays, seek, tell
from kgan.datasets.source import MEMORY_LIMIT, Source
from kgan.datasets.sources import find, register
from kgan.datasets.tensorflow_datasets import TensorFlowDatasets

__all__ = [
    "Digits",
    "Folder",
    "Images",
    "Info",
    "MEMORY_LIMIT",
    "Source",
    "TensorFlowDatasets",
    "by_epoch",
    "degradations",
    "describe",
    "find",
    "from_arrays",
    "info_of",
    "labelled",
    "load",
    "patches",
    "register",
    "seek",
    "tell",
    "train_and_test",
]
