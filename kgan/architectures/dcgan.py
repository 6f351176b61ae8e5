"""The convolutional pair: strided convolutions down, transposed ones up, and a dense layer at the narrow end."""

import math

import keras
from keras import layers

from kgan._checks import check_positive
from kgan._registry import unknown
from kgan.architectures.arguments import check_image_shape, cropped, label_input, map_sizes, with_labels
from kgan.architectures.conditioning import Judge
from kgan.layers.common import (
    ConditionalBatchNormalization,
    LabelEmbedding,
    MinibatchStdDev,
    SpectralNormalization,
    wide_dtype,
)

NORMALIZATIONS = ("batch", "spectral")
LABELS = ("normalization", "concatenation")


def _filters(width: int, level: int) -> int:
    return min(width * 2**level, 8 * width)


def generator(
    image_shape,
    latent_dim: int = 32,
    width: int = 32,
    num_classes: int | None = None,
    conditioning: str = "normalization",
) -> keras.Model:
    """Build a DCGAN generator: dense layers to a map of 3 to 8 pixels a side, transposed convolutions up to the image.

    Fast and good for small pictures; the default of the command line. Batch normalisation and ReLU in every
    layer but the last, which is a tanh. Unlike the paper's it has a dense layer of `8 * width` units before the
    map, and residual convolutions in it and in the next one, with which it learns faster and gets further.

    Args:
        image_shape: `(height, width, channels)`, sides multiples of 4 from 8 to 128; 1, 3 or 4 channels.
        latent_dim: size of the latent vector. Defaults to 32, with which small pictures are learnt soonest (the
            paper: 100).
        width: filters at half the full size, doubled at each level below, up to 8 times. Defaults to 32,
            which suits a CPU (the paper: 128).
        num_classes: for class-conditional generation.
        conditioning: where the class goes in: `"normalization"` (the default: scale and shift of the batch
            normalisation depend on it), or `"concatenation"`, a learned vector as long as the latents and beside them,
            with which the classes are told apart many times sooner, and vary less.

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
    height, width_of_image, channels = check_image_shape(image_shape)
    check_positive(latent_dim=latent_dim, width=width)
    sizes = map_sizes(height, width_of_image)[:-1]
    if conditioning not in LABELS:
        raise unknown("conditioning of the generator", conditioning, LABELS)
    latents, labels = keras.Input((latent_dim,), name="latents"), label_input(num_classes)
    x, beside = latents, labels is not None and conditioning == "concatenation"
    if beside:
        vector = LabelEmbedding(
            num_classes, latent_dim, embeddings_initializer=keras.initializers.RandomNormal(stddev=1.0)
        )
        x = layers.Concatenate()([latents, vector(labels)])

    def normalize(x):
        if labels is None or beside:
            # A momentum below Keras's 0.99, since GANs are sampled after short runs too.
            return layers.BatchNormalization(momentum=0.9)(x)
        return ConditionalBatchNormalization(num_classes)([x, labels])

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
    image_shape,
    width: int = 24,
    normalization: str | None = None,
    num_classes: int | None = None,
    conditioning: str = "projection",
    packing: int = 1,
    minibatch_deviations: int = 8,
) -> keras.Model:
    """Build a DCGAN discriminator: strided convolutions with LeakyReLU(0.2) down to a small map, then one logit.

    Unlike the paper's it has a residual convolution before the last strided one, a dense layer of `16 * width` units
    before the logit, which sees the image as a whole, and how much the features vary over the batch, so that a lack of
    variety shows at once.

    Args:
        image_shape: `(height, width, channels)`, sides multiples of 4 from 8 to 128; 1, 3 or 4 channels.
        width: filters of the first layer, doubled at each level below, up to 8 times. Defaults to 24, less than
            the generator's: with two gradient penalties its passes take most of an update's time.
        normalization: None (the default), `"batch"` (the paper's, in all layers but the first) or
            `"spectral"`. Batch normalisation makes each logit depend on the other images of the batch, so
            the gradient penalties, which are defined an image at a time, are not for it (Gulrajani et
            al., 2017, section 4).
        num_classes, conditioning: for class-conditional generation; see `kgan.architectures.conditioning`.
        packing: as in `kgan.GAN`: it judges so many images together, their channels stacked. Defaults to 1.
        minibatch_deviations: how many standard deviations over the batch it sees, each the mean of as many features
            (rounded to a divisor of their number); 0 for none, then each logit depends on its image alone, as the
            gradient penalties are defined, and not on how a batch is split over devices. Defaults to 8.

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
    judge = Judge(shape, packing, num_classes, conditioning)

    def block(x, layer, batch, residual=False):
        y = SpectralNormalization(layer)(x) if normalization == "spectral" else layer(x)
        if batch:
            y = layers.BatchNormalization(momentum=0.9)(y)
        return layers.LeakyReLU(0.2)(layers.Add()([x, y]) if residual else y)

    # An unscaled residual begins as nothing; spectral and batch normalisation could not scale that.
    start = "zeros" if normalization is None else "glorot_uniform"
    x, levels = judge.begin(), len(map_sizes(*shape[:2])) - 1
    for level in range(levels):
        batch = normalization == "batch" and level > 0
        filters = _filters(width, level)
        x = block(x, layers.Conv2D(filters, 4, strides=2, padding="same", use_bias=not batch), batch)
        if level == levels - 2:
            layer = layers.Conv2D(filters, 3, padding="same", use_bias=not batch, kernel_initializer=start)
            x = block(x, layer, batch, residual=True)
    batch, x = normalization == "batch", layers.Flatten()(x)
    if minibatch_deviations:
        check_positive(minibatch_deviations=minibatch_deviations)
        features = math.gcd(minibatch_deviations, x.shape[-1])
        x = MinibatchStdDev(group_size=None, features=features)(x)
    x = block(x, layers.Dense(16 * width, use_bias=not batch), batch)
    return judge.end(x, "dcgan_discriminator")
