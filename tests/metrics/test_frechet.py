"""The Frechet distance beside SciPy's matrix root, and definitions written out."""

import itertools

import numpy as np
import pytest
from samples import FAKE, PROBABILITIES, REAL
from scipy.linalg import sqrtm

from kgan import metrics

RANDOM = np.random.default_rng(0)


def frechet_reference(real, fake):
    """As clean-fid and torch-fidelity define it, with SciPy's matrix root."""
    first, second = np.cov(real.T), np.cov(fake.T)
    shift = np.sum((real.mean(0) - fake.mean(0)) ** 2)
    return shift + np.trace(first + second - 2 * sqrtm(first @ second).real)


class TestFunction:
    @pytest.mark.parametrize("scale", [1.0, 1e-3, 1e3])
    def test_reference(self, scale):
        expected = frechet_reference(scale * REAL, scale * FAKE)
        assert metrics.frechet_distance(scale * REAL, scale * FAKE) == pytest.approx(expected, rel=1e-6)

    def test_by_hand(self):
        """Diagonal covariances: the sum of squared differences of the standard deviations, and of the means."""
        corners = np.array(list(itertools.product([-1.0, 1.0], repeat=2)))
        fake = corners * [2.0, 3.0] + [1.0, 0.0]
        spread = 4 / 3  # the unbiased variance of -1, -1, 1, 1
        expected = 1 + spread * ((2 - 1) ** 2 + (3 - 1) ** 2)
        assert metrics.frechet_distance(corners, fake) == pytest.approx(expected, rel=1e-12)

    def test_of_a_set_to_itself_is_nothing(self):
        assert metrics.frechet_distance(REAL, REAL) == pytest.approx(0, abs=1e-8)

    def test_fewer_samples_than_dimensions(self):
        few, other = RANDOM.normal(size=(2, 10, 40))
        assert metrics.frechet_distance(few, other) == pytest.approx(frechet_reference(few, other), rel=1e-4)

    def test_far_from_the_origin_no_digits_are_lost(self):
        near, far = (metrics.frechet_distance(REAL + shift, FAKE + shift) for shift in (0, 1e4))
        assert far == pytest.approx(near, rel=1e-6)

    def test_merged_moments_are_those_of_all(self):
        parts = [metrics.Moments.of(part) for part in np.array_split(REAL, [1, 7, 300])]
        merged = parts[0]
        for moments in parts[1:]:
            merged = merged.merge(moments)
        np.testing.assert_allclose(merged.covariance, np.cov(REAL.T), rtol=1e-10)
        np.testing.assert_allclose(merged.mean, REAL.mean(0), rtol=1e-10)


class TestAsAKerasMetric:
    @pytest.mark.parametrize("batch_size", [37, 100])
    def test_batch_by_batch_it_has_the_value_of_the_function(self, batch_size):
        metric = metrics.FrechetDistance()
        for _ in range(2):
            metric.reset_state()
            for start in range(0, 500, batch_size):
                metric.update_state(REAL[start : start + batch_size], FAKE[start : start + batch_size])
        assert metric.name == "frechet_distance"
        assert float(metric.result()) == pytest.approx(metrics.frechet_distance(REAL, FAKE), rel=1e-5)

    def test_empty_is_nan(self):
        metric = metrics.FrechetDistance()
        assert np.isnan(metric.result())
        metric.build(PROBABILITIES, PROBABILITIES)
        assert np.isnan(metric.result())
