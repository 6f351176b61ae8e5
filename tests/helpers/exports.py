"""Generators that tests export."""

import keras
import numpy as np
import pytest
from keras import layers

from kgan.export import FORMATS


def convolutional(num_classes=None, policy="float32"):
    """A generator with the usual layers, whose weights and running statistics are not the initial ones."""
    noise = keras.Input((6,))
    inputs, x = noise, noise
    if num_classes:
        labels = keras.Input((), dtype="int32")
        inputs = [noise, labels]
        x = layers.Concatenate(dtype=policy)([x, layers.Embedding(num_classes, 3, dtype=policy)(labels)])
    x = layers.Dense(2 * 2 * 8, use_bias=False, dtype=policy)(x)
    x = layers.Reshape((2, 2, 8), dtype=policy)(x)
    x = layers.ReLU(dtype=policy)(layers.BatchNormalization(dtype=policy)(x))
    x = layers.Conv2DTranspose(6, 4, 2, "same", dtype=policy)(x)
    x = layers.LeakyReLU(0.2, dtype=policy)(layers.BatchNormalization(dtype=policy)(x))
    x = layers.Conv2DTranspose(1, 4, 2, "same", activation="tanh", dtype=policy)(x)
    model = keras.Model(inputs, x)
    random = np.random.default_rng(1)
    for weight in model.weights:
        value = random.normal(size=weight.shape) / 2
        weight.assign(np.abs(value) + 0.1 if "variance" in weight.path else value)
    return model


def trained(network):
    """Give a network weights that are not those of the start."""
    random = np.random.default_rng(1)
    for weight in network.weights:
        weight.assign_add(0.1 * random.normal(size=weight.shape))
    return network


def need(format):
    """Return the suffix of a format's files; skip the test where its packages are not installed."""
    for package in FORMATS[format].packages:
        pytest.importorskip(package, reason=f"pip install 'kgan[export]' brings {package}")
    return FORMATS[format].suffix


def contents(folder):
    """Return the bytes of every file in a folder."""
    return {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
