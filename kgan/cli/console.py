"""What a command prints: its messages, its warnings, and its result for programs."""

import dataclasses
import os
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from kgan import _progress

# File names and error messages contain what users chose: nothing in them is markup, an emoji code or to be colored.
console = Console(markup=False, emoji=False, highlight=False)
errors = Console(markup=False, emoji=False, highlight=False, stderr=True)

NOTHING_KEPT = "Nothing was written."


class CommandError(Exception):
    """An error that the user can fix. The command prints its message, without a traceback, and exits with status 1."""


class Interrupted(CommandError):  # noqa: N818
    """The user or the system stopped the command, which then exits with status 130 (or 143).

    Args:
        message: what is kept, and how to go on.
    """


@dataclasses.dataclass
class State:
    """What is known of the command that runs.

    Attributes:
        result: what `--json` prints.
        kept: what an interruption leaves, and how to go on.
    """

    result: dict[str, Any] = dataclasses.field(default_factory=dict)
    kept: str = NOTHING_KEPT


state = State()


def begin() -> None:
    """Forget what an earlier command of this process left."""
    state.result, state.kept = {}, NOTHING_KEPT


def result(**values: Any) -> None:
    """Add to what the command gives to programs: `--json` prints it as one JSON object.

    Args:
        **values: numbers, text, paths, and lists and dictionaries of them.
    """
    state.result.update(values)


def kept(message: str) -> None:
    """Set what is said from now on if the command is interrupted.

    Args:
        message: what is kept, and how to go on.
    """
    state.kept = message


def printable(text: str) -> str:
    r"""Return text that cannot move the cursor or fail to be encoded: such characters are written as escapes.

    Example:
    >>> printable("a\x1b[2Jb\udce9\n")
    'a\\x1b[2Jb\\udce9\n'
    """
    shown = (letter if letter.isprintable() or letter in "\n\t" else ascii(letter)[1:-1] for letter in text)
    return "".join(shown)


def say(*parts: object) -> None:
    """Print one line; paths in it are bold.

    Args:
        *parts: text, paths and other objects, printed one after the other.
    """
    line = Text()
    for part in parts:
        line.append(printable(str(part)), style="bold" if isinstance(part, os.PathLike) else "")
    show(line)


def show(content: RenderableType) -> None:
    """Print text or a table."""
    with _progress.paused():
        console.print(content, soft_wrap=isinstance(content, Text))


def warn(message: str) -> None:
    """Print something that the user should know, and that does not end the command; to standard error."""
    _to_errors(f"Warning: {message}", "yellow")


def fail(message: str) -> None:
    """Print why the command ends without its result; to standard error."""
    _to_errors(message, "red")


def _to_errors(message: str, style: str) -> None:
    with _progress.paused():
        errors.print(Text(printable(message), style=style), soft_wrap=True)
