"""The pair of optimizers as Keras's callbacks see it."""

import keras
import numpy as np
import pytest

from kgan.optimizers import OptimizerPair


@pytest.fixture
def pair():
    optimizers = keras.optimizers.Adam(1e-3), keras.optimizers.SGD(4e-3, momentum=0.9)
    for optimizer in optimizers:
        optimizer.build([keras.Variable(np.zeros(3, "float32"))])
    return OptimizerPair(*optimizers)


def test_it_is_an_optimizer_with_the_state_of_both(pair):
    assert isinstance(pair, keras.optimizers.Optimizer)
    generator, discriminator = pair.optimizers
    assert pair.variables == generator.variables + discriminator.variables
    assert pair.iterations is generator.iterations


def test_the_ratio_of_the_rates_is_kept(pair):
    pair.learning_rate = 1e-4
    assert [float(each.learning_rate) for each in pair.optimizers] == pytest.approx([1e-4, 4e-4])
    pair.learning_rate = 0.0
    pair.learning_rate = 2e-3
    assert [float(each.learning_rate) for each in pair.optimizers] == pytest.approx([2e-3, 8e-3])
    assert float(pair.learning_rate) == pytest.approx(2e-3)


def test_averaged_weights_are_written_at_the_end():
    """What `fit` does last, for optimizers with `use_ema=True`."""
    weights = [keras.Variable(np.zeros(2, "float32")) for _ in range(2)]
    optimizers = [keras.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5) for _ in range(2)]
    for optimizer, weight in zip(optimizers, weights, strict=True):
        optimizer.build([weight])
        optimizer.apply([-np.ones(2, "float32")])
        optimizer.apply([-np.ones(2, "float32")])
    OptimizerPair(*optimizers).finalize_variable_values([])
    # Weights go 1, 2; the average starts at the first and is then 0.5 * 1 + 0.5 * 2.
    np.testing.assert_allclose([weight.numpy() for weight in weights], 1.5)
