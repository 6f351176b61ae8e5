"""Each private name of Keras that kgan uses: that it is there, that it does what kgan needs, that no public one does.

Where a test here fails because Keras has gained a public way, use that and remove the function.
"""

import keras
import numpy as np
import pytest

from kgan.backend import keras_internals


def dense(**options):
    """A layer of one unit, in a Functional model of two inputs."""
    inputs = keras.Input((2,))
    layer = keras.layers.Dense(1, **options)
    return keras.Model(inputs, layer(inputs)), layer


def public(kind, *parts):
    """Return the public attributes of a class whose name contains one of `parts`."""
    return [name for name in dir(kind) if not name.startswith("_") and any(part in name for part in parts)]


class Recorder(keras.callbacks.Callback):
    """Sets the first epoch when training begins, and lists the epochs that follow."""

    def __init__(self, first):
        super().__init__()
        self.first, self.epochs = first, []

    def on_train_begin(self, logs=None):
        keras_internals.set_initial_epoch(self.model, self.first)

    def on_epoch_begin(self, epoch, logs=None):
        self.epochs.append(epoch)


def test_nested_layers_reach_into_models_and_wrappers():
    inner, layer = dense()
    wrapper = keras.layers.TimeDistributed(keras.layers.Dense(3))
    inputs = keras.Input((4, 2))
    outer = keras.Model(inputs, [wrapper(inputs), inner(inputs[:, 0])])
    nested = keras_internals.nested_layers(outer)
    assert wrapper.layer in nested
    assert layer in nested
    assert outer not in nested
    # The public list is flat, and nothing else is public.
    assert wrapper.layer not in outer.layers
    assert public(keras.Model, "flatten", "nested", "sublayer") == []


def test_nested_layers_name_a_shared_layer_once():
    layer = keras.layers.Dense(2)
    inputs = keras.Input((2,))
    network = keras.Model(inputs, layer(layer(inputs)))
    assert keras_internals.nested_layers(network).count(layer) == 1


def test_operation_of_an_output():
    network, layer = dense()
    assert keras_internals.operation_of(network.outputs[0]) is layer
    assert keras_internals.operation_of(network.inputs[0]) is network.layers[0]
    assert public(keras.KerasTensor, "history", "operation", "producer", "node") == []


def test_functional_of_a_sequential_model():
    sequential = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    functional = keras_internals.functional_of(sequential)
    assert functional is not sequential
    assert functional.outputs[0] is sequential.outputs[0]
    network, _ = dense()
    assert keras_internals.functional_of(network) is network
    assert public(keras.Sequential, "functional") == []


def test_nodes_in_order_and_one_for_each_call():
    layer = keras.layers.Dense(2)
    inputs = keras.Input((2,))
    once = layer(inputs)
    twice = layer(once)
    nodes = keras_internals.nodes_of(keras.Model(inputs, twice))
    assert [node.outputs[0] for node in nodes] == [inputs, once, twice]
    assert [node.operation for node in nodes][1:] == [layer, layer]
    # The public ways know the first call only.
    assert keras.Model(inputs, twice).operations.count(layer) == 1
    assert layer.output is once
    assert public(keras.Model, "nodes") == []


def test_compiled_metrics_are_none_without_any():
    network, _ = dense()
    network.compile(optimizer="sgd", loss="mse")
    assert keras_internals.compiled_metrics(network) is None


def test_compiled_metrics_hold_what_was_compiled():
    network, _ = dense()
    network.compile(optimizer="sgd", loss="mse", metrics=["mae"])
    metrics = keras_internals.compiled_metrics(network)
    metrics.build(np.ones((2, 1)), np.ones((2, 1)))
    metrics.update_state(np.ones((2, 1)), np.zeros((2, 1)))
    assert {name: float(value) for name, value in metrics.result().items()} == {"mae": 1.0}
    # `metrics` lists it among others, without a name that tells it apart; `compute_metrics` also updates.
    assert metrics in network.metrics
    # The public name is a deprecated wrapper that can only update.
    assert set(public(keras.Model, "compile_metrics", "compiled_metrics")) <= {"compiled_metrics"}
    assert not hasattr(network.compiled_metrics, "result")


