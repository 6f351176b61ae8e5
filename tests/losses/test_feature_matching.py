"""Feature matching: the distance of features, and the model that returns them."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from kgan.architectures import patch
from kgan.losses.feature_matching import distance, with_hidden_features


def test_distance_by_hand():
    real = [ops.array([1.0, -3.0]), ops.array([[10.0], [30.0]])]
    fake = [ops.array([2.0, -3.0]), ops.array([[10.0], [10.0]])]
    assert float(distance(real, fake)) == pytest.approx((0.5 / 2 + 10 / 20) / 2, rel=1e-5)
    assert float(distance(real, real)) == 0
    assert np.isfinite(distance([ops.zeros((2,))], [ops.ones((2,))]))


def test_hidden_layers_of_the_patch_discriminator():
    discriminator = patch.discriminator(width=4, layers=2)
    images = np.random.default_rng(0).uniform(-1, 1, (2, 16, 12, 1)).astype("float32")
    logits, *features = with_hidden_features(discriminator)(images)
    np.testing.assert_array_equal(logits, discriminator(images))
    assert [feature.shape for feature in features] == [(2, 8, 6, 4), (2, 4, 3, 8), (2, 4, 3, 8)]


def test_activations_inside_layers_and_at_the_end():
    network = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, activation="tanh"), layers.Dense(2), layers.Dense(1, activation="relu")]
    )
    assert with_hidden_features(network).output_shape == [(None, 1), (None, 3)]


def test_without_activations():
    network = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(1)], name="linear")
    with pytest.raises(ValueError, match="hidden layers have activations. Received: 'linear'"):
        with_hidden_features(network)
