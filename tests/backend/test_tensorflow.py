"""Derivatives against closed forms."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from kgan import backend


def test_input_gradient_is_each_image_s_own():
    points = ops.convert_to_tensor([[1.0, 2.0], [3.0, 4.0]])
    value, gradient = backend.input_gradient(lambda x: ops.sum(x**3, axis=1), points)
    np.testing.assert_allclose(value, [9.0, 91.0])
    np.testing.assert_allclose(gradient, [[3.0, 12.0], [27.0, 48.0]])


def test_a_function_that_ignores_its_points_has_gradient_zero():
    _, gradient = backend.input_gradient(lambda x: ops.ones((2, 1)), ops.ones((2, 3)))
    np.testing.assert_array_equal(gradient, np.zeros((2, 3)))


def test_gradients_of_two_losses_from_one_pass():
    a, b = keras.Variable(2.0), keras.Variable(3.0)
    calls = []

    def losses():
        calls.append(1)
        product = a * b
        return [product**2, 5.0 * product], "kept"

    values, gradients, results = backend.gradients(losses, [a], [b])
    assert [float(value) for value in values] == [36.0, 30.0]
    assert [float(gradient) for (gradient,) in gradients] == [36.0, 10.0]  # 2 a b^2 and 5 a
    assert (len(calls), results) == (1, "kept")


def test_pullback_survives_a_change_of_other_variables():
    a, b = keras.Variable(2.0), keras.Variable(3.0)
    value, pull = backend.pullback(lambda: a * a, [a])
    b.assign(100.0)
    assert float(value) == 4.0
    assert float(pull(ops.convert_to_tensor(10.0))[0]) == 40.0


def test_gradients_of_an_embedding_are_dense():
    layer = keras.layers.Embedding(4, 2)
    layer.build()
    labels = np.int32([1, 1, 3])
    _, ((gradient,),), _ = backend.gradients(lambda: ([ops.sum(layer(labels))], None), layer.trainable_variables)
    np.testing.assert_array_equal(gradient, [[0, 0], [2, 2], [0, 0], [1, 1]])


@pytest.mark.parametrize(("bad", "expected"), [(1.0, 1), (np.nan, 0), (np.inf, 0), (-np.inf, 0)])
def test_where_finite(bad, expected):
    counter = keras.Variable(0)
    called = backend.where_finite(
        [ops.convert_to_tensor(0.5), ops.convert_to_tensor([[1.0, bad]])], lambda: counter.assign_add(1)
    )
    assert bool(called) == bool(expected)
    assert int(counter) == expected


class TestUseDevice:
    @pytest.fixture
    def gpus(self, monkeypatch):
        """A machine with two GPUs, whose visible ones are in a list."""
        devices = [f"GPU {number}" for number in range(2)]
        visible = list(devices)
        monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: devices)
        monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: visible)
        monkeypatch.setattr(tf.config, "set_visible_devices", lambda chosen, kind: visible.__init__(chosen))
        monkeypatch.setattr(
            tf.config.experimental, "get_device_details", lambda device: {"device_name": f"Model of {device}"}
        )
        return visible

    @pytest.mark.parametrize(
        ("name", "visible", "words"),
        [
            ("auto", ["GPU 0", "GPU 1"], "GPU: Model of GPU 0"),
            ("gpu", ["GPU 0"], "GPU: Model of GPU 0"),
            ("gpu:1", ["GPU 1"], "GPU: Model of GPU 1"),
            ("cpu", [], "CPU"),
        ],
    )
    def test_two_gpus(self, gpus, name, visible, words):
        assert backend.use_device(name) == words
        assert gpus == visible

    def test_one_that_is_not_there(self, gpus, monkeypatch):
        with pytest.raises(ValueError, match=r"'gpu:2', but it finds 2 of them, which begin with gpu:0"):
            backend.use_device("gpu:2")
        monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
        with pytest.raises(ValueError, match="finds none: install TensorFlow with CUDA"):
            backend.use_device("gpu")
        gpus.clear()
        assert backend.use_device("auto") == "CPU (TensorFlow finds no GPU)"

    @pytest.mark.parametrize("name", ["tpu", "gpu:x", "cpu:1", "gpu:-1", ""])
    def test_an_unknown_name(self, name):
        with pytest.raises(ValueError, match=r"`device` must be auto, cpu, gpu"):
            backend.use_device(name)
