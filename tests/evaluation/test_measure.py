"""The rows of metrics, and their intervals."""

import numpy as np
import pytest

from kgan import metrics
from kgan.evaluation.measure import class_shares, jackknife, rows_of


def features(num, shift=0.0, seed=0):
    return {"features": shift + np.random.default_rng(seed).normal(size=(num, 4))}


def test_jackknife_of_a_mean():
    """Its standard error is known: the deviation of the groups' means over the root of their number."""
    values = np.random.default_rng(0).normal(size=(10, 50))
    error = jackknife(lambda groups: np.mean(groups), list(values))
    assert error == pytest.approx(values.mean(axis=1).std(ddof=1) / np.sqrt(10))


@pytest.mark.slow
@pytest.mark.parametrize(("num", "used"), [(360, 360), (2500, 2500), (2009, 2000)])
def test_the_kernel_distance_uses_almost_all_samples_and_has_an_interval(num, used):
    outputs = {"real": features(num), "floor": features(num, seed=1), "fake": features(num, 0.3, seed=2)}
    row = next(row for row in rows_of(outputs, "own") if row.name == "kernel_distance_own")
    assert row.samples == used
    assert 0 < row.interval < row.value
    whole = metrics.kernel_distance(outputs["real"]["features"], outputs["fake"]["features"], num).value
    assert row.value == pytest.approx(whole, abs=3 * row.interval)


@pytest.mark.slow
def test_precision_names_its_smaller_number():
    outputs = {kind: features(5100, seed=seed) for seed, kind in enumerate(("real", "floor", "fake"))}
    samples = {row.name: row.samples for row in rows_of(outputs, "own")}
    assert samples["precision_own"] == 5000
    assert samples["frechet_distance_own"] == 5100


def test_class_shares():
    real, fake = np.eye(2)[[0, 1, 1, 1]], np.eye(2)[[0, 0, 1, 1]]
    outputs = {kind: {"features": values, "probabilities": values} for kind, values in (("real", real), ("fake", fake))}
    assert class_shares(outputs, ("cat", "dog")) == {"cat": (0.25, 0.5), "dog": (0.75, 0.5)}
    assert list(class_shares(outputs, ("cat", "dog", "cow"))) == ["0", "1"]  # the classes of other data
    assert class_shares({"fake": features(3)}, None) == {}
