"""Mode coverage beside SciPy's entropy."""

import numpy as np
import pytest
from samples import PROBABILITIES
from scipy.stats import entropy

from kgan import metrics


class TestFunction:
    def test_reference(self):
        shares, real = np.array([0.5, 0.25, 0.25, 0.0]), np.array([0.1, 0.2, 0.3, 0.4])
        coverage = metrics.mode_coverage([0, 0, 1, 2, -1], 4, real)
        assert coverage == pytest.approx(
            {"modes": 3, "reverse_kl": entropy(shares, real), "class_entropy": entropy(shares) / np.log(4)}
        )

    def test_equal_shares(self):
        coverage = metrics.mode_coverage(np.arange(10), 10)
        assert coverage == pytest.approx({"modes": 10, "reverse_kl": 0, "class_entropy": 1})

    @pytest.mark.parametrize(
        ("modes", "share", "message"),
        [
            ([], None, "integers"),
            ([-1], None, "at least one sample"),
            ([4], None, "Expected modes from"),
            ([0.5], None, "Expected integers"),
            ([0], [0.5, 0.5], "`real_share` of shape"),
        ],
    )
    def test_bad(self, modes, share, message):
        with pytest.raises(ValueError, match=message):
            metrics.mode_coverage(modes, 4, share)


class TestAsAKerasMetric:
    def test_batch_by_batch_it_has_the_values_of_the_function(self):
        metric = metrics.ModeCoverage()
        assert all(np.isnan(value) for value in metric.result().values())
        for batch in np.array_split(PROBABILITIES, 4):
            metric.update_state(batch, batch[::-1])
        share = np.bincount(PROBABILITIES.argmax(1), minlength=7) / 300
        assert metric.result() == pytest.approx(metrics.mode_coverage(PROBABILITIES.argmax(1), 7, share), abs=1e-6)
