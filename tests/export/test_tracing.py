"""How weights are stored in a SavedModel."""

import keras
import numpy as np
import tensorflow as tf

from kgan.export import exporting, tracing
from kgan.models.open_model import open_model


def wide():
    """A generator with one large kernel, of 12,800 numbers."""
    return keras.Sequential(
        [
            keras.Input((100,)),
            keras.layers.Dense(128, activation="tanh"),
            keras.layers.Dense(16, activation="tanh"),
            keras.layers.Reshape((4, 4, 1)),
        ]
    )


def size(folder):
    return sum(path.stat().st_size for path in (folder / "variables").iterdir())


def test_only_large_arrays_are_stored_in_half_precision():
    variables = [
        tf.Variable(tf.ones((100, 100)), name="kernel:0"),
        tf.Variable(tf.ones((99, 100))),
        tf.Variable(tf.ones((20_000,), tf.int32)),
        keras.Variable(np.ones((200, 100), "float32")),
    ]
    stored = tracing.stored(variables, "float16")
    assert [variable.dtype.name for variable in stored] == ["float16", "float32", "int32", "float16"]
    assert stored[0].name == "kernel:0"
    assert [tracing.read(variable).dtype.name for variable in stored] == ["float32", "float32", "int32", "float32"]


def test_each_weight_is_stored_once_and_tensorflow_says_nothing(tmp_path, caplog):
    generator = wide()
    with caplog.at_level("INFO", logger="root"):
        exporting.export(generator, tmp_path / "model")
    assert not [record for record in caplog.records if record.name == "tensorflow"]
    shapes = dict(tf.train.list_variables(str(tmp_path / "model" / "variables" / "variables")))
    count = sum(int(np.prod(shape)) for name, shape in shapes.items() if name.startswith("weights"))
    assert count == generator.count_params()
    assert size(tmp_path / "model") < 4 * generator.count_params() + 5000


def test_half_precision_takes_half_the_space_and_gives_nearly_the_same_images(tmp_path):
    generator = wide()
    for name in ("float32", "float16"):
        exporting.export(generator, tmp_path / name, weights_dtype=name)
    assert size(tmp_path / "float16") < size(tmp_path / "float32") - 25_000
    whole, half = (open_model(tmp_path / name).generate(64, seed=1) for name in ("float32", "float16"))
    assert half.dtype == np.float32
    assert 0 < np.abs(whole - half).max() < 2e-3
