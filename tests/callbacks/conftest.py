"""What the tests of several callbacks share."""

import signal

import keras
import networks
import pytest


@pytest.fixture
def gan():
    """A tiny compiled GAN with a metric of images, never trained."""
    gan = networks.gan()
    gan.compile(loss="non_saturating", metrics=[keras.metrics.MeanSquaredError(name="distance")])
    return gan


@pytest.fixture(autouse=True)
def usual_ctrl_c():
    """Shells start what runs in the background with Ctrl-C ignored, and so perhaps these tests."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
