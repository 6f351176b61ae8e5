"""The peak signal-to-noise ratio."""

import keras
import numpy as np
import pytest

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
