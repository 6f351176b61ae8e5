"""A discriminator with one logit for each patch of an image of any size."""

import keras
from keras import layers as keras_layers

from kgan._checks import check_positive
from kgan._typing import Tensor
from kgan.architectures.image_shapes import check_channels
from kgan.layers.common import SpectralNormalization, wide_dtype


def discriminator(
    channels: int = 1, width: int = 48, layers: int = 3, input_channels: int | None = None, scale: int = 1
) -> keras.Model:
    """Build a patch discriminator with spectral normalization: strided convolutions, then a logit for each position.

    For `kgan.ImageToImageGAN`. It discriminates texture and leaves the content of the image to the other losses. With
    the default three layers the receptive field of a logit is 54x54 pixels, at about 14,500 multiplications a pixel.

    Args:
        channels: channels of the images: 1, 3 or 4. Defaults to 1.
        width: filters of the first layer, doubled in each layer after it, up to 4 times. Defaults to 48.
        layers: the number of layers that halve the size. Defaults to 3.
        input_channels: channels of the generator's input, for a discriminator that also sees the input and so
            whether the image fits it. Defaults to None: it sees the image alone.
        scale: how many times the image is larger than the generator's input. Defaults to 1.

    Returns:
        A Functional model, images `(batch, height, width, channels)` or `[images, inputs]` to logits
        `(batch, rows, columns, 1)`.

    Raises:
        ValueError: an argument is out of range.

    References: Isola et al., Image-to-Image Translation with Conditional Adversarial Networks, 2017; Miyato et al.,
    Spectral Normalization for Generative Adversarial Networks, 2018.

    Example:
    >>> discriminator(width=8)(keras.ops.zeros((1, 64, 40, 1))).shape
    TensorShape([1, 8, 5, 1])
    >>> len(discriminator(channels=3, width=8, input_channels=1).inputs)
    2
    """
    check_channels(channels=channels, **({} if input_channels is None else {"input_channels": input_channels}))
    check_positive(width=width, layers=layers, scale=scale)
    images = keras.Input((None, None, channels), name="images")
    inputs, x = images, images
    if input_channels is not None:
        condition = keras.Input((None, None, input_channels), name="inputs")
        inputs = [images, condition]
        x = keras_layers.UpSampling2D(scale)(condition) if scale > 1 else condition
        x = keras_layers.Concatenate()([images, x])
    for layer in range(layers):
        x = _convolution(x, width * min(2**layer, 4), kernel_size=4, strides=2)
    x = _convolution(x, x.shape[-1], kernel_size=3, strides=1)
    logit = keras_layers.Conv2D(1, 3, padding="same", dtype=wide_dtype())
    return keras.Model(inputs, SpectralNormalization(logit, dtype=wide_dtype())(x), name="patch_discriminator")


def _convolution(x: Tensor, filters: int, kernel_size: int, strides: int) -> Tensor:
    """Return a convolution with spectral normalization of the maps `x`, and a LeakyReLU."""
    convolution = keras_layers.Conv2D(
        filters, kernel_size, strides=strides, padding="same", kernel_initializer="he_normal"
    )
    return keras_layers.LeakyReLU(0.2)(SpectralNormalization(convolution)(x))
