"""The random network: the same numbers everywhere, for images of every kind."""

import networks
import numpy as np
import pytest
import scipy.ndimage

import kgan
from kgan import features
from kgan.features import random_network


def features_of(images):
    """Return the features, without the time for compiling."""
    return np.asarray(features.random()(images)["features"])


def test_the_weights_are_known():
    """They must never change: figures of different versions of kgan are compared."""
    kernels = random_network.kernels()
    assert [kernel.shape[-1] for kernel in kernels] == [32, 64, 128, 256]
    np.testing.assert_allclose(kernels[0].ravel()[:3], [0.26030836, -0.3632679, -0.1781278], rtol=1e-4)
    for kernel in kernels:
        flat = kernel.reshape(-1, kernel.shape[-1])
        np.testing.assert_allclose(flat.T @ flat, 2 * np.eye(flat.shape[1]), atol=1e-4)


def test_features_of_synthetic_images_have_mean_0_and_variance_at_most_1():
    found = features_of(random_network.synthetic_images(300))
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=0.25)
    variances = found.var(axis=0)
    assert variances[0] == pytest.approx(1, abs=0.25)
    assert 0.01 < variances.min() < variances.max() < 1.5


def test_synthetic_images_have_the_spectrum_of_natural_ones():
    power = (np.abs(np.fft.fft2(random_network.synthetic_images(200)[..., 0])) ** 2).mean(axis=0)
    assert power[0, 4] / power[0, 8] == pytest.approx(4, rel=0.2)  # amplitude 1 / frequency, but for the clipping


@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (9, 17, 3), (40, 40, 4), (150, 64, 3)])
def test_any_image(shape):
    images = networks.images(2, shape)
    found = features_of(images)
    assert found.shape == (2, 64)
    np.testing.assert_allclose(features_of(images[:1])[0], found[0], rtol=1e-3, atol=1e-4)
    assert np.linalg.norm(found[0] - found[1]) > 0.01


def test_channels():
    gray = networks.images(3, (16, 16, 1))
    color = np.repeat(gray, 3, axis=-1)
    opaque = np.concatenate([color, np.ones_like(gray)], axis=-1)
    expected = features_of(gray)
    for images in (color, opaque):
        np.testing.assert_allclose(features_of(images), expected, rtol=1e-3, atol=1e-3)
    hidden = opaque.copy()
    hidden[..., 3] = -1
    other = hidden.copy()
    other[..., :3] = -other[..., :3]  # colors that nobody sees
    np.testing.assert_array_equal(features_of(hidden), features_of(other))
    with pytest.raises(ValueError, match="1, 3 or 4 channels"):
        features_of(networks.images(2, (16, 16, 2)))


def test_worse_images_are_farther():
    digits = np.random.default_rng(0).permutation(kgan.datasets.train_and_test("digits", 0.1)[0].images)
    real, fake = digits[:300], digits[300:600]
    noise = np.random.default_rng(0).normal(size=fake.shape).astype("float32")
    reference = features_of(real)
    blurred = scipy.ndimage.gaussian_filter(fake, (0, 0.6, 0.6, 0))
    sets = {"real": fake, "noise": fake + 0.2 * noise, "more": fake + 0.4 * noise, "blur": blurred}
    distances = {name: kgan.metrics.frechet_distance(reference, features_of(images)) for name, images in sets.items()}
    assert 1.5 * distances["real"] < distances["noise"] < distances["more"] / 1.5
    assert distances["blur"] > 10 * distances["real"]


def test_saved_with_a_metric():
    metric = kgan.metrics.FrechetDistance("random")
    assert metric.name == "frechet_distance_random"
    assert kgan.metrics.FrechetDistance.from_config(metric.get_config()).features.name == "random"
