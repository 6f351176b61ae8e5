"""Bad features are refused by every function of two sets of them."""

import numpy as np
import pytest
from samples import FAKE, REAL

from kgan import metrics
from kgan.metrics.samples import check_features

PAIRS = [metrics.frechet_distance, metrics.kernel_distance, metrics.precision_recall]


@pytest.mark.parametrize("function", PAIRS)
@pytest.mark.parametrize(
    ("real", "message"),
    [
        (REAL[:, :5], "of one dimension"),
        (REAL[:1], "at least"),
        (REAL[:0], "at least"),
        (REAL[0], "shape"),
        (np.where(REAL > 2, np.nan, REAL), "finite"),
    ],
)
def test_bad_features(function, real, message):
    with pytest.raises(ValueError, match=message):
        function(real, FAKE)


@pytest.mark.parametrize(("given", "expected"), [("float32", "float32"), ("float64", "float64"), ("int32", "float64")])
def test_types(given, expected):
    assert check_features(np.ones((2, 3), given)).dtype == expected
