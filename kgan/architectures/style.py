"""The style-based pair: a mapping network turns latents into styles, which modulate every level of the generator."""

import math
from collections.abc import Sequence

import keras
from keras import layers

from kgan._checks import check_positive
from kgan.architectures.conditioning import label_input, with_labels
from kgan.architectures.dcgan import discriminator
from kgan.architectures.image_shapes import check_image_shape, cropped, map_sizes
from kgan.layers.common import LabelEmbedding, wide_dtype
from kgan.layers.style import LearnedConstant, ModulatedConv2D, NoiseInjection

__all__ = ["discriminator", "generator", "is_style_based", "mapping", "synthesis"]  # the discriminator is dcgan's

STYLES = "styles"  # the name of the layer between the mapping and the synthesis network


def generator(
    image_shape: Sequence[int],
    latent_dim: int = 32,
    width: int = 32,
    style_dim: int = 64,
    num_classes: int | None = None,
) -> keras.Model:
    """Build a style-based generator, sized for a CPU: the one to choose for editing images.

    A mapping network turns the normalized latents into a style, which modulates the convolutions at each level, from
    a learned constant of 3 to 8 pixels a side up to the image. Each level can have a style of its own (see
    `mapping` and `synthesis`). Unlike the papers', it upsamples with transposed convolutions, the last of which
    outputs the image.

    Args:
        image_shape: `(height, width, channels)`, sides multiples of 4 from 8 to 128; 1, 3 or 4 channels.
        latent_dim: size of the latent vector. Defaults to 32.
        width: filters at half the full size, doubled at each level below, up to 4 times. Defaults to 32.
        style_dim: size of a style. Defaults to 64.
        num_classes: for class-conditional generation: labels are embedded and concatenated with the latents.
            Defaults to None.

    Returns:
        A Functional model, latents `(batch, latent_dim)` or `[latents, labels]` to images in [-1, 1].

    Raises:
        ValueError: an argument is out of range.

    References: Karras et al., A Style-Based Generator Architecture for Generative Adversarial Networks, 2019;
    Karras et al., Analyzing and Improving the Image Quality of StyleGAN, 2020.

    Example:
    >>> generator((28, 28, 1), width=8).output_shape
    (None, 28, 28, 1)
    """
    *image_size, channels = check_image_shape(image_shape)
    check_positive(latent_dim=latent_dim, width=width, style_dim=style_dim)
    sizes = map_sizes(*image_size)[:-1]
    latents, labels = keras.Input((latent_dim,), name="latents"), label_input(num_classes)
    # Normalized to a root mean square of 1, as in the paper ("pixel norm").
    x = layers.Rescaling(math.sqrt(latent_dim))(layers.UnitNormalization()(latents))
    if num_classes is not None:
        normal = keras.initializers.RandomNormal(stddev=1.0)
        x = layers.Concatenate()([x, LabelEmbedding(num_classes, latent_dim, embeddings_initializer=normal)(labels)])
    for _ in range(3):
        x = layers.LeakyReLU(0.2)(layers.Dense(style_dim, kernel_initializer="he_normal")(x))

    convolutions = [(3, 1, len(sizes) - 1)]  # kernel size, strides and the level of the output
    for level in reversed(range(1, len(sizes) - 1)):
        convolutions += [(4, 2, level), (3, 1, level)]
    styles = layers.RepeatVector(len(convolutions) + 1, name=STYLES)(x)
    x = LearnedConstant((*sizes[-1], _filters(width, len(sizes) - 2)))(styles)
    for index, (kernel_size, strides, level) in enumerate(convolutions):
        filters = _filters(width, level - 1)
        x = ModulatedConv2D(filters, kernel_size, strides)([x, styles[:, index]])
        x = layers.LeakyReLU(0.2)(NoiseInjection()(cropped(x, sizes[level])))
    x = ModulatedConv2D(channels, 4, strides=2, demodulate=False, dtype=wide_dtype())([x, styles[:, -1]])
    x = layers.Activation("tanh", dtype=wide_dtype())(cropped(x, sizes[0]))
    return keras.Model(with_labels(latents, labels), x, name="style_generator")


def is_style_based(generator: keras.Model) -> bool:
    """Return whether a generator is style-based, so that `mapping` and `synthesis` can split it.

    Example:
    >>> is_style_based(generator((8, 8, 1), width=4))
    True
    """
    return any(layer.name == STYLES and isinstance(layer, layers.RepeatVector) for layer in generator.layers)


def mapping(generator: keras.Model) -> keras.Model:
    """Return the mapping network of a style-based generator, which shares its weights.

    Args:
        generator: from `style.generator`.

    Returns:
        A model, latents `(batch, latent_dim)` or `[latents, labels]` to styles `(batch, style_dim)`.

    Raises:
        ValueError: the generator is not style-based.

    Example:
    >>> mapping(generator((8, 8, 1), width=4)).output_shape
    (None, 64)
    """
    inputs = generator.inputs if len(generator.inputs) == 2 else generator.inputs[0]
    return keras.Model(inputs, _styles_layer(generator).input, name="mapping")


def synthesis(generator: keras.Model) -> keras.Model:
    """Return the synthesis network of a style-based generator, which shares its weights.

    With the same style at every level (`keras.ops.repeat(styles[:, None], levels, axis=1)`) it returns the
    generator's images. Different styles at the coarse and at the fine levels mix two images.

    Args:
        generator: from `style.generator`.

    Returns:
        A model, styles `(batch, levels, style_dim)`, from coarse to fine, to images in [-1, 1].

    Raises:
        ValueError: the generator is not style-based.

    Example:
    >>> synthesis(generator((28, 28, 1), width=4)).input_shape
    (None, 4, 64)
    """
    return keras.Model(_styles_layer(generator).output, generator.outputs[0], name="synthesis")


def _filters(width: int, level: int) -> int:
    return min(width * 2**level, 4 * width)


def _styles_layer(generator: keras.Model) -> keras.Layer:
    if not is_style_based(generator):
        raise ValueError(
            "Expected a style-based generator, from `kgan.architectures.style.generator`. Received: "
            f"{generator.name!r}, which has no styles. Edit it by its latents instead."
        )
    return generator.get_layer(STYLES)
