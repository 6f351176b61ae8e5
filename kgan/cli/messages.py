"""Errors and warnings of the library in the words of the command line: options in place of Python."""

import re
from collections.abc import Mapping

# Options of another name than the argument of the library that they set; those of the same name need no row.
ARGUMENTS = (
    ("labels", "--class"),
    ("labels", "--conditional"),
    ("labelled", "--conditional"),
    ("levels", "--level"),
    ("penalties", "--penalty"),
    ("num_classes", "--clusters"),
    ("num_clusters", "--clusters"),
    ("skip_unreadable", "--skip-unreadable"),
    ("weights_dtype", "--weights-dtype"),
)

# What is said in other words, before arguments are replaced.
PHRASES = (
    (r"set `?skip_unreadable(=True)?`? to", "use --skip-unreadable to"),
    (r"Set `?skip_unreadable(=True)?`? to", "Use --skip-unreadable to"),
    (r"(?:Pass|Use|Set) `(\w+)=True`", r"Use `\1`"),
    (r"what `kgan\.datasets\.load` returned, unchanged", "data as they were read"),
    (r"a file that `kgan\.callbacks\.Resume` wrote", "a saved state of a run"),
    (r"Load them with `image_size=(\d+)`", r"Use `image_size=\1`"),
    (r"load the data with `kgan\.datasets\.load\(([^`]*)\)`", "prepare the data accordingly"),
    (r"`fit\(\)`", "training"),
    (r"a file that `Direction\.save` wrote", "a file of a direction (.npz)"),
    (r", a file, a keras\.Model or a FeatureExtractor\.", " or the file of a network."),
    (r"a kgan\.GAN, a generator or the path of one", "a model"),
    (r", from `kgan\.architectures\.style\.generator`", " (--architecture style)"),
)

PYTHON = re.compile(
    r"`[^`]*(?:\bkgan\.\w|\bkeras\.\w|\btf\.\w|\w\(|\w ?= ?|\w\.\w+\()[^`]*`|(?<![\w`])\w+=(?:True|False|None)\b"
)
"""Code that only a Python program can use."""
SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-Z`])")


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


def translated(message: str, options: Mapping[str, str]) -> str:
    """Return a message of the library without Python: with options for arguments, and without advice for programs.

    Args:
        message: the message.
        options: the option that sets each argument.

    Example:
    >>> translated("Expected labels. Received: none. Call `kgan.datasets.load(data, labels=True)`.", {})
    'Expected labels. Received: none.'
    """
    for pattern, words in PHRASES:
        message = re.sub(pattern, words, message)
    first, *others = SENTENCE.split(with_options(message, options))
    kept = [first, *(sentence for sentence in others if "Received:" in sentence or not PYTHON.search(sentence))]
    return re.sub(r"`(\w+)`", r"\1", " ".join(kept))


def with_options(message: str, options: Mapping[str, str]) -> str:
    """Return a message with options in place of Python arguments.

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
