"""Where pictures come from: the embedded digits, a folder, TensorFlow Datasets."""

import pathlib
import urllib.error
import urllib.parse
import urllib.request
import warnings

import numpy as np
from PIL import Image
from tqdm import tqdm

from kgan import images
from kgan._registry import unknown

EMBEDDED = "digits"
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp")


class Digits:
    """The handwritten digits that come with scikit-learn: 8x8, 1,437 for training and 360 for testing.

    Reference: Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998.
    """

    shape = (8, 8, 1)
    class_names = tuple("0123456789")

    def __init__(self, split: str):
        from sklearn.datasets import load_digits
        from sklearn.model_selection import train_test_split

        data = load_digits()
        train, test = train_test_split(np.arange(len(data.target)), test_size=360, stratify=data.target, random_state=0)
        splits = {"train": train, "test": test, "train+test": np.concatenate([train, test])}
        if split not in splits:
            raise unknown("split of digits", split, splits)
        chosen = np.sort(splits[split])
        self.count = len(chosen)
        self.labels = data.target[chosen].astype("int32")
        self._images = np.rint(data.images[chosen, :, :, None] * (255 / 16)).astype("uint8")

    def read(self, size, channels):
        """Return all images, uint8 `(count, height, width, channels)`."""
        return resized(self._images, size, channels)


class Folder:
    """PNG, JPEG and BMP pictures below a folder; its subfolders, in alphabetical order, are the classes."""

    def __init__(self, path, split: str, skip_unreadable: bool = False):
        path = pathlib.Path(path).expanduser()
        if not path.is_dir():
            raise FileNotFoundError(f"Expected a folder of pictures. Received: {path}, which is not there.")
        if (path / split).is_dir():
            path = path / split
        elif split != "train":
            raise ValueError(f"Unknown split. Received: {split!r}. {path} has no subfolder of this name.")
        files = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
        if not files:
            raise ValueError(f"Expected a folder with pictures ({', '.join(SUFFIXES)}). Received: {path}, without any.")
        self.path = path
        self.files, self._grey, self._sizes = self._headers(files, skip_unreadable)
        self.skip_unreadable = skip_unreadable
        self.count = len(self.files)
        classes = [file.relative_to(path).parts[0] if file.parent != path else None for file in self.files]
        self.class_names = None if None in classes else tuple(sorted(set(classes)))
        self.labels = None
        if self.class_names:
            self.labels = np.array([self.class_names.index(name) for name in classes], "int32")

    @property
    def shape(self):
        """`(height, width, channels)`; the sides are None if the pictures differ."""
        height, width = self._sizes[0] if len(set(self._sizes)) == 1 else (None, None)
        return height, width, 1 if all(self._grey) else 3

    def _headers(self, files, skip_unreadable):
        grey, sizes, readable, errors = [], [], [], []
        for file in _progress(files, "looking through the folder"):
            try:
                mode_is_grey, size = images.header(file)
            except ValueError as error:
                errors.append((file, error))
            else:
                readable.append(file)
                grey.append(mode_is_grey)
                sizes.append(size)
        self._report(errors, len(files), skip_unreadable)
        return readable, grey, sizes

    def _report(self, errors, total, skip_unreadable):
        if not errors:
            return
        named = ", ".join(file.name for file, _ in errors[:5]) + (", ..." if len(errors) > 5 else "")
        message = f"{len(errors)} of {total} pictures in {self.path} cannot be read: {named}."
        if not skip_unreadable or len(errors) == total:
            raise ValueError(f"{message} Mend or remove them, or pass skip_unreadable=True to leave them out.")
        warnings.warn(f"{message} They are left out.", stacklevel=3)

    def read(self, size, channels):
        """Return all pictures, uint8 `(count, height, width, channels)`."""
        channels = channels or self.shape[2]
        size = size or self.one_size()
        decoded, kept, errors = np.empty((self.count, *size, channels), "uint8"), [], []
        for index, file in enumerate(_progress(self.files, "reading pictures")):
            try:
                decoded[len(kept)] = images.read(file, channels, size)
                kept.append(index)
            except ValueError as error:
                errors.append((file, error))
        self._report(errors, self.count, self.skip_unreadable)
        if errors:
            self.files, self.count = [self.files[index] for index in kept], len(kept)
            self.labels = None if self.labels is None else self.labels[kept]
        return decoded[: len(kept)]

    def one_size(self) -> tuple[int, int]:
        """Return the size of all pictures, or say that they have several."""
        other = next((i for i, size in enumerate(self._sizes) if size != self._sizes[0]), None)
        if other is not None:
            first, second = (f"{self.files[i].name} is {'x'.join(map(str, self._sizes[i]))}" for i in (0, other))
            raise ValueError(
                f"Expected pictures of one size. Received: {first}, {second}. Pass `image_size` to scale and crop all."
            )
        return self._sizes[0]


