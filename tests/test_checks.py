"""Checks of arguments."""

import numpy as np
import pytest

from kgan._checks import check_positive, shapes_fit


@pytest.mark.parametrize("value", [0, -1, 1.0, "1", True, None])
def test_positive(value):
    check_positive(scale=1, size=np.int64(2))
    with pytest.raises(ValueError, match=r"`scale` must be a positive integer. Received: scale="):
        check_positive(size=2, scale=value)


@pytest.mark.parametrize(
    ("shape", "expected", "fits"),
    [
        ((28, 28, 1), (28, 28, 1), True),
        ((28, 28, 1), (None, None, 1), True),
        ((None, 28, 1), (28, 28, 1), True),
        ((), (), True),
        ((28, 28, 3), (None, None, 1), False),
        ((28, 28), (28, 28, 1), False),
        ((), (None,), False),
    ],
)
def test_shapes_fit(shape, expected, fits):
    assert shapes_fit(shape, expected) is fits
    assert shapes_fit(expected, shape) is fits
