"""Adversarial losses: each class holds the loss of the discriminator and the loss of the generator.

A loss receives raw logits of any shape, `(batch, 1)` or patches `(batch, height, width, 1)`, and returns one
value for each logit. It knows no network, no optimizer and no trainer; `kgan.GAN` takes the mean.
"""

from typing import Any

import keras
from keras import ops

from kgan import _registry
from kgan._typing import Tensor


class Loss:
    """Base class of the adversarial losses. A custom loss implements both methods.

    Example:
    >>> class Logistic(Loss):
    ...     def discriminator(self, real_logits, fake_logits):
    ...         return ops.softplus(-real_logits) + ops.softplus(fake_logits)
    ...     def generator(self, real_logits, fake_logits):
    ...         return ops.softplus(-fake_logits)
    """

    def discriminator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Return what the discriminator minimizes, one value for each logit.

        Args:
            real_logits: logits of real images, float tensor of any shape.
            fake_logits: logits of generated images, of the same shape.
        """
        raise NotImplementedError

    def generator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Return what the generator minimizes, one value for each logit.

        Args:
            real_logits: logits of real images, float tensor of any shape. Most losses ignore them.
            fake_logits: logits of generated images, of the same shape.
        """
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Loss":
        """Create a loss from the result of `get_config`."""
        return cls(**config)


def _check_smoothing(label_smoothing: float) -> float:
    if not 0 <= label_smoothing < 0.5:
        raise ValueError(f"`label_smoothing` must be in [0, 0.5). Received: label_smoothing={label_smoothing}")
    return label_smoothing


@keras.saving.register_keras_serializable("kgan")
class NonSaturating(Loss):
    """The non-saturating loss of the original paper: the generator maximizes log D(G(z)).

    The classic choice. It needs two networks of balanced strength; together with R1 it is the loss of StyleGAN.

    Discriminator: `-log D(x) - log(1 - D(G(z)))`. Generator: `-log D(G(z))`, with D = sigmoid(logit).

    Args:
        label_smoothing: in [0, 0.5). It is subtracted from the target 1 of real images only, which keeps the
            discriminator from becoming overconfident. Defaults to 0.

    Raises:
        ValueError: `label_smoothing` is out of range.

    References: Goodfellow et al., Generative Adversarial Networks, 2014, section 3; Salimans et al., Improved
    Techniques for Training GANs, 2016, section 3.4 (one-sided label smoothing).

    Example:
    >>> float(NonSaturating().generator(0.0, 0.0))  # log 2
    0.6931471824645996
    """

    def __init__(self, label_smoothing: float = 0.0) -> None:
        self.label_smoothing = _check_smoothing(label_smoothing)

    def discriminator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        real = ops.softplus(-real_logits)
        if self.label_smoothing:
            # The cross entropy to the target 1 - s, because softplus(x) = softplus(-x) + x.
            real = real + self.label_smoothing * real_logits
        return real + ops.softplus(fake_logits)

    def generator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return ops.softplus(-fake_logits)

    def get_config(self) -> dict[str, Any]:
        return {"label_smoothing": self.label_smoothing}


@keras.saving.register_keras_serializable("kgan")
class Minimax(NonSaturating):
    """The original zero-sum loss: the generator minimizes log(1 - D(G(z))).

    Of historical interest. The gradient of the generator vanishes when the discriminator wins.

    Discriminator: as in `NonSaturating`. Generator: `log(1 - D(G(z)))`.

    Args:
        label_smoothing: as in `NonSaturating`. Defaults to 0.

    Raises:
        ValueError: `label_smoothing` is out of range.

    Reference: Goodfellow et al., Generative Adversarial Networks, 2014, equation 1.

    Example:
    >>> float(Minimax().generator(0.0, 0.0))  # log 1/2
    -0.6931471824645996
    """

    def generator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return -ops.softplus(fake_logits)


@keras.saving.register_keras_serializable("kgan")
class LeastSquares(Loss):
    """The LSGAN loss: squared distance of the logits to 1 (real) and 0 (fake).

    Gradients do not vanish when the discriminator is confident. A common choice for image-to-image networks.

    Discriminator: `(D(x) - 1)^2 / 2 + D(G(z))^2 / 2`. Generator: `(D(G(z)) - 1)^2 / 2`.

    Args:
        label_smoothing: as in `NonSaturating`. Defaults to 0.

    Raises:
        ValueError: `label_smoothing` is out of range.

    Reference: Mao et al., Least Squares Generative Adversarial Networks, 2017, equation 9.

    Example:
    >>> float(LeastSquares().discriminator(3.0, 1.0))
    2.5
    """

    def __init__(self, label_smoothing: float = 0.0) -> None:
        self.label_smoothing = _check_smoothing(label_smoothing)

    def discriminator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return 0.5 * (ops.square(real_logits - (1.0 - self.label_smoothing)) + ops.square(fake_logits))

    def generator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return 0.5 * ops.square(fake_logits - 1.0)

    def get_config(self) -> dict[str, Any]:
        return {"label_smoothing": self.label_smoothing}


@keras.saving.register_keras_serializable("kgan")
class Wasserstein(Loss):
    """The WGAN loss: the difference of the mean scores of a critic.

    The critic must be Lipschitz: add the penalty `wgan_gp` (or `weight_clipping`, as first published).

    Discriminator: `D(G(z)) - D(x)`. Generator: `-D(G(z))`.

    Reference: Arjovsky et al., Wasserstein GAN, 2017, algorithm 1.

    Example:
    >>> float(Wasserstein().discriminator(2.0, 0.5))
    -1.5
    """

    def discriminator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return fake_logits - real_logits

    def generator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return -fake_logits


