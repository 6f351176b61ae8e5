"""Checks that every network, and every loss, must pass."""

import keras
import numpy as np

from kgan import backend


def perturbed(network, seed=1):
    """Move all weights from their initial values: zeros among them hide the weights of the layers behind them."""
    random = np.random.default_rng(seed)
    for weight in network.trainable_variables:
        weight.assign_add(0.05 * random.normal(size=weight.shape))
    return network


def check_outputs(network, inputs, shapes):
    """Check the shapes and the dtype of a network's outputs, that they are finite, and that a copy returns the same.

    Args:
        network: the network.
        inputs: a tensor or a list of tensors.
        shapes: the expected shape of each output.
    """
    outputs = keras.tree.flatten(network(inputs))
    assert [tuple(output.shape) for output in outputs] == shapes
    assert {keras.backend.standardize_dtype(output.dtype) for output in outputs} == {"float32"}
    assert all(np.isfinite(output).all() for output in outputs)
    copy = type(network).from_config(network.get_config())
    copy.set_weights(network.get_weights())
    for first, second in zip(outputs, keras.tree.flatten(copy(inputs)), strict=True):
        np.testing.assert_array_equal(first, second)


def check_gradients(losses, *networks):
    """Check that the gradients of losses with respect to all variables are finite and not zero.

    Args:
        losses: function without arguments that returns one scalar for each network.
        *networks: the networks whose variables each loss is differentiated by.
    """
    variables = [network.trainable_variables for network in networks]
    _, gradients, _ = backend.gradients(lambda: (losses(), None), *variables)
    for group, slopes in zip(variables, gradients, strict=True):
        for variable, slope in zip(group, slopes, strict=True):
            assert np.isfinite(slope).all(), variable.path
            assert np.abs(slope).max() > 0, variable.path
