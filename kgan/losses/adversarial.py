"""Adversarial losses: each class holds both halves of one game.

A loss sees raw logits of any shape, `(batch, 1)` or patches `(batch, height, width, 1)`, and returns one
value for each logit. It knows no network, no optimizer and no trainer; `kgan.GAN` takes the mean.
"""

import keras
from keras import ops

from kgan import _registry


class Loss:
    """Base of the adversarial losses. To write one's own, give both halves.

    Example:
    >>> class Logistic(Loss):
    ...     def discriminator(self, real_logits, fake_logits):
    ...         return ops.softplus(-real_logits) + ops.softplus(fake_logits)
    ...     def generator(self, real_logits, fake_logits):
    ...         return ops.softplus(-fake_logits)
    """

    def discriminator(self, real_logits, fake_logits):
        """Return what the discriminator minimizes, one value for each logit.

        Args:
            real_logits: logits of real images, float tensor of any shape.
            fake_logits: logits of generated images, of the same shape.
        """
        raise NotImplementedError

    def generator(self, real_logits, fake_logits):
        """Return what the generator minimizes, one value for each logit.

        Args:
            real_logits: logits of real images, float tensor of any shape; most losses ignore them.
            fake_logits: logits of generated images, of the same shape.
        """
        raise NotImplementedError

    def get_config(self) -> dict:
        """Return the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict):
        """Make the loss that `get_config` described."""
        return cls(**config)


def _check_smoothing(label_smoothing):
    if not 0 <= label_smoothing < 0.5:
        raise ValueError(f"`label_smoothing` must be in [0, 0.5). Received: label_smoothing={label_smoothing}")
    return label_smoothing


@keras.saving.register_keras_serializable("kgan")
class NonSaturating(Loss):
    """The game that the original paper plays in practice: the generator maximizes log D(G(z)).

    The classic choice, and the faithful one for the classic script. Needs balance between the two
    networks; with R1 it is StyleGAN's loss.

    Discriminator: `-log D(x) - log(1 - D(G(z)))`. Generator: `-log D(G(z))`, D = sigmoid(logit).

    Args:
        label_smoothing: in [0, 0.5), taken off the target 1 of real images only, so that the discriminator is
            never quite sure. Defaults to 0.

    References: Goodfellow et al., Generative Adversarial Networks, 2014, section 3; Salimans et al., Improved
    Techniques for Training GANs, 2016, section 3.4 (one-sided label smoothing).

    Example:
    >>> float(NonSaturating().generator(0.0, 0.0))  # log 2
    0.6931471824645996
    """

    def __init__(self, label_smoothing: float = 0.0):
        self.label_smoothing = _check_smoothing(label_smoothing)

    def discriminator(self, real_logits, fake_logits):
        real = ops.softplus(-real_logits)
        if self.label_smoothing:
            real = real + self.label_smoothing * real_logits  # cross entropy to 1 - s: softplus(x) = softplus(-x) + x
        return real + ops.softplus(fake_logits)

    def generator(self, real_logits, fake_logits):
        return ops.softplus(-fake_logits)

    def get_config(self):
        return {"label_smoothing": self.label_smoothing}


@keras.saving.register_keras_serializable("kgan")
class Minimax(NonSaturating):
    """The original zero-sum game: the generator minimizes log(1 - D(G(z))).

    Of historical interest: while the discriminator wins, its generator hardly receives any gradient.
    Discriminator as in `NonSaturating`.

    Reference: Goodfellow et al., Generative Adversarial Networks, 2014, equation 1.

    Example:
    >>> float(Minimax().generator(0.0, 0.0))  # log 1/2
    -0.6931471824645996
    """

    def generator(self, real_logits, fake_logits):
        return -ops.softplus(fake_logits)


@keras.saving.register_keras_serializable("kgan")
class LeastSquares(Loss):
    """LSGAN: squared distance of the logits to 1 (real) and 0 (fake).

    Gradients do not vanish for confident discriminators; a usual choice for image-to-image networks.

    Discriminator: `(D(x) - 1)^2 / 2 + D(G(z))^2 / 2`. Generator: `(D(G(z)) - 1)^2 / 2`.

    Args:
        label_smoothing: as in `NonSaturating`. Defaults to 0.

    Reference: Mao et al., Least Squares Generative Adversarial Networks, 2017, equation 9.

    Example:
    >>> float(LeastSquares().discriminator(3.0, 1.0))
    2.5
    """

    def __init__(self, label_smoothing: float = 0.0):
        self.label_smoothing = _check_smoothing(label_smoothing)

    def discriminator(self, real_logits, fake_logits):
        return 0.5 * (ops.square(real_logits - (1.0 - self.label_smoothing)) + ops.square(fake_logits))

    def generator(self, real_logits, fake_logits):
        return 0.5 * ops.square(fake_logits - 1.0)

    def get_config(self):
        return {"label_smoothing": self.label_smoothing}


@keras.saving.register_keras_serializable("kgan")
class Wasserstein(Loss):
    """WGAN: the difference of the mean scores of a critic.

    The critic must be Lipschitz: add the penalty `wgan_gp` (or `weight_clipping`, as first published).

    Discriminator: `D(G(z)) - D(x)`. Generator: `-D(G(z))`.

    Reference: Arjovsky et al., Wasserstein GAN, 2017, algorithm 1.

    Example:
    >>> float(Wasserstein().discriminator(2.0, 0.5))
    -1.5
    """

    def discriminator(self, real_logits, fake_logits):
        return fake_logits - real_logits

    def generator(self, real_logits, fake_logits):
        return -fake_logits


@keras.saving.register_keras_serializable("kgan")
class Hinge(Loss):
    """The hinge game of SAGAN and BigGAN: the critic stops caring beyond a margin of 1.

    Usual with spectral normalisation and class-conditional networks.

    Discriminator: `max(0, 1 - D(x)) + max(0, 1 + D(G(z)))`. Generator: `-D(G(z))`.

    Reference: Lim and Ye, Geometric GAN, 2017; Miyato et al., Spectral Normalization for Generative
    Adversarial Networks, 2018.

    Example:
    >>> float(Hinge().discriminator(0.5, -3.0))
    0.5
    """

    def discriminator(self, real_logits, fake_logits):
        return ops.relu(1.0 - real_logits) + ops.relu(1.0 + fake_logits)

    def generator(self, real_logits, fake_logits):
        return -fake_logits


@keras.saving.register_keras_serializable("kgan")
class Relativistic(Loss):
    """RpGAN: is this real image more real than this fake one? The recommended loss, with R1 and R2.

    Each fake is compared with a real image, so dropping a mode costs: the landscape has no
    mode-collapsing bad minima.

    Discriminator: `softplus(D(G(z)) - D(x))`. Generator: `softplus(D(x) - D(G(z)))`.

    Reference: Jolicoeur-Martineau, The relativistic discriminator, 2018; Huang et al., The GAN is dead;
    long live the GAN! A Modern GAN Baseline, 2024, equation 2.

    Example:
    >>> float(Relativistic().generator(1.0, 1.0))  # log 2
    0.6931471824645996
    """

    def discriminator(self, real_logits, fake_logits):
        return ops.softplus(fake_logits - real_logits)

    def generator(self, real_logits, fake_logits):
        return ops.softplus(real_logits - fake_logits)


LOSSES = {
    "minimax": Minimax,
    "non_saturating": NonSaturating,
    "least_squares": LeastSquares,
    "wasserstein": Wasserstein,
    "hinge": Hinge,
    "relativistic": Relativistic,
}


def classification(class_logits, labels):
    """Return the loss of an auxiliary classifier, of which labels -1, no class, are left out.

    Both networks minimize it, of real and of generated images, beside the adversarial loss.

    Args:
        class_logits: `(batch, num_classes)`.
        labels: integers `(batch,)`, from -1.

    Returns:
        A float32 tensor `(batch,)`: -log P(label | image), 0 where there is no class.

    Reference: Odena et al., Conditional Image Synthesis with Auxiliary Classifier GANs, 2017, equation 3.

    Example:
    >>> [round(float(loss), 4) for loss in classification(ops.zeros((2, 4)), ops.array([3, -1]))]
    [1.3863, 0.0]
    """
    labels = ops.cast(labels, "int32")
    entropy = keras.losses.sparse_categorical_crossentropy(
        ops.maximum(labels, 0), ops.cast(class_logits, "float32"), from_logits=True
    )
    return ops.where(labels >= 0, entropy, 0.0)


def get(identifier) -> Loss:
    """Return the loss that `identifier` names.

    Args:
        identifier: one of `"minimax"`, `"non_saturating"`, `"least_squares"`, `"wasserstein"`, `"hinge"`,
            `"relativistic"`; or an object with the two methods of `Loss`, its class or its config.

    Raises:
        ValueError: the name is unknown (the message names the nearest), or the object is no loss.

    Example:
    >>> get("hinge").__class__.__name__
    'Hinge'
    """
    loss = _registry.resolve("loss", identifier, LOSSES)
    if not (hasattr(loss, "discriminator") and hasattr(loss, "generator")):
        raise ValueError(
            "Expected `loss` to be a name or an object with the methods `discriminator(real_logits, fake_logits)` "
            f"and `generator(real_logits, fake_logits)`. Received: {identifier!r}"
        )
    return loss
