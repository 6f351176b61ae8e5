"""Feature matching: the difference of two images in the hidden layers of a network."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

from kgan._deprecation import old_names
from kgan._typing import Tensor
from kgan.backend import keras_internals

__getattr__ = old_names(__name__, hidden="with_hidden_features")

_ACTIVATIONS = (layers.Activation, layers.ELU, layers.LeakyReLU, layers.PReLU, layers.ReLU)


def distance(real_features: Sequence[Tensor], fake_features: Sequence[Tensor]) -> Tensor:
    """Return the mean absolute difference of features, relative to their mean absolute value in each layer.

    The division gives layers of every scale the same weight: 0 means equal features, and about 1 unrelated ones.

    Formula: the mean over the layers of `mean(|real - fake|) / mean(|real|)`.

    Args:
        real_features: list of float tensors of any shape, one for each layer.
        fake_features: tensors of the same shapes.

    Returns:
        A float32 scalar.

    References: Salimans et al., Improved Techniques for Training GANs, 2016, section 3.1; Wang et al.,
    High-Resolution Image Synthesis and Semantic Manipulation with Conditional GANs, 2018, equation 4.

    Example:
    >>> round(float(distance([ops.array([2.0, -2.0])], [ops.array([1.0, -2.0])])), 6)
    0.25
    """
    differences = []
    for real, fake in zip(real_features, fake_features, strict=True):
        real, fake = ops.cast(real, "float32"), ops.cast(fake, "float32")
        scale = ops.stop_gradient(ops.mean(ops.abs(real)))
        differences.append(ops.mean(ops.abs(real - fake)) / (scale + 1e-6))
    return sum(differences) / len(differences)


def with_hidden_features(network: keras.Model) -> keras.Model:
    """Return a model that shares the layers of a network and also returns its hidden features.

    Args:
        network: Functional or built Sequential model with one output, for example a discriminator.

    Returns:
        A model with the same inputs and the outputs `[output, *features]`: the result of every activation except one
        that gives the output itself.

    Raises:
        ValueError: the network has no hidden activations.

    Example:
    >>> network = keras.Sequential([keras.Input((5,)), layers.Dense(3, activation="relu"), layers.Dense(1)])
    >>> with_hidden_features(network).output_shape
    [(None, 1), (None, 3)]
    """
    output = network.outputs[0]
    features = [
        node.outputs[0]
        for node in keras_internals.nodes_of(network)
        if _has_activation(node.operation) and node.outputs[0] is not output
    ]
    if not features:
        raise ValueError(
            f"Expected a network whose hidden layers have activations. Received: {network.name!r}, which has none."
        )
    inputs = network.inputs if len(network.inputs) > 1 else network.inputs[0]
    return keras.Model(inputs, [output, *features], name=f"{network.name}_features")


def _has_activation(operation: Any) -> bool:
    """Return whether a layer is an activation, or applies one to its result; a wrapper is as its wrapped layer."""
    if isinstance(operation, _ACTIVATIONS):
        return True
    activation = getattr(getattr(operation, "layer", operation), "activation", None)
    return activation not in (None, keras.activations.linear)
