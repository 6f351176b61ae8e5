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


def check_loss(function, *inputs):
    """Check a loss: one finite float32 value for each element, and finite gradients with respect to all inputs.

    Args:
        function: takes the inputs.
        *inputs: float32 tensors of one shape.
    """
    values = function(*inputs)
    assert values.shape == inputs[0].shape
    assert keras.backend.standardize_dtype(values.dtype) == "float32"
    assert np.isfinite(values).all()
    for index, point in enumerate(inputs):

        def of_one(x, index=index):
            return function(*inputs[:index], x, *inputs[index + 1 :])

        _, gradient = backend.input_gradient(of_one, point)
        assert gradient.shape == point.shape
        assert np.isfinite(gradient).all()


def check_config(thing):
    """Check that a loss or a layer made from the configuration of another has the same class and configuration."""
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(thing))
    assert type(copy) is type(thing)
    assert copy.get_config() == thing.get_config()


def check_layer(layer, inputs, shape):
    """Check a layer: shape, dtype, finite results and gradients, its configuration and its symbolic output shape.

    Args:
        layer: the layer, not built.
        inputs: an array or a list of arrays.
        shape: the expected shape of the result.
    """
    result = layer(inputs)
    assert tuple(result.shape) == tuple(layer.compute_output_shape(keras.tree.map_structure(np.shape, inputs))) == shape
    assert keras.backend.standardize_dtype(result.dtype) == "float32"
    assert np.isfinite(result).all()
    check_config(layer)
    if layer.trainable_variables:
        _, (gradients,), _ = backend.gradients(
            lambda: ([keras.ops.mean(keras.ops.square(layer(inputs)))], None), layer.trainable_variables
        )
        assert all(np.isfinite(gradient).all() for gradient in gradients)
