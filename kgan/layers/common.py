"""Layers of generators and discriminators that Keras lacks, or implements differently."""

from typing import Any

import keras
from keras import ops

from kgan._typing import Shape, Tensor
from kgan.backend import keras_internals


def known_channels(shape: Shape) -> int:
    """Return the size of the last axis.

    Raises:
        ValueError: it is not known.

    Example:
    >>> known_channels((None, 28, 28, 3))
    3
    """
    channels = shape[-1]
    if channels is None:
        raise ValueError(f"Expected a known number of channels. Received: shape {shape}")
    return channels


@keras.saving.register_keras_serializable("kgan")
class SpectralNormalization(keras.layers.Wrapper):
    """Divides the kernel of a layer by its largest singular value, as a reparameterization.

    For discriminators, usually with the hinge loss. The wrapped layer keeps its raw kernel `W` and computes
    with `W / sigma`, where `sigma = v^T W u` comes from power iteration with u and v held constant, so that the
    gradient includes the term of sigma. (Keras's layer of the same name overwrites the stored kernel instead, which
    is a projection: a different algorithm.)

    Args:
        layer: a layer with a `kernel` (Dense, Conv, Conv transpose) or `embeddings` (Embedding).
        power_iterations: positive, the number of power iterations in each training call. Defaults to 1.

    Shapes: those of the wrapped layer.

    Raises:
        ValueError: `power_iterations` is not positive, or the layer has no kernel.

    Reference: Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018, algorithm 1.

    Example:
    >>> layer = SpectralNormalization(keras.layers.Dense(3))
    >>> tuple(layer(keras.ops.ones((2, 5))).shape)
    (2, 3)
    """

    def __init__(self, layer: keras.Layer, power_iterations: int = 1, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        if power_iterations < 1:
            raise ValueError(f"`power_iterations` must be positive. Received: power_iterations={power_iterations}")
        self.power_iterations = power_iterations

    @property
    def raw_kernel(self) -> keras.Variable:
        """The variable that is normalized: the kernel or the embeddings of the wrapped layer."""
        return keras_internals.weight_matrix(self.layer)

    def build(self, input_shape: Shape | None = None) -> None:
        super().build(input_shape)
        self.u = self.add_weight(
            shape=(1, self.raw_kernel.shape[-1]), initializer="random_normal", trainable=False, name="u"
        )

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        normalized = self._normalized_kernel(training)
        # Inside this scope Keras reads the given value instead of the variable, which itself does not change.
        with keras.StatelessScope(state_mapping=[(self.raw_kernel, normalized)]):
            return self.layer(inputs)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return self.layer.compute_output_shape(input_shape)

    def _normalized_kernel(self, training: bool) -> Tensor:
        kernel = self.raw_kernel.value
        matrix = ops.reshape(kernel, (-1, kernel.shape[-1]))
        constant = ops.stop_gradient(matrix)
        u = ops.normalize(ops.cast(self.u, kernel.dtype))
        for _ in range(self.power_iterations if training else 0):
            v = ops.normalize(ops.matmul(u, ops.transpose(constant)))
            u = ops.normalize(ops.matmul(v, constant))
        if training:
            self.u.assign(ops.cast(u, self.u.dtype))
        v = ops.normalize(ops.matmul(u, ops.transpose(constant)))
        return kernel / ops.sum(ops.matmul(v, matrix) * u)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "power_iterations": self.power_iterations}


