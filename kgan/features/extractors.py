"""Feature extractors: networks that turn images into the features in which metrics compare them."""

import os
import pathlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import keras
import numpy as np
from keras import ops

from kgan import _progress, backend
from kgan._checks import shapes_fit
from kgan._network import unreachable
from kgan._typing import Array, PathLike, Shape, Tensor
from kgan.features import random_network
from kgan.features.cache import home
from kgan.features.classifier import load_or_train
from kgan.features.self_supervised import load_or_train as learn

if TYPE_CHECKING:
    from kgan.datasets import Source

INCEPTION_WEIGHTS = "inception_v3_weights_tf_dim_ordering_tf_kernels.h5"
INCEPTION_URL = f"https://storage.googleapis.com/tensorflow/keras-applications/inception_v3/{INCEPTION_WEIGHTS}"


SELF_SUPERVISED = "self_supervised:"


class FeatureExtractor:
    """A network that turns images into features `(batch, dimension)`, and possibly class probabilities.

    Args:
        network: a `keras.Model`, or any callable, from images in [-1, 1] to features, or to a dictionary
            with `features` and `probabilities`.
        name: names the metrics that use it. Defaults to the network's.
        image_shape: `(height, width, channels)` that the network takes; None stands for any. Defaults to the
            model's input shape.
        identifier: the name or path under which `get` makes the same extractor again. Defaults to None: then
            it is not saved with a model.

    Raises:
        TypeError: the network cannot be called.

    Example:
    >>> network = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()])
    >>> FeatureExtractor(network, "pixels")(np.zeros((5, 8, 8, 1), "float32"))["features"].shape
    TensorShape([5, 64])
    """

    def __init__(
        self,
        network: Callable[..., Any],
        name: str | None = None,
        image_shape: Shape | None = None,
        identifier: str | None = None,
    ) -> None:
        if not callable(network):
            raise TypeError(f"Expected a keras.Model or a function of images. Received: {network!r}")
        self.network = network
        self.name = name or getattr(network, "name", None) or network.__name__
        self.identifier = identifier
        if image_shape is None and getattr(network, "inputs", None):
            image_shape = network.inputs[0].shape[1:]  # type: ignore[attr-defined]
        self.image_shape = tuple(image_shape or (None, None, None))
        self._dimensions: dict[str, int] = {}
        self._compiled = backend.compiled(self.__call__)

    def __call__(self, images: Array | Tensor) -> dict[str, Tensor]:
        """Return `{"features": (batch, dimension)}`, and `"probabilities"` if the network has them.

        Args:
            images: `(batch, height, width, channels)` in [-1, 1].
        """
        if isinstance(self.network, keras.layers.Layer):
            outputs = self.network(images, training=False)
        else:
            outputs = self.network(images)
        if isinstance(outputs, dict):
            return outputs if "features" in outputs else {"features": next(iter(outputs.values()))}
        return {"features": outputs[0] if isinstance(outputs, list | tuple) else outputs}

    def check(self, shape: Shape) -> None:
        """Check that the network takes images of a shape, before the long work starts.

        Args:
            shape: `(batch, height, width, channels)`; the batch may be None.

        Raises:
            ValueError: the network takes another size or number of channels, or its outputs are not features.
        """
        shape = tuple(shape)[1:]
        if not shapes_fit(shape, self.image_shape):
            raise ValueError(
                f"Expected images of shape {self.image_shape}, which the features {self.name!r} take. Received: "
                f"{shape}. Choose other features, or load the data with `kgan.datasets.load(..., image_size=..., "
                "channels=...)`."
            )
        if not self._dimensions:
            outputs = self(ops.zeros((1, *shape)))
            if len(outputs["features"].shape) != 2:
                raise ValueError(
                    f"Expected features of shape (batch, dimension) from {self.name!r}. "
                    f"Received: {tuple(outputs['features'].shape)}. End the network in a pooling or Flatten layer."
                )
            self._dimensions = {name: output.shape[-1] for name, output in outputs.items()}

    def dimension(self, kind: str = "features") -> int:
        """Return the dimension of the features, or the number of classes; `check` must have been called before.

        Args:
            kind: `"features"` or `"probabilities"`. Defaults to the former.

        Raises:
            ValueError: the network has no probabilities.
        """
        if kind not in self._dimensions:
            raise ValueError(f"Expected features with class probabilities. Received: {self.name!r}, which has none.")
        return self._dimensions[kind]

    def extract(
        self, images: Array | Iterable[Any], batch_size: int = 100, title: str | None = None
    ) -> dict[str, Array]:
        """Return the outputs for all images, as arrays, with a progress bar for long work.

        Args:
            images: array `(num, height, width, channels)` in [-1, 1], or a `tf.data.Dataset` of batches.
            batch_size: images per batch, for arrays. Defaults to 100.
            title: title of the progress bar. Defaults to the extractor's name.

        Raises:
            ValueError: there are no images, they do not fit, or features are not finite.
        """
        batches: Any = images
        if hasattr(images, "shape"):
            batches = [batches[start : start + batch_size] for start in range(0, len(batches), batch_size)]
        outputs: list[dict[str, Array]] = []
        for batch in _progress.track(batches, title or f"features of {self.name}", unit="batches"):
            batch = ops.convert_to_tensor(batch[0] if isinstance(batch, tuple) else batch)
            if not outputs:
                self.check(batch.shape)
            outputs.append({name: ops.convert_to_numpy(value) for name, value in self._compiled(batch).items()})
        if not outputs:
            raise ValueError("Expected at least one image. Received: an empty data set.")
        joined = {name: np.concatenate([output[name] for output in outputs]) for name in outputs[0]}
        if not np.isfinite(joined["features"]).all():
            raise ValueError(f"Expected finite features. Received: some that are not, from {self.name!r}.")
        return joined


