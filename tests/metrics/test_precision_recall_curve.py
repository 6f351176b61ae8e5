"""Precision against recall as a curve."""

import numpy as np
import pytest

from kgan.metrics import precision_recall_curve

FOUR = np.repeat(10.0 * np.eye(4), 50, axis=0)
"""Four clusters."""


def test_the_same_clusters_are_perfect():
    curve = precision_recall_curve(FOUR, FOUR, num_clusters=4)
    assert curve.shape == (101, 2)
    np.testing.assert_allclose(curve[50], 1, atol=1e-3)  # slope 1
    assert (np.diff(curve[:, 0]) >= -1e-9).all()


def test_half_of_the_clusters():
    """Real images in four clusters, generated ones in two of them: all are good, half is covered; and the reverse."""
    covered = precision_recall_curve(FOUR, FOUR[:100], num_clusters=4)
    np.testing.assert_allclose(covered.max(axis=0), [1, 0.5], atol=1e-3)
    good = precision_recall_curve(FOUR[:100], FOUR, num_clusters=4)
    np.testing.assert_allclose(good.max(axis=0), [0.5, 1], atol=1e-3)


def test_apart():
    assert precision_recall_curve(FOUR[:100], FOUR[100:], num_clusters=4).max() < 1e-6


def test_bad():
    with pytest.raises(ValueError, match="one dimension"):
        precision_recall_curve(FOUR, FOUR[:, :3])
