"""Loading, whatever the source."""

import pytest

from kgan.datasets import load


@pytest.mark.parametrize("options", [{"channels": 2}, {"image_size": 0}, {"image_size": (8, 8, 1)}])
def test_bad_arguments(options):
    with pytest.raises(ValueError, match="must be"):
        load("digits", **options)
