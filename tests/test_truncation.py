"""Truncation: which latents are left out."""

import keras
import numpy as np
import pytest
from keras import ops

from kgan import _truncation


def reference(sensitivities, classes, share):
    """The same in plain Python."""
    candidates = np.tile(classes, len(sensitivities) // len(classes))
    chosen = np.empty(len(classes), int)
    for label in set(classes):
        own = np.flatnonzero(candidates == label)
        count = max(round(share * len(own)), sum(classes == label))
        kept = sorted(sorted(own, key=lambda index: sensitivities[index])[:count])
        chosen[classes == label] = kept[: sum(classes == label)]
    return chosen


@pytest.mark.parametrize("share", [1.0, 0.8, 0.5, 0.1])
def test_of_each_class_the_first_of_the_least_sensitive(share):
    random = np.random.default_rng(0)
    for classes in (np.zeros(7, "int32"), random.integers(0, 4, 30).astype("int32"), np.int32([5, 2, 2, 5, 0])):
        rounds = int(_truncation.rounds(classes, share))
        values = random.uniform(size=rounds * len(classes)).astype("float32")
        received = np.asarray(_truncation.select(values, classes, share))
        np.testing.assert_array_equal(received, reference(values, classes, share))
        np.testing.assert_array_equal(np.tile(classes, rounds)[received], classes)


def test_equal_sensitivities_keep_the_number():
    assert sorted(np.asarray(_truncation.select(np.ones(40, "float32"), np.zeros(20, "int32"), 0.5)).tolist()) == list(
        range(20)
    )


@pytest.mark.parametrize(
    ("classes", "share", "rounds"),
    [
        ([0] * 100, 0.5, 2),
        ([0] * 100, 0.51, 2),
        ([0] * 100, 1.0, 1),
        ([0], 0.9, 20),
        ([0] * 6, 0.9, 4),
        ([0] * 30, 0.1, 10),
    ]
    + [([0, 3, 3, 3], 0.5, 20), ([1] * 50 + [3] * 10, 0.9, 2)],
)
def test_how_many_candidates(classes, share, rounds):
    """As many as the share needs, and at least 20 of each class."""
    assert int(_truncation.rounds(np.int32(classes), share)) == rounds


def test_sensitivity_is_that_of_the_jacobian():
    """Of a linear map it is the mean of (A d)^2, divided by the variance of the image."""
    matrix = np.random.default_rng(0).normal(size=(6, 12)).astype("float32")
    latents = keras.random.normal((3, 6), seed=1)
    directions = np.array(keras.random.normal((_truncation.DIRECTIONS, 6), seed=0))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    received = _truncation.sensitivity(lambda z: ops.reshape(ops.matmul(z, matrix), (-1, 2, 2, 3)), latents)
    variances = np.var(np.asarray(latents) @ matrix, axis=1)
    np.testing.assert_allclose(received, np.mean((directions @ matrix) ** 2) / (variances + 1e-3), rtol=1e-3)


@pytest.mark.parametrize("truncation", [0, -1, 1.0001, 2, float("nan"), float("inf")])
def test_bad_shares(truncation):
    with pytest.raises(ValueError, match=r"`truncation` must be in \(0, 1\], the share of latents to keep: 0.7 leaves"):
        _truncation.check(truncation)
    assert _truncation.check(None) == _truncation.check(1) == 1
