"""The difference of two images in the eyes of a network: in its hidden layers."""

import keras
from keras import layers, ops

from kgan.backend import keras_internals

_ACTIVATIONS = (layers.Activation, layers.ELU, layers.LeakyReLU, layers.PReLU, layers.ReLU)


def distance(real_features, fake_features):
    """Return the mean absolute difference of features, each layer's relative to the size of its features.

    So layers of any scale count alike: 0 is the same, and about 1 is nothing in common.

    Args:
        real_features: list of float tensors of any shape; the measure of size.
        fake_features: tensors of the same shapes.

    Returns:
        A scalar.

    References: Salimans et al., Improved Techniques for Training GANs, 2016, section 3.1; Wang et al.,
    High-Resolution Image Synthesis and Semantic Manipulation with Conditional GANs, 2018, equation 4.

    Example:
    >>> round(float(distance([ops.array([2.0, -2.0])], [ops.array([1.0, -2.0])])), 6)
    0.25
    """
    differences = []
    for real, fake in zip(real_features, fake_features, strict=True):
        real, fake = ops.cast(real, "float32"), ops.cast(fake, "float32")
        size = ops.stop_gradient(ops.mean(ops.abs(real)))
        differences.append(ops.mean(ops.abs(real - fake)) / (size + 1e-6))
    return sum(differences) / len(differences)


def hidden(network: keras.Model) -> keras.Model:
    """Return a model of the same layers that gives `[output, *features]`: what each activation but the last gives.

    Args:
        network: Functional or built Sequential model with one output.

    Raises:
        ValueError: it has no activations.

    Example:
    >>> network = keras.Sequential([keras.Input((5,)), layers.Dense(3, activation="relu"), layers.Dense(1)])
    >>> hidden(network).output_shape
    [(None, 1), (None, 3)]
    """
    functional = keras_internals.functional_of(network)
    nodes = keras_internals.nodes_of(functional)
    output = functional.outputs[0]
    features = [node.outputs[0] for node in nodes if _activates(node.operation) and node.outputs[0] is not output]
    if not features:
        raise ValueError(
            f"Expected a network whose hidden layers have activations. Received: {network.name!r}, which has none."
        )
    inputs = functional.inputs if len(functional.inputs) > 1 else functional.inputs[0]
    return keras.Model(inputs, [output, *features], name=f"{network.name}_features")


def _activates(operation) -> bool:
    if isinstance(operation, _ACTIVATIONS):
        return True
    activation = getattr(getattr(operation, "layer", operation), "activation", None)
    return activation not in (None, keras.activations.linear)