class TensorFlowDatasets:
    """An image data set of TensorFlow Datasets by its name, prepared already or downloaded now."""

    def __init__(self, name: str, split: str):
        import tensorflow_datasets as tfds

        self.name, self.split = name, split
        known = [*tfds.list_builders(with_community_datasets=False), EMBEDDED]
        plain = name.split("/")[0].split(":")[0]
        if plain not in known:
            raise ValueError(
                f"{unknown('data set', name, known)} Expected {EMBEDDED!r}, a name in TensorFlow Datasets, or a "
                "folder of pictures."
            )
        self.builder = tfds.builder(name)
        features = self.builder.info.features
        if not isinstance(features, tfds.features.FeaturesDict) or "image" not in features:
            raise ValueError(f"Expected an image data set. Received: {name!r}, which has no feature 'image'.")
        self._prepare()
        try:
            self.count = self.builder.info.splits[split].num_examples
        except (KeyError, ValueError) as error:
            raise unknown(f"split of {name}", split, self.builder.info.splits) from error
        self.shape = features["image"].shape
        label = features["label"] if "label" in features else None  # noqa: SIM401  (it has no get)
        self.class_names = tuple(label.names) if isinstance(label, tfds.features.ClassLabel) else None
        self.labels = None

    def _prepare(self):
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

    def read(self, size, channels):
        """Return all images, uint8 `(count, height, width, channels)`."""
        import tensorflow_datasets as tfds

        height, width, own = self.shape
        channels = channels or own
        if size is None and None in (height, width):
            raise ValueError(
                f"The images of {self.name!r} have several sizes. Pass `image_size` to scale and crop all."
            )
        found = np.empty((self.count, *(size or (height, width)), channels), "uint8")
        keep_labels = self.class_names is not None
        self.labels = np.empty(self.count, "int32") if keep_labels else None
        data = self.builder.as_dataset(split=self.split, shuffle_files=False)
        same = size in (None, (height, width)) and channels == own
        start = 0
        for batch in _progress(tfds.as_numpy(data.batch(512 if None not in (height, width) else 1)), self.name):
            count = len(batch["image"])
            found[start : start + count] = batch["image"] if same else resized(batch["image"], size, channels)
            if keep_labels:
                self.labels[start : start + count] = batch["label"]
            start += count
        return found


def find(source, split: str, skip_unreadable: bool = False):
    """Return the source that `source` names.

    Raises:
        FileNotFoundError: it looks like a folder that is not there.
        ValueError: it is unknown, not to be had, or has no such split.
    """
    if source == EMBEDDED:
        return Digits(split)
    text = str(source)
    path = pathlib.Path(text).expanduser()
    if isinstance(source, pathlib.Path) or path.exists() or text.startswith((".", "~", "/")) or "\\" in text:
        return Folder(path, split, skip_unreadable)
    return TensorFlowDatasets(text, split)


def unreachable(url: str, seconds: float = 3.0) -> str | None:
    """Return why a server does not answer, or None if it does."""
    try:
        urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=seconds).close()
    except urllib.error.HTTPError:
        return None  # an answer, whatever it says
    except (OSError, ValueError) as error:
        return str(getattr(error, "reason", error))
    return None


def resized(array, size, channels) -> np.ndarray:
    """Return uint8 images scaled, cropped and converted as `images.read` does with files."""
    same_size = size is None or tuple(array.shape[1:3]) == tuple(size)
    if same_size and channels in (None, array.shape[-1]):
        return array
    return np.stack(
        [images.fit(Image.fromarray(each[..., 0] if each.shape[-1] == 1 else each), channels, size) for each in array]
    )


def _progress(things, what):
    """Show a progress bar, but only for work of more than two seconds."""
    return tqdm(things, desc=what, delay=2, leave=False, disable=None)
