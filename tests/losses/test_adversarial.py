"""Hand-worked numbers, published definitions and gradients of the adversarial losses."""

import contracts
import keras
import numpy as np
import pytest
from keras import ops

from kgan import backend, losses


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


# The formulas of the papers, written with probabilities and plain NumPy: (discriminator, generator).
PUBLISHED = {
    "minimax": (
        lambda real, fake: -np.log(sigmoid(real)) - np.log(1 - sigmoid(fake)),
        lambda real, fake: np.log(1 - sigmoid(fake)),
    ),
    "non_saturating": (
        lambda real, fake: -np.log(sigmoid(real)) - np.log(1 - sigmoid(fake)),
        lambda real, fake: -np.log(sigmoid(fake)),
    ),
    "least_squares": (
        lambda real, fake: 0.5 * (real - 1) ** 2 + 0.5 * fake**2,
        lambda real, fake: 0.5 * (fake - 1) ** 2,
    ),
    "wasserstein": (lambda real, fake: fake - real, lambda real, fake: -fake),
    "hinge": (
        lambda real, fake: -np.minimum(0, real - 1) - np.minimum(0, -fake - 1),
        lambda real, fake: -fake,
    ),
    "relativistic": (
        lambda real, fake: -np.log(sigmoid(real - fake)),
        lambda real, fake: -np.log(sigmoid(fake - real)),
    ),
}

# Worked by hand at D(x) = 2, D(G(z)) = -1, with log(1 + e^-2) = 0.126928, log(1 + e^-1) = 0.313262,
# log(1 + e) = 1.313262, log(1 + e^-3) = 0.048587 and log(1 + e^3) = 3.048587.
HAND = {
    "minimax": (0.440190, -0.313262),
    "non_saturating": (0.440190, 1.313262),
    "least_squares": (1.0, 2.0),
    "wasserstein": (-3.0, 1.0),
    "hinge": (0.0, 1.0),
    "relativistic": (0.048587, 3.048587),
}

# Derivatives of the generator's loss with respect to the fake logit at the same point: sigma(-1) = 0.268941,
# sigma(3) = 0.952574.
DERIVATIVE = {
    "minimax": -0.268941,
    "non_saturating": -0.731059,
    "least_squares": -2.0,
    "wasserstein": -1.0,
    "hinge": -1.0,
    "relativistic": -0.952574,
}


def test_every_loss_is_checked():
    assert set(losses.LOSSES) == set(PUBLISHED) == set(HAND) == set(DERIVATIVE)


@pytest.mark.parametrize("name", HAND)
def test_hand_worked_values_and_derivatives(name):
    loss = losses.get(name)
    discriminator, generator = HAND[name]
    assert float(loss.discriminator(2.0, -1.0)) == pytest.approx(discriminator, abs=1e-6)
    assert float(loss.generator(2.0, -1.0)) == pytest.approx(generator, abs=1e-6)
    fake = ops.convert_to_tensor([-1.0])
    _, derivative = backend.input_gradient(lambda fake: loss.generator(ops.convert_to_tensor([2.0]), fake), fake)
    assert float(derivative[0]) == pytest.approx(DERIVATIVE[name], abs=1e-6)


@pytest.mark.parametrize("shape", [(7, 1), (3, 4, 5, 1)], ids=["vector", "patches"])
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_definition_one_value_a_logit(name, shape):
    rng = np.random.default_rng(0)
    real, fake = rng.normal(0, 3, shape), rng.normal(0, 3, shape)
    loss = losses.get(name)
    for half, published in zip((loss.discriminator, loss.generator), PUBLISHED[name], strict=True):
        value = ops.convert_to_numpy(half(ops.convert_to_tensor(real), ops.convert_to_tensor(fake)))
        assert value.shape == shape
        np.testing.assert_allclose(value, published(real, fake), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("shape", [(7, 1), (3, 4, 5, 1)], ids=["vector", "patches"])
@pytest.mark.parametrize("name", PUBLISHED)
def test_contract(name, shape):
    """Both halves, also at huge logits."""
    loss = losses.get(name)
    rng = np.random.default_rng(0)
    real, fake = rng.normal(0, 1e4, (2, *shape)).astype("float32")
    for half in (loss.discriminator, loss.generator):
        contracts.check_loss(half, ops.convert_to_tensor(real), ops.convert_to_tensor(fake))
    contracts.check_config(loss)


def test_get_takes_names_classes_and_instances():
    assert isinstance(losses.get("hinge"), losses.Hinge)
    assert isinstance(losses.get(losses.Hinge), losses.Hinge)
    instance = losses.Hinge()
    assert losses.get(instance) is instance


def test_unknown_names_are_told_the_nearest():
    with pytest.raises(ValueError, match="Unknown loss. Received: 'wassertein'. Did you mean 'wasserstein'"):
        losses.get("wassertein")
    with pytest.raises(ValueError, match="Expected `loss` to be a name or an object with the methods"):
        losses.get(3)


class TestLabelSmoothing:
    def test_is_the_cross_entropy_to_a_smaller_target(self):
        """-(1 - s) log D - s log(1 - D) for real images; generated ones as before."""
        real, fake = np.array([2.0, -1.0]), np.array([0.5, -3.0])
        probability = 1 / (1 + np.exp(-real))
        expected = -0.9 * np.log(probability) - 0.1 * np.log(1 - probability)
        smooth, plain = losses.NonSaturating(label_smoothing=0.1), losses.NonSaturating()
        nothing = np.array([-50.0, -50.0])
        np.testing.assert_allclose(smooth.discriminator(real, nothing), expected, rtol=1e-6)
        np.testing.assert_allclose(
            smooth.discriminator(real, fake) - smooth.discriminator(real, nothing),
            plain.discriminator(real, fake) - plain.discriminator(real, nothing),
            rtol=1e-6,
        )
        np.testing.assert_array_equal(smooth.generator(real, fake), plain.generator(real, fake))

    def test_least_squares(self):
        loss = losses.LeastSquares(label_smoothing=0.25)
        assert float(loss.discriminator(1.75, 0.0)) == pytest.approx(0.5)
        assert float(loss.generator(1.75, 1.0)) == 0

    def test_config(self):
        loss = losses.get(keras.saving.serialize_keras_object(losses.Minimax(label_smoothing=0.2)))
        assert loss.label_smoothing == 0.2

    @pytest.mark.parametrize("smoothing", [-0.1, 0.5])
    def test_bad(self, smoothing):
        with pytest.raises(ValueError, match="`label_smoothing`"):
            losses.NonSaturating(label_smoothing=smoothing)
