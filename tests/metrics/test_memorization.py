"""Copies of training images are told from new samples."""

import numpy as np
import pytest

from kgan import metrics

RANDOM = np.random.default_rng(0)


def test_new_samples_and_copies():
    train, held_out, new = RANDOM.normal(size=(3, 300, 8))
    honest = metrics.memorization(new, train, held_out)
    copies = metrics.memorization(train[:100] + 0.01, train, held_out)
    assert abs(honest.z_score) < 4
    assert honest.copied_share < 0.05
    assert copies.z_score < -10
    assert copies.copied_share == 1
    np.testing.assert_array_equal(copies.neighbors[:, 0], np.arange(100))
    np.testing.assert_allclose(copies.distances[:, 0], 0.01 * np.sqrt(8), rtol=1e-6)


def test_the_argument_s_old_name():
    train, held_out = RANDOM.normal(size=(2, 30, 3))
    with pytest.warns(FutureWarning, match="num_neighbors"):
        assert metrics.memorization(train, train, held_out, neighbors=2).neighbors.shape == (30, 2)