def inception() -> FeatureExtractor:
    """Return Keras's InceptionV3: 2,048 features, and the probabilities of ImageNet's 1,000 classes.

    Images of any size, with 1 or 3 channels, are resized to 299x299. The weights are those of Keras, not those
    of the first FID; for published figures load the latter with `load(path)`.

    Raises:
        ValueError: the weights are neither there nor can be downloaded.

    Reference: Szegedy et al., Rethinking the Inception Architecture for Computer Vision, 2016.
    """
    folder = home() / "models"
    reason = None if (folder / INCEPTION_WEIGHTS).exists() else unreachable(INCEPTION_URL)
    if reason:
        raise ValueError(
            f"Inception's weights cannot be downloaded: {reason}. Without network use features=random, "
            "features=self_supervised:DATA (learned from the data without labels, some minutes) or "
            "features=classifier:DATA (of labeled data), or the file of a network of your own; or put "
            f"{INCEPTION_WEIGHTS}, downloaded elsewhere from {INCEPTION_URL}, into {folder}."
        )
    model = keras.applications.InceptionV3(weights="imagenet")
    outputs = {"features": model.get_layer("avg_pool").output, "probabilities": model.outputs[0]}
    network = keras.Model(model.inputs, outputs)
    resize = keras.layers.Resizing(299, 299, interpolation="bilinear")

    def extract(images: Tensor) -> dict[str, Tensor]:
        if images.shape[-1] not in (1, 3):
            raise ValueError(f"Expected images with 1 or 3 channels for Inception. Received: {images.shape[-1]}")
        colored = ops.broadcast_to(images, (*ops.shape(images)[:-1], 3)) if images.shape[-1] == 1 else images
        return network(resize(colored), training=False)

    return FeatureExtractor(extract, "inception", identifier="inception")


