"""What is added to the discriminator's loss to keep it from running away.

Gradient penalties all say one thing: how far the norm of the discriminator's input gradient, at some
points, may be from a target. Each names its points, so that the forward pass and the input gradient at
the real and at the fake images are computed once and serve the loss and all penalties together.
"""

import keras
from keras import ops

from kgan import _registry


def _squared_norm(gradient):
    return ops.sum(ops.square(ops.reshape(gradient, (ops.shape(gradient)[0], -1))), axis=1)


def _distance_from_one(gradient):
    # The square root has no derivative at 0, where a dead critic is; the offset is below float32's reach elsewhere.
    return ops.square(ops.sqrt(_squared_norm(gradient) + 1e-12) - 1.0)


class Penalty:
    """Base of the penalties and regularizers of the discriminator.

    A subclass gives `points`, where it wants the discriminator's input gradient: `"real"`, `"fake"`,
    `"own"` (then it has a method `place`) or None, and computes its value when called.

    Args:
        weight: factor of the penalty, non-negative.
        name: the penalty's name in the logs.
    """

    points = None

    def __init__(self, weight: float, name: str):
        if not weight >= 0:
            raise ValueError(f"`weight` of the penalty {name!r} must be non-negative. Received: {weight}")
        self.weight = weight
        self.name = name

    def place(self, real, fake, seed):
        """Return the points, of the shape of `real`, where a penalty of `points = "own"` looks."""
        raise NotImplementedError

    def __call__(self, gradient, real_logits, fake_logits):
        """Return the weighted penalty, one value for each image or logit; `GAN` takes the mean.

        Args:
            gradient: the discriminator's input gradient at the penalty's points, in the shape of the
                images; None if the penalty names no points.
            real_logits: logits of the real images.
            fake_logits: logits of the generated images.
        """
        raise NotImplementedError

    def factor(self, step):
        """Return what the penalty is multiplied by in the update number `step` of the discriminator, from 0."""
        return 1.0

    def constrain(self, variables):
        """Change the discriminator's trainable variables in place, after an update."""

    def get_config(self) -> dict:
        """Return the constructor's arguments."""
        return {"weight": self.weight}

    @classmethod
    def from_config(cls, config: dict):
        """Make the penalty that `get_config` described."""
        return cls(**config)


@keras.saving.register_keras_serializable("kgan")
class R1(Penalty):
    """Zero-centred gradient penalty at the real images: `gamma / 2 * |grad D(x)|^2`.

    The discriminator may not be steep where the data is, which makes training converge locally.

    Args:
        gamma: the paper's gamma, non-negative. 10 in the paper. Defaults to 1.
        final_gamma: to which gamma falls along half a cosine: much at first, so that the generator can follow,
            little in the end, so that the discriminator sees the details. Defaults to None: gamma stays.
        decay_steps: how many updates of the discriminator that takes. Defaults to 5,000.

    References: Mescheder et al., Which Training Methods for GANs do actually Converge?, 2018, equation 9; Huang et
    al., The GAN is dead; long live the GAN! A Modern GAN Baseline, 2024, appendix (a gamma that falls).

    Example:
    >>> gradient = keras.ops.ones((1, 2, 2, 1))
    >>> float(R1(gamma=10.0)(gradient, None, None)[0])  # 10 / 2 * 4
    20.0
    """

    points = "real"

    def __init__(self, gamma: float = 1.0, final_gamma: float | None = None, decay_steps: int = 5000):
        name = type(self).__name__.lower()
        if not gamma >= 0:
            raise ValueError(f"`gamma` of the penalty {name!r} must be non-negative. Received: gamma={gamma}")
        if final_gamma is not None and not 0 <= final_gamma <= gamma:
            raise ValueError(
                f"`final_gamma` of the penalty {name!r} must be from 0 to gamma={gamma}. Received: {final_gamma}"
            )
        if not decay_steps >= 1:
            raise ValueError(f"`decay_steps` of the penalty {name!r} must be positive. Received: {decay_steps}")
        super().__init__(gamma, name)
        self.gamma = gamma
        self.final_gamma = final_gamma
        self.decay_steps = decay_steps

    def factor(self, step):
        if not self.gamma or self.final_gamma is None:
            return 1.0
        return keras.optimizers.schedules.CosineDecay(1.0, self.decay_steps, self.final_gamma / self.gamma)(step)

    def __call__(self, gradient, real_logits, fake_logits):
        return 0.5 * self.gamma * _squared_norm(gradient)

    def get_config(self):
        return {"gamma": self.gamma, "final_gamma": self.final_gamma, "decay_steps": self.decay_steps}


