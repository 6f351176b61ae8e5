"""The random network: the same numbers everywhere, for images of every kind."""

import networks
import numpy as np
import pytest

import kgan
from kgan import features
from kgan.features import random_network


def test_the_weights_are_known():
    """They must never change: figures of different versions of kgan are compared."""
    kernels, projection = random_network.weights(32)
    assert [kernel.shape[-1] for kernel in kernels] == [32, 64, 128, 256]
    assert projection.shape == (2 * 2 * 256, 128)
    np.testing.assert_allclose(kernels[0].ravel()[:3], [0.26030836, -0.3632679, -0.1781278], rtol=1e-4)
    np.testing.assert_allclose(projection.ravel()[:3], [0.08386578, 0.12999527, -0.06398282], rtol=1e-4)
    for kernel in kernels:
        flat = kernel.reshape(-1, kernel.shape[-1])
        np.testing.assert_allclose(flat.T @ flat, 2 * np.eye(flat.shape[1]), atol=1e-4)


@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (9, 17, 3), (40, 40, 4), (150, 64, 3)])
def test_any_image(shape):
    extractor = features.get("random")
    images = networks.images(3, shape)
    found = extractor.extract(images)["features"]
    assert found.shape == (3, 128)
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
    digits = kgan.datasets.train_and_test("digits", 0.1)[0].images
    extractor = features.random()
    real, fake = digits[:500], digits[500:1000]
    noise = np.random.default_rng(0).normal(size=fake.shape).astype("float32")
    reference = extractor.extract(real)["features"]
    distances = [
        kgan.metrics.frechet_distance(reference, extractor.extract(images)["features"])
        for images in (fake, fake + 0.3 * noise, fake + 0.6 * noise)
    ]
    assert distances == sorted(distances)
    assert distances[2] > 2 * distances[0]


def test_saved_with_a_metric():
    metric = kgan.metrics.FrechetDistance("random")
    assert metric.name == "frechet_distance_random"
    assert kgan.metrics.FrechetDistance.from_config(metric.get_config()).features.name == "random"
