"""The two ranges of pixels."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan import images
from kgan.images import pixels

LEVELS = np.arange(256, dtype="uint8")
FLOATS = np.random.default_rng(0).uniform(-1.1, 1.1, 10_000).astype("float32")


def test_round_trip_is_exact():
    np.testing.assert_array_equal(images.to_uint8(images.from_uint8(LEVELS)), LEVELS)
    assert images.to_uint8(np.array([-7.0, 7.0])).tolist() == [0, 255]
    assert images.from_uint8([0, 255]).dtype == "float32"


def test_bad_arrays():
    with pytest.raises(ValueError, match="Expected finite images. Received: 1 values"):
        images.to_uint8(np.array([0.0, np.nan]))
    with pytest.raises(ValueError, match="Expected float images"):
        images.to_uint8(np.array([0, 1]))


def test_quantize():
    quantized = images.quantize(FLOATS)
    np.testing.assert_array_equal(quantized, images.from_uint8(images.to_uint8(FLOATS)))
    np.testing.assert_array_equal(images.quantize(quantized), quantized)


def test_levels_are_neither_rounded_nor_clipped():
    assert pixels.to_levels(np.array([-2.0, 0.0, 1.0])).tolist() == [-127.5, 127.5, 255.0]
    np.testing.assert_allclose(pixels.from_levels(pixels.to_levels(FLOATS.astype("float64"))), FLOATS, atol=1e-12)


@pytest.mark.parametrize("function", [images.to_uint8, images.from_uint8, images.quantize])
def test_tensors_and_arrays_give_the_same(function):
    values = LEVELS if function is images.from_uint8 else FLOATS
    expected = function(values)
    assert isinstance(expected, np.ndarray)
    eager = function(keras.ops.convert_to_tensor(values))
    assert keras.ops.is_tensor(eager)
    np.testing.assert_array_equal(eager, expected)
    (mapped,) = tf.data.Dataset.from_tensors(values).map(function)
    for graph in (tf.function(function)(tf.constant(values)), mapped):
        assert graph.dtype == expected.dtype
        np.testing.assert_allclose(graph, expected, rtol=0, atol=2**-23)  # graphs multiply by the reciprocal


def test_graph_is_that_of_the_plain_expression():
    @tf.function
    def plain(values):
        return tf.cast(values, tf.float32) / 127.5 - 1.0

    np.testing.assert_array_equal(tf.function(images.from_uint8)(tf.constant(LEVELS)), plain(tf.constant(LEVELS)))


def test_tensors_of_tf_data_with_another_backend(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("Keras's backend was asked for a tensor of tf.data")

    for name in ("cast", "clip", "round"):
        monkeypatch.setattr(pixels.ops, name, refuse)
    monkeypatch.setattr(pixels.ops, "is_tensor", lambda value: False)
    (mapped,) = tf.data.Dataset.from_tensors(LEVELS).map(images.from_uint8)
    np.testing.assert_array_equal(mapped, images.from_uint8(LEVELS))
