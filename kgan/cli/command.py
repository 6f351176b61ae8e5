"""What all commands have in common: their options, how they fail, how they are interrupted, and their exit status."""

import contextlib
import errno
import functools
import inspect
import io
import json
import math
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from kgan import _progress, _quiet
from kgan.cli import console, messages, quiet
from kgan.cli.console import CommandError, Interrupted

DONE, FAILED, USAGE = 0, 1, 2
HUNG_UP, INTERRUPTED, TERMINATED = (128 + number for number in (1, 2, 15))  # 128 and the signal, as shells have it
"""The exit statuses of all commands."""

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only warnings and errors.")]
Json = Annotated[
    bool, typer.Option("--json", help="Print the result as JSON to standard output, and all else to standard error.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the messages of all libraries, and tracebacks.")]

COMMON = {"quiet": Quiet, "as_json": Json, "debug": Debug}
HELP = {"help_option_names": ["-h", "--help"]}
"""Settings of each command: `-h` is `--help`."""


def prepared(function: Callable[..., Any], gives_json: bool = False) -> Callable[..., None]:
    """Return the function of a command with the options that all commands have.

    Args:
        function: the function that does the work.
        gives_json: whether it calls `console.result`; the command then has `--json`.
    """
    signature = inspect.signature(function)
    common = {name: kind for name, kind in COMMON.items() if gives_json or name != "as_json"}

    @functools.wraps(function)
    def command(**values: Any) -> None:
        function(**{name: value for name, value in values.items() if name not in common})

    more = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=kind)
        for name, kind in common.items()
    ]
    command.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[*signature.parameters.values(), *more]
    )
    command.__annotations__ = {**function.__annotations__, **common}
    return command


class Command(TyperCommand):
    """A command that prints only what kgan says, and turns the errors that kgan raises on purpose into one line.

    All other errors are faults of kgan: they keep their traceback. So do all errors with `--debug`.
    """

    def invoke(self, ctx: Any) -> None:
        """Run the command."""
        parents = (ctx.parent or ctx).params
        asked = {name: ctx.params.get(name) or parents.get(name) for name in COMMON}
        set_debug(bool(asked["debug"]))
        console.begin()
        with _printing(bool(asked["quiet"]), bool(asked["as_json"])) as print_json:
            message, status = self._run(ctx)
            _progress.close_all()
            if message:
                console.fail(message)
                console.result(error=message)
            print_json()
        if status:
            raise typer.Exit(status)

    def _run(self, ctx: Any) -> tuple[str, int]:
        """Run the command; return what went wrong, and its exit status."""

        def warn(message: str) -> None:
            console.warn(messages.translated(message, self.options()))

        try:
            with quiet.own_warnings(warn), _ends_by_signal():
                super().invoke(ctx)
        except (CommandError, ValueError, TypeError, OSError, ImportError, KeyboardInterrupt, SystemExit) as error:
            message, status = self._explained(error)
            if _quiet.is_verbose():
                traceback.print_exc()
            return message, status
        return "", DONE

    def _explained(self, error: BaseException) -> tuple[str, int]:
        """Return the message of an error, and the exit status; raise those that are none of the command's."""
        if isinstance(error, Interrupted):
            return str(error), INTERRUPTED
        if isinstance(error, CommandError):
            return f"Error: {error}", FAILED
        if isinstance(error, KeyboardInterrupt):
            return f"Interrupted. {console.state.kept}", INTERRUPTED
        if isinstance(error, SystemExit):
            if error.code not in (TERMINATED, HUNG_UP):
                raise error
            return f"Ended by the system. {console.state.kept}", int(error.code)
        if isinstance(error, OSError) and error.errno == errno.EPIPE:
            raise error  # who read the output has gone: nothing is wrong
        return f"Error: {messages.translated(str(error), self.options())}", FAILED

    def options(self) -> dict[str, str]:
        """Return the option that sets each argument of the library."""
        named = {str(option.name): max(option.opts, key=len) for option in self.params if option.opts[0][0] == "-"}
        return messages.with_other_names(named)


@contextlib.contextmanager
def _printing(silent: bool, as_json: bool) -> Iterator[Callable[[], None]]:
    """Send what is printed where the user wants it while the block runs.

    Yields:
        A function that prints the result, if it is wanted as JSON.
    """
    stdout = sys.stdout

    def print_json() -> None:
        if as_json:
            print(json.dumps(_plain(console.state.result), indent=2, default=str), file=stdout, flush=True)

    with contextlib.ExitStack() as stack:
        if silent:
            stack.enter_context(_progress.silenced())
            stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        elif as_json:
            stack.enter_context(contextlib.redirect_stdout(sys.stderr))
        yield print_json


def _plain(value: Any) -> Any:
    """Return a value with what JSON has: it has no nan and no infinity, and no numbers of NumPy."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return None if isinstance(value, float) and not math.isfinite(value) else value


@contextlib.contextmanager
def _ends_by_signal() -> Iterator[None]:
    """Turn the signals that end a process into exceptions while the block runs, so that files are left whole."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    numbers = [number for number in numbers if signal.getsignal(number) == signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


# `kgan.callbacks.Resume` may put it off until the running update has been saved.
_end.can_wait = True  # type: ignore[attr-defined]


def set_debug(asked: bool) -> None:
    """Show the messages of all libraries and tracebacks, if asked."""
    if asked:
        os.environ["KGAN_VERBOSE"] = "1"
        _quiet.uninstall()
