"""The peak signal-to-noise ratio."""

import keras
import numpy as np
import pytest

from kgan import images as pictures
from kgan.metrics import PSNR, psnr


def test_by_the_formula():
    random = np.random.default_rng(0)
    targets, images = random.uniform(-1, 1, (2, 3, 5, 6, 2)).astype("float32")
    errors = np.mean((targets.astype("float64") - images) ** 2, axis=(1, 2, 3))
    np.testing.assert_allclose(psnr(targets, images), 10 * np.log10(4 / errors), rtol=1e-5)


def test_equal_images_have_a_hundred_decibels():
    np.testing.assert_allclose(psnr(np.ones((2, 3, 3, 1)), np.ones((2, 3, 3, 1))), 100.0, rtol=1e-6)


def test_the_metric_is_the_mean_over_images():
    metric = PSNR()
    zeros = np.zeros((3, 4, 4, 1), "float32")
    metric.update_state(zeros[:2], zeros[:2] + 0.2)
    metric.update_state(zeros[:1], zeros[:1] + 0.02)
    assert float(metric.result()) == pytest.approx((20 + 20 + 40) / 3, rel=1e-5)
    again = keras.metrics.deserialize(keras.metrics.serialize(metric))
    assert again.name == "psnr"


def test_a_border_does_not_count_and_uint8_is_as_good():
    """One of 16 pixels is wrong by 4: a mean squared error of 1."""
    image = np.zeros((1, 4, 4, 1), "uint8")
    other = image.copy()
    other[0, 0, 0] = 4
    expected = [20 * np.log10(255)]
    np.testing.assert_allclose(psnr(image, other), expected, rtol=1e-5)
    np.testing.assert_allclose(psnr(pictures.from_uint8(image), pictures.from_uint8(other)), expected, rtol=1e-5)
    np.testing.assert_allclose(psnr(image, other, border=1), 100.0, rtol=1e-6)


def test_what_does_not_fit():
    with pytest.raises(ValueError, match="of one shape"):
        psnr(np.zeros((1, 4, 4, 1)), np.zeros((1, 4, 5, 1)))
    with pytest.raises(ValueError, match="Received: border=2"):
        psnr(np.zeros((1, 4, 4, 1)), np.zeros((1, 4, 4, 1)), border=2)
