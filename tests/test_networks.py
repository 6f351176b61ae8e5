"""Copies of networks, also of parts that Keras does not know by name."""

import keras
import networks
import numpy as np
import pytest
from keras import layers

import kgan
from kgan import _networks


class Scale(layers.Layer):
    """A layer with a weight, not registered with Keras."""

    def build(self, input_shape):
        self.factor = self.add_weight(shape=(), initializer="random_normal")

    def call(self, inputs):
        return inputs * self.factor


def square(x):
    """An activation that is not registered with Keras."""
    return x * x


def scaled_by(factor):
    """A lambda with a variable from outside."""
    return lambda x: factor * x


def sequential(*parts):
    return keras.Sequential([keras.Input((3,)), *parts])


def functional(*parts):
    inputs = outputs = keras.Input((3,))
    for part in parts:
        outputs = part(outputs)
    return keras.Model(inputs, outputs)


@pytest.mark.parametrize("make", [sequential, functional])
@pytest.mark.parametrize(
    "parts",
    [
        lambda: [layers.Dense(2), layers.BatchNormalization()],
        lambda: [Scale(), layers.Dense(2)],
        lambda: [layers.Dense(2, activation=square)],
        lambda: [layers.Dense(2), layers.Lambda(lambda x: 2 * x)],
        lambda: [layers.Activation(square), layers.Dense(1)],
        lambda: [layers.Dense(2, activation=lambda x: 3 * x)],
        lambda: [layers.Dense(2, activation=scaled_by(0.5)), layers.Lambda(scaled_by(0.1))],
    ],
    ids=["keras", "layer", "function", "lambda", "activation", "lambda as activation", "closures"],
)
def test_a_copy_computes_the_same_with_weights_of_its_own(make, parts):
    network = make(*parts())
    duplicate = _networks.copy(network)
    images = np.float32([[0.5, -1.0, 2.0]])
    before = network(images).numpy()
    np.testing.assert_array_equal(duplicate(images), before)
    assert type(duplicate) is type(network)
    assert not {id(weight) for weight in network.weights} & {id(weight) for weight in duplicate.weights}
    network.set_weights([weight + 1.0 for weight in network.get_weights()])
    np.testing.assert_array_equal(duplicate(images), before)


def test_nested_networks_are_copied():
    network = functional(sequential(Scale(), layers.Dense(4, activation=square)), layers.Dense(1))
    duplicate = _networks.copy(network)
    for weight, copied in zip(network.get_weights(), duplicate.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, copied)


def test_the_configuration_may_be_another():
    network = sequential(layers.Dense(2))
    assert _networks.copy(network, lambda config: {**config, "name": "other"}).name == "other"


def test_lambdas_from_files_stay_refused(tmp_path):
    network = sequential(layers.Lambda(lambda x: 2 * x))
    network.save(tmp_path / "network.keras")
    _networks.copy(network)
    with pytest.raises(ValueError, match="lambda"):
        keras.saving.load_model(tmp_path / "network.keras")


def test_of_two_classes_with_one_name_the_network_s_is_copied():
    class Scale(layers.Layer):
        def call(self, inputs):
            return 3.0 * inputs

    assert float(_networks.copy(sequential(Scale()))(np.ones((1, 3)))[0, 0]) == 3.0


def test_a_wrapped_layer_is_copied():
    class Negative(layers.Layer):
        def compute_output_shape(self, input_shape):
            return input_shape

        def call(self, inputs):
            return -inputs

    network = functional(layers.Reshape((3, 1)), layers.TimeDistributed(Negative()), layers.Flatten())
    np.testing.assert_array_equal(_networks.copy(network)(np.ones((1, 3))), [[-1.0, -1.0, -1.0]])


@pytest.mark.parametrize("layer", [Scale, lambda: layers.Lambda(lambda x: 0.9 * x)])
def test_a_gan_averages_such_networks(layer):
    parts = [layer(), layers.Dense(64, "tanh"), layers.Reshape(networks.SHAPE)]
    gan = kgan.GAN(functional(*parts), networks.discriminator(), ema_decay=0.9)
    assert gan.generate(2, seed=0).shape == (2, *networks.SHAPE)
