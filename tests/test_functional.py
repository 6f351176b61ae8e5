"""Networks of any kind with known inputs and outputs."""

import keras
import numpy as np
import pytest
import subclassed
from keras import layers, ops

from kgan._functional import functional
from kgan.architectures.inspection import num_classes_of

LATENTS = np.float32([[0.5, -1.0, 2.0], [0.1, 0.2, -0.3], [1.0, 1.0, 1.0]])
LABELS = np.int32([2, 0, 1])

KINDS = {
    "subclass": subclassed.Generator,
    "arguments": lambda: subclassed.WithArguments(4, layers.Dense(5), lambda x: x * 0.5),
    "configured": lambda: subclassed.Configured(5),
    "own build, TensorFlow": subclassed.Built,
    "sequential": lambda: keras.Sequential([layers.Dense(16), layers.Reshape(subclassed.SHAPE)]),
    "subclassed sequential": lambda: subclassed.InOrder(6),
    "subclassed functional": lambda: subclassed.Graph(6),
    "subclassed functional with a call": lambda: subclassed.GraphWithCall(6),
}


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_any_built_model_becomes_one_with_inputs_and_outputs(make):
    model = subclassed.generator(make())
    network = functional(model, "generator")
    assert [tensor.shape for tensor in network.inputs] == [(None, 3)]
    assert [tensor.shape for tensor in network.outputs] == [(None, *subclassed.SHAPE)]
    assert network.name == model.name
    assert [id(weight) for weight in network.weights] == [id(weight) for weight in model.weights]
    np.testing.assert_array_equal(network(LATENTS), model(LATENTS))
    assert functional(network) is network


@pytest.mark.parametrize("how", ["symbolic", "build", "own build"])
def test_ways_to_build(how):
    model = subclassed.Built() if how == "own build" else subclassed.Generator()
    if how == "symbolic":
        model(keras.Input((3,)))
    elif how == "own build":
        model.build((None, 3))
    else:
        with pytest.warns(UserWarning, match="does not have a `build"):
            model.build((None, 3))  # Keras calls it built, and knows the shape, but makes no weights
    network = functional(model)
    assert network.outputs[0].shape == (None, *subclassed.SHAPE)
    assert network.weights
    np.testing.assert_array_equal(network(LATENTS), model(LATENTS))


@pytest.mark.parametrize("kind", [subclassed.Arguments, subclassed.Pairs, subclassed.Named])
def test_labels_in_every_way(kind):
    model = subclassed.built(kind(16, subclassed.SHAPE), (2, 3), (2,))
    network = functional(model)
    assert [tensor.shape for tensor in network.inputs] == [(None, 3), (None,)]
    assert [tensor.dtype for tensor in network.inputs] == ["float32", "int32"]
    np.testing.assert_allclose(network([LATENTS, LABELS]), model.compute(LATENTS, LABELS), rtol=1e-6)


def test_labels_of_functional_models_come_last():
    labels, latents = keras.Input((), dtype="int32", name="a"), keras.Input((3,), name="b")
    outputs = ops.concatenate([latents, layers.Embedding(3, 2)(labels)], axis=1)
    for inputs in ([labels, latents], {"a": labels, "b": latents}, {"b": latents, "a": labels}):
        network = functional(keras.Model(inputs, outputs))
        assert [tensor.shape for tensor in network.inputs] == [(None, 3), (None,)]
        np.testing.assert_array_equal(network([LATENTS, LABELS])[:, :3], LATENTS)
    as_usual = keras.Model([latents, labels], outputs)
    assert functional(as_usual) is as_usual


def test_one_hot_labels_become_integers():
    latents, one_hot = keras.Input((3,)), keras.Input((3,))
    model = keras.Model([latents, one_hot], ops.concatenate([latents, one_hot], axis=1))
    network = functional(model)
    assert [tensor.shape for tensor in network.inputs] == [(None, 3), (None,)]
    np.testing.assert_array_equal(network([LATENTS, LABELS]), np.hstack([LATENTS, np.eye(3)[LABELS]]))
    assert num_classes_of(network) == 3
    assert functional(network) is network
    in_a_list = subclassed.SumOfPair()
    in_a_list([np.zeros((2, 3), "float32"), np.zeros((2, 3), "float32")])
    np.testing.assert_array_equal(
        functional(in_a_list)([LATENTS, LABELS]), LATENTS + np.eye(3, dtype="float32")[LABELS]
    )
    as_arguments = subclassed.built(subclassed.Sum(), (2, 3), (2, 3))  # Keras remembers the shape of the first only
    with pytest.raises(ValueError, match="Labels are integers"):
        functional(as_arguments)


