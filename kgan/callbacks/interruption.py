"""Ending a run between two updates when the user or the system asks for it."""

import contextlib
import os
import signal
import threading
from types import FrameType
from typing import Any

from kgan import _progress

# What asks a process to end, and how Python answers unless the program has an answer of its own.
_DEFAULTS = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
if hasattr(signal, "SIGHUP"):  # the terminal was closed
    _DEFAULTS[signal.SIGHUP] = signal.SIG_DFL


class Interruption:
    """Turns Ctrl-C, and the signals with which systems end a process, into a wish that can wait.

    So an update and a save are never cut in the middle. The second Ctrl-C, or SIGTERM, acts at once, as usual. Signals
    that the program handles itself, and those of a thread other than the main one, are left alone.

    Attributes:
        requested: whether there was such a signal.
    """

    def __init__(self) -> None:
        self._signal: int | None = None
        self._before: dict[int, Any] = {}

    @property
    def requested(self) -> bool:
        """Whether there was such a signal."""
        return self._signal is not None

    def begin(self) -> None:
        """Begin to listen."""
        self.end()
        self._signal = None
        if threading.current_thread() is not threading.main_thread():
            return
        for number, usual in _DEFAULTS.items():
            before = signal.getsignal(number)
            if before is usual or getattr(before, "can_wait", False):
                self._before[number] = signal.signal(number, self._remember)

    def end(self) -> None:
        """Give the signals their usual effect again."""
        if threading.current_thread() is threading.main_thread():
            while self._before:
                signal.signal(*self._before.popitem())

    def raise_now(self) -> None:
        """End the program as the signal asked: `KeyboardInterrupt` after Ctrl-C, else `SystemExit`.

        Raises:
            KeyboardInterrupt, SystemExit: always.
        """
        number = self._signal
        self.end()
        if number is None or number == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(128 + number)

    def _remember(self, number: int, frame: FrameType | None) -> None:
        self._signal = number
        self.end()
        if not _progress.is_quiet():
            # Not `print`: a signal can come while it writes, and the terminal may be gone.
            with contextlib.suppress(OSError):
                os.write(
                    2, b"\nStopping after this update, so that its state can be saved. Ctrl-C again stops at once.\n"
                )