@keras.saving.register_keras_serializable("kgan")
class MinibatchStdDev(keras.layers.Layer):
    """Appends the standard deviation over a group of images as features, which reveal a lack of variety.

    For the end of a discriminator. The standard deviation of each feature over the group is averaged over positions
    and features to one number (or `features` numbers), the same for every image of the group and every position.

    Args:
        group_size: images in a group, at least 2. None uses the whole batch as one group, and so does a batch that
            `group_size` does not divide. Defaults to 4.
        features: how many numbers, a divisor of the channels. Defaults to 1.

    Shapes: `(batch, ..., channels)` to `(batch, ..., channels + features)`.

    Raises:
        ValueError: `group_size` is less than 2, or `features` is not positive or does not divide the channels.

    Reference: Karras et al., Progressive Growing of GANs for Improved Quality, Stability, and Variation,
    2018, section 3.

    Example:
    >>> x = keras.ops.convert_to_tensor([[1.0], [3.0]])
    >>> MinibatchStdDev()(x)[:, 1].numpy().round(4).tolist()
    [1.0, 1.0]
    """

    def __init__(self, group_size: int | None = 4, features: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if group_size is not None and group_size < 2:
            raise ValueError(f"`group_size` must be at least 2, or None. Received: group_size={group_size}")
        if features < 1:
            raise ValueError(f"`features` must be positive. Received: features={features}")
        self.group_size = group_size
        self.features = features

    def build(self, input_shape: Shape) -> None:
        channels = known_channels(input_shape)
        if channels % self.features:
            raise ValueError(
                f"`features` must divide the number of channels, {channels}. Received: features={self.features}"
            )

    def call(self, inputs: Tensor) -> Tensor:
        shape = ops.shape(inputs)
        batch, positions = shape[0], shape[1:-1]
        group = batch
        if self.group_size is not None:
            group = ops.where(batch % self.group_size == 0, self.group_size, batch)
        grouped = ops.reshape(inputs, (group, -1, *positions, self.features, shape[-1] // self.features))
        # In float32, because half precision cannot represent the squares.
        deviation = ops.sqrt(ops.var(ops.cast(grouped, "float32"), axis=0) + 1e-8)
        axes = (*range(1, 1 + len(positions)), -1)
        deviation = ops.mean(deviation, axis=axes)  # (groups, features)
        deviation = ops.reshape(deviation, (1, -1, *(1 for _ in positions), self.features))
        deviation = ops.broadcast_to(deviation, (group, batch // group, *positions, self.features))
        deviation = ops.reshape(deviation, (batch, *positions, self.features))
        return ops.concatenate([inputs, ops.cast(deviation, inputs.dtype)], axis=-1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape[:-1], known_channels(input_shape) + self.features)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "group_size": self.group_size, "features": self.features}


@keras.saving.register_keras_serializable("kgan")
class LabelEmbedding(keras.layers.Embedding):
    """An embedding of class labels with one more vector for the label -1, which means no class.

    For class-conditional networks. `kgan.GAN(label_dropout=...)` trains the vector of no class.

    Args:
        num_classes: positive, the number of classes.
        output_dim: size of a vector.
        **kwargs: as in `keras.layers.Embedding`.

    Shapes: integer labels `(batch,)` from -1 to `num_classes - 1`, to `(batch, output_dim)`.

    Reference: Ho and Salimans, Classifier-Free Diffusion Guidance, 2022 (the vector of no class).

    Example:
    >>> tuple(LabelEmbedding(num_classes=10, output_dim=4)(keras.ops.array([0, 9, -1])).shape)
    (3, 4)
    """

    def __init__(self, num_classes: int, output_dim: int, **kwargs: Any) -> None:
        super().__init__(num_classes + 1, output_dim, **kwargs)
        self.num_classes = num_classes

    def call(self, labels: Tensor) -> Tensor:
        return super().call(_table_rows(labels, self.num_classes))

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["input_dim"]
        return {**config, "num_classes": self.num_classes}


def _table_rows(labels: Tensor, num_classes: int) -> Tensor:
    """Return the row of each label in a table whose last row belongs to the label -1, no class."""
    labels = ops.cast(labels, "int32")
    return ops.where(labels < 0, num_classes, labels)


@keras.saving.register_keras_serializable("kgan")
class ConditionalBatchNormalization(keras.layers.Layer):
    """Batch normalization whose scale and offset depend on the class.

    For class-conditional generators. The label -1, no class, has a scale and an offset of its own.

    Args:
        num_classes: positive, the number of classes.
        momentum: of the moving statistics. Defaults to 0.9, lower than Keras's 0.99, because GANs are also sampled
            after short runs.

    Shapes: `[(batch, ..., channels), (batch,)]` to `(batch, ..., channels)`.

    References: Dumoulin et al., A Learned Representation for Artistic Style, 2017; Miyato and Koyama, cGANs
    with Projection Discriminator, 2018.

    Example:
    >>> layer = ConditionalBatchNormalization(num_classes=10)
    >>> tuple(layer([keras.ops.ones((2, 4, 4, 3)), keras.ops.array([0, 9])]).shape)
    (2, 4, 4, 3)
    """

    def __init__(self, num_classes: int, momentum: float = 0.9, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.momentum = momentum
        self.normalization = keras.layers.BatchNormalization(
            momentum=momentum, center=False, scale=False, dtype=self.dtype_policy
        )

    def build(self, input_shape: list[Shape]) -> None:
        images, _ = input_shape
        self.normalization.build(images)
        shape = (self.num_classes + 1, images[-1])
        self.gamma = self.add_weight(shape=shape, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=shape, initializer="zeros", name="beta")

    def call(self, inputs: list[Tensor], training: bool = False) -> Tensor:
        images, labels = inputs
        rows = _table_rows(labels, self.num_classes)
        shape = (-1, *(1 for _ in images.shape[1:-1]), images.shape[-1])
        gamma, beta = (ops.reshape(ops.take(table, rows, axis=0), shape) for table in (self.gamma, self.beta))
        return gamma * self.normalization(images, training=training) + beta

    def compute_output_shape(self, input_shape: list[Shape]) -> Shape:
        return input_shape[0]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "num_classes": self.num_classes, "momentum": self.momentum}


def wide_dtype() -> str:
    """Return the dtype for logits and images: float32, or a wider one if the global policy computes in it.

    Example:
    >>> wide_dtype()
    'float32'
    """
    return keras.backend.result_type(keras.config.dtype_policy().compute_dtype, "float32")


def projection_logit(features: Tensor, labels: Tensor | None = None, num_classes: int | None = None) -> Tensor:
    """Return the logit of a projection discriminator from the features of an image and its label.

    Formula: `logit = w . features + b + embedding(label) . features`, in float32 whatever the policy. Without labels
    the last term is left out.

    Args:
        features: symbolic tensor `(batch, channels)`.
        labels: symbolic tensor `(batch,)`, or None.
        num_classes: the number of classes, or None.

    Returns:
        A symbolic tensor `(batch, 1)`.

    Reference: Miyato and Koyama, cGANs with Projection Discriminator, 2018, equation 4.

    Example:
    >>> projection_logit(keras.Input((8,)), keras.Input((), dtype="int32"), num_classes=10).shape
    (None, 1)
    """
    dtype = wide_dtype()
    logit = keras.layers.Dense(1, dtype=dtype)(features)
    if num_classes is None:
        return logit
    embedding = LabelEmbedding(num_classes, features.shape[-1], dtype=dtype)(labels)
    return keras.layers.Add(dtype=dtype)([logit, keras.layers.Dot(axes=1, dtype=dtype)([embedding, features])])
