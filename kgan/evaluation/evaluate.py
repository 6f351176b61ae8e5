"""What an evaluation measures: every metric that fits, of generated and of real images, with intervals."""

import pathlib
import platform
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kgan import datasets, images, metrics
from kgan import features as feature_extractors
from kgan._checks import shapes_fit
from kgan._typing import Array, ImageShape
from kgan.evaluation.report import Evaluation, Row
from kgan.models.open_model import open_model

GROUPS = 10
"""Number of groups of samples of which the jackknife leaves out one at a time."""

Z = 1.96
"""Half the width of a 95 % interval, in standard deviations of a normal distribution."""

MEMORIZATION_SAMPLES = 1000
PRECISION_SAMPLES = 5000

CLASSIFIER = "classifier:"


class Setup(NamedTuple):
    """Checked arguments of an evaluation.

    Attributes:
        model: what generates the images.
        name: of the model, for the report.
        source: the data.
        image_shape: of the images to compare.
        features: a feature extractor, or a function that trains a classifier and returns one.
    """

    model: Any
    name: str
    source: datasets.Source
    image_shape: ImageShape
    features: feature_extractors.FeatureExtractor | Callable[[], feature_extractors.FeatureExtractor]


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
    model: Any, data: Any, features: Any = None, num: int = 10_000, image_size: int | tuple[int, int] | None = None
) -> Setup:
    """Check the arguments of `evaluate`, before anything takes long.

    Args:
        model, data, features, num, image_size: as in `evaluate`.

    Returns:
        The opened model, the data, and the features, of which only a classifier is not trained yet.

    Raises:
        FileNotFoundError, ValueError: as in `evaluate`.
    """
    if num < 2 * GROUPS:
        raise ValueError(f"`num` must be at least {2 * GROUPS}. Received: num={num}")
    name = str(model) if isinstance(model, str | pathlib.Path) else getattr(model, "name", "model")
    if isinstance(model, str | pathlib.Path):
        model = open_model(model)
    if not hasattr(model, "latent_dim") or model.latent_dim is None:
        raise ValueError(
            f"Expected a model that generates images from latents. Received: {name!r}, which turns images into images."
        )
    source = datasets.find(data)
    test = source.other_split("test")
    available = source.num_examples + (test.num_examples if test is not None else 0)
    if available < 4 * GROUPS or (test is not None and min(source.num_examples, test.num_examples) < 2 * GROUPS):
        raise ValueError(f"Expected at least {4 * GROUPS} images to compare with. Received: {available}")
    shape = tuple(model.image_shape)
    if image_size is not None:
        sides = (image_size, image_size) if isinstance(image_size, int) else tuple(image_size)
        if sides != shape[:2]:
            raise ValueError(f"`image_size` must be that of the model, {shape[:2]}. Received: image_size={image_size}")
    return Setup(model, name, source, shape, _features(features, source, shape))


def _features(
    features: Any, source: datasets.Source, shape: ImageShape
) -> feature_extractors.FeatureExtractor | Callable[[], feature_extractors.FeatureExtractor]:
    """Return the features, checked; those of a classifier, which may have to be trained, as a function."""
    if features is None and source.class_names is not None:
        if shape == source.image_shape:
            return lambda: feature_extractors.classifier(source)
        return lambda: feature_extractors.classifier(source, image_size=shape[:2], channels=shape[2])
    if isinstance(features, str) and features.startswith(CLASSIFIER):
        labeled = datasets.find(features.removeprefix(CLASSIFIER))
        if labeled.class_names is None:
            raise ValueError(f"Expected labeled data for the features {features!r}. Received: data without labels.")
        if not shapes_fit(labeled.image_shape, shape):
            raise ValueError(
                f"Expected images of shape {labeled.image_shape}, which the features {features!r} take. Received: "
                f"{shape}. Choose other features."
            )
        return lambda: feature_extractors.classifier(features.removeprefix(CLASSIFIER))
    extractor = feature_extractors.get("inception" if features is None else features)
    extractor.check((None, *shape))
    return extractor


