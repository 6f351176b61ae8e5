"""The values that networks can give, as their layers tell."""

import math

import keras
import pytest
import subclassed
import tensorflow as tf
from keras import layers, ops

from kgan import architectures
from kgan._functional import functional
from kgan.architectures.output_ranges import Range, output_ranges
from kgan.layers import SpectralNormalization

INF = math.inf


def ranges_after(*parts, shape=(4, 4, 2)):
    """Return the ranges of a network that ends in these layers or functions."""
    inputs = outputs = keras.Input(shape)
    for part in parts:
        outputs = part(outputs)
    network = keras.Model(inputs, outputs)
    return [known and (known.low, known.high) for known in output_ranges(network)]


def dense(activation=None):
    return layers.Dense(2, activation=activation)


ACTIVATIONS = {
    "sigmoid": (0, 1),
    "hard_sigmoid": (0, 1),
    "softmax": (0, 1),
    "relu": (0, INF),
    "relu6": (0, 6),
    "softplus": (0, INF),
    "exponential": (0, INF),
    "tanh": (-1, 1),
    "hard_tanh": (-1, 1),
    "softsign": (-1, 1),
    "elu": (-1, INF),
    "selu": (-1.7581, INF),
    "silu": (-0.2785, INF),
    "gelu": (-0.17, INF),
    "log_sigmoid": (-INF, 0),
    "leaky_relu": (-INF, INF),
    "linear": (-INF, INF),
}


@pytest.mark.parametrize(("name", "expected"), ACTIVATIONS.items(), ids=ACTIVATIONS)
def test_activations(name, expected):
    assert ranges_after(dense(name)) == [pytest.approx(expected, abs=1e-3)]
    assert ranges_after(dense(), layers.Activation(name)) == [pytest.approx(expected, abs=1e-3)]


CASES = {
    "a function": ([dense(lambda x: ops.sigmoid(x) - 0.25)], (-0.25, 0.75)),
    "TensorFlow's function": ([dense(tf.nn.sigmoid)], (0, 1)),
    "ReLU layer": ([dense(), layers.ReLU()], (0, INF)),
    "ReLU layer with a slope": ([dense(), layers.ReLU(negative_slope=0.1)], (-INF, INF)),
    "ReLU layer with a maximum": ([dense(), layers.ReLU(max_value=2.0)], (0, 2)),
    "Softmax layer": ([dense(), layers.Softmax()], (0, 1)),
    "ELU layer": ([dense(), layers.ELU(alpha=0.5)], (-0.5, INF)),
    "keras.ops": ([dense(), ops.sigmoid], (0, 1)),
    "keras.activations": ([dense(), lambda x: keras.activations.relu(x, max_value=3.0)], (0, 3)),
    "reshaped": ([dense("sigmoid"), layers.Reshape((32,)), layers.Flatten()], (0, 1)),
    "cropped and padded": ([dense("tanh"), layers.Cropping2D(1), layers.ZeroPadding2D(1)], (-1, 1)),
    "padded after exp": ([dense(), lambda x: ops.exp(x) + 1.0, layers.ZeroPadding2D(1)], (0, INF)),
    "rescaled": ([dense("sigmoid"), layers.Rescaling(2.0, -1.0)], (-1, 1)),
    "rescaled by channel": ([dense("sigmoid"), layers.Rescaling([2.0, 1.0], [-1.0, 0.0])], (-1, 2)),
    "rescaled by ops": ([dense("sigmoid"), lambda x: 2.0 * x - 1.0], (-1, 1)),
    "negative": ([dense("sigmoid"), lambda x: -x], (-1, 0)),
    "clipped": ([dense(), lambda x: ops.clip(x, 0.0, 1.0)], (0, 1)),
    "divided": ([dense("relu6"), lambda x: x / 6], (0, 1)),
    "squared": ([dense("tanh"), lambda x: x**2], (0, 1)),
    "tanh of relu": ([dense("relu"), layers.Activation("tanh")], (0, 1)),
    "relu, then dense": ([dense("relu"), dense()], (-INF, INF)),
    "normalized": ([dense("sigmoid"), layers.BatchNormalization()], (-INF, INF)),
    "upsampled": ([dense("sigmoid"), layers.UpSampling2D(2)], (0, 1)),
    "concatenated": ([dense(), lambda x: ops.concatenate([ops.tanh(x), ops.sigmoid(x)])], (-1, 1)),
    "added": ([dense(), lambda x: layers.Add()([ops.tanh(x), ops.sigmoid(x)])], (-1, 2)),
    "residual": ([lambda x: layers.Add()([x, dense("tanh")(x)])], (-INF, INF)),
    "gated": ([dense(), lambda x: layers.Multiply()([ops.tanh(x), ops.sigmoid(x)])], (-1, 1)),
    "spectral normalization": ([SpectralNormalization(dense("sigmoid"))], (0, 1)),
    "time distributed": ([layers.TimeDistributed(dense("sigmoid"))], (0, 1)),
    "nested": ([keras.Sequential([layers.Input((4, 4, 2)), dense("sigmoid")]), layers.Flatten()], (0, 1)),
    "pooled": ([dense("relu"), layers.GlobalAveragePooling2D()], (0, INF)),
    "convolution": ([layers.Conv2DTranspose(1, 2, activation="sigmoid")], (0, 1)),
    "half precision": ([layers.Dense(2, "sigmoid", dtype="mixed_bfloat16")], (0, 1)),
}


