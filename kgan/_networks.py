"""Copies of networks."""

import contextlib
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import keras

from kgan.backend import keras_internals


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
        with keras.saving.custom_object_scope({**_importable(config), **objects}):
            duplicate = type(network).from_config(config)
    duplicate.set_weights(network.get_weights())
    return duplicate


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