@keras.saving.register_keras_serializable("kgan")
class Hinge(Loss):
    """The hinge loss of SAGAN and BigGAN: logits beyond a margin of 1 give the discriminator no gradient.

    Commonly used with spectral normalization and class-conditional networks.

    Discriminator: `max(0, 1 - D(x)) + max(0, 1 + D(G(z)))`. Generator: `-D(G(z))`.

    References: Lim and Ye, Geometric GAN, 2017; Miyato et al., Spectral Normalization for Generative
    Adversarial Networks, 2018.

    Example:
    >>> float(Hinge().discriminator(0.5, -3.0))
    0.5
    """

    def discriminator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return ops.relu(1.0 - real_logits) + ops.relu(1.0 + fake_logits)

    def generator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return -fake_logits


@keras.saving.register_keras_serializable("kgan")
class Relativistic(Loss):
    """The relativistic pairing loss (RpGAN): compares each fake image with a real one.

    The recommended loss, with the penalties R1 and R2. Because every fake is compared with a real image, dropping
    a mode has a cost: the loss landscape has no mode-collapsing bad minima.

    Discriminator: `softplus(D(G(z)) - D(x))`. Generator: `softplus(D(x) - D(G(z)))`.

    References: Jolicoeur-Martineau, The relativistic discriminator, 2018; Huang et al., The GAN is dead;
    long live the GAN! A Modern GAN Baseline, 2024, equation 2.

    Example:
    >>> float(Relativistic().generator(1.0, 1.0))  # log 2
    0.6931471824645996
    """

    def discriminator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return ops.softplus(fake_logits - real_logits)

    def generator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return ops.softplus(real_logits - fake_logits)


LOSSES: dict[str, type[Loss]] = {
    "minimax": Minimax,
    "non_saturating": NonSaturating,
    "least_squares": LeastSquares,
    "wasserstein": Wasserstein,
    "hinge": Hinge,
    "relativistic": Relativistic,
}
"""The adversarial losses by name."""


def classification(class_logits: Tensor, labels: Tensor) -> Tensor:
    """Return the loss of an auxiliary classifier, which ignores the label -1 (no class).

    Both networks minimize it, on real and on generated images, in addition to the adversarial loss.

    Formula: `-log P(label | image)`.

    Args:
        class_logits: float tensor `(batch, num_classes)`.
        labels: integer tensor `(batch,)`, from -1.

    Returns:
        A float32 tensor `(batch,)`, 0 where the label is -1.

    Reference: Odena et al., Conditional Image Synthesis with Auxiliary Classifier GANs, 2017, equation 3.

    Example:
    >>> [round(float(loss), 4) for loss in classification(ops.zeros((2, 4)), ops.array([3, -1]))]
    [1.3863, 0.0]
    """
    labels = ops.cast(labels, "int32")
    cross_entropy = keras.losses.sparse_categorical_crossentropy(
        ops.maximum(labels, 0), ops.cast(class_logits, "float32"), from_logits=True
    )
    return ops.where(labels >= 0, cross_entropy, 0.0)


def get(identifier: str | dict[str, Any] | type[Loss] | Loss) -> Loss:
    """Return the adversarial loss that `identifier` names.

    Args:
        identifier: one of `"minimax"`, `"non_saturating"`, `"least_squares"`, `"wasserstein"`, `"hinge"`,
            `"relativistic"`; or an object with the two methods of `Loss`, its class or its config.

    Returns:
        A `Loss`, or the given object that has its two methods.

    Raises:
        ValueError: the name is unknown (the message lists the nearest), the object lacks one of the methods, or it is
            a loss of Keras (the message names the one of kgan).

    Example:
    >>> get("hinge").__class__.__name__
    'Hinge'
    """
    advice = _keras_advice(identifier)
    if advice is not None:
        raise ValueError(f"Expected a loss of kgan. Received: loss={identifier!r}. {advice}")
    loss = _registry.resolve("loss", identifier, LOSSES)
    if not (hasattr(loss, "discriminator") and hasattr(loss, "generator")):
        raise ValueError(
            "Expected `loss` to be a name or an object with the methods `discriminator(real_logits, fake_logits)` "
            f"and `generator(real_logits, fake_logits)`. Received: {identifier!r}"
        )
    return loss


KERAS_LOSSES = {
    "bce": "non_saturating",
    "binarycrossentropy": "non_saturating",
    "categoricalcrossentropy": "non_saturating",
    "sparsecategoricalcrossentropy": "non_saturating",
    "meansquarederror": "least_squares",
    "mse": "least_squares",
    "squaredhinge": "hinge",
}
"""Keras's losses, and the one of kgan that does with logits what they do with a discriminator's outputs."""


def _keras_advice(identifier: Any) -> str | None:
    """Return what to write for a loss of Keras; None if it is not one."""
    name = identifier if isinstance(identifier, str) else getattr(identifier, "__name__", type(identifier).__name__)
    own = KERAS_LOSSES.get(name.replace("_", "").lower())
    kind = identifier if isinstance(identifier, type) else type(identifier)
    is_keras = issubclass(kind, keras.losses.Loss) or str(getattr(identifier, "__module__", "")).startswith("keras.")
    if own is None and not is_keras:
        return None
    return (
        "Losses of kgan take the logits of real and of generated images together, and make the targets 1 and 0 "
        f'themselves. What Keras\'s examples write with {name} is loss="{own or "non_saturating"}".'
    )