@pytest.mark.parametrize(("parts", "expected"), CASES.values(), ids=CASES)
def test_what_follows_activations(parts, expected):
    assert ranges_after(*parts) == [pytest.approx(expected, abs=1e-3)]


class Own(layers.Layer):
    def call(self, inputs):
        return ops.sigmoid(inputs)


def test_what_layers_do_not_tell():
    assert ranges_after(dense(), Own()) == [None]
    assert ranges_after(dense(), layers.Lambda(lambda x: ops.sigmoid(x))) == [None]
    assert ranges_after(Own(), dense("tanh")) == [(-1, 1)]
    assert ranges_after(Own(), layers.Activation("sigmoid")) == [(0, 1)]


@pytest.mark.parametrize(
    ("last", "name"),
    [
        (layers.ReLU(), "relu"),
        (layers.LeakyReLU(0.0), "leaky_relu"),
        (ops.hard_sigmoid, "hard_sigmoid"),
        (ops.exp, "exp"),
        (layers.Activation("relu6"), "relu6"),
        (lambda x: keras.activations.relu(x, threshold=1.0), "relu"),
        (layers.Activation(lambda x: ops.sigmoid(x)), "function"),
    ],
)
def test_the_source_of_a_bound_has_a_name(last, name):
    inputs = keras.Input((3,))
    assert output_ranges(keras.Model(inputs, last(dense()(inputs))))[0].source == name


def test_every_output_is_told_apart():
    inputs = keras.Input((3,))
    network = keras.Model(inputs, [dense()(inputs), dense("softmax")(inputs)])
    first, second = output_ranges(network)
    assert not first.bounded
    assert (second.low, second.high, second.source) == (0, 1, "softmax")


class Sigmoid(subclassed.Generator):
    def call(self, latents, training=False):
        return ops.sigmoid(super().call(latents, training=training))


def test_subclassed_networks_are_looked_into():
    assert output_ranges(functional(subclassed.generator())) == [Range(-1, 1, "tanh")]
    low, high, source = output_ranges(functional(subclassed.generator(Sigmoid())))[0]
    assert (low, high, source) == (pytest.approx(0.2689, abs=1e-3), pytest.approx(0.7311, abs=1e-3), "sigmoid")
    pair = subclassed.built(subclassed.Pairs(16, subclassed.SHAPE), (2, 3), (2,))
    assert not output_ranges(functional(pair))[0].bounded
    assert output_ranges(functional(subclassed.generator(subclassed.Built()))) == [None]  # TensorFlow's functions


SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("resnet", "style")]


@pytest.mark.parametrize("name", ["mlp", "dcgan", *SLOW])
def test_shipped_architectures_reach_images(name):
    module = getattr(architectures, name)
    (images,) = output_ranges(module.generator((8, 8, 1), latent_dim=2))
    logits = output_ranges(module.discriminator((8, 8, 1)))[0]
    assert images is not None
    assert images.low <= -1 < 1 <= images.high
    assert logits == (-INF, INF, "")


def test_ranges_are_written_as_intervals():
    ranges = [Range(0, 1), Range(-0.25, INF), Range(-INF, 0)]
    assert [str(known) for known in ranges] == ["[0, 1]", "[-0.25, inf)", "(-inf, 0]"]
    assert [known.one_sided for known in ranges] == [True, False, True]
    assert [known.bounded for known in ranges] == [True, False, False]