@keras.saving.register_keras_serializable("kgan")
class R2(R1):
    """Zero-centred gradient penalty at the generated images: `gamma / 2 * |grad D(G(z))|^2`.

    With `R1` and the relativistic loss it is the recommended recipe.

    Args:
        gamma, final_gamma, decay_steps: as in `R1`.

    Reference: Mescheder et al., Which Training Methods for GANs do actually Converge?, 2018, equation 10;
    Huang et al., The GAN is dead; long live the GAN! A Modern GAN Baseline, 2024.
    """

    points = "fake"


@keras.saving.register_keras_serializable("kgan")
class WGANGP(Penalty):
    """One-centred gradient penalty between real and generated images: `weight * (|grad D(x^)| - 1)^2`.

    `x^` lies at a uniformly drawn place on the line between a real and a generated image. For the
    Wasserstein loss. The discriminator must not have batch normalisation.

    Args:
        weight: the paper's lambda, non-negative. Defaults to 10.

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, equation 3.

    Example:
    >>> float(WGANGP()(keras.ops.full((1, 3), 3 ** 0.5), None, None)[0])  # 10 * (3 - 1)^2
    40.0
    """

    points = "own"

    def __init__(self, weight: float = 10.0):
        super().__init__(weight, "wgan_gp")

    def place(self, real, fake, seed):
        shape = (ops.shape(real)[0],) + (1,) * (len(real.shape) - 1)
        return fake + keras.random.uniform(shape, seed=seed, dtype=real.dtype) * (real - fake)

    def __call__(self, gradient, real_logits, fake_logits):
        return self.weight * _distance_from_one(gradient)


@keras.saving.register_keras_serializable("kgan")
class DRAGAN(Penalty):
    """One-centred gradient penalty around the real images: `weight * (|grad D(x + noise)| - 1)^2`.

    The noise is uniform with the spread of the batch: `noise = 0.5 * std(x) * u`, u in [0, 1). For the
    non-saturating loss; needs no generated images.

    Args:
        weight: the paper's lambda, non-negative. Defaults to 10.

    Reference: Kodali et al., On Convergence and Stability of GANs, 2017; the noise is the one of the
    implementation published with it.
    """

    points = "own"

    def __init__(self, weight: float = 10.0):
        super().__init__(weight, "dragan")

    def place(self, real, fake, seed):
        return real + 0.5 * ops.std(real) * keras.random.uniform(ops.shape(real), seed=seed, dtype=real.dtype)

    def __call__(self, gradient, real_logits, fake_logits):
        return self.weight * _distance_from_one(gradient)


