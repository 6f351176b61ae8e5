"""The description that a data set carries."""

import numpy as np
import pytest

from kgan.datasets import Info, from_arrays, info_of, load


def test_carried():
    data = load("digits", "test", image_size=(9, 10), channels=3)
    assert info_of(data) == Info(360, (9, 10, 3), tuple("0123456789"))


def test_other_data():
    for data in (load("digits").map(lambda x: x), from_arrays(np.zeros(4), batch_size=2), [1, 2]):
        with pytest.raises(ValueError, match="Expected what `kgan.datasets.load` returned, unchanged"):
            info_of(data)


def test_old_name():
    with pytest.warns(FutureWarning, match="`count` .* is now `num_examples`"):
        assert Info(3, (8, 8, 1), None).count == 3
