"""Layers of networks that make images of images of any size."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan")
class CropLike(keras.layers.Layer):
    """Cuts the rows and columns at the end off maps that are larger than other maps.

    Doubling a map that came from an odd side gives a row or a column too many; this takes it away, for sizes that are
    known only when the network runs.

    Shapes: `[(batch, height, width, channels), (batch, smaller height, smaller width, any)]` to `(batch, smaller
    height, smaller width, channels)`.

    Example:
    >>> tuple(CropLike()([keras.ops.ones((1, 6, 4, 2)), keras.ops.ones((1, 5, 4, 7))]).shape)
    (1, 5, 4, 2)
    """

    def call(self, inputs):
        maps, like = inputs
        _, height, width, _ = ops.shape(like)
        return maps[:, :height, :width]

    def compute_output_shape(self, input_shape):
        maps, like = input_shape
        return (maps[0], like[1], like[2], maps[3])


@keras.saving.register_keras_serializable("kgan")
class DepthToSpace(keras.layers.Layer):
    """Makes a block of pixels of the channels of each pixel: enlarging by a convolution at low resolution.

    Args:
        block_size: how many times maps are enlarged, at least 2.

    Shapes: `(batch, height, width, block_size**2 * channels)` to `(batch, block_size * height, block_size * width,
    channels)`.

    Raises:
        ValueError: `block_size` is less than 2, or its square does not divide the channels.

    Reference: Shi et al., Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel
    Convolutional Neural Network, 2016.

    Example:
    >>> tuple(DepthToSpace(2)(keras.ops.ones((1, 3, 5, 8))).shape)
    (1, 6, 10, 2)
    """

    def __init__(self, block_size: int, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(block_size, int) or block_size < 2:
            raise ValueError(f"`block_size` must be an integer of at least 2. Received: block_size={block_size!r}")
        self.block_size = block_size

    def build(self, input_shape):
        if input_shape[-1] % self.block_size**2:
            raise ValueError(
                f"Expected channels that {self.block_size}x{self.block_size} pixels can share. "
                f"Received: {input_shape[-1]}"
            )

    def call(self, inputs):
        return ops.depth_to_space(inputs, self.block_size, data_format="channels_last")

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        sides = (None if side is None else side * self.block_size for side in (height, width))
        return (batch, *sides, channels // self.block_size**2)

    def get_config(self):
        return {**super().get_config(), "block_size": self.block_size}
