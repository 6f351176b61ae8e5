"""Look-up by name, with an error that helps."""

import difflib


def unknown(kind: str, name: object, known) -> ValueError:
    """Return (not raise) the error for a name that is not known, naming the nearest known ones.

    Args:
        kind: what is looked up, for example `"loss"`.
        name: what was received.
        known: the names that would have worked.

    Example:
    >>> unknown("loss", "hing", ["hinge", "wasserstein"])
    ValueError("Unknown loss. Received: 'hing'. Did you mean 'hinge'? Available: 'hinge', 'wasserstein'.")
    """
    known = [str(each) for each in known]
    near = difflib.get_close_matches(str(name).lower(), known, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    listed = f" Available: {', '.join(map(repr, known))}." if len(known) <= 20 else ""
    return ValueError(f"Unknown {kind}. Received: {name!r}.{hint}{listed}")


def resolve(kind: str, identifier, known: dict):
    """Return an instance of the class that `identifier` stands for.

    Args:
        kind: what is looked up, for the error message.
        identifier: a name in `known`, a class or an instance of one, or a Keras config dictionary.
        known: the classes by name.
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
