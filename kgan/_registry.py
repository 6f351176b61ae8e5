"""Look up a class or a function by its name."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any


def unknown(kind: str, name: object, known: Iterable[object]) -> ValueError:
    """Return (not raise) the error for an unknown name. It suggests the most similar known ones.

    Args:
        kind: what is looked up, for example `"loss"`.
        name: what was received.
        known: the names that would have worked.

    Example:
    >>> unknown("loss", "hing", ["hinge", "wasserstein"])
    ValueError("Unknown loss. Received: 'hing'. Did you mean 'hinge'? Available: 'hinge', 'wasserstein'.")
    """
    names = [str(known_name) for known_name in known]
    similar = difflib.get_close_matches(str(name).lower(), names, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(map(repr, similar))}?" if similar else ""
    available = f" Available: {', '.join(map(repr, names))}." if len(names) <= 20 else ""
    return ValueError(f"Unknown {kind}. Received: {name!r}.{hint}{available}")


def resolve(kind: str, identifier: Any, known: Mapping[str, type]) -> Any:
    """Return an instance of the class that `identifier` stands for.

    Args:
        kind: what is looked up, for the error message.
        identifier: a name in `known`, a class or an instance of one, or a Keras config dictionary.
        known: the classes by name.

    Raises:
        ValueError: `identifier` is None or an unknown name.

    Example:
    >>> import keras
    >>> type(resolve("optimizer", "adam", {"adam": keras.optimizers.Adam})).__name__
    'Adam'
    """
    import keras

    if isinstance(identifier, str):
        if identifier not in known:
            raise unknown(kind, identifier, known)
        return known[identifier]()
    if isinstance(identifier, dict):
        return keras.saving.deserialize_keras_object(identifier)
    if isinstance(identifier, type):
        return identifier()
    if identifier is None:
        raise unknown(kind, identifier, known)
    return identifier
