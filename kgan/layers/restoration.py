"""Layers of networks that make images of images of any size."""

import keras
import numpy as np
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


@keras.saving.register_keras_serializable("kgan")
class BicubicUpSampling(keras.layers.Layer):
    """Enlarges images by bicubic interpolation, as one convolution with fixed weights.

    It gives what `keras.layers.UpSampling2D(interpolation="bicubic")` gives, but for two pixels at the edges, where
    it mirrors the image. Keras's resizing must know the sizes of images when a graph is traced (seen with Keras 3.15),
    so that a network with it cannot be exported for any size.

    Args:
        scale: how many times images are enlarged, at least 2.

    Shapes: `(batch, height, width, channels)` to `(batch, scale * height, scale * width, channels)`, sides of 2 or
    more.

    Raises:
        ValueError: `scale` is less than 2.

    Reference: Keys, Cubic Convolution Interpolation for Digital Image Processing, 1981 (a = -1/2).

    Example:
    >>> tuple(BicubicUpSampling(3)(keras.ops.ones((1, 4, 5, 3))).shape)
    (1, 12, 15, 3)
    """

    def __init__(self, scale: int, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(scale, int) or scale < 2:
            raise ValueError(f"`scale` must be an integer of at least 2. Received: scale={scale!r}")
        self.scale = scale

    def call(self, inputs):
        padded = ops.pad(inputs, [(0, 0), (2, 2), (2, 2), (0, 0)], mode="symmetric")
        kernel = ops.convert_to_tensor(self._kernel(inputs.shape[-1]), dtype=inputs.dtype)
        phases = ops.conv(padded, kernel, data_format="channels_last")
        return ops.depth_to_space(phases, self.scale, data_format="channels_last")

    def _kernel(self, channels):
        """Return weights `(5, 5, channels, scale * scale * channels)`: a small filter for each new pixel of a block."""
        places = (np.arange(self.scale) + 0.5) / self.scale - 0.5  # of the new pixels, from the middle of the old one
        distances = np.abs(places[None] - np.arange(-2, 3)[:, None])
        near = 1.5 * distances**3 - 2.5 * distances**2 + 1
        far = -0.5 * distances**3 + 2.5 * distances**2 - 4 * distances + 2
        line = np.where(distances <= 1, near, np.where(distances < 2, far, 0.0))  # (5, scale)
        kernel = np.einsum("yi,xj,cd->yxcijd", line, line, np.eye(channels))
        return kernel.reshape(5, 5, channels, -1)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        sides = (None if side is None else side * self.scale for side in (height, width))
        return (batch, *sides, channels)

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}
