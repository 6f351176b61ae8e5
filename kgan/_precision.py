"""In which precision networks compute, and how it is changed."""

import contextlib

import keras


@contextlib.contextmanager
def computing_in(policy):
    """Set Keras's dtype policy for a while, unless `policy` is None.

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


def converted(network, dtype: str = "float32"):
    """Return the network itself if all of it computes in `dtype`, else one that does, with its weights.

    Args:
        network: Functional or Sequential model.
        dtype: a floating-point type, in which weights are kept, too. Defaults to `"float32"`.

    Example:
    >>> small = converted(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]), "float16")
    >>> small.layers[0].kernel.dtype, converted(small).layers[0].kernel.dtype
    ('float16', 'float32')
    """
    config = network.get_config()
    replaced = _replaced(config, dtype)
    if replaced == config:
        return network
    other = type(network).from_config(replaced)
    other.set_weights(network.get_weights())
    return other


def _is_other_float(found, dtype):
    return found not in (None, dtype) and keras.backend.is_float_dtype(found)


def _replaced(config, dtype):
    """Return a layer's configuration with every floating-point policy in it replaced."""
    if isinstance(config, dict):
        if config.get("class_name") == "DTypePolicy":
            policy = keras.dtype_policies.deserialize(config)
            return dtype if _is_other_float(policy.compute_dtype, dtype) else config
        return {key: _replaced(value, dtype) for key, value in config.items()}
    if isinstance(config, list | tuple):
        return type(config)(_replaced(value, dtype) for value in config)
    return config