def classifier(
    source: "PathLike | Source",
    image_size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    verbose: int = 1,
) -> FeatureExtractor:
    """Return a classifier trained on labeled data: 128 features, and the probabilities of the classes.

    It is trained once, a few minutes for MNIST on 2 cores, and kept in Keras's cache folder. Its accuracy on
    held-out images is printed.

    Args:
        source, image_size, channels: as in `kgan.datasets.load`.
        verbose: 0 is silent.

    Raises:
        ValueError: the data have no labels.

    Example:
    >>> classifier("digits", verbose=0).image_shape  # doctest: +SKIP
    (8, 8, 1)
    """
    network, accuracy, path = load_or_train(source, image_size, channels, verbose=verbose)
    name = pathlib.Path(str(getattr(source, "name", source))).name
    if verbose and not _progress.is_quiet():
        print(f"Features of a classifier of {name}, right on {accuracy:.2%} of held-out images.")
    named = isinstance(source, str | os.PathLike) and not (image_size or channels)
    identifier = f"classifier:{source}" if named else str(path)
    return FeatureExtractor(network, f"{name}_classifier", identifier=identifier)


def random() -> FeatureExtractor:
    """Return a fixed network with random weights: 64 features of images of any size, with 1, 3 or 4 channels.

    It needs no download, no labels and no training, and is the same everywhere. Its distances notice blur, noise, other
    colors, odd shapes and missing variety, but know nothing of what a picture shows: use them to compare models of the
    same data, with each other and with real images. They are never comparable with FID values.

    The network: images are resized to 32, 64 or 128 pixels a side; four convolutions of 3x3 (32, 64, 128 and 256 wide)
    with ReLU and average pooling, whose weights are orthogonal and drawn by NumPy's PCG64 from a fixed seed. The
    features are the averages of all 480 channels, projected to the 64 directions in which synthetic images (noise with
    the spectrum of natural images) vary most, with variance 1 in each.

    Reference: Naeem et al., Reliable Fidelity and Diversity Metrics for Generative Models, 2020 (random embeddings).

    Example:
    >>> random().extract(np.zeros((2, 28, 28, 1), "float32"))["features"].shape
    (2, 64)
    """
    return FeatureExtractor(random_network.network(), "random", identifier="random")


def self_supervised(
    source: "PathLike | Source",
    image_size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    verbose: int = 1,
) -> FeatureExtractor:
    """Return a small network trained on images without their labels: 128 features.

    It learns which of two views show the same image, and how an image is turned. It is trained once, some minutes on 2
    cores, and kept in Keras's cache folder.

    Args:
        source, image_size, channels: as in `kgan.datasets.load`.
        verbose: 0 is silent.

    References: Chen et al., A Simple Framework for Contrastive Learning of Visual Representations, 2020; Gidaris et
    al., Unsupervised Representation Learning by Predicting Image Rotations, 2018.

    Example:
    >>> self_supervised("digits", verbose=0).name  # doctest: +SKIP
    'digits_self_supervised'
    """
    network, accuracy, path = learn(source, image_size, channels, verbose=verbose)
    name = pathlib.Path(str(getattr(source, "name", source))).name
    if verbose and not _progress.is_quiet():
        print(f"Features learned from {name} without labels; they tell {accuracy:.0%} of the turns of held-out images.")
    named = isinstance(source, str | os.PathLike) and not (image_size or channels)
    identifier = f"{SELF_SUPERVISED}{source}" if named else str(path)
    outputs = keras.Model(network.inputs, network.get_layer("features").output)
    return FeatureExtractor(outputs, f"{name}_self_supervised", identifier=identifier)


