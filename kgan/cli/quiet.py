"""Keep the messages of TensorFlow and other libraries away from the user: a command prints only what kgan says."""

import contextlib
import functools
import inspect
import logging
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from types import FrameType

from kgan._quiet import held_back, is_verbose

__all__ = ["held_back", "import_keras", "own_warnings"]

INTERRUPTED = b"Interrupted. Nothing was written.\n"


def import_keras() -> None:
    """Import Keras and its backend without their messages."""
    with ending_at_once():
        import keras  # noqa: F401
    if not is_verbose():
        for name in ("absl", "tensorflow", "tf2onnx"):
            logging.getLogger(name).setLevel(logging.ERROR)


@contextlib.contextmanager
def ending_at_once() -> Iterator[None]:
    """Let Ctrl-C end the process at once while the block runs.

    There is nothing to be saved yet, and libraries that are being imported turn the exception into others.
    """
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield
        return
    with contextlib.ExitStack() as stack:
        number = -1
        with contextlib.suppress(OSError):  # closed
            number = os.dup(2)  # of the user: what is printed during the import is held back
            stack.callback(os.close, number)
        signal.signal(signal.SIGINT, functools.partial(_end, number))
        stack.callback(signal.signal, signal.SIGINT, signal.default_int_handler)
        yield


def _end(stderr: int, number: int, frame: FrameType | None) -> None:
    with contextlib.suppress(OSError):
        os.write(stderr, INTERRUPTED)
    os._exit(128 + number)


@contextlib.contextmanager
def own_warnings(show: Callable[[str], None]) -> Iterator[None]:
    """Show the warnings of kgan without the place in the code, and those of other libraries not at all.

    With `KGAN_VERBOSE=1` all are shown as Python shows them.

    Args:
        show: a function that prints a message.
    """
    if is_verbose():
        yield
        return

    def show_own(message: Warning | str, *place: object, **more: object) -> None:
        if _warned_by_kgan():
            show(str(message))

    with warnings.catch_warnings():
        warnings.filterwarnings("default", category=UserWarning)
        warnings.showwarning = show_own
        yield


def _warned_by_kgan() -> bool:
    """Return whether the code that calls `warnings.warn` now is kgan's."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__") in (__name__, "warnings", "_py_warnings"):
        frame = frame.f_back
    return frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] == "kgan"
