"""Every use of a name that Keras marks as its own with an underscore, each with the reason why it is needed.

No other module of kgan reads such a name. `tests/backend/test_keras_internals.py` fails when one of them disappears,
and also when Keras offers a public way, so that the use can be removed.
"""

from typing import Any

import keras


def nested_layers(network: keras.Model) -> list[keras.layers.Layer]:
    """Return all layers of a network, at any depth, without the network itself.

    Reason: `network.layers` lists only the first level, and a layer that wraps another one, such as
    `keras.layers.TimeDistributed`, has no public list of what it wraps.

    Example:
    >>> inner = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> outer = keras.Sequential([keras.Input((2,)), inner])
    >>> sorted(type(layer).__name__ for layer in nested_layers(outer))
    ['Dense', 'InputLayer', 'InputLayer', 'Sequential']
    """
    return network._flatten_layers(include_self=False)


def operation_of(tensor: keras.KerasTensor) -> Any:
    """Return the operation (a layer, a network or a `keras.ops` function) whose result a symbolic tensor is.

    Reason: a `KerasTensor` has no public link to the operation that made it.

    Example:
    >>> network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> type(operation_of(network.outputs[0])).__name__
    'Dense'
    """
    return tensor._keras_history.operation


def functional_of(network: keras.Model) -> keras.Model:
    """Return the Functional model that a built `keras.Sequential` holds; any other network is returned as it is.

    Reason: a Sequential model runs as a Functional one, whose inputs, outputs and nodes it does not publish.
    """
    return getattr(network, "_functional", None) or network


def nodes_of(network: keras.Model) -> list[Any]:
    """Return the calls of operations in a Functional or built Sequential model, from the inputs to the outputs.

    Each has `operation`, `arguments` and `outputs`. An operation that is called twice appears twice.

    Reason: the public `operations` names each operation once, and `operation.output` is the result of the first
    call only, so that the others of a shared layer are missed.
    """
    levels = functional_of(network)._nodes_by_depth
    return [node for depth in sorted(levels, reverse=True) for node in levels[depth]]


def calls_of(operation: Any) -> list[Any]:
    """Return the symbolic calls of a layer or model, the first one first. Each has `arguments` and `outputs`.

    Reason: `operation.input` is that of the only call, and does not tell positional arguments from named ones.
    """
    return operation._inbound_nodes


def compiled_metrics(model: keras.Model) -> Any | None:
    """Return the one metric in which Keras keeps those of `compile(metrics=...)`, or None if none were given.

    Reason: a model that overrides `metrics`, `train_step` or `test_step` must list, build, update and read this
    metric; the public `compute_metrics` always updates it and returns the results of all metrics.
    """
    return model._compile_metrics


def evaluates_within_fit(options: dict[str, Any]) -> bool:
    """Return whether the keyword arguments of `evaluate` show that `fit` is calling it, for `validation_data`.

    Reason: `fit` has checked the data already, and says so to `evaluate` with an argument of its own only.
    """
    return bool(options.get("_use_cached_eval_dataset"))


def set_initial_epoch(model: keras.Model, epoch: int | None) -> None:
    """Let the running `fit` start at `epoch`, from a callback's `on_train_begin`. None forgets it again.

    Reason: `fit(initial_epoch=...)` is read before the callbacks have loaded a saved state. Keras's own
    `BackupAndRestore` sets the same attribute, and never clears it.
    """
    model._initial_epoch = epoch


def built_variables(optimizer: keras.optimizers.Optimizer) -> list[keras.Variable]:
    """Return the variables that an optimizer was built for.

    Reason: `finalize_variable_values` must be given them, and `optimizer.variables` lists only the optimizer's own.
    """
    return optimizer._trainable_variables


def set_direction(metric: keras.metrics.Metric, direction: str) -> None:
    """Tell `EarlyStopping`, `ModelCheckpoint` and `ReduceLROnPlateau` which way a metric improves.

    Reason: with `mode="auto"` they read a private attribute that Keras's own metrics set, and fail without it.

    Args:
        metric: the metric.
        direction: `"up"` if larger is better, `"down"` if smaller is better.
    """
    metric._direction = direction


def training_writer(callback: keras.callbacks.TensorBoard) -> Any:
    """Return the summary writer of the training run of a `TensorBoard` callback.

    Reason: images belong in the run's own log, and the callback has no public method to write one.
    """
    return callback._train_writer


def weight_matrix(layer: keras.layers.Layer) -> keras.Variable:
    """Return the variable with the kernel, or the embeddings, of a built layer.

    Reason: `layer.kernel` is a variable only in a plain layer. With LoRA it is a sum of tensors, while the variable
    itself is needed to give the layer another value for one call (`keras.StatelessScope`).

    Raises:
        ValueError: the layer has neither.
    """
    for name in ("_kernel", "kernel", "_embeddings", "embeddings"):
        variable = getattr(layer, name, None)
        if isinstance(variable, keras.Variable):
            return variable
    raise ValueError(f"Expected a layer with a kernel or embeddings. Received: {layer!r}")
