"""The optimizer of the recommended recipe, and two optimizers as the single one that Keras expects."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from kgan._typing import Tensor
from kgan.backend import keras_internals


class OptimizerPair(keras.optimizers.Optimizer):
    """The generator's and the discriminator's optimizer as the single `model.optimizer` that Keras expects.

    Keras's callbacks use `model.optimizer`: `LearningRateScheduler` and `ReduceLROnPlateau` set its learning rate,
    `TensorBoard` logs it. Here it is the generator's rate. Setting it scales the discriminator's rate by the same
    factor, so that their ratio (the two time-scale update rule) is kept. The pair has no state of its own: the model
    saves each optimizer under its own name.

    Args:
        generator_optimizer: a Keras optimizer.
        discriminator_optimizer: another one. One object cannot hold the slots of both networks.

    Example:
    >>> pair = OptimizerPair(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(2e-3))
    >>> pair.learning_rate = 5e-4
    >>> round(float(pair.optimizers[1].learning_rate), 6)
    0.001
    """

    def __init__(
        self, generator_optimizer: keras.optimizers.Optimizer, discriminator_optimizer: keras.optimizers.Optimizer
    ) -> None:
        super().__init__(learning_rate=0.0, name="optimizer_pair")
        self.optimizers = [generator_optimizer, discriminator_optimizer]
        self._ratio = 1.0

    @property
    def variables(self) -> list[keras.Variable]:
        return [variable for optimizer in self.optimizers for variable in optimizer.variables]

    @property
    def iterations(self) -> keras.Variable:
        return self.optimizers[0].iterations

    @property
    def learning_rate(self) -> Tensor:
        return self.optimizers[0].learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate: Tensor) -> None:
        generator, discriminator = self.optimizers
        before = float(generator.learning_rate)
        if before > 0:  # a rate of 0 has no ratio to the other; the last one is kept
            self._ratio = float(discriminator.learning_rate) / before
        generator.learning_rate = learning_rate
        discriminator.learning_rate = self._ratio * learning_rate

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Do nothing: each optimizer is built on its own network in `compile`."""

    def finalize_variable_values(self, variables: Sequence[keras.Variable]) -> None:
        """Let both optimizers write their averaged weights, if they keep any (`use_ema=True`)."""
        for optimizer in self.optimizers:
            optimizer.finalize_variable_values(keras_internals.built_variables(optimizer))

    def save_own_variables(self, store: Any) -> None:
        """Store nothing."""

    def load_own_variables(self, store: Any) -> None:
        """Load nothing."""


