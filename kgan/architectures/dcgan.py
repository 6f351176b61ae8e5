"""The convolutional pair: strided and transposed convolutions around dense layers at the lowest resolution."""

import functools
import math
from collections.abc import Sequence

import keras
from keras import layers

from kgan._checks import check_positive
from kgan._registry import unknown
from kgan._typing import Tensor
from kgan.architectures.conditioning import DiscriminatorBuilder, label_input, with_labels
from kgan.architectures.image_shapes import check_image_shape, cropped, map_sizes
from kgan.layers.common import (
    ConditionalBatchNormalization,
    LabelEmbedding,
    MinibatchStdDev,
    SpectralNormalization,
    wide_dtype,
)

NORMALIZATIONS = ("batch", "spectral")
GENERATOR_CONDITIONINGS = ("normalization", "concatenation")
MOMENTUM = 0.9  # lower than Keras's 0.99, because GANs are also sampled after short runs


def generator(
    image_shape: Sequence[int],
    latent_dim: int = 32,
    width: int = 32,
    num_classes: int | None = None,
    conditioning: str = "normalization",
) -> keras.Model:
    """Build a DCGAN generator: dense layers to a map of 3 to 8 pixels a side, transposed convolutions up to the image.

    Fast and good for small images; the default of the command line. Batch normalization and ReLU follow every layer
    but the last, which is a tanh. Unlike the paper's, it has a dense layer of `8 * width` units before the first map,
    and residual convolutions in the first and the second map, which make it learn faster and reach better images.

    Args:
        image_shape: `(height, width, channels)`, sides multiples of 4 from 8 to 128; 1, 3 or 4 channels.
        latent_dim: size of the latent vector. Defaults to 32, with which small images are learned fastest (the
            paper: 100).
        width: filters at half the full size, doubled at each level below, up to 8 times. Defaults to 32,
            which suits a CPU (the paper: 128).
        num_classes: for class-conditional generation. Defaults to None.
        conditioning: where the class enters the network. `"normalization"` (the default): scale and offset of the
            batch normalization depend on it. `"concatenation"`: a learned vector of the latents' size is concatenated
            with the latents; classes are learned many times faster, with less variety within them.

    Returns:
        A Functional model, latents `(batch, latent_dim)` or `[latents, labels]` to images in [-1, 1].

    Raises:
        ValueError: an argument is out of range, or the conditioning is unknown.

    References: Radford et al., Unsupervised Representation Learning with Deep Convolutional Generative
    Adversarial Networks, 2016; Mirza and Osindero, Conditional Generative Adversarial Nets, 2014 (concatenation).

    Example:
    >>> generator((32, 32, 3), width=8).output_shape
    (None, 32, 32, 3)
    """
    *image_size, channels = check_image_shape(image_shape)
    check_positive(latent_dim=latent_dim, width=width)
    sizes = map_sizes(*image_size)[:-1]
    if conditioning not in GENERATOR_CONDITIONINGS:
        raise unknown("conditioning of the generator", conditioning, GENERATOR_CONDITIONINGS)
    latents, labels = keras.Input((latent_dim,), name="latents"), label_input(num_classes)
    x, concatenates = latents, conditioning == "concatenation"
    if num_classes is not None and concatenates:
        normal = keras.initializers.RandomNormal(stddev=1.0)
        embedding = LabelEmbedding(num_classes, latent_dim, embeddings_initializer=normal)
        x = layers.Concatenate()([latents, embedding(labels)])
    normalize = functools.partial(_batch_normalized, labels=labels, num_classes=None if concatenates else num_classes)

    smallest = (*sizes[-1], _filters(width, len(sizes) - 2))
    x = layers.ReLU()(normalize(layers.Dense(8 * width, use_bias=False)(x)))
    x = layers.Reshape(smallest)(layers.Dense(math.prod(smallest), use_bias=False)(x))
    residual = layers.Conv2D(smallest[-1], 3, padding="same", use_bias=False)(layers.ReLU()(normalize(x)))
    x = layers.ReLU()(layers.Add()([x, normalize(residual)]))
    for level in reversed(range(1, len(sizes) - 1)):
        x = layers.Conv2DTranspose(_filters(width, level - 1), 4, strides=2, padding="same", use_bias=False)(x)
        x = layers.ReLU()(normalize(cropped(x, sizes[level])))
        if level == len(sizes) - 2:
            residual = layers.Conv2D(x.shape[-1], 3, padding="same", use_bias=False)(x)
            x = layers.ReLU()(layers.Add()([x, normalize(residual)]))
    x = layers.Conv2DTranspose(channels, 4, strides=2, padding="same", dtype=wide_dtype())(x)
    x = layers.Activation("tanh", dtype=wide_dtype())(cropped(x, sizes[0]))
    return keras.Model(with_labels(latents, labels), x, name="dcgan_generator")


