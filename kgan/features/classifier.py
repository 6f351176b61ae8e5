"""A classifier of a labelled data set: the features and the judge of metrics, trained once and kept."""

import hashlib
import itertools
import json
import os
import pathlib

import keras
import numpy as np

from kgan import _files, datasets

FEATURES = 128


def network(image_shape: tuple, num_classes: int, seed: int = 0) -> keras.Model:
    """Return an untrained classifier: images to `{"features": (batch, 128), "probabilities": (batch, classes)}`.

    Convolutions with batch normalisation, halving the image down to 7 pixels or less.
    """
    seeds = itertools.count(1000 * seed)

    def initializer():
        return keras.initializers.HeNormal(next(seeds))

    inputs = keras.Input(image_shape, name="images")
    x, width = inputs, 16
    while True:
        for _ in range(1 if width == 16 else 2):
            x = keras.layers.Conv2D(width, 3, padding="same", use_bias=False, kernel_initializer=initializer())(x)
            x = keras.layers.BatchNormalization(momentum=0.9)(x)
            x = keras.layers.ReLU()(x)
        if min(x.shape[1:3]) <= 7 and width > 16:
            break
        x, width = keras.layers.MaxPooling2D(2, padding="same")(x), min(2 * width, 64)
    x = keras.layers.Flatten()(keras.layers.AveragePooling2D(2, padding="same")(x))
    x = keras.layers.Dropout(0.3, seed=next(seeds))(x)
    features = keras.layers.Dense(FEATURES, activation="relu", kernel_initializer=initializer(), name="features")(x)
    x = keras.layers.Dropout(0.3, seed=next(seeds))(features)
    x = keras.layers.Dense(num_classes, activation="softmax", kernel_initializer=initializer(), name="probabilities")(x)
    return keras.Model(inputs, {"features": features, "probabilities": x}, name="classifier")


def trained(source, image_size=None, channels=None, epochs=None, seed=0, verbose=1) -> tuple[keras.Model, float, str]:
    """Return a classifier of `source`, its accuracy on images it was not trained on, and its file.

    It is trained at the first call and read from Keras's cache folder (`~/.keras/kgan`) at later ones. The held-out
    images are the split `test`, or a tenth of the data where there is none.

    Args:
        source, image_size, channels: as in `kgan.datasets.load`.
        epochs: passes over the data. Defaults to 5, and for small data to as many as show 60,000 images.
        seed: of weights and order.
        verbose: 0 is silent, 1 shows a progress bar while training.

    Raises:
        ValueError: the data have no labels.
    """
    info = datasets.describe(source)
    if info.class_names is None:
        raise ValueError(f"Expected labelled data to train a classifier on. Received: {source}, which has no labels.")
    epochs = epochs or max(5, -(-60_000 // info.count))
    settings = [str(source), info.count, info.class_names, image_size, channels, epochs, seed, keras.__version__]
    key = hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:12]
    path = home() / "kgan" / f"{pathlib.Path(str(source)).name}-{key}.keras"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        model, accuracy = _train(source, info, image_size, channels, epochs, seed, verbose)
        with _files.replacing(path) as temporary:
            model.save(temporary)
        with _files.replacing(path.with_suffix(".json")) as temporary:
            temporary.write_text(json.dumps({"accuracy": accuracy}) + "\n")
    accuracy = json.loads(path.with_suffix(".json").read_text())["accuracy"]
    return keras.saving.load_model(path, compile=False), accuracy, str(path)


def home() -> pathlib.Path:
    """Return the folder in which Keras keeps downloads."""
    return pathlib.Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()


def _train(source, info, image_size, channels, epochs, seed, verbose):
    (images, labels), (test, test_labels) = datasets.train_and_test(source, 0.1, image_size, channels)
    model = network(images.shape[1:], len(info.class_names), seed)
    batch_size = min(100, len(images))
    data = datasets.from_arrays(images, labels, batch_size=batch_size, seed=seed)
    shift = keras.layers.RandomTranslation(0.08, 0.08, fill_mode="nearest", seed=seed)
    updates = int(data.cardinality())
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, epochs * updates)),
        loss={"probabilities": "sparse_categorical_crossentropy"},
    )
    if verbose:
        print(f"Training a classifier of {source} ({len(images):,} images) once, for metrics.")
    model.fit(
        data.map(lambda x, y: (shift(x, training=True), {"probabilities": y})),
        epochs=epochs,
        shuffle=False,
        verbose=verbose,
    )
    probabilities = model.predict(test, batch_size=500, verbose=0)["probabilities"]
    return model, float(np.mean(probabilities.argmax(axis=1) == test_labels))