@keras.saving.register_keras_serializable("kgan")
class AnnealedAdam(keras.optimizers.Adam):
    """Adam with a cosine decay of its learning rate, which can still be set, and a rising `beta_2`.

    The rate is high at the start and low at the end, when details are learned. The memory of squared gradients
    (`beta_2`) is short while the other network still changes much, and long at the end. With a Keras schedule,
    `ReduceLROnPlateau` and `LearningRateScheduler` would raise an error. Here they set the present rate, which decays
    from there.

    Args:
        learning_rate: at the start, a non-negative float. Defaults to 1e-3.
        decay_steps: number of updates of the decay. Defaults to 20,000.
        alpha: share of the rate that is left after the decay, in (0, 1]. Defaults to 0.1.
        beta_1, **kwargs: as in `keras.optimizers.Adam`. `beta_1` defaults to 0.
        beta_2: at the start, in [0, 1). Defaults to 0.9.
        final_beta_2: after `decay_steps`, in [0, 1). Defaults to 0.99.

    Raises:
        ValueError: an argument is out of range.

    References: Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017, equation 5;
    Huang et al., The GAN is dead; long live the GAN! A Modern GAN Baseline, 2024, appendix (the same decay of the
    rate and rise of beta_2 in a GAN).

    Example:
    >>> optimizer = AnnealedAdam(1e-3, decay_steps=100)
    >>> _ = optimizer.iterations.assign(50)
    >>> round(float(optimizer.learning_rate), 6)  # halfway between 1e-3 and 1e-4
    0.00055
    >>> round(float(optimizer.beta_2), 6)
    0.945
    """

    _beta_2_of_update: Tensor | None = None

    def __init__(
        self,
        learning_rate: float = 1e-3,
        decay_steps: int = 20_000,
        alpha: float = 0.1,
        beta_1: float = 0.0,
        beta_2: float = 0.9,
        final_beta_2: float = 0.99,
        **kwargs: Any,
    ) -> None:
        if not isinstance(learning_rate, float) or not learning_rate >= 0:
            raise ValueError(f"`learning_rate` must be a non-negative float. Received: {learning_rate!r}")
        if decay_steps < 1 or not 0 < alpha <= 1:
            raise ValueError(
                "`decay_steps` must be positive, `alpha` in (0, 1]. "
                f"Received: decay_steps={decay_steps!r}, alpha={alpha!r}"
            )
        if not 0 <= beta_2 < 1 or not 0 <= final_beta_2 < 1:
            raise ValueError(
                f"`beta_2` and `final_beta_2` must be in [0, 1). Received: beta_2={beta_2!r}, {final_beta_2!r}"
            )
        super().__init__(learning_rate, beta_1=beta_1, beta_2=beta_2, **kwargs)
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.final_beta_2 = final_beta_2

    def _decay(self, alpha: float) -> Tensor:
        """Return the factor of a cosine decay from 1 to `alpha` at the present update."""
        return keras.optimizers.schedules.CosineDecay(1.0, self.decay_steps, alpha)(self.iterations)

    @property
    def beta_2(self) -> Tensor:
        """The decay of the squared gradients in the next update."""
        if self._beta_2_of_update is not None:
            return self._beta_2_of_update
        # Adam corrects its bias as if beta_2 had always been this one. When it has risen, the start is forgotten.
        return self.final_beta_2 + (self._first_beta_2 - self.final_beta_2) * self._decay(0.0)

    @beta_2.setter
    def beta_2(self, beta_2: float) -> None:
        self._first_beta_2 = beta_2

    def apply(self, grads: Sequence[Tensor], trainable_variables: Sequence[keras.Variable] | None = None) -> None:
        """Make one update; as in `keras.optimizers.Optimizer`."""
        self._beta_2_of_update = self.beta_2  # once for all variables: tracing takes half as long
        try:
            super().apply(grads, trainable_variables)
        finally:
            self._beta_2_of_update = None

    @property
    def learning_rate(self) -> Tensor:
        """The rate of the next update."""
        return keras.ops.multiply(super().learning_rate, self._decay(self.alpha))

    @learning_rate.setter
    def learning_rate(self, learning_rate: Tensor) -> None:
        keras.optimizers.Adam.learning_rate.fset(self, learning_rate / self._decay(self.alpha))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "beta_2": self._first_beta_2,
            **{name: getattr(self, name) for name in ("decay_steps", "alpha", "final_beta_2")},
        }


def get(identifier: str | keras.optimizers.Optimizer | dict[str, Any] | None) -> keras.optimizers.Optimizer:
    """Return the optimizer that `identifier` names.

    Args:
        identifier: a Keras optimizer, its name or its config; None is `AnnealedAdam()`.

    Raises:
        ValueError: the name is unknown.

    Example:
    >>> type(get(None)).__name__, type(get("sgd")).__name__
    ('AnnealedAdam', 'SGD')
    """
    return AnnealedAdam() if identifier is None else keras.optimizers.get(identifier)


def build(optimizer: keras.optimizers.Optimizer, variables: Sequence[keras.Variable], name: str) -> None:
    """Build an optimizer for the variables of a network, before the first step.

    An optimizer that is not built is left out of a saved model, and creates its slots inside the traced step.

    Args:
        optimizer: a Keras optimizer.
        variables: those that it updates.
        name: given to the optimizer; Keras logs learning rates under it, as `learning_rate_generator`.
    """
    optimizer.name = name
    if any(variable.dtype == "float64" for variable in variables):
        for beta in ("beta_1", "beta_2"):
            if hasattr(optimizer, beta):
                # Keras rounds a Python float to float32 before it enters float64 arithmetic, which is 7e-6 off in
                # each of Adam's steps. NumPy's float keeps its digits.
                setattr(optimizer, beta, np.float64(getattr(optimizer, beta)))
    optimizer.build(variables)
