"""What networks cannot give is told before training."""

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

import kgan
from kgan.training import checks, pair_checks, reach

INPUTS = [keras.Input(networks.SHAPE), layers.Flatten()]


def generator(*last, units=64, shape=networks.SHAPE):
    return keras.Sequential([keras.Input((4,)), layers.Dense(units), *last, layers.Reshape(shape)])


def discriminator(*last):
    return keras.Sequential([keras.Input(networks.SHAPE), layers.Flatten(), layers.Dense(1), *last])


class Opaque(layers.Layer):
    """A layer that tells nothing about the function that it applies."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def call(self, inputs):
        return self.function(inputs)


ONE_SIDED = {
    "sigmoid": (r"ends in a sigmoid, whose images are in \[0, 1\]. End it in tanh", "Rescaling"),
    "hard_sigmoid": (r"ends in a hard_sigmoid, whose images are in \[0, 1\]", "Rescaling"),
    "relu": (r"ends in a relu, whose images are in \[0, inf\)", 'activation="tanh"'),
    "softplus": (r"ends in a softplus, whose images are in \[0, inf\)", "tanh"),
    "softmax": (r"ends in a softmax, whose images are in \[0, 1\]", "Rescaling"),
    "exponential": ("ends in an exponential", "tanh"),
    "log_sigmoid": (r"ends in a log_sigmoid, whose images are in \(-inf, 0\]", "tanh"),
}


@pytest.mark.parametrize(("activation", "message"), ONE_SIDED.items(), ids=ONE_SIDED)
def test_generators_that_cannot_reach_images(activation, message):
    first, cure = message
    with pytest.raises(ValueError, match=rf"images in \[-1, 1\]. Received: one that {first}.*{cure}"):
        checks.check_networks(generator(layers.Activation(activation)), discriminator())


@pytest.mark.parametrize(
    "last",
    [
        [layers.Activation("tanh")],
        [],
        [layers.Activation("sigmoid"), layers.Rescaling(2.0, offset=-1.0)],
        [layers.Activation("elu")],
        [layers.Activation("tanh"), layers.Rescaling(0.5)],
        [layers.LeakyReLU(0.1)],
        [Opaque(ops.sigmoid)],
    ],
)
def test_generators_that_can_or_do_not_tell(last):
    reach.check_generator(generator(*last))


def test_other_data_may_have_any_range():
    reach.check_generator(keras.Sequential([keras.Input((4,)), layers.Dense(2, "sigmoid")]))


def test_image_to_image_generators():
    image = keras.Input((None, None, 1))
    to_image = keras.Model(image, layers.Conv2D(1, 3, padding="same", activation="sigmoid")(image))
    patches = keras.Sequential([keras.Input((None, None, 1)), layers.Conv2D(1, 3)])
    with pytest.raises(ValueError, match="ends in a sigmoid"):
        pair_checks.check_networks(to_image, patches)
    residual = keras.Model(image, layers.Add()([image, to_image(image)]))
    pair_checks.check_networks(residual, patches)
    with pytest.raises(ValueError, match="ends in a relu"):
        pair_checks.check_networks(residual, keras.Sequential([patches, layers.ReLU()]))


@pytest.mark.parametrize("last", ["sigmoid", "softmax", "hard_sigmoid", "relu", "softplus"])
@pytest.mark.filterwarnings("ignore:You are using a softmax over axis -1")
@pytest.mark.parametrize("how", ["argument", "layer", "nested", "reshaped", "ops"])
def test_a_discriminator_ends_in_logits(last, how):
    parts = {
        "argument": [layers.Dense(1, activation=last)],
        "layer": [layers.Dense(1), layers.Activation(last)],
        "nested": [keras.Sequential([keras.Input((64,)), layers.Dense(1, activation=last)])],
        "reshaped": [layers.Dense(1, activation=last), layers.Reshape((1, 1)), layers.Flatten()],
        "ops": [layers.Dense(1), keras.activations.get(last)],
    }
    outputs = inputs = keras.Input(networks.SHAPE)
    for part in (layers.Flatten(), *parts[how]):
        outputs = part(outputs)
    with pytest.raises(ValueError, match=f"raw logits. Received: one that ends in a {last}, whose values are in"):
        reach.check_discriminator(keras.Model(inputs, outputs))


def test_bounded_logits_are_warned_of():
    with pytest.warns(UserWarning, match=r"ends in a tanh, so that its logits stay in \[-1, 1\]"):
        reach.check_discriminator(discriminator(layers.Activation("tanh")))
    reach.check_discriminator(discriminator(layers.LeakyReLU()))


def test_class_logits_are_raw():
    images = keras.Input(networks.SHAPE)
    flat = layers.Flatten()(images)
    network = keras.Model(images, [layers.Dense(1)(flat), layers.Dense(3, activation="softmax")(flat)])
    with pytest.raises(ValueError, match="a second output that ends in a softmax"):
        reach.check_discriminator(network)


def checked(generator, discriminator=None, images=None):
    gan = kgan.GAN(generator, discriminator or networks.discriminator(), ema_decay=None)
    gan.check_reach(networks.images(16) if images is None else images, None)


@pytest.mark.parametrize("function", [ops.sigmoid, ops.relu, tf.nn.softplus, lambda x: tf.nn.relu(x) / 6])
@pytest.mark.filterwarnings("ignore:.*`save` cannot write")
def test_what_layers_do_not_tell_is_seen_in_samples(function):
    with pytest.warns(UserWarning, match=r"none of another sign, while the data are in \[-1, 0.99\d\]. If it ends in"):
        checked(generator(Opaque(function)))


@pytest.mark.parametrize("function", [ops.tanh, lambda x: x, lambda x: 0.0 * x, lambda x: 2.0 * ops.sigmoid(x) - 1.0])
@pytest.mark.parametrize("shape", [(8, 8, 1), (1, 1, 1)])
@pytest.mark.filterwarnings("ignore:.*`save` cannot write")
def test_samples_of_both_signs_are_fine(function, shape):
    size = int(np.prod(shape))
    checked(
        generator(Opaque(function), units=size, shape=shape),
        networks.discriminator(shape=shape),
        networks.images(16, shape),
    )


def test_the_data_may_leave_the_range_of_a_generator():
    with pytest.warns(
        UserWarning, match=r"ends in a gelu, so that its images are in \[-0.17, inf\), while the data are"
    ):
        checked(generator(layers.Activation("gelu")))
    checked(generator(layers.Activation("gelu")), images=np.clip(networks.images(16), -0.2, 1.0))
    checked(generator(layers.Activation("tanh"), layers.Rescaling(0.95)))


@pytest.mark.filterwarnings("ignore:.*`save` cannot write")
def test_hidden_sigmoids_of_discriminators():
    with pytest.warns(UserWarning, match="logits stay in"):
        checked(networks.generator(), discriminator(Opaque(tf.sigmoid)))
    checked(networks.generator(), discriminator(Opaque(lambda x: 0.1 * x)))


def test_fit_warns_before_the_first_step():
    gan = kgan.GAN(generator(layers.Activation("gelu")), networks.discriminator(), seed=0)
    gan.compile()
    with pytest.warns(UserWarning, match="it can never reach all of them"), pytest.raises(ZeroDivisionError):
        gan.fit(networks.images(8), verbose=0, callbacks=keras.callbacks.LambdaCallback(on_train_begin=lambda _: 1 / 0))
