"""TensorFlow Datasets as a data source."""

import hashlib
import os
import pathlib
import re
import urllib.parse
from typing import Any

import numpy as np
import tensorflow as tf

from kgan import images
from kgan._network import unreachable
from kgan._registry import unknown
from kgan._typing import Array, ImageShape, PathLike, Tensor
from kgan.datasets.source import EMBEDDED, Size, Source, add_file, progress, resized

INFO_FILE = "dataset_info.json"
"""A file that each prepared data set holds."""

PREPARED = re.compile(r"\w+(/[\w.-]+)?(:[\d.*]+)?")
"""Names that a prepared data set may have: name/configuration:version. Others (`huggingface:...`) need the network."""


class TensorFlowDatasets(Source):
    """An image data set of TensorFlow Datasets, by its name or by the folder in which it was prepared.

    Data sets that are in the catalog are downloaded where necessary. Others, which were prepared in
    `TFDS_DATA_DIR` by code that is not at hand, are read as they are.
    """

    def __init__(self, name: PathLike, split: str, skip_unreadable: bool = False) -> None:
        super().__init__(name, split, skip_unreadable)
        import tensorflow_datasets as tfds

        self.builder = self._find_builder()
        features = self.builder.info.features
        if not isinstance(features, tfds.features.FeaturesDict) or "image" not in features:
            raise ValueError(f"Expected an image data set. Received: {self.name!r}, which has no feature 'image'.")
        self._prepare()
        try:
            self.num_examples = self.builder.info.splits[split].num_examples
        except (KeyError, ValueError) as error:
            raise unknown(f"split of {name}", split, self.builder.info.splits) from error
        self.image_shape = tuple(features["image"].shape)
        label = features["label"] if "label" in features else None  # noqa: SIM401  (it has no get)
        self.class_names = tuple(label.names) if isinstance(label, tfds.features.ClassLabel) else None

    @classmethod
    def accepts(cls, name: PathLike) -> bool:
        """Return True: what is not prepared, not known or not an image data set is found out later."""
        return True

    def has_split(self, split: str) -> bool:
        """Return whether the data set has a split of this name."""
        return split in self.builder.info.splits

    def _find_builder(self) -> Any:
        import tensorflow_datasets as tfds

        folder = pathlib.Path(self.name).expanduser()
        if (folder / INFO_FILE).is_file():
            return tfds.builder_from_directory(folder)
        name = str(self.name)
        known = [*tfds.list_builders(with_community_datasets=False), EMBEDDED]
        in_catalog = name.split("/")[0].split(":")[0] in known
        data_dir = os.environ.get("TFDS_DATA_DIR")  # TFDS itself reads it only once, when it is imported
        try:
            if in_catalog or PREPARED.fullmatch(name):
                return tfds.builder(name, data_dir=data_dir and os.path.expanduser(data_dir))
        except AssertionError as error:
            raise ValueError(str(error)) from error
        except (tfds.core.DatasetNotFoundError, ValueError):
            if in_catalog:
                raise  # an unknown configuration, which TFDS names
        raise ValueError(
            f"{unknown('data set', name, known)} Expected {EMBEDDED!r}, a name in TensorFlow Datasets, the name of a "
            "data set prepared in the folder that the environment variable TFDS_DATA_DIR names, or a folder of "
            "pictures."
        )

    def _prepare(self) -> None:
        if self.builder.is_prepared():
            return
        hosts = {urllib.parse.urlsplit(url).netloc for url in self.builder.url_infos} or {"storage.googleapis.com"}
        for host in sorted(hosts)[:2]:
            reason = unreachable(f"https://{host}")
            if reason:
                raise ValueError(
                    f"Data set {self.name!r} is not prepared in {self.builder.data_dir} and cannot be downloaded: "
                    f"{host} does not answer ({reason}). Name a prepared folder in the environment variable "
                    f"TFDS_DATA_DIR, or use {EMBEDDED!r}, which needs no network."
                )
        self.builder.download_and_prepare()

    def read(self, size: Size | None, channels: int | None) -> Array:
        """Return all images; `labels` is set, too."""
        import tensorflow_datasets as tfds

        height, width, depth = self.shape_as(size, channels)
        if height is None or width is None:
            raise ValueError(
                f"The images of {self.name!r} have several sizes. Pass `image_size` to scale and crop all."
            )
        array = np.empty((self.num_examples, height, width, depth), "uint8")
        labels = None if self.class_names is None else np.empty(self.num_examples, "int32")
        data = self.builder.as_dataset(split=self.split, shuffle_files=False)
        start = 0
        for batch in progress(
            tfds.as_numpy(data.batch(1 if None in self.image_shape[:2] else 512)), f"reading {self.name}"
        ):
            end = start + len(batch["image"])
            array[start:end] = resized(batch["image"], size, channels)
            if labels is not None:
                labels[start:end] = batch["label"]
            start = end
        self.labels = labels
        return array

    def stream(self, shape: ImageShape, labels: bool, batch_size: int, shuffle: bool, seed: int) -> tf.data.Dataset:
        """Return batches in the order of tf.data's shuffle buffer, which `kgan.datasets.seek` does not know."""
        height, width, channels = shape

        def fit(image: Array) -> Array:
            return resized(image[None], (height, width), channels)[0]

        def convert(example: dict[str, Tensor]) -> Any:
            image = tf.ensure_shape(tf.numpy_function(fit, [example["image"]], tf.uint8), shape)
            image = images.from_uint8(image)
            return (image, tf.cast(example["label"], tf.int32)) if labels else image

        data = self.builder.as_dataset(split=self.split, shuffle_files=False)
        if shuffle:
            data = data.shuffle(20_000, seed=seed)
        data = data.map(convert, num_parallel_calls=2)
        return data.batch(batch_size, drop_remainder=shuffle).prefetch(2)

    def fingerprint(self) -> str:
        """Return a hash of the name, the version and the size.

        The contents of the files are part of it where the code that made them is not in the catalog.
        """
        import tensorflow_datasets as tfds

        split = self.builder.info.splits[self.split]
        known = [self.builder.info.full_name, self.split, split.num_examples, split.num_bytes, self.class_names]
        digest = hashlib.sha256(repr(known).encode())
        if isinstance(self.builder, tfds.core.read_only_builder.ReadOnlyBuilder):
            for path in sorted(map(pathlib.Path, split.filepaths)):
                add_file(digest, path)
        return digest.hexdigest()
