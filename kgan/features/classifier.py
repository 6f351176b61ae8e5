"""A classifier of a labeled data set, trained once and kept: its features and probabilities are what metrics use."""

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

import keras
import numpy as np

from kgan import _deprecation
from kgan._fit_progress import fit_progress
from kgan._typing import PathLike, Shape, Tensor
from kgan.features import cache

if TYPE_CHECKING:
    from kgan.datasets import Source

FEATURES = 128

VERSION = 1
"""Version of the network and of its training. It is part of the cache's key: increase it when either changes."""


def convolutions(x: Tensor, initializer: Callable[[], keras.initializers.Initializer]) -> Tensor:
    """Return images as vectors: convolutions with batch normalization reduce them to 7 pixels or less.

    Args:
        x: images, symbolic.
        initializer: returns the initializer of the next layer.
    """
    width = 16
    while True:
        for _ in range(1 if width == 16 else 2):
            x = keras.layers.Conv2D(width, 3, padding="same", use_bias=False, kernel_initializer=initializer())(x)
            x = keras.layers.BatchNormalization(momentum=0.9)(x)
            x = keras.layers.ReLU()(x)
        if min(x.shape[1:3]) <= 7 and width > 16:
            return keras.layers.Flatten()(keras.layers.AveragePooling2D(2, padding="same")(x))
        x, width = keras.layers.MaxPooling2D(2, padding="same")(x), min(2 * width, 64)


def network(image_shape: Shape, num_classes: int, seed: int = 0) -> keras.Model:
    """Return an untrained classifier: images to `{"features": (batch, 128), "probabilities": (batch, num_classes)}`.

    Convolutions with batch normalization reduce the image to 7 pixels or less.

    Args:
        image_shape: `(height, width, channels)`.
        num_classes: the number of classes.
        seed: seed of the initial weights. Defaults to 0.
    """
    seeds = itertools.count(1000 * seed)

    def initializer() -> keras.initializers.Initializer:
        return keras.initializers.HeNormal(next(seeds))

    inputs = keras.Input(image_shape, name="images")
    x = convolutions(inputs, initializer)
    x = keras.layers.Dropout(0.3, seed=next(seeds))(x)
    features = keras.layers.Dense(FEATURES, activation="relu", kernel_initializer=initializer(), name="features")(x)
    x = keras.layers.Dropout(0.3, seed=next(seeds))(features)
    x = keras.layers.Dense(num_classes, activation="softmax", kernel_initializer=initializer(), name="probabilities")(x)
    return keras.Model(inputs, {"features": features, "probabilities": x}, name="classifier")


def load_or_train(
    source: "PathLike | Source",
    image_size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    epochs: int | None = None,
    seed: int = 0,
    verbose: int = 1,
) -> cache.Trained:
    """Return a classifier of `source`: from the cache, or trained now and kept there.

    The cache is in Keras's folder (`~/.keras/kgan`, or below the environment variable `KERAS_HOME`). A classifier is
    found again by the contents of the data, the size and channels of the images and the arguments below. Held-out
    images are the split `test`, or a tenth of the data where there is none.

    Args:
        source, image_size, channels: as in `kgan.datasets.load`.
        epochs: passes over the data. Defaults to 5, and for small data to as many as show 60,000 images.
        seed: seed of the weights and of the order.
        verbose: 0 is silent, 1 shows progress while training.

    Raises:
        ValueError: the data have no labels.
    """
    from kgan import datasets

    data = datasets.find(source)
    if data.class_names is None:
        raise ValueError(f"Expected labeled data to train a classifier on. Received: {data.name}, which has no labels.")
    epochs = epochs or max(5, -(-60_000 // data.num_examples))
    size = (image_size, image_size) if isinstance(image_size, int) else image_size
    test = data.other_split("test")
    settings = (
        VERSION,
        keras.__version__,
        data.fingerprint(),
        test and test.fingerprint(),
        data.class_names,
        data.shape_as(size, channels),
        epochs,
        seed,
    )
    return cache.load_or_train(
        cache.file_of(data, settings), lambda: _train(data, image_size, channels, epochs, seed, verbose)
    )


def _train(
    source: "Source",
    image_size: int | tuple[int, int] | None,
    channels: int | None,
    epochs: int,
    seed: int,
    verbose: int,
) -> tuple[keras.Model, float]:
    """Return a trained classifier and its accuracy on held-out images."""
    from kgan import datasets

    (images, labels), (test, test_labels) = datasets.train_and_test(source, 0.1, image_size, channels)
    model = network(images.shape[1:], len(source.class_names or ()), seed)
    batch_size = min(100, len(images))
    data = datasets.from_arrays(images, labels, batch_size=batch_size, seed=seed)
    shift = keras.layers.RandomTranslation(0.08, 0.08, fill_mode="nearest", seed=seed)
    updates = int(data.cardinality())
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, epochs * updates)),
        loss={"probabilities": "sparse_categorical_crossentropy"},
    )
    pairs = data.map(lambda x, y: (shift(x, training=True), {"probabilities": y}))
    with fit_progress(f"training a classifier of {source.name} (once)") as callbacks:
        model.fit(pairs, epochs=epochs, shuffle=False, verbose=0, callbacks=callbacks if verbose else None)
    probabilities = model.predict(test, batch_size=500, verbose=0)["probabilities"]
    return model, float(np.mean(probabilities.argmax(axis=1) == test_labels))


__getattr__ = _deprecation.old_names(__name__, trained="load_or_train")
