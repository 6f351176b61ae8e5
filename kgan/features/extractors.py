"""What turns images into features, in which metrics compare them."""

import os
import pathlib

import keras
import numpy as np
from keras import ops
from tqdm import tqdm

from kgan import backend
from kgan._checks import shapes_fit
from kgan.datasets import sources
from kgan.features.classifier import home, trained

INCEPTION_WEIGHTS = "inception_v3_weights_tf_dim_ordering_tf_kernels.h5"
INCEPTION_URL = f"https://storage.googleapis.com/tensorflow/keras-applications/inception_v3/{INCEPTION_WEIGHTS}"


class FeatureExtractor:
    """A network that turns images into features `(batch, d)`, and perhaps class probabilities.

    Args:
        network: a `keras.Model`, or anything callable, from images in [-1, 1] to features, or to a dictionary
            with `features` and `probabilities`.
        name: names the metrics that use it.
        image_shape: `(height, width, channels)` that the network takes; None stands for any. Defaults to the
            model's input shape.
        identifier: the name or path under which `get` makes the same extractor again. Defaults to None: then
            it is not saved with a model.

    Raises:
        TypeError: the network cannot be called.
        ValueError: it does not give features `(batch, d)`.

    Example:
    >>> network = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()])
    >>> FeatureExtractor(network, "pixels")(np.zeros((5, 8, 8, 1), "float32"))["features"].shape
    TensorShape([5, 64])
    """

    def __init__(self, network, name=None, image_shape=None, identifier=None):
        if not callable(network):
            raise TypeError(f"Expected a keras.Model or a function of images. Received: {network!r}")
        self.network = network
        self.name = name or getattr(network, "name", None) or network.__name__
        self.identifier = identifier
        if image_shape is None and getattr(network, "inputs", None):
            image_shape = network.inputs[0].shape[1:]
        self.image_shape = tuple(image_shape or (None, None, None))
        self._dimensions = None
        self._compiled = backend.compiled(self.__call__)

    def __call__(self, images) -> dict:
        """Return `{"features": (batch, d)}`, and `"probabilities"` if the network gives them."""
        if isinstance(self.network, keras.layers.Layer):
            outputs = self.network(images, training=False)
        else:
            outputs = self.network(images)
        if isinstance(outputs, dict):
            return outputs if "features" in outputs else {"features": next(iter(outputs.values()))}
        return {"features": outputs[0] if isinstance(outputs, list | tuple) else outputs}

    def check(self, shape):
        """Check that images `(batch, height, width, channels)` can be taken, before the long work starts.

        Raises:
            ValueError: they have another size or number of channels, or the outputs are no features.
        """
        shape = tuple(shape)[1:]
        if not shapes_fit(shape, self.image_shape):
            raise ValueError(
                f"Expected images of shape {self.image_shape}, which the features {self.name!r} take. Received: "
                f"{shape}. Choose other features, or load the data with `kgan.datasets.load(..., image_size=..., "
                "channels=...)`."
            )
        if self._dimensions is None:
            outputs = self(ops.zeros((1, *shape)))
            self._dimensions = {name: output.shape[-1] for name, output in outputs.items()}
            if len(outputs["features"].shape) != 2:
                raise ValueError(
                    f"Expected features of shape (batch, d) from {self.name!r}. "
                    f"Received: {tuple(outputs['features'].shape)}. End the network in a pooling or Flatten layer."
                )

    def dimension(self, kind="features") -> int:
        """Return d of the features, or the number of classes, once `check` has seen the images.

        Raises:
            ValueError: the network gives no probabilities.
        """
        if kind not in self._dimensions:
            raise ValueError(f"Expected features with class probabilities. Received: {self.name!r}, which has none.")
        return self._dimensions[kind]

    def extract(self, images, batch_size=100, title=None) -> dict:
        """Return the outputs for all images, as arrays, with a progress bar for long work.

        Args:
            images: array `(n, height, width, channels)` in [-1, 1], or a `tf.data.Dataset` of batches.
            batch_size: images at once, for arrays.
            title: names the progress bar.

        Raises:
            ValueError: there are no images, they do not fit, or features are not finite.
        """
        if hasattr(images, "shape"):
            images = [images[start : start + batch_size] for start in range(0, len(images), batch_size)]
        outputs = []
        for batch in tqdm(images, desc=title or self.name, delay=2, leave=False, disable=None):
            batch = ops.convert_to_tensor(batch[0] if isinstance(batch, tuple) else batch)
            if not outputs:
                self.check(batch.shape)
            outputs.append({name: ops.convert_to_numpy(value) for name, value in self._compiled(batch).items()})
        if not outputs:
            raise ValueError("Expected at least one image. Received: an empty data set.")
        joined = {name: np.concatenate([each[name] for each in outputs]) for name in outputs[0]}
        if not np.isfinite(joined["features"]).all():
            raise ValueError(f"Expected finite features. Received: some that are not, from {self.name!r}.")
        return joined