def discriminator(
    image_shape: Sequence[int],
    width: int = 24,
    normalization: str | None = None,
    num_classes: int | None = None,
    conditioning: str = "projection",
    packing: int = 1,
    minibatch_deviations: int = 8,
) -> keras.Model:
    """Build a DCGAN discriminator: strided convolutions with LeakyReLU(0.2) down to a small map, then one logit.

    Unlike the paper's, it has a residual convolution before the last strided one, a dense layer of `16 * width` units
    before the logit, which sees the whole image, and standard deviations of the features over the batch, which reveal
    a lack of variety.

    Args:
        image_shape: `(height, width, channels)`, sides multiples of 4 from 8 to 128; 1, 3 or 4 channels.
        width: filters of the first layer, doubled at each level below, up to 8 times. Defaults to 24, less than
            the generator's: with two gradient penalties the discriminator takes most of the time of an update.
        normalization: None (the default), `"batch"` (the paper's, in all layers but the first) or `"spectral"`.
            Batch normalization makes each logit depend on the other images of the batch, so that it cannot be
            combined with gradient penalties, which are defined for each image (Gulrajani et al., 2017, section 4).
        num_classes: for class-conditional generation. Defaults to None.
        conditioning: how labels are used, as `kgan.architectures` describes. Defaults to `"projection"`.
        packing: the number of images that are discriminated together, stacked along the channels, as in `kgan.GAN`.
            Defaults to 1.
        minibatch_deviations: how many standard deviations over the batch become features, each the mean over an equal
            share of the features (rounded to a divisor of their number). With 0 each logit depends on its image
            alone, as gradient penalties assume, and not on how a batch is split over devices. Defaults to 8.

    Returns:
        A Functional model, images or `[images, labels]` to logits `(batch, 1)`.

    Raises:
        ValueError: an argument is out of range, or a name is unknown.

    References: Radford et al., Unsupervised Representation Learning with Deep Convolutional Generative
    Adversarial Networks, 2016; Karras et al., Progressive Growing of GANs, 2018, section 3 (minibatch deviations).

    Example:
    >>> discriminator((32, 32, 3), width=8, normalization="spectral").output_shape
    (None, 1)
    """
    shape = check_image_shape(image_shape)
    check_positive(width=width)
    if normalization is not None and normalization not in NORMALIZATIONS:
        raise unknown("normalization", normalization, NORMALIZATIONS)
    builder = DiscriminatorBuilder(shape, packing, num_classes, conditioning)
    # Without normalization the residual starts at zero, which normalization would undo.
    initializer = "zeros" if normalization is None else "glorot_uniform"
    x, levels = builder.input_maps(), len(map_sizes(*shape[:2])) - 1
    for level in range(levels):
        # The first level has no batch normalization, as in the paper.
        own = None if normalization == "batch" and level == 0 else normalization
        filters, use_bias = _filters(width, level), own != "batch"
        convolution = layers.Conv2D(filters, 4, strides=2, padding="same", use_bias=use_bias)
        x = layers.LeakyReLU(0.2)(_normalized(x, convolution, own))
        if level == levels - 2:
            convolution = layers.Conv2D(filters, 3, padding="same", use_bias=use_bias, kernel_initializer=initializer)
            x = layers.LeakyReLU(0.2)(layers.Add()([x, _normalized(x, convolution, own)]))
    x = layers.Flatten()(x)
    if minibatch_deviations:
        check_positive(minibatch_deviations=minibatch_deviations)
        x = MinibatchStdDev(group_size=None, features=math.gcd(minibatch_deviations, x.shape[-1]))(x)
    x = layers.LeakyReLU(0.2)(
        _normalized(x, layers.Dense(16 * width, use_bias=normalization != "batch"), normalization)
    )
    return builder.build(x, "dcgan_discriminator")


def _filters(width: int, level: int) -> int:
    return min(width * 2**level, 8 * width)


def _batch_normalized(x: Tensor, labels: Tensor | None = None, num_classes: int | None = None) -> Tensor:
    """Return batch normalization of `x`, with a scale and an offset for each class if there are classes."""
    if num_classes is None:
        return layers.BatchNormalization(momentum=MOMENTUM)(x)
    return ConditionalBatchNormalization(num_classes, momentum=MOMENTUM)([x, labels])


def _normalized(x: Tensor, layer: keras.Layer, normalization: str | None) -> Tensor:
    """Return the result of a layer with spectral normalization of its kernel, or batch normalization after it."""
    if normalization == "spectral":
        return SpectralNormalization(layer)(x)
    x = layer(x)
    return layers.BatchNormalization(momentum=MOMENTUM)(x) if normalization == "batch" else x
