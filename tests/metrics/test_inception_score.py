"""The Inception score beside SciPy's entropy."""

import numpy as np
import pytest
from samples import PROBABILITIES, REAL
from scipy.stats import entropy

from kgan import metrics


class TestFunction:
    def test_reference(self):
        parts = [
            np.exp(np.mean([entropy(row, part.mean(0)) for row in part])) for part in np.array_split(PROBABILITIES, 3)
        ]
        score = metrics.inception_score(PROBABILITIES, num_splits=3)
        assert score.value == pytest.approx(np.mean(parts), rel=1e-6)
        assert score.standard_error == pytest.approx(np.std(parts, ddof=1) / np.sqrt(3), rel=1e-6)

    def test_extremes(self):
        assert metrics.inception_score(np.full((10, 4), 0.25), num_splits=1).value == pytest.approx(1)
        assert metrics.inception_score(np.eye(4), num_splits=1).value == pytest.approx(4)

    @pytest.mark.parametrize(
        ("probabilities", "message"), [(REAL, "probabilities"), (PROBABILITIES[:3], "`num_splits`")]
    )
    def test_bad(self, probabilities, message):
        with pytest.raises(ValueError, match=message):
            metrics.inception_score(probabilities)

    def test_the_argument_s_old_name(self):
        with pytest.warns(FutureWarning, match="num_splits"):
            metrics.inception_score(PROBABILITIES, splits=3)


class TestAsAKerasMetric:
    def test_batch_by_batch_it_has_the_value_of_the_function(self):
        metric = metrics.InceptionScore()
        for batch in np.array_split(PROBABILITIES, 4):
            metric.update_state(batch, batch[::-1])
        expected = metrics.inception_score(PROBABILITIES, num_splits=1).value
        assert float(metric.result()) == pytest.approx(expected, rel=1e-6)

    def test_empty_is_nan(self):
        metric = metrics.InceptionScore()
        assert np.isnan(metric.result())
        metric.build(PROBABILITIES, PROBABILITIES)
        assert np.isnan(metric.result())
