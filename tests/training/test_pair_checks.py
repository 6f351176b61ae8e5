"""Checks of image-to-image networks and pairs."""

import keras
import networks
import numpy as np
import pytest
from keras import layers

from kgan.training import pair_checks


def generator(scale=1, size=None, channels=1):
    return keras.Sequential(
        [keras.Input((size, size, channels)), layers.UpSampling2D(scale), layers.Conv2D(channels, 1)]
    )


def discriminator(inputs=1, size=None):
    images = [keras.Input((size, size, 1)) for _ in range(inputs)]
    x = layers.Concatenate()(images) if inputs > 1 else images[0]
    return keras.Model(images if inputs > 1 else images[0], layers.Conv2D(1, 1)(x))


IMAGES = networks.images(3)


@pytest.mark.parametrize("inputs", [1, 2])
def test_what_fits(inputs):
    pair_checks.check_networks(generator(), discriminator(inputs))
    pair_checks.check_batch(IMAGES, IMAGES, generator(), discriminator(inputs))
    pair_checks.check_batch(IMAGES, IMAGES.repeat(2, 1).repeat(2, 2), generator(scale=2), discriminator())


@pytest.mark.parametrize(
    ("generator", "discriminator", "message"),
    [
        (networks.generator(), discriminator(), "Generators of latents are for `kgan.GAN`"),
        (networks.generator(3), discriminator(), "Expected `generator` to have one input"),
        (generator(), discriminator(3), r"two, \[images, inputs\]"),
        (generator(size=8), discriminator(size=9), "Expected the discriminator to take the generator's images"),
        (generator(size=8, scale=2), discriminator(2, size=16), "a generator that takes"),
    ],
)
def test_networks_that_do_not_fit(generator, discriminator, message):
    with pytest.raises(ValueError, match=message):
        pair_checks.check_networks(generator, discriminator)


@pytest.mark.parametrize(
    ("inputs", "targets", "message"),
    [
        (IMAGES, None, r"Expected pairs \(inputs, targets\)"),
        (IMAGES, IMAGES[:2], "3 inputs, 2 targets"),
        (IMAGES, IMAGES[:, :4], "Expected targets of the size that the generator makes"),
        (IMAGES, 3 * IMAGES, r"The targets do not fit. Expected images in \[-1, 1\]"),
        (9 * IMAGES, IMAGES, "The inputs do not fit"),
        (np.full_like(IMAGES, np.nan), IMAGES, "The inputs do not fit. Expected finite images"),
    ],
)
def test_batches_that_do_not_fit(inputs, targets, message):
    with pytest.raises(ValueError, match=message):
        pair_checks.check_batch(inputs, targets, generator(), discriminator())


def test_perceptual():
    pair_checks.check_perceptual(None, networks.SHAPE)
    pair_checks.check_perceptual(discriminator(), networks.SHAPE)
    with pytest.raises(TypeError, match="`perceptual`"):
        pair_checks.check_perceptual("vgg", networks.SHAPE)
    with pytest.raises(ValueError, match="Expected `perceptual` to take the generator's images"):
        pair_checks.check_perceptual(discriminator(size=9), networks.SHAPE)
