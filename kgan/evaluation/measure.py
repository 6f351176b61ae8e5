"""The rows of an evaluation: each metric of generated images, with its interval and the value of real images."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kgan import metrics
from kgan._typing import Array
from kgan.evaluation.row import Row

GROUPS = 10
"""Number of groups of samples of which the jackknife leaves out one at a time."""

Z = 1.96
"""Half the width of a 95 % interval, in standard deviations of a normal distribution."""

PRECISION_SAMPLES = 5000
BLOCK_SIZE = 1000
FEW = 2000
"""Fewer samples than these are one block of the kernel distance."""


def copies(memorization: metrics.Memorization) -> list[Row]:
    """Return the rows that tell whether samples are copies of training images."""
    num = len(memorization.distances)
    return [
        Row("memorization_z", memorization.z_score, np.nan, 0.0, num, "above -3"),
        Row("copied_share", memorization.copied_share, np.nan, 0.01, num, "like real"),
    ]


def rows_of(outputs: dict[str, dict[str, Array]], name: str) -> list[Row]:
    """Return the rows of all metrics of features; `outputs` has the keys real, floor and fake."""
    real, floor, fake = (outputs[kind]["features"] for kind in ("real", "floor", "fake"))
    rows = [*_frechet(real, floor, fake, name), *_kernel(real, floor, fake, name), *_shares(real, floor, fake, name)]
    if "probabilities" in outputs["fake"]:
        real, floor, fake = (outputs[kind]["probabilities"] for kind in ("real", "floor", "fake"))
        rows += _classes(real, floor, fake, name)
    return rows


def curves(features: dict[str, Array]) -> dict[str, Array]:
    """Return precision against recall of generated and of real images; the keys are real, floor and fake."""
    compared = {"generated": features["fake"], "real": features["floor"]}
    return {kind: metrics.precision_recall_curve(features["real"], values) for kind, values in compared.items()}


def class_shares(
    outputs: dict[str, dict[str, Array]], class_names: Sequence[str] | None
) -> dict[str, tuple[float, float]]:
    """Return the share of each class among real and generated images; none if the features have no classes."""
    if "probabilities" not in outputs["fake"]:
        return {}
    num_classes = outputs["fake"]["probabilities"].shape[1]
    real, fake = (
        np.bincount(outputs[kind]["probabilities"].argmax(axis=1), minlength=num_classes)
        / len(outputs[kind]["features"])
        for kind in ("real", "fake")
    )
    named = class_names if class_names is not None and len(class_names) == num_classes else range(num_classes)
    return {str(name): (float(a), float(b)) for name, a, b in zip(named, real, fake, strict=True)}


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
    """Return the kernel distance, of blocks that use (almost) all samples."""
    num = len(fake)
    size = num if num < FEW else min(BLOCK_SIZE, num // GROUPS)
    distance, floor_distance = (metrics.kernel_distance(real, features, size) for features in (fake, floor))
    error = distance.standard_error
    if size == num:
        groups = np.array_split(fake, GROUPS)
        error = jackknife(lambda kept: metrics.kernel_distance(real, np.concatenate(kept), size).value, groups)
    row_name = "kid" if name == "inception" else f"kernel_distance_{name}"
    return [Row(row_name, distance.value, Z * error, floor_distance.value, num // size * size, "lower")]


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