def test_fit_says_so_when_it_evaluates():
    received = []

    class Model(keras.Model):
        def evaluate(self, *args, **kwargs):
            received.append(kwargs)
            return super().evaluate(*args, **kwargs)

    inputs = keras.Input((2,))
    network = Model(inputs, keras.layers.Dense(1)(inputs))
    network.compile(optimizer="sgd", loss="mse")
    pair = np.ones((2, 2)), np.ones((2, 1))
    network.fit(*pair, validation_data=pair, verbose=0)
    network.evaluate(*pair, verbose=0)
    assert [keras_internals.evaluates_within_fit(kwargs) for kwargs in received] == [True, False]
    assert not any(name.startswith(("use", "cached")) for kwargs in received for name in kwargs)


def test_a_callback_sets_the_first_epoch():
    network, _ = dense()
    network.compile(optimizer="sgd", loss="mse")
    recorder = Recorder(first=2)
    network.fit(np.ones((2, 2)), np.ones((2, 1)), epochs=4, verbose=0, callbacks=[recorder])
    assert recorder.epochs == [2, 3]
    keras_internals.set_initial_epoch(network, None)
    recorder = Recorder(first=None)
    network.fit(np.ones((2, 2)), np.ones((2, 1)), epochs=2, verbose=0, callbacks=[recorder])
    assert recorder.epochs == [0, 1]
    assert public(keras.Model, "initial_epoch") == []


def test_variables_an_optimizer_was_built_for():
    network, _ = dense()
    optimizer = keras.optimizers.SGD(use_ema=True)
    optimizer.build(network.trainable_variables)
    variables = keras_internals.built_variables(optimizer)
    assert [id(variable) for variable in variables] == [id(variable) for variable in network.trainable_variables]
    optimizer.finalize_variable_values(variables)
    assert public(keras.optimizers.Optimizer, "trainable_variables") == []


@pytest.mark.parametrize(("direction", "kept"), [("up", 2.0), ("down", 1.0)])
def test_direction_of_a_metric_is_read_by_callbacks(direction, kept):
    class Given(keras.metrics.Mean):
        def update_state(self, y_true, y_pred, sample_weight=None):
            super().update_state(y_true)

    network, _ = dense()
    metric = Given(name="given")
    network.compile(optimizer=keras.optimizers.SGD(0.0), loss="mse", metrics=[metric])

    def stop():
        callback = keras.callbacks.EarlyStopping(monitor="given", patience=5)
        callback.set_model(network)
        callback.on_train_begin()
        for epoch, value in enumerate([2.0, 1.0]):
            callback.on_epoch_end(epoch, {"given": value})
        return callback.best

    network.fit(np.ones((2, 2)), np.ones((2, 1)), verbose=0)
    with pytest.raises(ValueError, match="isn't able to automatically determine"):
        stop()
    keras_internals.set_direction(metric, direction)
    assert stop() == kept
    assert public(keras.metrics.Metric, "direction") == []


def test_writer_of_a_tensorboard_callback(tmp_path):
    network, _ = dense()
    callback = keras.callbacks.TensorBoard(tmp_path)
    callback.set_model(network)
    writer = keras_internals.training_writer(callback)
    with writer.as_default():
        pass
    writer.close()
    assert list((tmp_path / "train").iterdir())
    assert public(keras.callbacks.TensorBoard, "writer") == []


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (keras.layers.Dense(3), (2, 3)),
        (keras.layers.Conv2D(3, 1), (1, 1, 2, 3)),
        (keras.layers.Embedding(5, 3), (5, 3)),
    ],
)
def test_weight_matrix_is_the_variable(layer, shape):
    layer.build((None, 4, 4, 2))
    variable = keras_internals.weight_matrix(layer)
    assert tuple(variable.shape) == shape
    assert any(variable is weight for weight in layer.weights)


def test_weight_matrix_with_lora():
    _, layer = dense()
    layer.enable_lora(1)
    variable = keras_internals.weight_matrix(layer)
    assert any(variable is weight for weight in layer.weights)
    assert not isinstance(layer.kernel, keras.Variable)  # what the private name is needed for


def test_weight_matrix_needs_weights():
    with pytest.raises(ValueError, match="Expected a layer with a kernel or embeddings"):
        keras_internals.weight_matrix(keras.layers.Flatten())
