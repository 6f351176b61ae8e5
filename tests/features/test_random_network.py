"""The random network: the same numbers everywhere, for images of every kind."""

import networks
import numpy as np
import pytest
import scipy.ndimage

import kgan
from kgan import features
from kgan.features import random_network


def test_the_weights_are_known():
    """They must never change: figures of different versions of kgan are compared."""
    kernels = random_network.kernels()
    assert [kernel.shape[-1] for kernel in kernels] == [32, 64, 128, 256]
    np.testing.assert_allclose(kernels[0].ravel()[:3], [0.26030836, -0.3632679, -0.1781278], rtol=1e-4)
    for kernel in kernels:
        flat = kernel.reshape(-1, kernel.shape[-1])
        np.testing.assert_allclose(flat.T @ flat, 2 * np.eye(flat.shape[1]), atol=1e-4)


def test_features_of_synthetic_images_have_mean_0_and_variance_at_most_1():
    found = features.random().extract(random_network.synthetic_images(random_network.CALIBRATION))["features"]
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-3)
    variances = found.var(axis=0)
    assert 0.99 < variances[0] <= 1.001
    assert variances.max() <= 1.001
    assert variances.min() > 0.01


def test_synthetic_images_have_the_spectrum_of_natural_ones():
    power = (np.abs(np.fft.fft2(random_network.synthetic_images(200)[..., 0])) ** 2).mean(axis=0)
    assert power[0, 4] / power[0, 8] == pytest.approx(4, rel=0.2)  # amplitude 1 / frequency, but for the clipping


@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (9, 17, 3), (40, 40, 4), (150, 64, 3)])
def test_any_image(shape):
    extractor = features.get("random")
    images = networks.images(3, shape)
    found = extractor.extract(images)["features"]
    assert found.shape == (3, 64)
    np.testing.assert_array_equal(found, features.get("random").extract(images)["features"])
    assert np.linalg.norm(found[0] - found[1]) > 0.01


def test_channels():
    extractor = features.random()
    gray = networks.images(3, (16, 16, 1))
    color = np.repeat(gray, 3, axis=-1)
    opaque = np.concatenate([color, np.ones_like(gray)], axis=-1)
    expected = extractor.extract(gray)["features"]
    for images in (color, opaque):
        np.testing.assert_allclose(features.random().extract(images)["features"], expected, rtol=1e-4, atol=1e-4)
    hidden = opaque.copy()
    hidden[..., 3] = -1
    other = hidden.copy()
    other[..., :3] = -other[..., :3]  # colors that nobody sees
    found = [features.random().extract(images)["features"] for images in (hidden, other)]
    np.testing.assert_array_equal(*found)
    with pytest.raises(ValueError, match="1, 3 or 4 channels"):
        extractor.extract(networks.images(2, (16, 16, 2)))


def test_worse_images_are_farther():
    digits = np.random.default_rng(0).permutation(kgan.datasets.train_and_test("digits", 0.1)[0].images)
    extractor = features.random()
    real, fake = digits[:500], digits[500:1000]
    noise = np.random.default_rng(0).normal(size=fake.shape).astype("float32")
    reference = extractor.extract(real)["features"]
    blurred = scipy.ndimage.gaussian_filter(fake, (0, 0.6, 0.6, 0))
    sets = {"real": fake, "noise": fake + 0.2 * noise, "more": fake + 0.4 * noise, "blur": blurred}
    distances = {
        name: kgan.metrics.frechet_distance(reference, extractor.extract(images)["features"])
        for name, images in sets.items()
    }
    assert 2 * distances["real"] < distances["noise"] < distances["more"] / 2
    assert distances["blur"] > 10 * distances["real"]


def test_saved_with_a_metric():
    metric = kgan.metrics.FrechetDistance("random")
    assert metric.name == "frechet_distance_random"
    assert kgan.metrics.FrechetDistance.from_config(metric.get_config()).features.name == "random"
