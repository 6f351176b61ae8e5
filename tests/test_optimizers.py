"""The pair of optimizers as Keras's callbacks see it."""

import keras
import numpy as np
import pytest

from kgan.optimizers import AnnealedAdam, OptimizerPair, build, get


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


class TestAnnealedAdam:
    @pytest.mark.parametrize(("update", "rate"), [(0, 1e-3), (10_000, 5.5e-4), (20_000, 1e-4), (30_000, 1e-4)])
    def test_the_rate_falls_along_half_a_cosine_and_stays(self, update, rate):
        optimizer = AnnealedAdam()
        optimizer.iterations.assign(update)
        assert float(optimizer.learning_rate) == pytest.approx(rate)

    def test_it_is_adam_with_a_schedule(self):
        weights = [keras.Variable(np.ones(3, "float32")) for _ in range(2)]
        schedule = keras.optimizers.schedules.CosineDecay(0.1, 10, alpha=0.1)
        optimizers = AnnealedAdam(0.1, 10, beta_2=0.99), keras.optimizers.Adam(schedule, beta_1=0.0, beta_2=0.99)
        gradients = np.random.default_rng(0).normal(size=(12, 3)).astype("float32")
        for optimizer, weight in zip(optimizers, weights, strict=True):
            optimizer.build([weight])
            for gradient in gradients:
                optimizer.apply([gradient])
        np.testing.assert_allclose(*weights, rtol=1e-6)

    def test_its_memory_grows(self):
        """Two updates worked out by hand; the second rate is alpha's, the second beta_2 the last."""
        optimizer = AnnealedAdam(0.1, decay_steps=1, alpha=0.5, beta_2=0.5, final_beta_2=0.75, epsilon=0.0)
        weight = keras.Variable(np.zeros(1, "float32"))
        optimizer.build([weight])
        assert float(optimizer.beta_2) == pytest.approx(0.5)
        optimizer.apply([np.full(1, 2.0, "float32")])  # v = 0.5 * 4, corrected 4: a step of 0.1
        np.testing.assert_allclose(weight, [-0.1], rtol=1e-6)
        assert float(optimizer.beta_2) == pytest.approx(0.75)
        optimizer.apply([np.full(1, 4.0, "float32")])  # v = 0.75 * 2 + 0.25 * 16 = 5.5, over 1 - 0.75^2
        np.testing.assert_allclose(weight, [-0.1 - 0.05 * 4 * ((1 - 0.75**2) / 5.5) ** 0.5], rtol=1e-6)

    def test_a_rate_that_is_set_falls_on(self):
        optimizer = AnnealedAdam(1e-3, decay_steps=100)
        optimizer.iterations.assign(50)
        optimizer.learning_rate = 2e-3
        assert float(optimizer.learning_rate) == pytest.approx(2e-3)
        optimizer.iterations.assign(100)
        assert float(optimizer.learning_rate) == pytest.approx(2e-3 * 0.1 / 0.55)
        optimizer.learning_rate = 0.0
        assert float(optimizer.learning_rate) == 0.0

    def test_it_is_saved(self):
        optimizer = AnnealedAdam(2e-3, decay_steps=30, alpha=0.5, beta_1=0.5, beta_2=0.6, clipnorm=1.0)
        again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
        assert again.get_config() == optimizer.get_config()
        again.iterations.assign(30)
        assert float(again.learning_rate) == pytest.approx(1e-3)
        assert float(again.beta_2) == pytest.approx(0.99)
        old = {name: value for name, value in optimizer.get_config().items() if name != "final_beta_2"}
        assert float(AnnealedAdam.from_config(old | {"beta_2": 0.99}).beta_2) == pytest.approx(0.99)  # as saved before

    @pytest.mark.parametrize(
        "wrong",
        [
            {"learning_rate": -1.0},
            {"learning_rate": "fast"},
            {"decay_steps": 0},
            {"alpha": 0.0},
            {"alpha": 2},
            {"beta_2": 1.0},
        ],
    )
    def test_what_is_out_of_range_is_refused(self, wrong):
        with pytest.raises(ValueError, match=f"`{next(iter(wrong))}`"):
            AnnealedAdam(**wrong)

    def test_it_is_what_none_stands_for(self):
        network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        optimizer = get(None)
        build(optimizer, network.trainable_variables, "generator")
        assert isinstance(optimizer, AnnealedAdam)
        assert (optimizer.name, optimizer.beta_1, optimizer.final_beta_2) == ("generator", 0.0, 0.99)
        assert optimizer.built
