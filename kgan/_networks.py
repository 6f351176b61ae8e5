"""Copies of networks."""

import contextlib
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from kgan.backend import keras_internals

SAVABLE = (
    "A class that a file can hold: @keras.saving.register_keras_serializable() before it, `def __init__(self, width, "
    "**kwargs)` with super().__init__(**kwargs), and `def get_config(self)` that returns {**super().get_config(), "
    "'width': self.width}."
)
"""What to do where `why_not_saved` gives a reason."""

CANNOT_BUILD = ".*had a build config, but the model cannot be built"
"""How Keras begins a warning about every model whose `call` takes several arguments."""


def copy(network: keras.Model, change: Callable[[dict[str, Any]], dict[str, Any]] | None = None) -> keras.Model:
    """Return a network of the same layers and weights.

    Layers and functions that are not registered with Keras, lambdas among them, are copied too: the network is at hand,
    so its classes and functions are, and nothing comes from a file.

    Args:
        network: Functional or Sequential model.
        change: function of the network's configuration that returns that of the copy. Defaults to the same one.

    Example:
    >>> class Double(keras.layers.Layer):
    ...     def call(self, inputs):
    ...         return 2 * inputs
    >>> network = keras.Sequential([keras.Input((3,)), Double(), keras.layers.Dense(1, activation=lambda x: -x)])
    >>> [layer.name for layer in copy(network).layers] == [layer.name for layer in network.layers]
    True
    """
    objects = _classes_and_functions(network)
    with _named(objects):
        config = network.get_config()
        config = config if change is None else change(config)
        with keras.saving.custom_object_scope({**_importable(config), **objects}), warnings.catch_warnings():
            # Keras cannot build a model of several arguments by itself, and says so; the network's graph builds it.
            warnings.filterwarnings("ignore", CANNOT_BUILD, UserWarning)
            duplicate = type(network).from_config(config)
    duplicate.set_weights(network.get_weights())
    return duplicate


def average_of(network: keras.Model) -> keras.Model:
    """Return a network that computes the same with frozen weights of its own: a copy, or a twin where that is not safe.

    Args:
        network: Functional or Sequential model.
    """
    if why_not_saved(network) is None:
        average = copy(network)
    else:
        average = _alone(Twin(network), network)
    average.trainable = False
    return average


def twin_computing_in(network: keras.Model, dtype: str) -> keras.Model | None:
    """Return a copy of a twin's network that computes in `dtype`; None if the network is not that of a twin."""
    twin = next((layer for layer in network.layers if isinstance(layer, Twin)), None)
    if twin is None:
        return None
    other = Twin(twin.network(), dtype)
    other.set_weights(twin.get_weights())
    return _alone(other, network)


def _alone(twin: "Twin", network: keras.Model) -> keras.Model:
    """Return a Functional model with a twin as its only layer, and the inputs of `network`."""
    inputs = [keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=tensor.name) for tensor in network.inputs]
    arguments = inputs if len(inputs) > 1 else inputs[0]
    return keras.Model(arguments, twin(arguments), name=network.name)


@contextlib.contextmanager
def _computing_in(network: keras.Model, dtype: str | None) -> Iterator[None]:
    """Let the layers of a network compute in another floating-point type within a `with` block."""
    layers = [network, *keras_internals.nested_layers(network)] if dtype else []
    layers = [layer for layer in layers if keras.backend.is_float_dtype(layer.compute_dtype or "")]
    policies = [layer.dtype_policy for layer in layers]
    try:
        for layer in layers:
            layer.dtype_policy = dtype
        yield
    finally:
        for layer, policy in zip(layers, policies, strict=True):
            layer.dtype_policy = policy


def why_not_saved(network: keras.Model) -> str | None:
    """Return why a network's configuration does not describe it, so that no file can hold it, or None if it does.

    Args:
        network: Functional or Sequential model.
    """
    layers = [layer for layer in keras_internals.nested_layers(network) if _is_own(layer)]
    own = dict.fromkeys(type(layer).__name__ for layer in layers)
    if not own:
        return None
    try:
        duplicate = copy(network)
        # A model often has a configuration that nobody ever loaded, and it is cheap to try.
        if not any(isinstance(layer, keras.Model) for layer in layers) or _compute_the_same(network, duplicate):
            return None
        reason = "the `get_config` of {} leaves out an argument of its constructor: a copy computes something else"
    except (TypeError, ValueError, AttributeError, LookupError, RuntimeError):  # what the classes of a user raise
        reason = "{} needs a `get_config` that returns all arguments of its constructor, which takes **kwargs too"
    return reason.format(" or ".join(own))


def _is_own(layer: keras.layers.Layer) -> bool:
    """Return whether a layer is of a class of neither Keras nor kgan."""
    return type(layer).__module__.partition(".")[0] not in ("keras", "kgan")


def _compute_the_same(network: keras.Model, duplicate: keras.Model) -> bool:
    """Return whether two networks with the same weights give the same outputs; true where chance decides them."""
    draw = np.random.default_rng(0)
    inputs: list[Any] = []
    for tensor in network.inputs:
        shape = (2, *(size or 16 for size in tensor.shape[1:]))
        integers = "int" in str(tensor.dtype)
        inputs.append(np.zeros(shape, "int32") if integers else draw.standard_normal(shape).astype("float32"))
    first, again, other = (_outputs(network, model, inputs) for model in (network, network, duplicate))
    deterministic = all(np.array_equal(*pair, equal_nan=True) for pair in zip(first, again, strict=True))
    return not deterministic or all(
        np.allclose(*pair, atol=1e-4, equal_nan=True) for pair in zip(first, other, strict=True)
    )


