"""What the commands share: how they print, how they fail, and a progress bar."""

import contextlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import typer
from rich.console import Console
from rich.text import Text
from typer.core import TyperCommand

from kgan.cli import quiet

# File names and error messages contain what users chose: nothing in them is markup, an emoji code or to be colored.
console = Console(markup=False, emoji=False, highlight=False)

# Options of another name than the argument of the library that they set; those of the same name need no row.
ARGUMENTS = (
    ("labels", "--class"),
    ("labels", "--conditional"),
    ("labelled", "--conditional"),
    ("levels", "--level"),
    ("penalties", "--penalty"),
)


class CommandError(Exception):
    """An error that the user can fix. The command prints its message, without a traceback, and exits with status 1."""


class Command(TyperCommand):
    """A command that prints only what kgan says, and turns the errors that kgan raises on purpose into one line.

    All other errors are faults of kgan: they keep their traceback.
    """

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            with quiet.own_warnings(warn):
                return super().invoke(ctx)
        except CommandError as error:
            message = str(error)
        except (ValueError, TypeError, OSError, ImportError) as error:
            message = with_options(str(error), self.options())
        except KeyboardInterrupt:
            message = "interrupted."
        typer.secho(f"Error: {printable(message)}", err=True, fg="red")
        raise typer.Exit(1)

    def options(self) -> dict[str, str]:
        """Return the option that sets each argument of the library."""
        options = {str(option.name): max(option.opts, key=len) for option in self.params if option.opts[0][0] == "-"}
        for argument, option in ARGUMENTS:
            if option in options.values():
                options.setdefault(argument, option)
        return options


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
    console.print(line, soft_wrap=True)


def warn(message: str) -> None:
    """Print something that the user should know, and that does not end the command."""
    console.print(Text(printable(f"Warning: {message}"), style="yellow"), soft_wrap=True)


@contextlib.contextmanager
def bar(description: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar in a terminal while the block runs.

    Yields:
        A function of how much is done, and of how much.

    Example:
    >>> with bar("Denoising") as progress:
    ...     progress(1, 2)
    """
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    shown = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with shown:
        task = shown.add_task(printable(description), total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
