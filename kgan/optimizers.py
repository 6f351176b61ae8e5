"""The optimizer of the recommended recipe, and the pair of optimizers, seen by Keras as one."""

import keras
import numpy as np


class OptimizerPair(keras.optimizers.Optimizer):
    """The generator's and the discriminator's optimizer as the single `model.optimizer` that Keras expects.

    Keras's callbacks look at `model.optimizer`: `LearningRateScheduler` and `ReduceLROnPlateau` set its
    learning rate, `TensorBoard` logs it. Here that is the generator's rate; setting it scales the
    discriminator's by the same factor, so the ratio of the two (TTUR) is kept. The pair has no state of
    its own: each optimizer is saved under its own name by the model.

    Args:
        generator_optimizer: a Keras optimizer.
        discriminator_optimizer: another one; sharing one object between the networks would mix their slots.
    """

    def __init__(self, generator_optimizer, discriminator_optimizer):
        super().__init__(learning_rate=0.0, name="optimizer_pair")
        self.optimizers = [generator_optimizer, discriminator_optimizer]
        self._ratio = 1.0

    @property
    def variables(self):
        return [variable for optimizer in self.optimizers for variable in optimizer.variables]

    @property
    def iterations(self):
        return self.optimizers[0].iterations

    @property
    def learning_rate(self):
        return self.optimizers[0].learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate):
        generator, discriminator = self.optimizers
        before = float(generator.learning_rate)
        if before > 0:  # from a rate of 0 there is no ratio to read: keep the last one
            self._ratio = float(discriminator.learning_rate) / before
        generator.learning_rate = learning_rate
        discriminator.learning_rate = self._ratio * learning_rate

    def build(self, variables):
        """Do nothing: each optimizer is built on its own network in `GAN.compile`."""

    def finalize_variable_values(self, variables):
        """Let both optimizers write their averaged weights, if they keep any (`use_ema=True`)."""
        for optimizer in self.optimizers:
            optimizer.finalize_variable_values(optimizer._trainable_variables)

    def save_own_variables(self, store):
        """Store nothing."""

    def load_own_variables(self, store):
        """Load nothing."""


@keras.saving.register_keras_serializable("kgan")
class AnnealedAdam(keras.optimizers.Adam):
    """Adam whose learning rate falls along half a cosine, and can still be set, and whose memory grows likewise.

    The rate is high at first, when there is much to learn, and low in the end, when the details come out. The memory
    of squared gradients (`beta_2`) is short while the other network still changes much, and long in the end. With
    one of Keras's schedules `ReduceLROnPlateau` and `LearningRateScheduler` would raise an error; here a rate that
    they set is the one of that moment, and falls on from there.

    Args:
        learning_rate: at the start, a non-negative float. Defaults to 1e-3.
        decay_steps: how many updates it falls for. Defaults to 20,000.
        alpha: what is left of it then, in (0, 1]. Defaults to 0.1.
        beta_1, **kwargs: as in `keras.optimizers.Adam`. `beta_1` defaults to 0.
        beta_2: at the start, in [0, 1). Defaults to 0.9.
        final_beta_2: that it rises to within `decay_steps`, in [0, 1). Defaults to 0.99.

    Raises:
        ValueError: an argument is out of range.

    References: Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017, equation 5;
    Huang et al., The GAN is dead; long live the GAN! A Modern GAN Baseline, 2024, appendix (rates of a GAN that
    fall and a beta_2 that rises so).

    Example:
    >>> optimizer = AnnealedAdam(1e-3, decay_steps=100)
    >>> _ = optimizer.iterations.assign(50)
    >>> round(float(optimizer.learning_rate), 6)  # halfway between 1e-3 and 1e-4
    0.00055
    >>> round(float(optimizer.beta_2), 6)
    0.945
    """

    _beta_2_of_update = None

    def __init__(
        self,
        learning_rate=1e-3,
        decay_steps=20_000,
        alpha=0.1,
        beta_1=0.0,
        beta_2=0.9,
        final_beta_2=0.99,
        **kwargs,
    ):
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

    def _left(self, alpha):
        """Return what is left by now of 1 that falls to `alpha`."""
        return keras.optimizers.schedules.CosineDecay(1.0, self.decay_steps, alpha)(self.iterations)

    @property
    def beta_2(self):
        """The decay of the squared gradients in the next update."""
        if self._beta_2_of_update is not None:
            return self._beta_2_of_update
        # Adam corrects for the start as if it had always been this one: when it has risen, the start is forgotten.
        return self.final_beta_2 + (self._first_beta_2 - self.final_beta_2) * self._left(0.0)

    @beta_2.setter
    def beta_2(self, beta_2):
        self._first_beta_2 = beta_2

    def apply(self, grads, trainable_variables=None):
        """Make one update; as in `keras.optimizers.Optimizer`."""
        self._beta_2_of_update = self.beta_2  # once for all variables: tracing takes half as long
        try:
            return super().apply(grads, trainable_variables)
        finally:
            self._beta_2_of_update = None

    @property
    def learning_rate(self):
        """The rate of the next update."""
        return keras.ops.multiply(super().learning_rate, self._left(self.alpha))

    @learning_rate.setter
    def learning_rate(self, learning_rate):
        keras.optimizers.Adam.learning_rate.fset(self, learning_rate / self._left(self.alpha))

    def get_config(self):
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "beta_2": self._first_beta_2,
            **{name: getattr(self, name) for name in ("decay_steps", "alpha", "final_beta_2")},
        }


def get(identifier, network, name):
    """Return an optimizer, built for the variables of a network.

    Args:
        identifier: a Keras optimizer or its name; None is `AnnealedAdam()`.
        network: the model that it trains.
        name: it gets; Keras logs the rates under it.
    """
    optimizer = AnnealedAdam() if identifier is None else keras.optimizers.get(identifier)
    optimizer.name = name  # Keras logs the rates as learning_rate_generator and learning_rate_discriminator
    if any(variable.dtype == "float64" for variable in network.trainable_variables):
        for name in ("beta_1", "beta_2"):
            if hasattr(optimizer, name):
                # Keras rounds a Python float to float32 before it enters float64 arithmetic: 7e-6 off in each of
                # Adam's steps. NumPy's float is the same number and keeps its digits.
                setattr(optimizer, name, np.float64(getattr(optimizer, name)))
    optimizer.build(network.trainable_variables)
    return optimizer