def _outputs(network: keras.Model, model: keras.Model, inputs: list[Any]) -> list[Any]:
    """Return the outputs of `model`, a copy of `network`, with its variables, which keep their values."""
    pairs = zip(model.variables, network.variables, strict=True)
    with keras.StatelessScope(state_mapping=[(variable, same.value) for variable, same in pairs]):
        outputs = keras.tree.flatten(model(inputs if len(inputs) > 1 else inputs[0], training=False))
    return [keras.ops.convert_to_numpy(keras.ops.cast(output, "float32")) for output in outputs]


class Twin(keras.layers.Layer):
    """Computes what a network computes, with weights of its own: for networks of classes that cannot be copied.

    The code of the network runs, and reads other values where it would read its weights.

    Args:
        network: Functional or Sequential model. It is not part of this layer.
        compute_dtype: floating-point type in which the network then computes. Defaults to its own.

    Shapes: those of the network.

    Example:
    >>> network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> twin = Twin(network)
    >>> before = float(network(np.ones((1, 2)))[0, 0])
    >>> network.set_weights([weight + 1.0 for weight in network.get_weights()])
    >>> float(twin(np.ones((1, 2)))[0, 0]) == before
    True
    """

    def __init__(self, network: keras.Model, compute_dtype: str | None = None) -> None:
        super().__init__(name=f"twin_of_{network.name}", dtype="float32", autocast=False)
        self.compute_in = compute_dtype
        self.network = lambda: network  # an attribute that is a model would be saved and trained as a part of this one
        for weight in network.weights:
            name = weight.path.replace("/", "_")
            own = self.add_weight(shape=weight.shape, dtype=weight.dtype, trainable=False, name=name)
            own.assign(weight)
        self.seed_generators = [keras.random.SeedGenerator(0) for _ in _seed_states(network)]
        self.built = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return what the network gives for its inputs."""
        network = self.network()
        states = [generator.state for generator in self.seed_generators]
        pairs = [*zip(network.weights, self.weights, strict=True), *zip(_seed_states(network), states, strict=True)]
        values = [(variable, own.value) for variable, own in pairs]
        with keras.StatelessScope(state_mapping=values) as scope, _computing_in(network, self.compute_in):
            outputs = network(inputs, training=training)
        for variable, own in pairs:
            value = scope.get_current_value(variable)
            if value is not None and (training or own in states):
                own.assign(value)
        return outputs

    def compute_output_spec(self, inputs: Any, training: bool = False) -> Any:
        """Return the symbolic outputs of the network."""
        with _computing_in(self.network(), self.compute_in):
            outputs = self.network()(inputs, training=training)
        return keras.tree.map_structure(lambda tensor: keras.KerasTensor(tensor.shape, dtype=tensor.dtype), outputs)

    def get_config(self) -> dict[str, Any]:
        """Raise an error: a file cannot hold a class.

        Raises:
            ValueError: always.
        """
        network = self.network()
        raise ValueError(
            f"Expected a network that a file can hold. Received: {network.name!r}: {why_not_saved(network)}. {SAVABLE}"
        )


def _seed_states(network: keras.Model) -> list[keras.Variable]:
    """Return the variables of a network that are no weights: the states of its random number generators."""
    weights = {id(weight) for weight in network.weights}
    return [variable for variable in network.variables if id(variable) not in weights]


def _classes_and_functions(network: keras.Model) -> dict[str, Any]:
    """Return the classes of a network's layers and the functions they hold, where Keras does not know them, by name."""
    objects: dict[str, Any] = {}
    for layer in keras_internals.nested_layers(network):
        functions = [value for value in vars(layer).values() if isinstance(value, types.FunctionType)]
        items: list[Any] = [type(layer), *functions]
        for item in items:
            if item.__module__.split(".")[0] == "keras":
                continue
            if item.__name__ == "<lambda>":
                objects[f"lambda_{id(item)}"] = item
            else:
                objects[item.__name__] = objects[keras.saving.get_registered_name(item)] = item
    return objects


@contextlib.contextmanager
def _named(objects: dict[str, Any]) -> Iterator[None]:
    """Give lambdas the names under which they are known, so that Keras stores a name in place of their code."""
    lambdas: dict[str, Any] = {name: item for name, item in objects.items() if item.__name__ == "<lambda>"}
    try:
        for name, function in lambdas.items():
            function.__name__ = name
        yield
    finally:
        for function in lambdas.values():
            function.__name__ = "<lambda>"


def _importable(config: Any) -> dict[str, Any]:
    """Return the classes and functions outside Keras that a configuration names and that loaded modules have."""
    objects = {}
    for part in _dictionaries(config):
        module, name = part.get("module"), part.get("class_name")
        if name == "function":
            name = part.get("config")
        if not isinstance(module, str) or not isinstance(name, str) or module.split(".")[0] == "keras":
            continue
        item = getattr(sys.modules.get(module), name, None)
        if item is not None:
            objects.update({key: item for key in (name, part.get("registered_name")) if isinstance(key, str)})
    return objects


def _dictionaries(config: Any) -> Iterator[dict[str, Any]]:
    """Yield every dictionary in a configuration."""
    if isinstance(config, dict):
        yield config
        config = list(config.values())
    if isinstance(config, list | tuple):
        for value in config:
            yield from _dictionaries(value)
