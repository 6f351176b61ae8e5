"""The style-based pair: latents are mapped to styles, and the styles modulate every level of the generator."""

import math

import keras
from keras import layers

from kgan._checks import check_positive
from kgan.architectures.arguments import check_image_shape, cropped, label_input, map_sizes, with_labels
from kgan.architectures.dcgan import discriminator
from kgan.layers.common import LabelEmbedding, wide_dtype
from kgan.layers.style import LearnedConstant, ModulatedConv2D, NoiseInjection

__all__ = ["discriminator", "generator", "is_style_based", "mapping", "synthesis"]  # the discriminator is dcgan's

STYLES = "styles"  # the layer between mapping and synthesis


def _filters(width: int, level: int) -> int:
    return min(width * 2**level, 4 * width)


def generator(
    image_shape, latent_dim: int = 32, width: int = 32, style_dim: int = 64, num_classes: int | None = None
) -> keras.Model:
    """Build a style-based generator, the one to edit images with, sized for a CPU.

    A mapping network turns the normalised latents into a style. It modulates the convolutions at each level, from
    a learned constant of 3 to 8 pixels a side up to the image, and each level may get a style of its own (see
    `mapping` and `synthesis`). Unlike the papers' it doubles the size with transposed convolutions, the last of
    which makes the image.

    Args:
        image_shape: `(height, width, channels)`, sides multiples of 4 from 8 to 128; 1, 3 or 4 channels.
        latent_dim: size of the latent vector. Defaults to 32.
        width: filters at half the full size, doubled at each level below, up to 4 times. Defaults to 32.
        style_dim: size of a style. Defaults to 64.
        num_classes: for class-conditional generation: labels are embedded and joined to the latents.

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
    height, width_of_image, channels = check_image_shape(image_shape)
    check_positive(latent_dim=latent_dim, width=width, style_dim=style_dim)
    sizes = map_sizes(height, width_of_image)[:-1]
    latents, labels = keras.Input((latent_dim,), name="latents"), label_input(num_classes)
    # Root mean square 1, as in the paper ("pixel norm").
    x = layers.Rescaling(math.sqrt(latent_dim))(layers.UnitNormalization()(latents))
    if labels is not None:
        normal = keras.initializers.RandomNormal(stddev=1.0)
        x = layers.Concatenate()([x, LabelEmbedding(num_classes, latent_dim, embeddings_initializer=normal)(labels)])
    for _ in range(3):
        x = layers.LeakyReLU(0.2)(layers.Dense(style_dim, kernel_initializer="he_normal")(x))

    plan = [(3, 1, len(sizes) - 1)]  # kernel size, strides and the level of the maps that come out
    for level in reversed(range(1, len(sizes) - 1)):
        plan += [(4, 2, level), (3, 1, level)]
    styles = layers.RepeatVector(len(plan) + 1, name=STYLES)(x)
    x = LearnedConstant((*sizes[-1], _filters(width, len(sizes) - 2)))(styles)
    for index, (kernel_size, strides, level) in enumerate(plan):
        filters = _filters(width, level - 1)
        x = ModulatedConv2D(filters, kernel_size, strides)([x, styles[:, index]])
        x = layers.LeakyReLU(0.2)(NoiseInjection()(cropped(x, sizes[level])))
    x = ModulatedConv2D(channels, 4, strides=2, demodulate=False, dtype=wide_dtype())([x, styles[:, -1]])
    x = layers.Activation("tanh", dtype=wide_dtype())(cropped(x, sizes[0]))
    return keras.Model(with_labels(latents, labels), x, name="style_generator")


def is_style_based(generator: keras.Model) -> bool:
    """Return whether a generator has styles: whether `mapping` and `synthesis` can take it apart.

    Example:
    >>> is_style_based(generator((8, 8, 1), width=4))
    True
    """
    return any(layer.name == STYLES and isinstance(layer, layers.RepeatVector) for layer in generator.layers)


def mapping(generator: keras.Model) -> keras.Model:
    """Return the first half of a style-based generator; it shares the weights.

    Args:
        generator: from `style.generator`.

    Returns:
        A model, latents `(batch, latent_dim)` or `[latents, labels]` to styles `(batch, style_dim)`.

    Raises:
        ValueError: the generator has no styles.

    Example:
    >>> mapping(generator((8, 8, 1), width=4)).output_shape
    (None, 64)
    """
    inputs = generator.inputs if len(generator.inputs) == 2 else generator.inputs[0]
    return keras.Model(inputs, _styles(generator).input, name="mapping")


def synthesis(generator: keras.Model) -> keras.Model:
    """Return the second half of a style-based generator; it shares the weights.

    With the same style at every level (`keras.ops.repeat(styles[:, None], levels, axis=1)`) it gives the
    generator's images; styles of two images at the coarse and at the fine levels mix them.

    Args:
        generator: from `style.generator`.

    Returns:
        A model, styles `(batch, levels, style_dim)`, from coarse to fine, to images in [-1, 1].

    Raises:
        ValueError: the generator has no styles.

    Example:
    >>> synthesis(generator((28, 28, 1), width=4)).input_shape
    (None, 4, 64)
    """
    return keras.Model(_styles(generator).output, generator.outputs[0], name="synthesis")


def _styles(generator):
    if not is_style_based(generator):
        raise ValueError(
            f"Expected a style-based generator, as `kgan.architectures.style.generator` makes. Received: "
            f"{generator.name!r}, which has no styles. Its latents can be edited all the same."
        )
    return generator.get_layer(STYLES)
