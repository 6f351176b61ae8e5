"""Conversion of networks to another precision, with their weights."""

import keras
import numpy as np
import pytest

from kgan import _precision
from kgan.architectures import restoration


def test_the_policy_comes_back_even_after_an_error():
    before = keras.config.dtype_policy()
    with _precision.computing_in("float64"):
        assert keras.layers.Dense(1).compute_dtype == "float64"
    assert keras.config.dtype_policy() == before
    with pytest.raises(ValueError, match="units"), _precision.computing_in("float64"):
        keras.layers.Dense(-1)
    assert keras.config.dtype_policy() == before
    with _precision.computing_in(None):
        assert keras.config.dtype_policy() == before


def test_there_and_back():
    network = restoration.upscaler(2, channels=1, width=4, blocks=1)
    for weight in network.weights:
        weight.assign(keras.random.normal(weight.shape, stddev=0.1, seed=1))
    assert _precision.converted(network) is network
    half = _precision.converted(network, "float16")
    assert {weight.dtype for weight in half.weights} == {"float16"}
    restored = _precision.converted(half)
    assert {weight.dtype for weight in restored.weights} == {"float32"}
    for first, second in zip(network.get_weights(), restored.get_weights(), strict=True):
        np.testing.assert_allclose(first, second, rtol=2**-11, atol=1e-7)
    images = np.random.default_rng(0).uniform(-1, 1, (1, 9, 8, 1)).astype("float32")
    np.testing.assert_allclose(network(images), restored(images), atol=1e-3)


def test_mixed_precision_becomes_float32():
    with _precision.computing_in("mixed_bfloat16"):
        network = restoration.denoiser(width=4, blocks=1)
    assert network.layers[1].compute_dtype == "bfloat16"
    assert {layer.compute_dtype for layer in _precision.converted(network).layers} == {"float32"}


def test_nested_and_wrapped_layers_are_converted():
    inner = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, dtype="mixed_bfloat16")])
    outer = keras.Sequential([keras.Input((3, 2), dtype="float32"), keras.layers.TimeDistributed(inner)])
    assert _precision.converted(outer) is not outer
    assert _precision.converted(outer).layers[0].layer.layers[0].compute_dtype == "float32"


def test_layers_without_a_configuration_need_none_if_nothing_is_converted():
    class Own(keras.layers.Layer):
        def call(self, inputs):
            return inputs

        def get_config(self):
            raise NotImplementedError

    network = keras.Sequential([keras.Input((2,)), Own()])
    assert _precision.converted(network) is network


def test_layers_and_functions_that_keras_does_not_know_are_converted():
    class Halved(keras.layers.Layer):
        def call(self, inputs):
            return 0.5 * inputs

    parts = [keras.layers.Dense(2), Halved(), keras.layers.Lambda(lambda x: 3 * x)]
    network = keras.Sequential([keras.Input((2,)), *parts])
    half = _precision.converted(network, "float16")
    assert half.layers[0].kernel.dtype == "float16"
    inputs = np.ones((1, 2), "float32")
    np.testing.assert_allclose(_precision.converted(half)(inputs), network(inputs), atol=5e-3)
