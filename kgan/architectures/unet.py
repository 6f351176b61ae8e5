"""U-Net for image-to-image translation: an encoder, a decoder, and skip connections between maps of equal size."""

from collections.abc import Sequence

import keras
from keras import layers

from kgan._checks import check_positive
from kgan._typing import Tensor
from kgan.architectures.image_shapes import check_channels, check_image_shape, cropped, map_sizes
from kgan.layers.common import wide_dtype


def generator(
    image_shape: Sequence[int], out_channels: int | None = None, width: int = 32, dropout: float = 0.0
) -> keras.Model:
    """Build a U-Net that translates an image into another of the same size, for example labels into a facade.

    For `kgan.ImageToImageGAN` and images of one size, since the bottleneck sees the whole image. Each level of the
    encoder halves the sides; the decoder concatenates its maps with those of the encoder, so that edges need not pass
    through the bottleneck. The output is a tanh. Group normalization with 8 channels a group makes the network behave
    the same in training and in inference.

    Args:
        image_shape: of the input, `(height, width, channels)`, sides multiples of 4 from 8 to 128; 1, 3 or 4
            channels.
        out_channels: 1, 3 or 4. Defaults to those of the input.
        width: filters at half the full size, doubled at each level below, up to 8 times; a multiple of 8.
            Defaults to 32 (the paper: 64).
        dropout: rate in [0, 1) in the two lowest levels of the decoder. Defaults to 0 (the paper: 0.5).

    Returns:
        A Functional model, images `(batch, height, width, channels)` to images `(batch, height, width,
        out_channels)` in [-1, 1].

    Raises:
        ValueError: an argument is out of range.

    References: Isola et al., Image-to-Image Translation with Conditional Adversarial Networks, 2017; Ronneberger et
    al., U-Net: Convolutional Networks for Biomedical Image Segmentation, 2015.

    Example:
    >>> generator((32, 32, 1), out_channels=3, width=8).output_shape
    (None, 32, 32, 3)
    """
    shape = check_image_shape(image_shape)
    out_channels = shape[2] if out_channels is None else out_channels
    check_channels(out_channels=out_channels)
    check_positive(width=width)
    if width % 8:
        raise ValueError(f"`width` must be a multiple of 8. Received: width={width}")
    if not 0 <= dropout < 1:
        raise ValueError(f"`dropout` must be in [0, 1). Received: dropout={dropout}")
    sizes = map_sizes(*shape[:2])
    filters = [width * min(2**level, 8) for level in range(len(sizes) - 1)]
    images = keras.Input(shape, name="images")
    encoded = _encoder(images, filters)
    x = encoded[-1]
    for level in reversed(range(len(filters) - 1)):
        x = layers.Conv2DTranspose(filters[level], 4, strides=2, padding="same")(x)
        x = layers.GroupNormalization(filters[level] // 8)(cropped(x, sizes[level + 1]))
        if dropout and level >= len(filters) - 3:
            x = layers.Dropout(dropout)(x)
        x = layers.Concatenate()([layers.ReLU()(x), encoded[level]])
    x = layers.Conv2DTranspose(out_channels, 4, strides=2, padding="same", dtype=wide_dtype())(x)
    return keras.Model(images, layers.Activation("tanh", dtype=wide_dtype())(cropped(x, sizes[0])), name="unet")


def _encoder(x: Tensor, filters: Sequence[int]) -> list[Tensor]:
    """Return the maps of each level of the encoder, from the largest to the smallest."""
    maps = []
    for level, num_filters in enumerate(filters):
        x = layers.Conv2D(num_filters, 4, strides=2, padding="same")(x)
        if level:
            x = layers.GroupNormalization(num_filters // 8)(x)
        x = layers.LeakyReLU(0.2)(x)
        maps.append(x)
    return maps