def load(path: PathLike) -> FeatureExtractor:
    """Return the model in a `.keras` file or a SavedModel folder as an extractor with the name of the file.

    A SavedModel is called through its signature `serving_default`. Outputs called `features` and
    `probabilities` are found by name; otherwise the first output is the features.

    Raises:
        FileNotFoundError: there is nothing at `path`.
        ValueError: it is not a model.
    """
    path = pathlib.Path(path).expanduser()
    if not path.exists():
        raise FileNotFoundError(f"Expected features by name or a file with a model. Received: {path}: not there.")
    image_shape = None
    try:
        if path.is_dir():
            network = keras.layers.TFSMLayer(path, call_endpoint="serving_default")
            (spec,) = network.call_endpoint_fn.structured_input_signature[1].values()
            image_shape = spec.shape[1:]
        else:
            network = keras.saving.load_model(path, compile=False)
    except (ValueError, OSError) as error:
        raise ValueError(f"Expected a .keras file or a SavedModel folder. Received: {path}: {error}") from error
    return FeatureExtractor(network, path.stem, image_shape, identifier=str(path))


Resolver: TypeAlias = Callable[[Any], FeatureExtractor | None]
"""A function that returns the extractor that an identifier names, or None if it names none of its kind."""


def _from_extractor(identifier: Any) -> FeatureExtractor | None:
    return identifier if isinstance(identifier, FeatureExtractor) else None


def _from_model(identifier: Any) -> FeatureExtractor | None:
    return FeatureExtractor(identifier) if isinstance(identifier, keras.Model) else None


def _from_inception(identifier: Any) -> FeatureExtractor | None:
    return inception() if isinstance(identifier, str) and identifier == "inception" else None


def _from_classifier(identifier: Any) -> FeatureExtractor | None:
    if not isinstance(identifier, str) or not identifier.startswith("classifier:"):
        return None
    return classifier(identifier.removeprefix("classifier:"))


def _from_random(identifier: Any) -> FeatureExtractor | None:
    return random() if isinstance(identifier, str) and identifier == "random" else None


def _from_self_supervised(identifier: Any) -> FeatureExtractor | None:
    if not isinstance(identifier, str) or not identifier.startswith(SELF_SUPERVISED):
        return None
    return self_supervised(identifier.removeprefix(SELF_SUPERVISED))


def _from_file(identifier: Any) -> FeatureExtractor | None:
    return load(identifier) if isinstance(identifier, str | os.PathLike) else None


REGISTRY: list[Resolver] = [
    _from_extractor,
    _from_model,
    _from_inception,
    _from_classifier,
    _from_random,
    _from_self_supervised,
    _from_file,
]
"""What `get` asks, in this order; the last takes every string for a path."""


def register(resolver: Resolver) -> Resolver:
    """Register feature extractors of another kind; the last one registered is asked first.

    Args:
        resolver: a function of an identifier that returns a `FeatureExtractor`, or None if the identifier names no
            extractor of this kind. `register` can decorate it.

    Example:
    >>> @register
    ... def pixels(identifier):
    ...     return FeatureExtractor(keras.layers.Flatten(), "pixels") if identifier == "pixels" else None
    >>> get("pixels").name
    'pixels'
    >>> REGISTRY.remove(pixels)
    """
    REGISTRY.insert(0, resolver)
    return resolver


def get(identifier: Any) -> FeatureExtractor:
    """Return the extractor that `identifier` names.

    Args:
        identifier: `"inception"`; `"classifier:mnist"`, where any labeled data that `kgan.datasets.load` takes
            may stand for `mnist`; `"self_supervised:mnist"`, where labels are not needed; `"random"`; the path of
            a `.keras` file or a SavedModel folder; a `keras.Model`; a
            `FeatureExtractor`; or what a resolver added with `register` takes.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: there is no such extractor, or the file holds no model.

    Example:
    >>> get(keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()], name="pixels")).name
    'pixels'
    """
    for resolver in REGISTRY:
        extractor = resolver(identifier)
        if extractor is not None:
            return extractor
    raise ValueError(
        "Expected features by name ('inception', 'classifier:mnist', 'random'), a file, a keras.Model or a "
        f"FeatureExtractor. Received: {identifier!r}"
    )
