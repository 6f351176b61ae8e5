"""What the commands share: where they print, how they fail, a bar for long work."""

import contextlib

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

console = Console()


class Failure(typer.Exit):
    """An error that the user can mend: its message, no traceback, exit status 1."""

    def __init__(self, message):
        typer.secho(f"Error: {message}", err=True, fg="red")
        super().__init__(1)


@contextlib.contextmanager
def failing_plainly():
    """Turn the errors that kgan raises on purpose into one line; let all others show where they come from."""
    try:
        yield
    except (ValueError, TypeError, OSError, ImportError) as error:
        raise Failure(str(error)) from error
    except KeyboardInterrupt as error:
        raise Failure("stopped. Run the same command again to go on.") from error


@contextlib.contextmanager
def bar(description: str):
    """Show a bar in a terminal while the block runs.

    Yields:
        A function of how much is done, and of how much.

    Example:
    >>> with bar("Denoising") as progress:
    ...     progress(1, 2)
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TextColumn("left"))
    shown = Progress(*columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal)
    with shown:
        task = shown.add_task(description, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