@pytest.mark.parametrize("kind", [list, tuple, dict])
def test_class_logits_come_last(kind):
    model = subclassed.discriminator(subclassed.Classifier(kind))
    network = functional(model, "discriminator")
    assert [tensor.shape for tensor in network.outputs] == [(None, 1), (None, subclassed.CLASSES)]
    images = np.ones((2, *subclassed.SHAPE), "float32")
    np.testing.assert_allclose(network(images)[0], model.logits(model.flat(images)), rtol=1e-6)


def test_training_mode_arrives():
    keras.utils.set_random_seed(0)
    network = functional(subclassed.discriminator())
    images = np.ones((64, *subclassed.SHAPE), "float32")
    assert np.ptp(network(images, training=False)) < 1e-5
    assert np.ptp(network(images, training=True)) > 1e-2


@pytest.mark.parametrize(
    ("network", "role", "advice"),
    [
        (
            subclassed.Generator(),
            "generator",
            r"not built. Call it once .*: generator\(keras.Input\(\(latent_dim,\)\)\)",
        ),
        (
            subclassed.Arguments(1, (1,)),
            "discriminator",
            r'discriminator\(keras.Input\(\(height, width, channels\)\), keras.Input\(\(\), dtype="int32"\)\)',
        ),
        (keras.Sequential([layers.Dense(1)]), "generator", r"begin with keras.Input"),
    ],
)
def test_models_that_are_not_built(network, role, advice):
    with pytest.raises(ValueError, match=f"Expected `{role}` to be a built model.*{advice}"):
        functional(network, role)


@pytest.mark.parametrize(
    ("network", "advice"),
    [
        (subclassed.Generator, r"This is the class: pass an instance, Generator\(...\)"),
        (layers.Dense(1), "A layer becomes a model"),
        (lambda: None, "This is a function"),
        (None, "Received: None"),
    ],
)
def test_what_is_no_model(network, advice):
    with pytest.raises(TypeError, match=f"Expected `generator` to be a keras.Model.*{advice}"):
        functional(network, "generator")


def test_what_the_advice_says_works():
    model = subclassed.Generator()
    with pytest.raises(ValueError, match="not built"):
        functional(model)
    model(keras.Input((3,)))
    assert functional(model).inputs[0].shape == (None, 3)


def test_optional_labels():
    class Optional(subclassed.Conditional):
        def call(self, inputs, labels=None):
            return self.compute(inputs, labels)

    class Unneeded(subclassed.Generator):
        def call(self, latents, labels=None):
            return super().call(latents)

    needed = functional(subclassed.built(Optional(16, subclassed.SHAPE), (2, 3), (2,)))
    assert [tensor.shape for tensor in needed.inputs] == [(None, 3), (None,)]
    assert len(functional(subclassed.generator(Unneeded())).inputs) == 1


class Vague(keras.Model):
    def call(self, images):
        return ops.reshape(images, (ops.shape(images)[0], -1))


class Told(Vague):
    def compute_output_shape(self, input_shape):
        return (input_shape[0], 16)


def test_outputs_of_unknown_size():
    with pytest.raises(
        ValueError, match=r"outputs of \(None, None\).*or give the class a method `compute_output_shape`"
    ):
        functional(subclassed.discriminator(Vague()), "discriminator")
    assert functional(subclassed.discriminator(Told())).outputs[0].shape == (None, 16)


def test_calls_that_fail():
    class Fixed(keras.Model):
        def call(self, latents):
            return latents + np.ones((2, 3), "float32") if latents.shape[0] == 2 else latents.missing

    with pytest.raises(
        ValueError, match="Expected `generator` to take symbolic inputs(?s:.*)has no attribute 'missing'$"
    ):
        functional(subclassed.generator(Fixed()), "generator")
