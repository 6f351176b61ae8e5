"""Copies of networks, also of parts that Keras does not know by name."""

import keras
import numpy as np
import pytest
from keras import layers

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
    ],
    ids=["keras", "layer", "function", "lambda", "activation"],
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
    config = network.get_config()
    config["name"] = "other"
    assert _networks.copy(network, config).name == "other"


def test_lambdas_from_files_stay_refused(tmp_path):
    network = sequential(layers.Lambda(lambda x: 2 * x))
    network.save(tmp_path / "network.keras")
    _networks.copy(network)
    with pytest.raises(ValueError, match="lambda"):
        keras.saving.load_model(tmp_path / "network.keras")
