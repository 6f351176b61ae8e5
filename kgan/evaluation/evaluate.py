"""What an evaluation measures: every metric that fits, of generated and of real images, with intervals."""

import functools
import os
import pathlib
import platform
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np

from kgan import datasets, images, metrics
from kgan import features as feature_extractors
from kgan._checks import shapes_fit
from kgan._typing import Array, ImageShape
from kgan.evaluation import measure
from kgan.evaluation.report import Evaluation
from kgan.models.open_model import open_model

MEMORIZATION_SAMPLES = 1000
CURVE_SAMPLES = 5000
SHOWN = 64
SHOWN_NEIGHBORS = 20
"""Numbers of images in the grids of the report."""

OFFLINE = (
    "Features of a random network are used, as there are no better ones at hand: {reason}. Their figures compare "
    "models of the same data with each other and with real images, and are not FID values. Others: those that a "
    "small network learns from the data without labels (self_supervised:{data}, some minutes), those of a classifier "
    "(classifier:DATA, if there are labeled data like these), or Inception's (inception, once its weights can be "
    "downloaded)."
)

Extractor = feature_extractors.FeatureExtractor


class Setup(NamedTuple):
    """Checked arguments of an evaluation.

    Attributes:
        model: what generates the images.
        name: of the model, for the report.
        source: the data.
        image_shape: of the images to compare.
        features: a feature extractor, or a function that trains a network and returns one.
        notes: what is to be said of the choice of features.
    """

    model: Any
    name: str
    source: datasets.Source
    image_shape: ImageShape
    features: Extractor | Callable[[], Extractor]
    notes: tuple[str, ...] = ()


class Samples(NamedTuple):
    """Images to compare, float32 in [-1, 1].

    Attributes:
        real: held-out images.
        floor: as many training images.
        fake: as many generated images.
        train: all training images.
    """

    real: Array
    floor: Array
    fake: Array
    train: Array


def check(
    model: Any,
    data: Any,
    features: Any = None,
    num: int = 10_000,
    image_size: int | tuple[int, int] | None = None,
    skip_unreadable: bool = False,
) -> Setup:
    """Check the arguments of `evaluate`, before anything takes long.

    Args:
        model, data, features, num, image_size, skip_unreadable: as in `evaluate`.

    Returns:
        The opened model, the data, and the features, of which only a classifier is not trained yet.

    Raises:
        FileNotFoundError, ValueError: as in `evaluate`.
    """
    if num < 2 * measure.GROUPS:
        raise ValueError(f"`num` must be at least {2 * measure.GROUPS}. Received: num={num}")
    name = str(model) if isinstance(model, str | pathlib.Path) else getattr(model, "name", "model")
    if isinstance(model, str | pathlib.Path):
        model = open_model(model)
    if not hasattr(model, "latent_dim") or model.latent_dim is None:
        raise ValueError(
            f"Expected a model that generates images from latents. Received: {name!r}, which turns images into images."
        )
    source = datasets.find(data, skip_unreadable=skip_unreadable)
    test = source.other_split("test")
    available = source.num_examples + (test.num_examples if test is not None else 0)
    if available < 4 * measure.GROUPS or (
        test is not None and min(source.num_examples, test.num_examples) < 2 * measure.GROUPS
    ):
        raise ValueError(f"Expected at least {4 * measure.GROUPS} images to compare with. Received: {available}")
    shape = tuple(model.image_shape)
    if image_size is not None:
        sides = (image_size, image_size) if isinstance(image_size, int) else tuple(image_size)
        if sides != shape[:2]:
            raise ValueError(f"`image_size` must be that of the model, {shape[:2]}. Received: image_size={image_size}")
    return Setup(model, name, source, shape, *_features(features, source, shape))


def _features(
    features: Any, source: datasets.Source, shape: ImageShape
) -> tuple[Extractor | Callable[[], Extractor], tuple[str, ...]]:
    """Return the features, checked, and notes; those of a network that may have to be trained, as a function."""
    if features is None:
        if source.class_names is not None:
            return functools.partial(feature_extractors.classifier, source, **_size(source, shape)), ()
        return _unsupervised(source, shape)
    kind, separator, name = features.partition(":") if isinstance(features, str) else ("", "", "")
    if separator and kind in ("classifier", "self_supervised"):
        own = name == str(source.name)
        data = source if own else datasets.find(name, skip_unreadable=source.skip_unreadable)
        if kind == "classifier" and data.class_names is None:
            raise ValueError(f"Expected labeled data for the features {features!r}. Received: data without labels.")
        if not own and not shapes_fit(data.image_shape, shape):
            raise ValueError(
                f"Expected images of shape {data.image_shape}, which the features {features!r} take. Received: "
                f"{shape}. Choose other features."
            )
        train = feature_extractors.classifier if kind == "classifier" else feature_extractors.self_supervised
        return functools.partial(train, data, **_size(data, shape)), ()
    extractor = feature_extractors.get(features)
    extractor.check((None, *shape))
    return extractor, ()


def _size(source: datasets.Source, shape: ImageShape) -> dict[str, Any]:
    """Return the arguments that load the data in a shape; none if it is their own."""
    return {} if shape == source.image_shape else {"image_size": shape[:2], "channels": shape[2]}


def _unsupervised(source: datasets.Source, shape: ImageShape) -> tuple[Extractor, tuple[str, ...]]:
    """Return features for data without labels: Inception's, or random ones where it cannot be had."""
    try:
        extractor = feature_extractors.inception()
        extractor.check((None, *shape))
    except ValueError as error:
        reason = str(error).split(". ")[0]
        return feature_extractors.random(), (OFFLINE.format(reason=reason, data=source.name),)
    return extractor, ()


