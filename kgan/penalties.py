"""Penalties and constraints of the discriminator, of three kinds.

- A `GradientPenalty` is a function of the discriminator's input gradient at some points: R1, R2, WGAN-GP, DRAGAN.
- A `LogitPenalty` is a function of the logits: LeCam.
- A `Constraint` changes the discriminator's weights after an update: weight clipping.
"""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from kgan import _registry
from kgan._checks import check_non_negative
from kgan._typing import Tensor


class Penalty:
    """Base of the three kinds of penalty. Derive from `GradientPenalty`, `LogitPenalty` or `Constraint`.

    Args:
        name: the name in the logs.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def factor(self, step: Tensor) -> Tensor | float:
        """Return what the penalty is multiplied by in update number `step` of the discriminator, from 0."""
        return 1.0

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Penalty":
        """Return the penalty that `get_config` described."""
        return cls(**config)


class WeightedPenalty(Penalty):
    """Base of the penalties that are added to the discriminator's loss.

    Args:
        weight: factor of the penalty, non-negative.
        name: the name in the logs.
    """

    def __init__(self, weight: float, name: str) -> None:
        super().__init__(name)
        check_non_negative(weight=weight)
        self.weight = weight

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"weight": self.weight}


class GradientPenalty(WeightedPenalty):
    """Base of the penalties on the norm of the discriminator's input gradient.

    A subclass sets `points`, where the gradient is taken: `"real"`, `"fake"`, or another name, and then it overrides
    `draw_points`. Penalties at the same points share one forward pass and one input gradient.
    """

    points = "real"

    def draw_points(self, real: Tensor, fake: Tensor, seed: Any) -> Tensor:
        """Return the points where the gradient is taken, in the shape of `real`.

        Args:
            real: images of the data.
            fake: generated images.
            seed: a `keras.random.SeedGenerator`.
        """
        raise NotImplementedError(f"{type(self).__name__} takes the gradient at the {self.points} images.")

    def __call__(self, gradient: Tensor) -> Tensor:
        """Return the weighted penalty `(batch,)` of the input gradient `(batch, ...)`."""
        raise NotImplementedError


class LogitPenalty(WeightedPenalty):
    """Base of the penalties on the discriminator's logits."""

    def __call__(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Return the weighted penalty, one value for each logit."""
        raise NotImplementedError


class Constraint(Penalty):
    """Base of the constraints on the discriminator's weights."""

    def apply(self, variables: Sequence[keras.Variable]) -> None:
        """Change the discriminator's trainable variables in place, after an update."""
        raise NotImplementedError


def _squared_norm(gradient: Tensor) -> Tensor:
    return ops.sum(ops.square(ops.reshape(gradient, (ops.shape(gradient)[0], -1))), axis=1)


def _squared_distance_from_one(gradient: Tensor) -> Tensor:
    # The square root has no derivative at 0, where the gradient of a dead critic is. The offset is below float32's
    # resolution elsewhere.
    return ops.square(ops.sqrt(_squared_norm(gradient) + 1e-12) - 1.0)


class ZeroCenteredPenalty(GradientPenalty):
    """Base of R1 and R2, which describe the arguments: `gamma / 2 * |grad D|^2`, with a constant or decaying gamma."""

    def __init__(self, gamma: float, final_gamma: float | None, decay_steps: int, name: str) -> None:
        check_non_negative(gamma=gamma)
        if final_gamma is not None and not 0 <= final_gamma <= gamma:
            raise ValueError(f"`final_gamma` must be in [0, gamma={gamma}]. Received: final_gamma={final_gamma}")
        if not decay_steps >= 1:
            raise ValueError(f"`decay_steps` must be positive. Received: decay_steps={decay_steps}")
        super().__init__(gamma, name)
        self.gamma = gamma
        self.final_gamma = final_gamma
        self.decay_steps = decay_steps

    def factor(self, step: Tensor) -> Tensor | float:
        """Return gamma at update number `step` as a share of the first gamma."""
        if not self.gamma or self.final_gamma is None:
            return 1.0
        return keras.optimizers.schedules.CosineDecay(1.0, self.decay_steps, self.final_gamma / self.gamma)(step)

    def __call__(self, gradient: Tensor) -> Tensor:
        """Return `gamma / 2 * |gradient|^2`, `(batch,)`."""
        return 0.5 * self.gamma * _squared_norm(gradient)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"gamma": self.gamma, "final_gamma": self.final_gamma, "decay_steps": self.decay_steps}


class OneCenteredPenalty(GradientPenalty):
    """Base of WGAN-GP and DRAGAN: `weight * (|grad D| - 1)^2` at points that it draws itself."""

    def __call__(self, gradient: Tensor) -> Tensor:
        """Return `weight * (|gradient| - 1)^2`, `(batch,)`."""
        return self.weight * _squared_distance_from_one(gradient)


