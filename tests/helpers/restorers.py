"""Tiny networks of the kind that restores images."""

import keras
from keras import layers


def network(channels=3, scale=1, seed=0, stride=1):
    """Two convolutions with random weights, at half the size for a stride of 2; the image is added."""
    kernels = {"kernel_initializer": keras.initializers.RandomNormal(stddev=0.08, seed=seed), "padding": "same"}
    images = keras.Input((None, None, channels))
    x = layers.Conv2D(4, 4 if stride == 2 else 5, strides=stride, activation="relu", **kernels)(images)
    if stride == 2:
        x = layers.Conv2DTranspose(4, 4, strides=2, **kernels)(x)
    enlarged = images
    if scale > 1:
        x, enlarged = (layers.UpSampling2D(scale)(maps) for maps in (x, images))
    x = layers.Conv2D(channels, 3, **kernels)(x)
    return keras.Model(images, layers.Add()([enlarged, x]))


def identity(channels=3, scale=1, gain=1.0):
    """Return the image, enlarged by repeated pixels, times `gain`, which is a weight."""
    images = keras.Input((None, None, channels))
    x = layers.UpSampling2D(scale)(images) if scale > 1 else images
    x = layers.DepthwiseConv2D(1, use_bias=False, depthwise_initializer=keras.initializers.Constant(gain))(x)
    return keras.Model(images, x)
