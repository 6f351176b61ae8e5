"""The layers of style-based generators: a learned constant, convolutions that styles modulate, noise."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan")
class LearnedConstant(keras.layers.Layer):
    """Maps that are learnt and the same for every image: what a style-based generator begins with.

    Args:
        shape: `(height, width, channels)` of the maps.

    Shapes: anything `(batch, ...)`, of which only the batch size counts, to `(batch, height, width, channels)`.

    Reference: Karras et al., A Style-Based Generator Architecture for Generative Adversarial Networks, 2019,
    section 2.

    Example:
    >>> tuple(LearnedConstant((4, 4, 8))(keras.ops.ones((2, 5))).shape)
    (2, 4, 4, 8)
    """

    def __init__(self, shape, **kwargs):
        super().__init__(**kwargs)
        self.shape = tuple(shape)

    def build(self, input_shape):
        self.constant = self.add_weight(
            shape=(1, *self.shape), initializer=keras.initializers.RandomNormal(stddev=1.0), name="constant"
        )

    def call(self, inputs):
        return ops.tile(self.constant, (ops.shape(inputs)[0], 1, 1, 1))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.shape)

    def get_config(self):
        return {**super().get_config(), "shape": self.shape}


@keras.saving.register_keras_serializable("kgan")
class ModulatedConv2D(keras.layers.Layer):
    """A convolution whose kernel each image's style scales, one factor for each input channel.

    With `s = A style + b` (b starts at 1) the kernel is `w'[k, i, j] = s[i] w[k, i, j]`, and with demodulation
    `w'' = w' / sqrt(sum over k, i of w'^2)`, so that maps of unit variance stay so. Computed as one ordinary
    convolution of maps that are scaled before and after, which is the same and needs no kernel an image.

    Args:
        filters: how many maps it makes, positive.
        kernel_size: side of the kernel. Defaults to 3.
        strides: 1, or more for a transposed convolution that enlarges the maps so many times. Defaults to 1.
        demodulate: False for the layer that makes the image. Defaults to True.

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

    def __init__(self, filters: int, kernel_size: int = 3, strides: int = 1, demodulate: bool = True, **kwargs):
        super().__init__(**kwargs)
        for name, value in {"filters": filters, "kernel_size": kernel_size, "strides": strides}.items():
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"`{name}` must be a positive integer. Received: {name}={value!r}")
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides
        self.demodulate = demodulate

    def build(self, input_shape):
        maps, style = input_shape
        channels, side = maps[-1], self.kernel_size
        ends = (self.filters, channels) if self.strides > 1 else (channels, self.filters)  # as Keras has them
        # The variance that keeps the maps' own: an output of a transposed convolution sees a share of the kernel.
        deviation = self.strides / (side * channels**0.5)
        self.kernel = self.add_weight(
            shape=(side, side, *ends), initializer=keras.initializers.RandomNormal(stddev=deviation), name="kernel"
        )
        self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")
        self.affine = self.add_weight(shape=(style[-1], channels), initializer="lecun_normal", name="affine")
        self.affine_bias = self.add_weight(shape=(channels,), initializer="ones", name="affine_bias")

    def call(self, inputs):
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

    def compute_output_shape(self, input_shape):
        maps, _ = input_shape
        sides = [None if side is None else side * self.strides for side in maps[1:-1]]
        return (maps[0], *sides, self.filters)

    def get_config(self):
        own = {name: getattr(self, name) for name in ("filters", "kernel_size", "strides", "demodulate")}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("kgan")
class NoiseInjection(keras.layers.Layer):
    """Adds one map of noise to all channels, times a learned factor that starts at 0.

    For what is left to chance within an image. In training the noise is new for every image; else it is a fixed
    map, saved with the weights, so that the same styles give the same image, exported or not.

    Args:
        seed: integer, of the noise. Defaults to one drawn from Keras's global seed.

    Shapes: `(batch, height, width, channels)`, unchanged.

    Reference: Karras et al., Analyzing and Improving the Image Quality of StyleGAN, 2020, section 2.

    Example:
    >>> float(keras.ops.sum(NoiseInjection()(keras.ops.ones((1, 2, 2, 3)))))
    12.0
    """

    def __init__(self, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        self.factor = self.add_weight(shape=(), initializer="zeros", name="factor")
        self.noise = self.add_weight(
            shape=(1, *input_shape[1:-1], 1),
            initializer=keras.initializers.RandomNormal(stddev=1.0, seed=self.seed),
            trainable=False,
            name="noise",
        )

    def call(self, inputs, training=False):
        noise = self.noise
        if training:
            shape = (*ops.shape(inputs)[:-1], 1)
            noise = keras.random.normal(shape, dtype=self.compute_dtype, seed=self.seed_generator)
        return inputs + self.factor * noise

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}