def evaluate(
    model: Any,
    data: Any,
    features: Any = None,
    num: int = 10_000,
    seed: int = 0,
    image_size: int | tuple[int, int] | None = None,
    skip_unreadable: bool = False,
) -> Evaluation:
    """Score a model on a data set with every metric that fits, beside the scores of real images.

    Generated images are compared with the images of the split `test`. The floor is the value of as many training
    images in place of generated ones. Data without a split `test` are divided into halves, which serve as the two.

    Args:
        model: a `GAN`, or the path of a `.keras` file, an exported SavedModel or a run folder.
        data: as in `kgan.datasets.load`.
        features: as in `kgan.features.get`. Defaults to a classifier of the data if they are labeled, else to
            Inception, or to `"random"` where Inception cannot be had; `notes` of the result say so.
        num: number of generated and of real images; if the data have fewer, as many as they have, and `notes` of the
            result say so. Defaults to 10,000.
        seed: seed of the generated images, and of the choice of real ones. Defaults to 0.
        image_size: as in `kgan.datasets.load`. Defaults to the model's size.
        skip_unreadable: as in `kgan.datasets.load`.

    Raises:
        FileNotFoundError: there is no such model, data or features.
        ValueError: model, data and features do not fit together, or there are too few images.

    Example:
    >>> import keras
    >>> from kgan import GAN, architectures
    >>> gan = GAN(architectures.mlp.generator((8, 8, 1)), architectures.mlp.discriminator((8, 8, 1)))
    >>> pixels = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()], name="pixels")
    >>> evaluate(gan, "digits", features=pixels).rows[0].name
    'frechet_distance_pixels'
    """
    started = time.monotonic()
    setup = check(model, data, features, num, image_size, skip_unreadable)
    samples = _samples(setup, num, seed)
    extractor = setup.features
    if not isinstance(extractor, Extractor):
        extractor = extractor()
        extractor.check((None, *setup.image_shape))
    outputs = {
        "real": extractor.extract(samples.real, title="features of real images"),
        "floor": extractor.extract(samples.floor, title="features of training images"),
        "fake": extractor.extract(samples.fake, title="features of generated images"),
    }
    memorization = metrics.memorization(samples.fake[:MEMORIZATION_SAMPLES], samples.train, samples.real)
    rows = [*measure.rows_of(outputs, extractor.name), *measure.copies(memorization)]
    settings = _settings(setup, samples, extractor, num, seed)
    settings["seconds"] = round(time.monotonic() - started, 1)
    return Evaluation(
        rows,
        settings,
        images.grid(samples.fake[:SHOWN]),
        beside(samples.fake[:SHOWN_NEIGHBORS], samples.train[memorization.neighbors[:SHOWN_NEIGHBORS]]),
        images.grid(samples.real[:SHOWN]),
        measure.curves({kind: values["features"][:CURVE_SAMPLES] for kind, values in outputs.items()}),
        measure.class_shares(outputs, setup.source.class_names),
    )


def beside(fake: Array, neighbors: Array) -> Array:
    """Return a uint8 grid of generated images, two a row, each with a gap before its nearest training images.

    Args:
        fake: `(num, height, width, channels)` in [-1, 1].
        neighbors: `(num, num_neighbors, height, width, channels)`.
    """
    columns = []
    for half in (slice(0, None, 2), slice(1, None, 2)):
        nearest = neighbors[half].reshape(-1, *fake.shape[1:])
        columns += [images.grid(fake[half], columns=1), images.grid(nearest, columns=neighbors.shape[1])]
    gap = np.full((len(columns[0]), 4, columns[0].shape[2]), 255, "uint8")
    return np.concatenate([columns[0], gap, columns[1], gap, gap, columns[2], gap, columns[3]], axis=1)


def _settings(setup: Setup, samples: Samples, extractor: Extractor, num: int, seed: int) -> dict[str, Any]:
    """Return what the figures depend on, in words, and notes."""
    used, dimension = len(samples.fake), extractor.dimension()
    short = f" of {num:,} asked for" if used < num else ""
    settings: dict[str, Any] = {
        "title": f"{setup.name} on {setup.source.name}",
        "model": setup.name,
        "data": f"{setup.source.name}: {used:,} real images to compare with, {len(samples.train):,} training images",
        "features": f"{extractor.name}, {dimension} dimensions",
        "samples": f"{used:,}{short}, of seed {seed}",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": f"Python {platform.python_version()}, Keras {keras.__version__}",
    }
    notes = list(setup.notes)
    if used < num:
        notes.append(f"{used:,} of the {num:,} asked: the data have no more images to compare with.")
    if used < dimension:
        settings["note"] = (
            f"{used} samples are fewer than the {dimension} features: covariances are singular and the Frechet "
            "distance is much too large. Compare it only with its floor, or use the kernel distance."
        )
        notes.append(settings["note"])
    if notes:
        settings["notes"] = notes
    return settings


def _samples(setup: Setup, num: int, seed: int) -> Samples:
    height, width, channels = setup.image_shape
    (train, _), (real, _) = datasets.train_and_test(setup.source, 0.5, (height, width), channels)
    num = min(num, len(real), len(train))
    random = np.random.default_rng(seed)
    real = real[random.permutation(len(real))[:num]]
    floor = train[random.permutation(len(train))[:num]]
    return Samples(real, floor, setup.model.generate(num, seed=seed, batch_size=100), train)
