"""The modern residual pair: no normalization, balanced by its initial weights."""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from kgan._checks import check_positive
from kgan._typing import Tensor
from kgan.architectures.conditioning import DiscriminatorBuilder, label_input, with_labels
from kgan.architectures.image_shapes import check_image_shape, cropped, map_sizes
from kgan.layers.common import LabelEmbedding, wide_dtype


def generator(
    image_shape: Sequence[int],
    latent_dim: int = 64,
    width: int = 32,
    blocks: int = 1,
    num_classes: int | None = None,
) -> keras.Model:
    """Build a residual generator in the style of R3GAN, sized for a CPU.

    Better than `dcgan` when there is more time; its quality grows with `width` and `blocks`. The latents mix a learned
    basis of small maps, which residual blocks and bilinear upsampling transform. The last upsampling is one
    transposed convolution, so that no block runs at full size.

    Args:
        image_shape: `(height, width, channels)`, sides multiples of 4 from 8 to 128; 1, 3 or 4 channels.
        latent_dim: size of the latent vector. Defaults to 64.
        width: filters at half the full size, doubled at each level below, up to 4 times. Defaults to 32.
        blocks: residual blocks at each resolution. Defaults to 1.
        num_classes: for class-conditional generation: labels are embedded and concatenated with the latents.
            Defaults to None.

    Returns:
        A Functional model, latents `(batch, latent_dim)` or `[latents, labels]` to images in [-1, 1].

    Raises:
        ValueError: an argument is out of range.

    Reference: Huang et al., The GAN is dead; long live the GAN! A Modern GAN Baseline, 2024.

    Example:
    >>> generator((28, 28, 1), width=8).output_shape
    (None, 28, 28, 1)
    """
    *image_size, channels = check_image_shape(image_shape)
    check_positive(latent_dim=latent_dim, width=width, blocks=blocks)
    sizes = map_sizes(*image_size)
    levels = len(sizes) - 1
    latents, labels = keras.Input((latent_dim,), name="latents"), label_input(num_classes)
    x = latents
    if num_classes is not None:
        x = layers.Concatenate()([x, LabelEmbedding(num_classes, latent_dim)(labels)])
    smallest = (*sizes[-1], _filters(width, levels - 1))
    x = layers.Dense(
        math.prod(smallest), kernel_initializer=keras.initializers.VarianceScaling(1.0, "fan_in", "normal")
    )(x)
    x = layers.Reshape(smallest)(x)
    for level in reversed(range(1, levels)):
        x = _residual_blocks(x, blocks)
        if x.shape[-1] != _filters(width, level - 1):
            x = _convolution(_filters(width, level - 1), 1, scale=1.0, use_bias=False)(x)
        x = layers.UpSampling2D(2, interpolation="bilinear")(x)
        x = cropped(x, sizes[level])
    x = layers.LeakyReLU(0.2)(_residual_blocks(x, blocks))
    x = layers.Conv2DTranspose(channels, 4, strides=2, padding="same", dtype=wide_dtype())(x)
    x = layers.Activation("tanh", dtype=wide_dtype())(cropped(x, sizes[0]))
    return keras.Model(with_labels(latents, labels), x, name="resnet_generator")


def discriminator(
    image_shape: Sequence[int],
    width: int = 32,
    blocks: int = 1,
    num_classes: int | None = None,
    conditioning: str = "projection",
    packing: int = 1,
) -> keras.Model:
    """Build the residual discriminator that mirrors `generator`.

    A strided convolution, residual blocks with average pooling between them, and a learned basis of the last
    maps that ends in one logit. It has no normalization, which gradient penalties require.

    Args:
        image_shape: `(height, width, channels)`, sides multiples of 4 from 8 to 128; 1, 3 or 4 channels.
        width: filters at half the full size, doubled at each level below, up to 4 times. Defaults to 32.
        blocks: residual blocks at each resolution. Defaults to 1.
        num_classes: for class-conditional generation. Defaults to None.
        conditioning: how labels are used, as `kgan.architectures` describes. Defaults to `"projection"`.
        packing: the number of images that are discriminated together, stacked along the channels, as in `kgan.GAN`.
            Defaults to 1.

    Returns:
        A Functional model, images or `[images, labels]` to logits `(batch, 1)`.

    Raises:
        ValueError: an argument is out of range, or the conditioning is unknown.

    Reference: Huang et al., The GAN is dead; long live the GAN! A Modern GAN Baseline, 2024.

    Example:
    >>> discriminator((28, 28, 1), width=8).output_shape
    (None, 1)
    """
    shape = check_image_shape(image_shape)
    check_positive(width=width, blocks=blocks)
    levels = len(map_sizes(*shape[:2])) - 1
    builder = DiscriminatorBuilder(shape, packing, num_classes, conditioning)
    x = layers.LeakyReLU(0.2)(_convolution(width, 4, strides=2)(builder.input_maps()))
    for level in range(1, levels):
        x = _residual_blocks(x, blocks)
        x = layers.AveragePooling2D(2, padding="same")(x)
        if x.shape[-1] != _filters(width, level):
            x = _convolution(_filters(width, level), 1, scale=1.0, use_bias=False)(x)
    x = _residual_blocks(x, blocks)
    basis = layers.DepthwiseConv2D(x.shape[1:3], depthwise_initializer="he_normal")
    x = layers.LeakyReLU(0.2)(layers.Flatten()(basis(x)))
    return builder.build(x, "resnet_discriminator")


def _filters(width: int, level: int) -> int:
    return width * min(2**level, 4)


def _convolution(filters: int, kernel_size: int, scale: float = 2.0, **options: Any) -> layers.Conv2D:
    """Return a convolution whose initial weights keep the variance (2: He, before a ReLU), or are 0 if `scale` is."""
    initializer = keras.initializers.VarianceScaling(scale, "fan_in", "normal") if scale else "zeros"
    return layers.Conv2D(filters, kernel_size, padding="same", kernel_initializer=initializer, **options)


def _residual_blocks(x: Tensor, blocks: int) -> Tensor:
    """Return `x + c(activation(b(activation(a(x)))))`, repeated: 1x1, 3x3 and 1x1 kernels, the last initially 0."""
    filters = x.shape[-1]
    for _ in range(blocks):
        y = layers.LeakyReLU(0.2)(_convolution(filters, 1)(x))
        y = layers.LeakyReLU(0.2)(_convolution(filters, 3)(y))
        y = _convolution(filters, 1, scale=0, use_bias=False)(y)
        x = layers.Add()([x, y])
    return x
