"""Layers of fully convolutional networks that transform images of any size."""

from typing import Any

import keras
import numpy as np
from keras import ops

from kgan._typing import Array, Shape, Tensor
from kgan.layers.common import known_channels


@keras.saving.register_keras_serializable("kgan")
class CropLike(keras.layers.Layer):
    """Crops feature maps at the bottom and on the right to the size of other feature maps.

    Upsampling a map that was downsampled from an odd size gives one row or column too many. This layer removes it,
    also where sizes are known only at run time.

    Shapes: `[(batch, height, width, channels), (batch, smaller height, smaller width, any)]` to `(batch, smaller
    height, smaller width, channels)`.

    Example:
    >>> tuple(CropLike()([keras.ops.ones((1, 6, 4, 2)), keras.ops.ones((1, 5, 4, 7))]).shape)
    (1, 5, 4, 2)
    """

    def call(self, inputs: list[Tensor]) -> Tensor:
        maps, like = inputs
        _, height, width, _ = ops.shape(like)
        return maps[:, :height, :width]

    def compute_output_shape(self, input_shape: list[Shape]) -> Shape:
        maps, like = input_shape
        return (maps[0], like[1], like[2], maps[3])


@keras.saving.register_keras_serializable("kgan")
class DepthToSpace(keras.layers.Layer):
    """Rearranges the channels of each pixel into a block of pixels (sub-pixel upsampling, "pixel shuffle").

    A convolution at low resolution followed by this layer is a cheap learned upsampling.

    Args:
        block_size: how many times the sides grow, at least 2.

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

    def __init__(self, block_size: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(block_size, int) or block_size < 2:
            raise ValueError(f"`block_size` must be an integer of at least 2. Received: block_size={block_size!r}")
        self.block_size = block_size

    def build(self, input_shape: Shape) -> None:
        channels = known_channels(input_shape)
        if channels % self.block_size**2:
            raise ValueError(
                f"Expected a number of channels that {self.block_size**2} divides, the square of `block_size`. "
                f"Received: {channels} channels."
            )

    def call(self, inputs: Tensor) -> Tensor:
        return ops.depth_to_space(inputs, self.block_size, data_format="channels_last")

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        batch, height, width, _ = input_shape
        sides = (None if side is None else side * self.block_size for side in (height, width))
        return (batch, *sides, known_channels(input_shape) // self.block_size**2)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "block_size": self.block_size}


@keras.saving.register_keras_serializable("kgan")
class BicubicUpSampling(keras.layers.Layer):
    """Upsamples images by bicubic interpolation, as one convolution with fixed weights.

    The result equals that of `keras.layers.UpSampling2D(interpolation="bicubic")`, except for two pixels at the
    edges, where this layer mirrors the image. Use it in networks that are exported for images of any size: Keras's
    resizing must know the size when a graph is traced (seen with Keras 3.15).

    Args:
        scale: how many times the sides grow, at least 2.

    Shapes: `(batch, height, width, channels)` to `(batch, scale * height, scale * width, channels)`, sides of 2 or
    more.

    Raises:
        ValueError: `scale` is less than 2.

    Reference: Keys, Cubic Convolution Interpolation for Digital Image Processing, 1981 (a = -1/2).

    Example:
    >>> tuple(BicubicUpSampling(3)(keras.ops.ones((1, 4, 5, 3))).shape)
    (1, 12, 15, 3)
    """

    def __init__(self, scale: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(scale, int) or scale < 2:
            raise ValueError(f"`scale` must be an integer of at least 2. Received: scale={scale!r}")
        self.scale = scale

    def call(self, inputs: Tensor) -> Tensor:
        padded = ops.pad(inputs, [(0, 0), (2, 2), (2, 2), (0, 0)], mode="symmetric")
        kernel = ops.convert_to_tensor(_bicubic_kernel(self.scale, inputs.shape[-1]), dtype=inputs.dtype)
        blocks = ops.conv(padded, kernel, data_format="channels_last")
        return ops.depth_to_space(blocks, self.scale, data_format="channels_last")

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        batch, height, width, channels = input_shape
        sides = (None if side is None else side * self.scale for side in (height, width))
        return (batch, *sides, channels)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "scale": self.scale}


def _bicubic_kernel(scale: int, channels: int) -> Array:
    """Return weights `(5, 5, channels, scale * scale * channels)`: a 5x5 filter for each new pixel of a block."""
    offsets = (np.arange(scale) + 0.5) / scale - 0.5  # of the new pixels' centers from that of the old pixel
    distances = np.abs(offsets[None] - np.arange(-2, 3)[:, None])
    near = 1.5 * distances**3 - 2.5 * distances**2 + 1
    far = -0.5 * distances**3 + 2.5 * distances**2 - 4 * distances + 2
    line = np.where(distances <= 1, near, np.where(distances < 2, far, 0.0))  # (5, scale)
    kernel = np.einsum("yi,xj,cd->yxcijd", line, line, np.eye(channels))
    return kernel.reshape(5, 5, channels, -1)
