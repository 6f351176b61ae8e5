"""Networks that restore images of any size, sized for two processor cores: a denoiser and an upscaler."""

import keras
from keras import layers

from kgan._checks import check_positive
from kgan._registry import unknown
from kgan._typing import Tensor
from kgan.architectures.image_shapes import check_channels
from kgan.architectures.receptive_field import margin, stride
from kgan.layers.common import wide_dtype
from kgan.layers.restoration import BicubicUpSampling, CropLike, DepthToSpace

__all__ = ["SCALES", "denoiser", "margin", "stride", "upscaler"]

SCALES = (2, 3, 4)


def denoiser(channels: int = 1, width: int = 48, blocks: int = 2) -> keras.Model:
    """Build a residual U-Net that removes noise from images of any size from 8 pixels a side.

    One network for noise of any strength (blind denoising). All computation is done at half, quarter and eighth of
    the size: with the defaults 97,400 multiplications a pixel and 1.4 million weights. The output is the input plus a
    correction, which is initially 0. There is no normalization, which would make a pixel depend on the whole image,
    or on other images.

    Strided convolutions have even kernels, which keep maps of odd sizes aligned; odd kernels shift them by a pixel.

    Args:
        channels: 1, 3 or 4. Defaults to 1.
        width: filters at half the size, doubled at quarter and eighth. Defaults to 48.
        blocks: residual blocks at each of the five places (down, down, bottom, up, up). Defaults to 2.

    Returns:
        A Functional model, images `(batch, height, width, channels)` to images of the same shape.

    Raises:
        ValueError: an argument is out of range.

    References: Zhang et al., Plug-and-Play Image Restoration with Deep Denoiser Prior, 2021 (a residual U-Net without
    normalization); Ronneberger et al., U-Net: Convolutional Networks for Biomedical Image Segmentation, 2015.

    Example:
    >>> denoiser(channels=3, width=8)(keras.ops.zeros((1, 21, 13, 3))).shape
    TensorShape([1, 21, 13, 3])
    """
    check_channels(channels=channels)
    check_positive(width=width, blocks=blocks)
    images = keras.Input((None, None, channels), name="images")
    half = _residual(layers.Conv2D(width, 4, strides=2, padding="same")(images), blocks)
    quarter = _residual(layers.Conv2D(2 * width, 4, strides=2, padding="same")(half), blocks)
    eighth = _residual(layers.Conv2D(2 * width, 4, strides=2, padding="same")(quarter), blocks)
    quarter = _residual(layers.Add()([quarter, _upsampled(eighth, quarter)]), blocks)
    half = _residual(layers.Add()([half, _upsampled(quarter, half)]), blocks)
    correction = layers.Conv2D(4 * channels, 3, padding="same", kernel_initializer="zeros", dtype=wide_dtype())(half)
    correction = CropLike(dtype=wide_dtype())([DepthToSpace(2, dtype=wide_dtype())(correction), images])
    return keras.Model(images, layers.Add(dtype=wide_dtype())([images, correction]), name="denoiser")


def upscaler(scale: int, channels: int = 3, width: int = 48, blocks: int = 8) -> keras.Model:
    """Build a residual network that enlarges images by `scale`, of any size from 8 pixels a side.

    All computation but the last interpolation is done at the size of the input: with the defaults 359,000
    multiplications for each of its pixels at x2, which are 90,000 (x2), 40,600 (x3) and 23,400 (x4) for each pixel of
    the output; 0.4 million weights. The output is the input enlarged by bicubic interpolation plus a correction,
    which is initially 0.

    Args:
        scale: 2, 3 or 4.
        channels: 1, 3 or 4. Defaults to 3.
        width: filters of every layer. Defaults to 48.
        blocks: residual blocks. Defaults to 8.

    Returns:
        A Functional model, images `(batch, height, width, channels)` to `(batch, scale * height, scale * width,
        channels)`.

    Raises:
        ValueError: an argument is out of range.

    References: Lim et al., Enhanced Deep Residual Networks for Single Image Super-Resolution, 2017; Shi et al.,
    Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network, 2016.

    Example:
    >>> upscaler(3, channels=1, width=8, blocks=1)(keras.ops.zeros((1, 8, 9, 1))).shape
    TensorShape([1, 24, 27, 1])
    """
    if scale not in SCALES:
        raise unknown("scale", scale, SCALES)
    check_channels(channels=channels)
    check_positive(width=width, blocks=blocks)
    images = keras.Input((None, None, channels), name="images")
    first = layers.Conv2D(width, 3, padding="same")(images)
    x = layers.Conv2D(width, 3, padding="same", kernel_initializer=_small())(_residual(first, blocks))
    x = layers.Add()([first, x])
    pixels = layers.Conv2D(
        channels * scale**2, 3, padding="same", kernel_initializer="zeros", dtype=wide_dtype()
    )(x)  # fmt: skip
    correction = DepthToSpace(scale, dtype=wide_dtype())(pixels)
    enlarged = BicubicUpSampling(scale, dtype=wide_dtype())(images)
    return keras.Model(images, layers.Add(dtype=wide_dtype())([enlarged, correction]), name=f"upscaler_x{scale}")


def _residual(x: Tensor, blocks: int) -> Tensor:
    """Return the maps `x` after residual blocks of two convolutions, whose residuals are initially small."""
    filters = x.shape[-1]
    for _ in range(blocks):
        y = layers.Conv2D(filters, 3, padding="same", activation="relu", kernel_initializer="he_normal")(x)
        x = layers.Add()([x, layers.Conv2D(filters, 3, padding="same", kernel_initializer=_small())(y)])
    return x


def _upsampled(x: Tensor, like: Tensor) -> Tensor:
    """Return the maps `x` with doubled sides, in the size and the number of channels of the maps `like`."""
    return CropLike()([DepthToSpace(2)(layers.Conv2D(4 * like.shape[-1], 1)(x)), like])


def _small() -> keras.Initializer:
    return keras.initializers.VarianceScaling(0.2, "fan_in", "normal")
