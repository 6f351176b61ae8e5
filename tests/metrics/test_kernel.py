"""The kernel distance beside scikit-learn's kernel."""

import numpy as np
import pytest
from samples import FAKE, PROBABILITIES, REAL
from sklearn.metrics.pairwise import polynomial_kernel

from kgan import metrics

RANDOM = np.random.default_rng(0)


class TestFunction:
    def test_reference(self):
        """The unbiased estimate as KID's paper has it, with scikit-learn's kernel."""
        expected = []
        for start in range(0, 500, 100):
            x, y = REAL[start : start + 100], FAKE[start : start + 100]
            within = [
                (gram.sum() - np.trace(gram)) / (100 * 99)
                for gram in (polynomial_kernel(z, degree=3, gamma=1 / 12, coef0=1) for z in (x, y))
            ]
            expected.append(sum(within) - 2 * polynomial_kernel(x, y, degree=3, gamma=1 / 12, coef0=1).mean())
        distance = metrics.kernel_distance(REAL, FAKE, block_size=100)
        assert distance.value == pytest.approx(np.mean(expected), rel=1e-6)
        assert distance.standard_error == pytest.approx(np.std(expected, ddof=1) / np.sqrt(5), rel=1e-6)

    @pytest.mark.slow
    def test_is_unbiased(self):
        """Of equal distributions it is 0 on average, however few the samples; the Frechet distance is not."""
        draws = RANDOM.normal(size=(2, 4000, 6))
        distance = metrics.kernel_distance(*draws, block_size=10)
        assert abs(distance.value) < 4 * distance.standard_error

    def test_bad_block(self):
        with pytest.raises(ValueError, match="`block_size` must be at least 2"):
            metrics.kernel_distance(REAL, FAKE, block_size=1)


class TestAsAKerasMetric:
    @pytest.mark.parametrize("batch_size", [37, 100])
    def test_batch_by_batch_it_has_the_value_of_the_function(self, batch_size):
        metric = metrics.KernelDistance(block_size=120)
        for _ in range(2):
            metric.reset_state()
            for start in range(0, 500, batch_size):
                metric.update_state(REAL[start : start + batch_size], FAKE[start : start + batch_size])
        expected = metrics.kernel_distance(REAL, FAKE, block_size=120).value
        assert float(metric.result()) == pytest.approx(expected, rel=1e-5)

    def test_empty_is_nan(self):
        metric = metrics.KernelDistance()
        assert np.isnan(metric.result())
        metric.build(PROBABILITIES, PROBABILITIES)
        assert np.isnan(metric.result())

    def test_config(self):
        again = metrics.KernelDistance.from_config(metrics.KernelDistance(block_size=7, name="k").get_config())
        assert (again.block_size, again.name) == (7, "k")
