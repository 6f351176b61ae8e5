"""Layers that GAN networks need and Keras lacks, or has in another form."""

import keras
from keras import ops

from kgan.backend import keras_internals


@keras.saving.register_keras_serializable("kgan")
class SpectralNormalization(keras.layers.Wrapper):
    """Divides the kernel of a layer by its largest singular value, as a reparametrisation.

    For discriminators, usually with the hinge loss. The wrapped layer keeps its raw kernel W and computes
    with `W / sigma`, where `sigma = v^T W u` comes from power iteration with u and v held constant, so the
    gradient has the term that comes from sigma. (Keras's own layer of this name overwrites the stored
    kernel instead: a projection, another algorithm.)

    Args:
        layer: a layer with a `kernel` (Dense, Conv, Conv transpose) or `embeddings` (Embedding).
        power_iterations: how many each training call makes, positive. Defaults to 1.

    Shapes: those of the wrapped layer.

    Raises:
        ValueError: `power_iterations` is not positive, or the layer has no kernel.

    Reference: Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018, algorithm 1.

    Example:
    >>> layer = SpectralNormalization(keras.layers.Dense(3))
    >>> tuple(layer(keras.ops.ones((2, 5))).shape)
    (2, 3)
    """

    def __init__(self, layer, power_iterations: int = 1, **kwargs):
        super().__init__(layer, **kwargs)
        if power_iterations < 1:
            raise ValueError(f"`power_iterations` must be positive. Received: power_iterations={power_iterations}")
        self.power_iterations = power_iterations

    def build(self, input_shape=None):
        super().build(input_shape)
        self.u = self.add_weight(
            shape=(1, self._raw().shape[-1]), initializer="random_normal", trainable=False, name="u"
        )

    def call(self, inputs, training=False):
        normalized = self._normalized(training)
        # Inside this scope Keras reads the given value in place of the variable, which itself stays as it is.
        with keras.StatelessScope(state_mapping=[(self._raw(), normalized)]):
            return self.layer(inputs)

    def _raw(self):
        return keras_internals.weight_matrix(self.layer)

    def _normalized(self, training):
        kernel = self._raw().value
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

    def get_config(self):
        return {**super().get_config(), "power_iterations": self.power_iterations}


