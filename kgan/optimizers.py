"""The pair of optimizers, seen by Keras as one."""

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


def get(identifier, network, name):
    """Return an optimizer, built for the variables of a network.

    Args:
        identifier: a Keras optimizer or its name; None is `Adam(1e-3, beta_1=0.0, beta_2=0.99)`.
        network: the model that it trains.
        name: it gets; Keras logs the rates under it.
    """
    if identifier is None:
        identifier = keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99)
    optimizer = keras.optimizers.get(identifier)
    optimizer.name = name  # Keras logs the rates as learning_rate_generator and learning_rate_discriminator
    if any(variable.dtype == "float64" for variable in network.trainable_variables):
        for name in ("beta_1", "beta_2"):
            if hasattr(optimizer, name):
                # Keras rounds a Python float to float32 before it enters float64 arithmetic: 7e-6 off in each of
                # Adam's steps. NumPy's float is the same number and keeps its digits.
                setattr(optimizer, name, np.float64(getattr(optimizer, name)))
    optimizer.build(network.trainable_variables)
    return optimizer