@keras.saving.register_keras_serializable("kgan")
class LeCam(keras.layers.Layer, Penalty):
    """Keeps the logits near the running mean of the other side; for little data.

    `weight * ((D(x) - a_fake)^2 + (D(G(z)) - a_real)^2)`, with `a` the exponential moving averages of the
    mean logits. A layer only because its two averages are state that must be saved.

    Args:
        weight: factor, non-negative. The paper uses 0.001 to 0.5 by loss and data. Defaults to 0.1.
        decay: of the moving averages, in [0, 1). Defaults to 0.99.

    Reference: Tseng et al., Regularizing Generative Adversarial Networks under Limited Data, 2021, equation 3.

    Example:
    >>> penalty = LeCam(weight=1.0)  # both averages start at 0
    >>> float(penalty.distance(2.0, -1.0))
    5.0
    """

    def __init__(self, weight: float = 0.1, decay: float = 0.99):
        keras.layers.Layer.__init__(self, name="lecam", dtype="float32")
        Penalty.__init__(self, weight, "lecam")
        if not 0 <= decay < 1:
            raise ValueError(f"`decay` of the penalty 'lecam' must be in [0, 1). Received: decay={decay}")
        self.decay = decay
        self.real_average = self.add_weight(shape=(), initializer="zeros", trainable=False, name="real_average")
        self.fake_average = self.add_weight(shape=(), initializer="zeros", trainable=False, name="fake_average")
        self.built = True

    def distance(self, real_logits, fake_logits):
        """Return the penalty with the averages as they are, one value for each logit."""
        real, fake = (
            ops.cast(average, ops.dtype(ops.convert_to_tensor(real_logits)))
            for average in (self.real_average, self.fake_average)
        )
        return self.weight * (ops.square(real_logits - fake) + ops.square(fake_logits - real))

    def __call__(self, gradient, real_logits, fake_logits):
        for average, logits in ((self.real_average, real_logits), (self.fake_average, fake_logits)):
            step = ops.cast(ops.mean(ops.stop_gradient(logits)), "float32") - average
            # A logit that is not finite must not stay in the average for ever: the update is skipped, so is this.
            average.assign_add((1.0 - self.decay) * ops.where(ops.isfinite(step), step, 0.0))
        return self.distance(real_logits, fake_logits)

    def get_config(self):
        return {"weight": self.weight, "decay": self.decay}


@keras.saving.register_keras_serializable("kgan")
class WeightClipping(Penalty):
    """Clips every trainable variable of the discriminator to [-limit, limit] after each of its updates.

    The Lipschitz constraint of the first Wasserstein GAN, there with `RMSprop(5e-5)` and
    `discriminator_steps=5`. Adds nothing to the loss.

    Args:
        limit: positive. Defaults to 0.01.

    Reference: Arjovsky et al., Wasserstein GAN, 2017, algorithm 1.
    """

    def __init__(self, limit: float = 0.01):
        if not limit > 0:
            raise ValueError(f"`limit` of the penalty 'weight_clipping' must be positive. Received: limit={limit}")
        super().__init__(0.0, "weight_clipping")
        self.limit = limit

    def __call__(self, gradient, real_logits, fake_logits):
        return ops.zeros_like(real_logits)

    def constrain(self, variables):
        for variable in variables:
            variable.assign(ops.clip(variable, -self.limit, self.limit))

    def get_config(self):
        return {"limit": self.limit}


def recommended() -> list:
    """Return the penalties of the recommended recipe: R1 and R2 with a gamma that falls from 5 to 0.1.

    Example:
    >>> [penalty.name for penalty in recommended()]
    ['r1', 'r2']
    """
    return [R1(5.0, final_gamma=0.1), R2(5.0, final_gamma=0.1)]


PENALTIES = {
    "r1": R1,
    "r2": R2,
    "wgan_gp": WGANGP,
    "dragan": DRAGAN,
    "lecam": LeCam,
    "weight_clipping": WeightClipping,
}


def get(identifier) -> Penalty:
    """Return the penalty that `identifier` names.

    Args:
        identifier: one of `"r1"`, `"r2"`, `"wgan_gp"`, `"dragan"`, `"lecam"`, `"weight_clipping"`; or a
            `Penalty`, its class or its config.

    Raises:
        ValueError: the name is unknown (the message names the nearest), or the object is no penalty.

    Example:
    >>> get("r1").gamma
    1.0
    """
    penalty = _registry.resolve("penalty", identifier, PENALTIES)
    if not isinstance(penalty, Penalty):
        raise ValueError(
            f"Expected a penalty: a name ({', '.join(map(repr, PENALTIES))}) or a `kgan.penalties.Penalty`. "
            f"Received: {identifier!r}"
        )
    return penalty
