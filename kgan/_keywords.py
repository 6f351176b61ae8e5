"""Errors for arguments that a function does not take: what other libraries call them, and what to write here."""

import difflib
import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])


def explained(
    habits: Mapping[str, str] | None = None, passed_on: Callable[[], Iterable[str]] = tuple
) -> Callable[[Function], Function]:
    """Let a function explain the arguments that it does not take. Its signature stays as it is.

    Args:
        habits: for names that people know from elsewhere, what to write instead: whole sentences.
        passed_on: function that returns the names that a `**kwargs` of the function takes.

    Example:
    >>> @explained({"count": "Pass `num`, the number of images."})
    ... def draw(num, seed=None):
    ...     return num
    >>> draw(count=3)
    Traceback (most recent call last):
    TypeError: `draw` takes no argument `count`. Received: count=3. Pass `num`, the number of images.
    >>> draw(1, sed=3)
    Traceback (most recent call last):
    TypeError: `draw` takes no argument `sed`. Received: sed=3. Did you mean `seed`? It takes `num`, `seed`.
    """
    return functools.partial(_explained, habits or {}, passed_on)


def _explained(habits: Mapping[str, str], passed_on: Callable[[], Iterable[str]], function: Function) -> Function:
    signature = inspect.signature(function).parameters.values()
    known = [
        parameter.name
        for parameter in signature
        if parameter.name != "self" and parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
    ]
    called = function.__qualname__.removesuffix(".__init__").rpartition(".<locals>.")[2].rpartition(".")[2]

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if not kwargs.keys() <= set(known):
            names = [*known, *passed_on()]
            unknown = [name for name in kwargs if name not in names and not name.startswith("_")]  # Keras has own ones
            if unknown:
                raise TypeError(" ".join(_message(called, unknown, kwargs, habits, names)))
        return function(*args, **kwargs)

    return cast(Function, wrapper)


def _message(
    called: str, unknown: list[str], values: Mapping[str, Any], habits: Mapping[str, str], names: list[str]
) -> list[str]:
    """Return the sentences about unknown arguments."""
    listed = ", ".join(f"`{name}`" for name in unknown)
    received = ", ".join(f"{name}={_shown(values[name])}" for name in unknown)
    sentences = [f"`{called}` takes no argument{'s' if len(unknown) > 1 else ''} {listed}. Received: {received}."]
    unexplained = False
    for name in unknown:
        if name in habits:
            sentences.append(habits[name])
            continue
        unexplained = True
        similar = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.6)
        sentences += [f"Did you mean `{match}`?" for match in similar]
    if unexplained:
        sentences.append(f"It takes {', '.join(f'`{name}`' for name in names)}.")
    return list(dict.fromkeys(sentences))


def _shown(value: Any) -> str:
    """Return a value on one line, or what it is if that is long."""
    text = repr(value)
    return text if len(text) <= 60 and "\n" not in text else f"{type(value).__name__}(...)"
