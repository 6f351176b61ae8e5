"""Errors of the library in the words of the command line: options in place of Python's arguments."""

import re
from collections.abc import Mapping

# Options of another name than the argument of the library that they set; those of the same name need no row.
ARGUMENTS = (
    ("labels", "--class"),
    ("labels", "--conditional"),
    ("labelled", "--conditional"),
    ("levels", "--level"),
    ("penalties", "--penalty"),
)


def with_other_names(options: Mapping[str, str]) -> dict[str, str]:
    """Return the option that sets each argument, with the library's other names of it.

    Args:
        options: the options of a command by the names of its function's arguments.

    Example:
    >>> with_other_names({"label": "--class"})
    {'label': '--class', 'labels': '--class'}
    """
    named = dict(options)
    for argument, option in ARGUMENTS:
        if option in options.values():
            named.setdefault(argument, option)
    return named


def with_options(message: str, options: Mapping[str, str]) -> str:
    """Return an error message of the library with options in place of Python arguments.

    Args:
        message: the message.
        options: the option that sets each argument.

    Example:
    >>> with_options("Pass `image_size`. Received: batch_size=0.", {"image_size": "--size", "batch_size": "--batch"})
    'Pass --size. Received: --batch 0.'
    """
    names = "|".join(map(re.escape, options))
    if not names:
        return message
    value = r"(?P<value>\([^)]*\)|[^\s,;()`]*[^\s,;()`.])"
    assigned = re.compile(rf"(?P<tick>`?)(?<![\w.])(?P<name>{names})={value}(?P=tick)")
    message = assigned.sub(lambda match: f"{options[match['name']]} {match['value']}", message)
    return re.sub(rf"`(?P<name>{names})`", lambda match: options[match["name"]], message)
