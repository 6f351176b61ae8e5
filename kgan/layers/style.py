"""Layers of style-based generators: a learned constant, modulated convolutions, noise."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from kgan._checks import check_positive
from kgan._typing import Shape, Tensor
from kgan.layers.common import known_channels


@keras.saving.register_keras_serializable("kgan")
class LearnedConstant(keras.layers.Layer):
    """Returns learned feature maps that are the same for every image: the input of a style-based generator.

    Args:
        shape: `(height, width, channels)` of the feature maps.

    Shapes: any `(batch, ...)`, of which only the batch size is used, to `(batch, height, width, channels)`.

    Reference: Karras et al., A Style-Based Generator Architecture for Generative Adversarial Networks, 2019,
    section 2.

    Example:
    >>> tuple(LearnedConstant((4, 4, 8))(keras.ops.ones((2, 5))).shape)
    (2, 4, 4, 8)
    """

    def __init__(self, shape: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shape = tuple(shape)

    def build(self, input_shape: Shape) -> None:
        self.constant = self.add_weight(
            shape=(1, *self.shape), initializer=keras.initializers.RandomNormal(stddev=1.0), name="constant"
        )

    def call(self, inputs: Tensor) -> Tensor:
        return ops.tile(self.constant, (ops.shape(inputs)[0], 1, 1, 1))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], *self.shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "shape": self.shape}


@keras.saving.register_keras_serializable("kgan")
class ModulatedConv2D(keras.layers.Layer):
    """A convolution whose kernel is scaled by the style of each image, with one factor for each input channel.

    Formula: with `s = A style + b` (b starts at 1) the kernel is `w'[k, i, j] = s[i] w[k, i, j]`, and with
    demodulation `w'' = w' / sqrt(sum over k, i of w'^2)`, which keeps maps at unit variance. It is computed as one
    ordinary convolution of maps that are scaled before and after, which gives the same result without a kernel for
    each image.

    Args:
        filters: positive, the number of output maps.
        kernel_size: side of the kernel. Defaults to 3.
        strides: 1, or more for a transposed convolution that upsamples by that factor. Defaults to 1.
        demodulate: False for the layer that outputs the image. Defaults to True.

    Shapes: `[(batch, height, width, channels), (batch, style_dim)]` to
    `(batch, strides * height, strides * width, filters)`.

    Raises:
        ValueError: a number is not positive.

    Reference: Karras et al., Analyzing and Improving the Image Quality of StyleGAN, 2020, section 2.2,
    equations 1 and 3.

    Example:
    >>> layer = ModulatedConv2D(3, kernel_size=4, strides=2)
    >>> tuple(layer([keras.ops.ones((2, 4, 4, 8)), keras.ops.ones((2, 5))]).shape)
    (2, 8, 8, 3)
    """

    def __init__(
        self, filters: int, kernel_size: int = 3, strides: int = 1, demodulate: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        check_positive(filters=filters, kernel_size=kernel_size, strides=strides)
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides
        self.demodulate = demodulate

    def build(self, input_shape: list[Shape]) -> None:
        maps, style = input_shape
        channels, side = known_channels(maps), self.kernel_size
        # Keras's order: a transposed convolution has its output channels first.
        channel_axes = (self.filters, channels) if self.strides > 1 else (channels, self.filters)
        # Keeps the variance of the maps: a transposed convolution's output depends on a part of the kernel only.
        deviation = self.strides / (side * channels**0.5)
        self.kernel = self.add_weight(
            shape=(side, side, *channel_axes),
            initializer=keras.initializers.RandomNormal(stddev=deviation),
            name="kernel",
        )
        self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")
        self.affine = self.add_weight(shape=(style[-1], channels), initializer="lecun_normal", name="affine")
        self.affine_bias = self.add_weight(shape=(channels,), initializer="ones", name="affine_bias")

    def call(self, inputs: list[Tensor]) -> Tensor:
        maps, style = inputs
        scale = ops.matmul(style, self.affine) + self.affine_bias  # (batch, channels)
        maps = maps * scale[:, None, None, :]
        if self.strides > 1:
            maps = ops.conv_transpose(maps, self.kernel, strides=self.strides, padding="same")
        else:
            maps = ops.conv(maps, self.kernel, padding="same")
        if self.demodulate:
            squares = ops.sum(ops.square(ops.cast(self.kernel, "float32")), axis=(0, 1))
            squares = ops.transpose(squares) if self.strides > 1 else squares
            power = ops.matmul(ops.square(ops.cast(scale, "float32")), squares) / self.strides**2
            maps = maps * ops.cast(ops.rsqrt(power + 1e-8), maps.dtype)[:, None, None, :]
        return maps + self.bias

    def compute_output_shape(self, input_shape: list[Shape]) -> Shape:
        maps, _ = input_shape
        sides = [None if side is None else side * self.strides for side in maps[1:-1]]
        return (maps[0], *sides, self.filters)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "demodulate": self.demodulate,
        }


@keras.saving.register_keras_serializable("kgan")
class NoiseInjection(keras.layers.Layer):
    """Adds one map of noise to all channels, scaled by a learned factor that starts at 0.

    For random detail within an image. In training every image gets new noise. Otherwise the noise is a fixed map
    that is saved with the weights, so that equal styles give equal images, also after an export.

    Args:
        seed: integer, the seed of the noise. Defaults to one that is drawn from Keras's global seed.

    Shapes: `(batch, height, width, channels)`, unchanged.

    Reference: Karras et al., Analyzing and Improving the Image Quality of StyleGAN, 2020, section 2.

    Example:
    >>> float(keras.ops.sum(NoiseInjection()(keras.ops.ones((1, 2, 2, 3)))))
    12.0
    """

    def __init__(self, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape: Shape) -> None:
        self.factor = self.add_weight(shape=(), initializer="zeros", name="factor")
        self.noise = self.add_weight(
            shape=(1, *input_shape[1:-1], 1),
            initializer=keras.initializers.RandomNormal(stddev=1.0, seed=self.seed),
            trainable=False,
            name="noise",
        )

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        noise = self.noise
        if training:
            shape = (*ops.shape(inputs)[:-1], 1)
            noise = keras.random.normal(shape, dtype=self.compute_dtype, seed=self.seed_generator)
        return inputs + self.factor * noise

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": self.seed}
