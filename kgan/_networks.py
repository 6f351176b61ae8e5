"""Copies of networks."""

import sys
import types
from collections.abc import Iterator
from typing import Any

import keras

from kgan.backend import keras_internals


def copy(network: keras.Model, config: dict[str, Any] | None = None) -> keras.Model:
    """Return a network of the same layers and weights.

    Layers and functions that are not registered with Keras, and Lambda layers, are copied too: the network is at hand,
    so its classes and functions are, and nothing comes from a file.

    Args:
        network: Functional or Sequential model.
        config: configuration of the copy, if it shall differ from that of `network` in other things than weights.

    Example:
    >>> class Double(keras.layers.Layer):
    ...     def call(self, inputs):
    ...         return 2 * inputs
    >>> network = keras.Sequential([keras.Input((3,)), Double(), keras.layers.Dense(1)])
    >>> [layer.name for layer in copy(network).layers] == [layer.name for layer in network.layers]
    True
    """
    config = network.get_config() if config is None else config
    custom_objects = {**_named_in(config), **_used_by(network)}
    with keras.saving.custom_object_scope(custom_objects), keras_internals.trusted_deserialization():
        duplicate = type(network).from_config(config)
    duplicate.set_weights(network.get_weights())
    return duplicate


def _named_in(config: Any) -> dict[str, Any]:
    """Return the classes and functions outside Keras that a configuration names, if their modules are loaded."""
    objects = {}
    for part in _dictionaries(config):
        module, name = part.get("module"), part.get("class_name")
        if name == "function":
            name = part.get("config")
        if not isinstance(module, str) or not isinstance(name, str) or module.split(".")[0] == "keras":
            continue
        found = getattr(sys.modules.get(module), name, None)
        if found is not None:
            objects.update({key: found for key in (name, part.get("registered_name")) if isinstance(key, str)})
    return objects


def _used_by(network: keras.Model) -> dict[str, Any]:
    """Return the classes of a network's layers and the functions they hold, where Keras does not know them."""
    objects: dict[str, Any] = {}
    for layer in keras_internals.nested_layers(network):
        held = [value for value in vars(layer).values() if isinstance(value, types.FunctionType)]
        for item in (type(layer), *held):
            if item.__module__.split(".")[0] != "keras" and item.__name__ != "<lambda>":
                objects[item.__name__] = item
                objects[keras.saving.get_registered_name(item)] = item
    return objects


def _dictionaries(config: Any) -> Iterator[dict[str, Any]]:
    """Yield every dictionary in a configuration."""
    if isinstance(config, dict):
        yield config
        config = list(config.values())
    if isinstance(config, list | tuple):
        for value in config:
            yield from _dictionaries(value)
