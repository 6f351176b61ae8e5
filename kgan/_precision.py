"""The precision that networks compute in, and its change."""

import contextlib
from collections.abc import Iterator
from typing import Any

import keras

from kgan import _networks
from kgan.backend import keras_internals


@contextlib.contextmanager
def computing_in(policy: str | keras.DTypePolicy | None) -> Iterator[None]:
    """Set Keras's global dtype policy within a `with` block. None leaves it as it is.

    Example:
    >>> with computing_in("mixed_bfloat16"):
    ...     keras.layers.Dense(1).compute_dtype
    'bfloat16'
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy or before)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def converted(network: keras.Model, dtype: str = "float32") -> keras.Model:
    """Return a network that computes in `dtype`, with the same weights.

    Args:
        network: Functional or Sequential model.
        dtype: the floating-point type for computation and weights. Defaults to `"float32"`.

    Returns:
        The network itself if all of its layers compute in `dtype`, else a converted copy.

    Example:
    >>> small = converted(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]), "float16")
    >>> small.layers[0].kernel.dtype, converted(small).layers[0].kernel.dtype
    ('float16', 'float32')
    """
    layers = keras_internals.nested_layers(network)
    if not any(_is_other_float(layer.dtype_policy.compute_dtype, dtype) for layer in layers):
        return network
    twin = _networks.twin_computing_in(network, dtype)
    if twin is not None:
        return twin
    return _networks.copy(network, lambda config: _with_policy(config, dtype))


def _is_other_float(compute_dtype: str | None, dtype: str) -> bool:
    return compute_dtype not in (None, dtype) and keras.backend.is_float_dtype(compute_dtype)


def _with_policy(config: Any, dtype: str) -> Any:
    """Return a layer's configuration in which `dtype` replaces every other floating-point policy."""
    if isinstance(config, dict):
        if config.get("class_name") == "DTypePolicy":
            policy = keras.dtype_policies.deserialize(config)
            return dtype if _is_other_float(policy.compute_dtype, dtype) else config
        return {key: _with_policy(value, dtype) for key, value in config.items()}
    if isinstance(config, list | tuple):
        return type(config)(_with_policy(value, dtype) for value in config)
    return config
