"""Classifiers that reject poor generated images."""

import keras
import networks
import numpy as np
import pytest

from kgan.applications.data_augmentation.ensemble import ensemble_probability, train_ensemble


@pytest.mark.slow
def test_classifiers_learn_and_are_repeatable():
    images, labels = networks.images(40) * 0.2, networks.labels(40, 2)
    images[labels == 1] += 0.5
    classifiers = train_ensemble(images, labels, num_members=2, updates=30, seed=1)
    probabilities = ensemble_probability(classifiers, images, labels)
    assert (probabilities > 0.5).mean() > 0.9
    np.testing.assert_allclose(probabilities + ensemble_probability(classifiers, images, 1 - labels), 1, atol=1e-5)
    assert (classifiers[0].get_weights()[0] != classifiers[1].get_weights()[0]).any()


def test_the_probability_is_the_mean_of_the_ensemble():
    sure = keras.Sequential([keras.Input(networks.SHAPE), keras.layers.Flatten(), keras.layers.Dense(2, "softmax")])
    sure.layers[-1].set_weights([np.zeros((64, 2)), np.log([0.9, 0.1])])
    classifiers = [sure, lambda images: {"probabilities": np.tile([0.3, 0.7], (len(images), 1))}]
    probabilities = ensemble_probability(classifiers, networks.images(2), [0, 1])
    np.testing.assert_allclose(probabilities, [0.6, 0.4], atol=1e-6)