def get(identifier) -> FeatureExtractor:
    """Return the extractor that `identifier` names.

    Args:
        identifier: `"inception"`; `"classifier:mnist"`, where any labelled data that `kgan.datasets.load` takes
            may stand for `mnist`; the path of a `.keras` file or a SavedModel folder; a `keras.Model`; or a
            `FeatureExtractor`.

    Raises:
        ValueError, FileNotFoundError: there is no such extractor, or the file holds no model.

    Example:
    >>> get(keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()], name="pixels")).name
    'pixels'
    """
    if isinstance(identifier, FeatureExtractor):
        return identifier
    if isinstance(identifier, keras.Model):
        return FeatureExtractor(identifier)
    if isinstance(identifier, str) and identifier == "inception":
        return inception()
    if isinstance(identifier, str) and identifier.startswith("classifier:"):
        return classifier(identifier.removeprefix("classifier:"))
    if isinstance(identifier, str | os.PathLike):
        return load(identifier)
    raise ValueError(
        "Expected features by name ('inception', 'classifier:mnist'), a file, a keras.Model or a FeatureExtractor. "
        f"Received: {identifier!r}"
    )


def inception() -> FeatureExtractor:
    """Return Keras's InceptionV3, 2,048 features and the probabilities of ImageNet's 1,000 classes.

    Images of any size, with 1 or 3 channels, are resized to 299x299. The weights are those of Keras, not those
    of the first FID; for published figures load these with `load(path)`.

    Raises:
        ValueError: the weights are not there and cannot be downloaded.

    Reference: Szegedy et al., Rethinking the Inception Architecture for Computer Vision, 2016.
    """
    folder = home() / "models"
    reason = None if (folder / INCEPTION_WEIGHTS).exists() else sources.unreachable(INCEPTION_URL)
    if reason:
        raise ValueError(
            f"Inception's weights cannot be downloaded: {reason}. Use the features of a classifier that kgan trains, "
            f"'classifier:DATA', or a file of your own, or put {INCEPTION_WEIGHTS} into {folder}."
        )
    whole = keras.applications.InceptionV3(weights="imagenet")
    network = keras.Model(
        whole.inputs, {"features": whole.get_layer("avg_pool").output, "probabilities": whole.outputs[0]}
    )
    resize = keras.layers.Resizing(299, 299, interpolation="bilinear")

    def extract(images):
        if images.shape[-1] not in (1, 3):
            raise ValueError(f"Expected images with 1 or 3 channels for Inception. Received: {images.shape[-1]}")
        coloured = ops.broadcast_to(images, (*ops.shape(images)[:-1], 3)) if images.shape[-1] == 1 else images
        return network(resize(coloured), training=False)

    return FeatureExtractor(extract, "inception", identifier="inception")


def load(path) -> FeatureExtractor:
    """Return the model in a `.keras` file or a SavedModel folder as an extractor; its file name is its name.

    A SavedModel is called through its signature `serving_default`. Outputs called `features` and
    `probabilities` are found by their names; else the first output is the features.

    Raises:
        FileNotFoundError: there is nothing at `path`.
        ValueError: it is no model.
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


def classifier(source, image_size=None, channels=None, verbose=1) -> FeatureExtractor:
    """Return a classifier trained on labelled data: 128 features, and the probabilities of the classes.

    It is trained once, a few minutes for MNIST on 2 cores, and kept in Keras's cache folder. Its accuracy on
    held-out images is printed.

    Args:
        source, image_size, channels: as in `kgan.datasets.load`.
        verbose: 0 is silent.

    Raises:
        ValueError: the data have no labels.

    Example:
    >>> classifier("digits", verbose=0).image_shape
    (8, 8, 1)
    """
    network, accuracy, path = trained(source, image_size, channels, verbose=verbose)
    name = pathlib.Path(str(source)).name
    if verbose:
        print(f"Features of a classifier of {name}, right on {accuracy:.2%} of held-out images.")
    identifier = path if image_size or channels else f"classifier:{source}"
    return FeatureExtractor(network, f"{name}_classifier", identifier=identifier)