@keras.saving.register_keras_serializable("kgan")
class R1(ZeroCenteredPenalty):
    """Zero-centered gradient penalty at the real images: `gamma / 2 * |grad D(x)|^2`.

    It keeps the discriminator flat around the data, which makes training converge locally.

    Args:
        gamma: the paper's gamma, non-negative. 10 in the paper. Defaults to 1.
        final_gamma: gamma decays to it along half a cosine: a large gamma at the start, so that the generator can
            follow, and a small one at the end, so that the discriminator sees details. Defaults to None: gamma is
            constant.
        decay_steps: number of discriminator updates of the decay. Defaults to 5,000.

    Raises:
        ValueError: `gamma` is negative, `final_gamma` is not in [0, gamma], or `decay_steps` is not positive.

    References: Mescheder et al., Which Training Methods for GANs do actually Converge?, 2018, equation 9; Huang et
    al., The GAN is dead; long live the GAN! A Modern GAN Baseline, 2024, appendix (a decaying gamma).

    Example:
    >>> gradient = keras.ops.ones((1, 2, 2, 1))
    >>> float(R1(gamma=10.0)(gradient)[0])  # 10 / 2 * 4
    20.0
    """

    points = "real"

    def __init__(self, gamma: float = 1.0, final_gamma: float | None = None, decay_steps: int = 5000) -> None:
        super().__init__(gamma, final_gamma, decay_steps, "r1")


@keras.saving.register_keras_serializable("kgan")
class R2(ZeroCenteredPenalty):
    """Zero-centered gradient penalty at the generated images: `gamma / 2 * |grad D(G(z))|^2`.

    With `R1` and the relativistic loss it is the recommended recipe.

    Args:
        gamma: the paper's gamma, non-negative. Defaults to 1.
        final_gamma: gamma decays to it along half a cosine. Defaults to None: gamma is constant.
        decay_steps: number of discriminator updates of the decay. Defaults to 5,000.

    Raises:
        ValueError: as in `R1`.

    References: Mescheder et al., Which Training Methods for GANs do actually Converge?, 2018, equation 10;
    Huang et al., The GAN is dead; long live the GAN! A Modern GAN Baseline, 2024.

    Example:
    >>> R2(gamma=5.0, final_gamma=0.1).points
    'fake'
    """

    points = "fake"

    def __init__(self, gamma: float = 1.0, final_gamma: float | None = None, decay_steps: int = 5000) -> None:
        super().__init__(gamma, final_gamma, decay_steps, "r2")


@keras.saving.register_keras_serializable("kgan")
class WGANGP(OneCenteredPenalty):
    """One-centered gradient penalty between real and generated images: `weight * (|grad D(x^)| - 1)^2`.

    `x^` lies at a uniformly drawn point of the line between a real and a generated image. For the Wasserstein loss.
    The discriminator must not have batch normalization.

    Args:
        weight: the paper's lambda, non-negative. Defaults to 10.

    Raises:
        ValueError: `weight` is negative.

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, equation 3.

    Example:
    >>> float(WGANGP()(keras.ops.full((1, 3), 3 ** 0.5))[0])  # 10 * (3 - 1)^2
    40.0
    """

    points = "interpolated"

    def __init__(self, weight: float = 10.0) -> None:
        super().__init__(weight, "wgan_gp")

    def draw_points(self, real: Tensor, fake: Tensor, seed: Any) -> Tensor:
        """Return a random point on the line from each generated to each real image."""
        shape = (ops.shape(real)[0],) + (1,) * (len(real.shape) - 1)
        return fake + keras.random.uniform(shape, seed=seed, dtype=real.dtype) * (real - fake)


@keras.saving.register_keras_serializable("kgan")
class DRAGAN(OneCenteredPenalty):
    """One-centered gradient penalty around the real images: `weight * (|grad D(x + noise)| - 1)^2`.

    The noise is uniform and as wide as the batch: `noise = 0.5 * std(x) * u`, u in [0, 1). For the non-saturating
    loss. It does not use the generated images.

    Args:
        weight: the paper's lambda, non-negative. Defaults to 10.

    Raises:
        ValueError: `weight` is negative.

    Reference: Kodali et al., On Convergence and Stability of GANs, 2017; the noise is that of the implementation
    published with it.

    Example:
    >>> DRAGAN(weight=5.0).get_config()
    {'weight': 5.0}
    """

    points = "perturbed"

    def __init__(self, weight: float = 10.0) -> None:
        super().__init__(weight, "dragan")

    def draw_points(self, real: Tensor, fake: Tensor, seed: Any) -> Tensor:
        """Return the real images with noise."""
        return real + 0.5 * ops.std(real) * keras.random.uniform(ops.shape(real), seed=seed, dtype=real.dtype)


