"""The adversarial update by hand: a discriminator `D(x) = w * x` of one weight, and images that are numbers."""

import keras
import numpy as np
import pytest
from keras import ops

import kgan
from kgan.training import game

REAL = np.array([[1.0], [3.0]], "float32")
FAKE = np.array([[-1.0], [0.0]], "float32")


@pytest.fixture
def weight():
    return keras.Variable([2.0])


@pytest.fixture
def discriminator(weight):
    return lambda images: game.Discrimination(images * weight, 0.0)


def objective(loss="wasserstein", penalties=(), augmentations=(), classification_weight=1.0):
    penalties = [kgan.penalties.get(penalty) for penalty in penalties]
    return game.Objective(kgan.losses.get(loss), penalties, list(augmentations), classification_weight)


def tensors():
    return ops.convert_to_tensor(REAL), ops.convert_to_tensor(FAKE)


def seed():
    return keras.random.SeedGenerator(0)


def make(discriminator, variables, chosen):
    return game.Game(discriminator, variables, *tensors(), chosen, step=0, seed=seed())


def test_the_discriminator_s_loss_and_gradient(weight, discriminator):
    """Wasserstein: mean(-w x) + mean(w G(z)) = -4 - 1, and its derivative for w is -2 - 0.5."""
    update = game.discriminator_gradients(make(discriminator, [weight], objective()))
    assert float(update.loss.total) == pytest.approx(-5.0)
    assert float(update.gradients[0][0]) == pytest.approx(-2.5)
    assert update.loss.penalties == {}
    np.testing.assert_allclose(update.loss.real.logits, 2 * REAL)


def test_the_generator_s_gradient_at_the_fakes(discriminator):
    """Wasserstein: mean(-w G(z)), so each of two fakes gets -w / 2."""
    real, fake = tensors()

    def loss(images):
        return game.generator_loss(discriminator(real), discriminator(images), objective())

    update = game.generator_gradient(loss, fake)
    assert float(update.loss.total) == pytest.approx(1.0)
    np.testing.assert_allclose(update.gradient, [[-1.0], [-1.0]])


def test_penalties_are_added_and_differentiated(weight, discriminator):
    """R1 with gamma 3 adds 3 / 2 w^2 = 6, and 3 w = 6 to the gradient; R2 the same at the fakes."""
    chosen = [kgan.penalties.R1(3.0), kgan.penalties.R2(3.0)]
    update = game.discriminator_gradients(make(discriminator, [weight], objective(penalties=chosen)))
    assert {name: float(value) for name, value in update.loss.penalties.items()} == {"r1": 6.0, "r2": 6.0}
    assert float(update.loss.adversarial) == pytest.approx(-5.0)
    assert float(update.loss.total) == pytest.approx(7.0)
    assert float(update.gradients[0][0]) == pytest.approx(-2.5 + 12.0)


def test_one_forward_pass_for_each_set_of_points(weight):
    """R1 and R2 cost no pass of their own; WGAN-GP and DRAGAN one each; a constraint none."""
    passes = []

    def discriminator(images):
        passes.append(images)
        return game.Discrimination(images * weight, 0.0)

    for names, expected in ((["r1", "r2", "lecam", "weight_clipping"], 2), (["r1", "wgan_gp", "dragan"], 4)):
        passes.clear()
        game.discriminator_loss(make(discriminator, [weight], objective(penalties=names)))
        assert len(passes) == expected


def test_simultaneous_gradients_are_those_of_one_discriminator(weight, discriminator):
    for_discriminator, for_generator = game.simultaneous_gradients(make(discriminator, [weight], objective()))
    assert float(for_discriminator.gradients[0][0]) == pytest.approx(-2.5)
    np.testing.assert_allclose(for_generator.gradient, [[-1.0], [-1.0]])
    assert float(for_generator.loss.total) == pytest.approx(1.0)


def test_classification_losses_enter_both(weight):
    def discriminator(images):
        return game.Discrimination(images * weight, ops.mean(images) * 0 + 0.5)

    chosen = objective(classification_weight=4.0)
    loss = game.discriminator_loss(make(discriminator, [weight], chosen))
    assert float(loss.total) == pytest.approx(-5.0 + 0.5 + 0.5)
    real, fake = (discriminator(images) for images in tensors())
    assert float(game.generator_loss(real, fake, chosen).total) == pytest.approx(1.0 + 4 * 0.5)


def test_every_image_is_augmented_and_the_augmentation_sees_the_logits(weight, discriminator):
    class Negative(kgan.augmentation.Augmentation):
        logits = None

        def __call__(self, images, seed=None):
            return -images

        def adapt_to(self, real_logits, fake_logits):
            self.logits = real_logits, fake_logits

    augmentation = Negative()
    chosen = objective(augmentations=[augmentation])
    loss = game.discriminator_loss(make(game.augmented(discriminator, chosen, seed()), [weight], chosen))
    assert float(loss.total) == pytest.approx(5.0)
    np.testing.assert_allclose(augmentation.logits[0], -2 * REAL)
