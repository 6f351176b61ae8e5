"""The denoiser and the upscaler: exact sizes and initial values; the contract is in test_architectures.py."""

import keras
import numpy as np
import pytest

from kgan.architectures import restoration

RANDOM = np.random.default_rng(0)


def make(scale, channels=3):
    """A tiny network; scale 1 is a denoiser."""
    options = {"channels": channels, "width": 4, "blocks": 1}
    return restoration.denoiser(**options) if scale == 1 else restoration.upscaler(scale, **options)


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_any_size_gives_an_exact_size(scale):
    network = make(scale)
    for height, width in [(8, 8), (9, 14), (13, 11), (21, 40)]:
        images = np.zeros((2, height, width, 3), "float32")
        shape = (scale * height, scale * width, 3)
        assert network(images).shape == (2, *shape)
        assert network.compute_output_shape((None, height, width, 3)) == (None, *shape)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_the_denoiser_initially_returns_its_input(channels):
    images = RANDOM.uniform(-1, 1, (2, 9, 10, channels)).astype("float32")
    np.testing.assert_array_equal(make(1, channels)(images), images)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_the_upscaler_initially_interpolates(scale):
    network = make(scale)
    images = RANDOM.uniform(-1, 1, (2, 9, 10, 3)).astype("float32")
    enlarged = network(images)
    small = enlarged.numpy().reshape(2, 9, scale, 10, scale, 3).mean(axis=(2, 4))
    assert np.abs(small - images).mean() < 0.15
    inner = slice(2 * scale, -2 * scale)
    expected = keras.ops.image.resize(images, (9 * scale, 10 * scale), interpolation="bicubic")
    # TensorFlow's weights come from a table of 1024 positions, between which thirds fall.
    tolerance = 3e-3 if scale == 3 else 1e-5
    np.testing.assert_allclose(enlarged[:, inner, inner], expected[:, inner, inner], atol=tolerance)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: restoration.denoiser(2), "1, 3 or 4 channels. Received: channels=2"),
        (lambda: restoration.denoiser(width=0), "`width` must be a positive integer"),
        (lambda: restoration.upscaler(5), "Unknown scale. Received: 5.*Available: '2', '3', '4'"),
        (lambda: restoration.upscaler(2, blocks=1.5), "`blocks` must be a positive integer"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()