def evaluate(
    model: Any,
    data: Any,
    features: Any = None,
    num: int = 10_000,
    seed: int = 0,
    image_size: int | tuple[int, int] | None = None,
) -> Evaluation:
    """Score a model on a data set with every metric that fits, beside the scores of real images.

    Generated images are compared with the images of the split `test`. The floor is the value of as many training
    images in place of generated ones. Data without a split `test` are divided into halves, which serve as the two.

    Args:
        model: a `GAN`, or the path of a `.keras` file, an exported SavedModel or a run folder.
        data: as in `kgan.datasets.load`.
        features: as in `kgan.features.get`. Defaults to a classifier of the data if they are labeled, else to
            Inception.
        num: number of generated and of real images; no more than there are in the data. Defaults to 10,000.
        seed: seed of the generated images, and of the choice of real ones. Defaults to 0.
        image_size: as in `kgan.datasets.load`. Defaults to the model's size.

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
    setup = check(model, data, features, num, image_size)
    samples = _samples(setup, num, seed)
    extractor = setup.features
    if not isinstance(extractor, feature_extractors.FeatureExtractor):
        extractor = extractor()
        extractor.check((None, *setup.image_shape))
    outputs = {
        "real": extractor.extract(samples.real, title="features of real images"),
        "floor": extractor.extract(samples.floor, title="features of training images"),
        "fake": extractor.extract(samples.fake, title="features of generated images"),
    }
    memorization = metrics.memorization(samples.fake[:MEMORIZATION_SAMPLES], samples.train, samples.real)
    rows = [*_rows(outputs, extractor.name), *_copies(memorization)]
    num_samples, dimension = len(samples.fake), extractor.dimension()
    settings = {
        "title": f"{setup.name} on {setup.source.name}",
        "model": setup.name,
        "data": f"{setup.source.name}: {num_samples:,} real images to compare with, "
        f"{len(samples.train):,} training images",
        "features": f"{extractor.name}, {dimension} dimensions",
        "samples": f"{num_samples:,} of seed {seed}",
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "seconds": round(time.monotonic() - started, 1),
    }
    if num_samples < dimension:
        settings["note"] = (
            f"{num_samples} samples are fewer than the {dimension} features: covariances are singular and the Frechet "
            "distance is much too large. Compare it only with its floor, or use the kernel distance."
        )
    beside = np.concatenate([samples.fake[:24, None], samples.train[memorization.neighbors[:24]]], axis=1)
    neighbors = images.grid(beside.reshape(-1, *setup.image_shape), columns=16)
    return Evaluation(rows, settings, images.grid(samples.fake[:64]), neighbors)


def _samples(setup: Setup, num: int, seed: int) -> Samples:
    height, width, channels = setup.image_shape
    (train, _), (real, _) = datasets.train_and_test(setup.source, 0.5, (height, width), channels)
    num = min(num, len(real), len(train))
    random = np.random.default_rng(seed)
    real = real[random.permutation(len(real))[:num]]
    floor = train[random.permutation(len(train))[:num]]
    return Samples(real, floor, setup.model.generate(num, seed=seed, batch_size=100), train)


def _copies(memorization: metrics.Memorization) -> list[Row]:
    num = len(memorization.distances)
    return [
        Row("memorization_z", memorization.z_score, np.nan, 0.0, num, "above -3"),
        Row("copied_share", memorization.copied_share, np.nan, 0.01, num, "like real"),
    ]


def _rows(outputs: dict[str, dict[str, Array]], name: str) -> list[Row]:
    """Return the rows of all metrics of features; `outputs` has the keys real, floor and fake."""
    real, floor, fake = (outputs[kind]["features"] for kind in ("real", "floor", "fake"))
    rows = [*_frechet(real, floor, fake, name), *_kernel(real, floor, fake, name), *_shares(real, floor, fake, name)]
    if "probabilities" in outputs["fake"]:
        real, floor, fake = (outputs[kind]["probabilities"] for kind in ("real", "floor", "fake"))
        rows += _classes(real, floor, fake, name)
    return rows


def _frechet(real: Array, floor: Array, fake: Array, name: str) -> list[Row]:
    real_groups, floor_groups, fake_groups = (
        [metrics.Moments.of(group) for group in np.array_split(features, GROUPS)] for features in (real, floor, fake)
    )
    reference = _merged(real_groups)
    error = jackknife(lambda groups: metrics.frechet_distance(reference, _merged(groups)), fake_groups)
    return [
        Row(
            "fid" if name == "inception" else f"frechet_distance_{name}",
            metrics.frechet_distance(reference, _merged(fake_groups)),
            Z * error,
            metrics.frechet_distance(reference, _merged(floor_groups)),
            len(fake),
            "lower",
        )
    ]


def _kernel(real: Array, floor: Array, fake: Array, name: str) -> list[Row]:
    distance, floor_distance = (metrics.kernel_distance(real, features) for features in (fake, floor))
    row_name = "kid" if name == "inception" else f"kernel_distance_{name}"
    interval = Z * distance.standard_error
    return [Row(row_name, distance.value, interval, floor_distance.value, len(fake), "lower")]


def _shares(real: Array, floor: Array, fake: Array, name: str) -> list[Row]:
    num = min(len(fake), PRECISION_SAMPLES)
    shares, floor_shares = (metrics.precision_recall(real[:num], features[:num]) for features in (fake, floor))
    rows = []
    for kind, value in shares.items():
        interval = Z * np.sqrt(value * (1 - value) / num) if value <= 1 else np.nan
        rows.append(Row(f"{kind}_{name}", value, interval, floor_shares[kind], num, "higher"))
    return rows


def _classes(real: Array, floor: Array, fake: Array, name: str) -> list[Row]:
    """Return the rows of the metrics of class probabilities `(num, num_classes)`."""
    num, num_classes = fake.shape
    score, real_score = (metrics.inception_score(probabilities) for probabilities in (fake, real))
    row_name = "inception_score" if name == "inception" else f"inception_score_{name}"
    rows = [Row(row_name, score.value, Z * score.standard_error, real_score.value, num, "higher")]
    share = np.bincount(real.argmax(axis=1), minlength=num_classes) / num
    share = np.maximum(share, 1e-9) / np.maximum(share, 1e-9).sum()
    modes, floor_modes = (
        metrics.mode_coverage(probabilities.argmax(axis=1), num_classes, share) for probabilities in (fake, floor)
    )
    for kind, better in (("modes", "higher"), ("reverse_kl", "lower"), ("class_entropy", "like real")):
        rows.append(Row(f"{kind}_{name}", modes[kind], np.nan, floor_modes[kind], num, better))
    return rows


def _merged(groups: list[metrics.Moments]) -> metrics.Moments:
    merged = groups[0]
    for moments in groups[1:]:
        merged = merged.merge(moments)
    return merged


def jackknife(statistic: Callable[[list[Any]], float], groups: list[Any]) -> float:
    """Return the standard error of a statistic, from leaving out one group of samples at a time.

    Args:
        statistic: a function of a list of groups.
        groups: equal groups of samples, or what stands for them.

    Reference: Efron and Stein, The Jackknife Estimate of Variance, 1981.

    Example:
    >>> round(jackknife(lambda groups: float(np.mean(groups)), [1.0, 2.0, 3.0]), 4)  # std([1, 2, 3]) / sqrt(3)
    0.5774
    """
    values = np.array([statistic(groups[:i] + groups[i + 1 :]) for i in range(len(groups))])
    return float(np.sqrt((len(values) - 1) / len(values) * np.sum((values - values.mean()) ** 2)))
