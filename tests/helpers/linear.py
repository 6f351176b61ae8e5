"""Generators whose images are linear functions of the code, so that results can be computed by hand."""

import keras
import numpy as np
from keras import layers


def generator(num_classes=None):
    """Two latents to 4x4x1 images: the first brightens the whole image by 0.1, the second its left half.

    With classes, class `k` darkens the whole image by 0.2 k.
    """
    weights = np.zeros((2, 4, 4, 1), "float32")
    weights[0], weights[1, :, :2] = 0.1, 0.1
    latents = keras.Input((2,))
    inputs, x, rows = latents, latents, weights.reshape(2, -1)
    if num_classes:
        labels = keras.Input((), dtype="int32")
        inputs = [latents, labels]
        embedding = layers.Embedding(num_classes, 1)
        x = layers.Concatenate()([x, embedding(labels)])
        rows = np.concatenate([rows, np.full((1, 16), -0.2, "float32")])
    dense = layers.Dense(16, use_bias=False)
    model = keras.Model(inputs, layers.Reshape((4, 4, 1))(dense(x)))
    dense.set_weights([rows])
    if num_classes:
        embedding.set_weights([np.arange(num_classes, dtype="float32")[:, None]])
    return model


def left(images):
    """Return the mean of the left half."""
    return images[:, :, :2].mean(axis=(1, 2, 3))


def right(images):
    """Return the mean of the right half."""
    return images[:, :, 2:].mean(axis=(1, 2, 3))
