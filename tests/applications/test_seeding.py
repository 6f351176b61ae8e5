"""Initial weights that depend on a seed only."""

import random

import keras
import numpy as np
import pytest

from kgan.applications._seeding import seeded


def weights(seed):
    with seeded(seed):
        layer = keras.layers.Dense(3)
    layer.build((None, 4))
    return layer.get_weights()[0]


def test_initial_weights_depend_on_the_seed_only():
    first = weights(7)
    random.random()
    np.testing.assert_array_equal(first, weights(7))
    assert (first != weights(8)).any()


def test_the_state_of_random_is_restored_after_an_error_too():
    before = random.getstate()
    with pytest.raises(ZeroDivisionError), seeded(1):
        random.randrange(1 // 0)
    assert random.getstate() == before
