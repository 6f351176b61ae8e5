"""Checks and inputs that all architectures share."""

import keras

from kgan._checks import check_positive


def check_image_shape(image_shape, convolutional: bool = True) -> tuple[int, int, int]:
    """Return `image_shape` as a tuple, or say what is wrong with it.

    Args:
        image_shape: `(height, width, channels)`. For convolutional networks the sides are multiples of 4
            from 8 to 128, and there are 1, 3 or 4 channels.
        convolutional: whether these limits hold.

    Raises:
        ValueError: the shape is not of this kind.
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
    return shape


def check_channels(**arguments: int):
    """Check that each argument is a number of channels that pictures have.

    Raises:
        ValueError: one is not; the message names it.
    """
    for name, value in arguments.items():
        if value not in (1, 3, 4):
            raise ValueError(f"Expected images of 1, 3 or 4 channels. Received: {name}={value!r}")


def label_input(num_classes: int | None):
    """Return the input for labels, or None for an unconditional network."""
    if num_classes is None:
        return None
    check_positive(num_classes=num_classes)
    return keras.Input((), dtype="int32", name="labels")


def with_labels(first, labels):
    """Return the inputs of a network: `first` alone, or `[first, labels]`."""
    return first if labels is None else [first, labels]


def map_sizes(height: int, width: int) -> list[tuple[int, int]]:
    """Return the sizes of the feature maps from the image down, each half of the one before, rounded up.

    At least twice, and until both sides are at most 4, as in DCGAN: a discriminator of 28x28 digits that stops at
    7x7 sees too little at once, and samples suffer.

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
        sizes.append(tuple(-(-side // 2) for side in sizes[-1]))
    return sizes


def cropped(x, size: tuple[int, int]):
    """Return the symbolic maps `x` without the last row or column that doubling an odd side brought."""
    excess = (x.shape[1] - size[0], x.shape[2] - size[1])
    if not any(excess):
        return x
    return keras.layers.Cropping2D([(0, excess[0]), (0, excess[1])], dtype=x.dtype)(x)
