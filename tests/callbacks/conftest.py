"""What the tests of several callbacks share."""

import keras
import networks
import pytest


@pytest.fixture
def gan():
    """A tiny compiled GAN with a metric of images, never trained."""
    gan = networks.gan()
    gan.compile(loss="non_saturating", metrics=[keras.metrics.MeanSquaredError(name="distance")])
    return gan