@keras.saving.register_keras_serializable("kgan")
class LeCam(keras.layers.Layer, LogitPenalty):
    """Keeps the logits near the moving average of the logits of the other side; for small data sets.

    `weight * ((D(x) - a_fake)^2 + (D(G(z)) - a_real)^2)`, with the exponential moving averages `a` of the mean logits.
    It is a Keras layer because its two averages are state that must be saved.

    Args:
        weight: factor, non-negative. The paper uses 0.001 to 0.5, depending on loss and data. Defaults to 0.1.
        decay: decay of the moving averages, in [0, 1). Defaults to 0.99.

    Raises:
        ValueError: `weight` is negative, or `decay` is not in [0, 1).

    Reference: Tseng et al., Regularizing Generative Adversarial Networks under Limited Data, 2021, equation 3.

    Example:
    >>> penalty = LeCam(weight=1.0)  # both averages start at 0
    >>> float(penalty.distance(2.0, -1.0))
    5.0
    """

    def __init__(self, weight: float = 0.1, decay: float = 0.99) -> None:
        keras.layers.Layer.__init__(self, name="lecam", dtype="float32")
        LogitPenalty.__init__(self, weight, "lecam")
        if not 0 <= decay < 1:
            raise ValueError(f"`decay` must be in [0, 1). Received: decay={decay}")
        self.decay = decay
        self.real_average = self.add_weight(shape=(), initializer="zeros", trainable=False, name="real_average")
        self.fake_average = self.add_weight(shape=(), initializer="zeros", trainable=False, name="fake_average")
        self.built = True

    def distance(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Return the penalty with the present averages, one value for each logit."""
        real, fake = (
            ops.cast(average, ops.dtype(ops.convert_to_tensor(real_logits)))
            for average in (self.real_average, self.fake_average)
        )
        return self.weight * (ops.square(real_logits - fake) + ops.square(fake_logits - real))

    def __call__(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Update the averages and return the penalty, one value for each logit."""
        for average, logits in ((self.real_average, real_logits), (self.fake_average, fake_logits)):
            step = ops.cast(ops.mean(ops.stop_gradient(logits)), "float32") - average
            # The update of a step that is not finite is skipped, so its logits must not enter the average.
            average.assign_add((1.0 - self.decay) * ops.where(ops.isfinite(step), step, 0.0))
        return self.distance(real_logits, fake_logits)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"weight": self.weight, "decay": self.decay}


@keras.saving.register_keras_serializable("kgan")
class WeightClipping(Constraint):
    """Clips every trainable variable of the discriminator to [-limit, limit] after each of its updates.

    The Lipschitz constraint of the first Wasserstein GAN, used there with `RMSprop(5e-5)` and
    `discriminator_steps=5`. It adds nothing to the loss or to the logs.

    Args:
        limit: positive. Defaults to 0.01.

    Raises:
        ValueError: `limit` is not positive.

    Reference: Arjovsky et al., Wasserstein GAN, 2017, algorithm 1.

    Example:
    >>> variable = keras.Variable([-1.0, 0.005])
    >>> WeightClipping(limit=0.01).apply([variable])
    >>> [round(float(value), 3) for value in variable.numpy()]
    [-0.01, 0.005]
    """

    def __init__(self, limit: float = 0.01) -> None:
        if not limit > 0:
            raise ValueError(f"`limit` must be positive. Received: limit={limit}")
        super().__init__("weight_clipping")
        self.limit = limit

    def apply(self, variables: Sequence[keras.Variable]) -> None:
        """Clip the variables in place."""
        for variable in variables:
            variable.assign(ops.clip(variable, -self.limit, self.limit))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"limit": self.limit}


def recommended() -> list[Penalty]:
    """Return the penalties of the recommended recipe: R1 and R2 with a gamma that decays from 5 to 0.1.

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


def get(identifier: str | Penalty | type[Penalty] | dict[str, Any]) -> Penalty:
    """Return the penalty that `identifier` names.

    Args:
        identifier: one of `"r1"`, `"r2"`, `"wgan_gp"`, `"dragan"`, `"lecam"`, `"weight_clipping"`; or a
            `GradientPenalty`, `LogitPenalty` or `Constraint`, its class or its config.

    Raises:
        ValueError: the name is unknown (the message names the nearest), or the object is not a penalty.

    Example:
    >>> get("r1").gamma
    1.0
    """
    penalty = _registry.resolve("penalty", identifier, PENALTIES)
    if not isinstance(penalty, GradientPenalty | LogitPenalty | Constraint):
        raise ValueError(
            f"Expected a penalty: a name ({', '.join(map(repr, PENALTIES))}), or a `GradientPenalty`, `LogitPenalty` "
            f"or `Constraint` of `kgan.penalties`. Received: {identifier!r}"
        )
    return penalty