@keras.saving.register_keras_serializable("kgan")
class MinibatchStdDev(keras.layers.Layer):
    """Adds the standard deviation over a group of images as features, so that a lack of variety shows.

    For the end of a discriminator. The deviation of each feature over the group is averaged over places and
    features to one number (or `features` numbers), which every image of the group gets at every place.

    Args:
        group_size: images a group, at least 2; None takes the whole batch, as does a batch that
            `group_size` does not divide. Defaults to 4.
        features: how many numbers, a divisor of the channels. Defaults to 1.

    Shapes: `(batch, ..., channels)` to `(batch, ..., channels + features)`.

    Reference: Karras et al., Progressive Growing of GANs for Improved Quality, Stability, and Variation,
    2018, section 3.

    Example:
    >>> x = keras.ops.convert_to_tensor([[1.0], [3.0]])
    >>> MinibatchStdDev()(x)[:, 1].numpy().round(4).tolist()
    [1.0, 1.0]
    """

    def __init__(self, group_size: int | None = 4, features: int = 1, **kwargs):
        super().__init__(**kwargs)
        if group_size is not None and group_size < 2:
            raise ValueError(f"`group_size` must be at least 2, or None. Received: group_size={group_size}")
        if features < 1:
            raise ValueError(f"`features` must be positive. Received: features={features}")
        self.group_size = group_size
        self.features = features

    def build(self, input_shape):
        if input_shape[-1] % self.features:
            raise ValueError(f"`features` must divide the {input_shape[-1]} channels. Received: {self.features}")

    def call(self, inputs):
        shape = ops.shape(inputs)
        batch, places = shape[0], shape[1:-1]
        group = batch
        if self.group_size is not None:
            group = ops.where(batch % self.group_size == 0, self.group_size, batch)
        grouped = ops.reshape(inputs, (group, -1, *places, self.features, shape[-1] // self.features))
        # Half precision has no room for the squares.
        deviation = ops.sqrt(ops.var(ops.cast(grouped, "float32"), axis=0) + 1e-8)
        axes = (*range(1, 1 + len(places)), -1)
        deviation = ops.mean(deviation, axis=axes)  # (groups, features)
        deviation = ops.reshape(deviation, (1, -1, *(1 for _ in places), self.features))
        deviation = ops.broadcast_to(deviation, (group, batch // group, *places, self.features))
        deviation = ops.reshape(deviation, (batch, *places, self.features))
        return ops.concatenate([inputs, ops.cast(deviation, inputs.dtype)], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + self.features)

    def get_config(self):
        return {**super().get_config(), "group_size": self.group_size, "features": self.features}


@keras.saving.register_keras_serializable("kgan")
class LabelEmbedding(keras.layers.Embedding):
    """Keras's Embedding of classes, with a vector more for no class, label -1.

    For class-conditional networks; with the vector of no class `kgan.GAN(label_dropout=...)` trains them to do without.

    Args:
        num_classes: positive.
        output_dim: size of a vector.
        **kwargs: as in `keras.layers.Embedding`.

    Shapes: int labels `(batch,)` from -1 to `num_classes - 1`, to `(batch, output_dim)`.

    Reference: Ho and Salimans, Classifier-Free Diffusion Guidance, 2022 (the vector of no class).

    Example:
    >>> tuple(LabelEmbedding(num_classes=10, output_dim=4)(keras.ops.array([0, 9, -1])).shape)
    (3, 4)
    """

    def __init__(self, num_classes: int, output_dim: int, **kwargs):
        super().__init__(num_classes + 1, output_dim, **kwargs)
        self.num_classes = num_classes

    def call(self, labels):
        return super().call(_rows(labels, self.num_classes))

    def get_config(self):
        config = super().get_config()
        del config["input_dim"]
        return {**config, "num_classes": self.num_classes}


def _rows(labels, num_classes):
    """Return the rows of tables in which that of no class, label -1, comes last."""
    labels = ops.cast(labels, "int32")
    return ops.where(labels < 0, num_classes, labels)


@keras.saving.register_keras_serializable("kgan")
class ConditionalBatchNormalization(keras.layers.Layer):
    """Batch normalisation whose scale and shift depend on the class; label -1, no class, has its own.

    For class-conditional generators.

    Args:
        num_classes: positive.
        momentum: of the running statistics. Defaults to 0.9, since GANs are sampled after short runs too.

    Shapes: `[(batch, ..., channels), (batch,)]` to `(batch, ..., channels)`.

    Reference: Dumoulin et al., A Learned Representation for Artistic Style, 2017; Miyato and Koyama, cGANs
    with Projection Discriminator, 2018.

    Example:
    >>> layer = ConditionalBatchNormalization(num_classes=10)
    >>> tuple(layer([keras.ops.ones((2, 4, 4, 3)), keras.ops.array([0, 9])]).shape)
    (2, 4, 4, 3)
    """

    def __init__(self, num_classes: int, momentum: float = 0.9, **kwargs):
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.momentum = momentum
        self.normalization = keras.layers.BatchNormalization(
            momentum=momentum, center=False, scale=False, dtype=self.dtype_policy
        )

    def build(self, input_shape):
        images, _ = input_shape
        self.normalization.build(images)
        shape = (self.num_classes + 1, images[-1])
        self.gamma = self.add_weight(shape=shape, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=shape, initializer="zeros", name="beta")

    def call(self, inputs, training=False):
        images, labels = inputs
        rows = _rows(labels, self.num_classes)
        shape = (-1, *(1 for _ in images.shape[1:-1]), images.shape[-1])
        gamma, beta = (ops.reshape(ops.take(table, rows, axis=0), shape) for table in (self.gamma, self.beta))
        return gamma * self.normalization(images, training=training) + beta

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "num_classes": self.num_classes, "momentum": self.momentum}


def wide_dtype() -> str:
    """Return the precision for logits and images: float32, or wider if the global policy computes in it."""
    return keras.backend.result_type(keras.config.dtype_policy().compute_dtype, "float32")


def projection_logit(features, labels=None, num_classes: int | None = None):
    """Return the logit of an image from its features; with labels, of the image as one of its class.

    `logit = w . features + b + embedding(label) . features`, in float32 whatever the policy.

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
