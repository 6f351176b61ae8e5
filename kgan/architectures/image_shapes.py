"""Image shapes that the architectures accept, and the feature-map sizes that follow from them."""

from collections.abc import Sequence

import keras

from kgan._typing import ImageShape, Tensor


def check_image_shape(image_shape: Sequence[int], convolutional: bool = True) -> ImageShape:
    """Return `image_shape` as a tuple of valid sizes.

    Args:
        image_shape: `(height, width, channels)`. For convolutional networks the sides are multiples of 4
            from 8 to 128, and there are 1, 3 or 4 channels.
        convolutional: whether these limits apply. Defaults to True.

    Raises:
        ValueError: the shape is invalid.

    Example:
    >>> check_image_shape([28, 28, 1])
    (28, 28, 1)
    """
    shape = tuple(image_shape)
    if len(shape) != 3 or not all(isinstance(side, int) and side > 0 for side in shape):
        raise ValueError(f"Expected `image_shape` to be (height, width, channels). Received: {image_shape}")
    height, width, channels = shape
    if convolutional and any(side % 4 or not 8 <= side <= 128 for side in (height, width)):
        raise ValueError(
            "Expected images whose sides are multiples of 4 from 8 to 128. Received: "
            f"{height}x{width}. Load them with `image_size={max(8, min(128, round(max(height, width) / 4) * 4))}`."
        )
    if convolutional:
        check_channels(channels=channels)
    return height, width, channels


def check_channels(**arguments: int) -> None:
    """Check that each argument is a number of channels of images: 1, 3 or 4.

    Raises:
        ValueError: one is not; the message names it.

    Example:
    >>> check_channels(channels=3)
    """
    for name, value in arguments.items():
        if value not in (1, 3, 4):
            raise ValueError(f"Expected images of 1, 3 or 4 channels. Received: {name}={value!r}")


def map_sizes(height: int, width: int) -> list[tuple[int, int]]:
    """Return the sizes of the feature maps from the image down, each half of the previous one, rounded up.

    They are halved at least twice, and until both sides are at most 4, as in DCGAN. (A discriminator of 28x28 digits
    that stops at 7x7 sees too little of the image in each position, and samples are worse.)

    Example:
    >>> map_sizes(28, 28)
    [(28, 28), (14, 14), (7, 7), (4, 4)]
    >>> map_sizes(36, 8)
    [(36, 8), (18, 4), (9, 2), (5, 1), (3, 1)]
    >>> map_sizes(8, 8)
    [(8, 8), (4, 4), (2, 2)]
    """
    sizes = [(height, width)]
    while max(sizes[-1]) > 4 or len(sizes) < 3:
        rows, columns = sizes[-1]
        sizes.append((-(-rows // 2), -(-columns // 2)))
    return sizes


def cropped(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Return symbolic maps `x` cropped to `size`: without the last row or column that doubling an odd side added.

    Example:
    >>> cropped(keras.Input((8, 8, 3)), (7, 8)).shape
    (None, 7, 8, 3)
    """
    excess = (x.shape[1] - size[0], x.shape[2] - size[1])
    if not any(excess):
        return x
    return keras.layers.Cropping2D([(0, excess[0]), (0, excess[1])], dtype=x.dtype)(x)
