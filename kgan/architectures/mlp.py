"""The classic dense pair."""

import math
from collections.abc import Sequence

import keras
from keras import layers

from kgan._checks import check_positive
from kgan.architectures.conditioning import DiscriminatorBuilder, label_input, with_labels
from kgan.architectures.image_shapes import check_image_shape
from kgan.layers.common import LabelEmbedding, wide_dtype


def generator(
    image_shape: Sequence[int],
    latent_dim: int = 100,
    units: Sequence[int] = (256, 512),
    num_classes: int | None = None,
) -> keras.Model:
    """Build the classic dense generator: latents, 256 and 512 ReLU units, tanh pixels.

    The starting point of the field and the reference for comparisons; it takes any image shape. Weights have Keras's
    initial values of a Dense layer (Glorot uniform; PyTorch's are different).

    Args:
        image_shape: `(height, width, channels)`.
        latent_dim: size of the latent vector. Defaults to 100.
        units: sizes of the hidden layers. Defaults to `(256, 512)`.
        num_classes: for class-conditional generation: labels are embedded and concatenated with the latents.
            Defaults to None.

    Returns:
        A Functional model, latents `(batch, latent_dim)` or `[latents, labels]` to images in [-1, 1].

    Raises:
        ValueError: a number is not a positive integer, or the image shape is invalid.

    Reference: Goodfellow et al., Generative Adversarial Networks, 2014.

    Example:
    >>> generator((28, 28, 1)).count_params()
    559632
    """
    shape = check_image_shape(image_shape, convolutional=False)
    check_positive(latent_dim=latent_dim, **{f"units[{i}]": size for i, size in enumerate(units)})
    latents, labels = keras.Input((latent_dim,), name="latents"), label_input(num_classes)
    x = latents
    if num_classes is not None:
        x = layers.Concatenate()([x, LabelEmbedding(num_classes, latent_dim)(labels)])
    for size in units:
        x = layers.Dense(size, activation="relu")(x)
    x = layers.Dense(math.prod(shape), activation="tanh", dtype=wide_dtype())(x)
    images = layers.Reshape(shape, dtype=wide_dtype())(x)
    return keras.Model(with_labels(latents, labels), images, name="mlp_generator")


def discriminator(
    image_shape: Sequence[int],
    units: Sequence[int] = (512, 256),
    num_classes: int | None = None,
    conditioning: str = "projection",
    packing: int = 1,
) -> keras.Model:
    """Build the classic dense discriminator: pixels, 512 and 256 ReLU units, one logit.

    Args:
        image_shape: `(height, width, channels)`.
        units: sizes of the hidden layers. Defaults to `(512, 256)`.
        num_classes: for class-conditional generation. Defaults to None.
        conditioning: how labels are used, as `kgan.architectures` describes. Defaults to `"projection"`.
        packing: the number of images that are discriminated together, stacked along the channels, as in `kgan.GAN`.
            Defaults to 1.

    Returns:
        A Functional model, images or `[images, labels]` to logits `(batch, 1)`.

    Raises:
        ValueError: a number is not a positive integer, the image shape is invalid, or the conditioning is unknown.

    Reference: Goodfellow et al., Generative Adversarial Networks, 2014.

    Example:
    >>> discriminator((28, 28, 1)).count_params()
    533505
    """
    shape = check_image_shape(image_shape, convolutional=False)
    check_positive(**{f"units[{i}]": size for i, size in enumerate(units)})
    builder = DiscriminatorBuilder(shape, packing, num_classes, conditioning)
    x = layers.Flatten()(builder.input_maps())
    for size in units:
        x = layers.Dense(size, activation="relu")(x)
    return builder.build(x, "mlp_discriminator")
