"""Progress of long work: a bar in a terminal or a notebook, and elsewhere a line every half minute.

Nothing is shown for work of less than two seconds, and nothing at all if `KGAN_QUIET` is set.
"""

import abc
import contextlib
import html
import importlib
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

Item = TypeVar("Item")

DELAY = 2.0
"""Seconds after which a bar appears."""
FIRST_LINE, EVERY = 10.0, 30.0
"""Seconds after which the first line appears, and between lines."""


MAX_COLUMNS = 120
"""Width of a bar with its text, at most."""


def track(items: Iterable[Item], title: str, total: int | None = None, unit: str = "") -> Iterator[Item]:
    """Yield the items, and show how many of them are done.

    Args:
        items: anything that can be iterated over.
        title: what is being done, for example `"extracting features"`.
        total: number of items. Defaults to `len(items)`, if it has one.
        unit: what the items are, in the plural. Defaults to nothing.

    Example:
    >>> list(track(range(3), "counting"))
    [0, 1, 2]
    """
    if total is None:
        with contextlib.suppress(TypeError):
            total = len(items)  # type: ignore[arg-type]
    with bar(title, total, unit) as advance:
        for item in items:
            yield item
            advance()


@contextlib.contextmanager
def bar(title: str, total: int | None, unit: str = "") -> Iterator["Bar"]:
    """Show progress while the block runs.

    Args:
        title: what is being done.
        total: how many items there are, or None.
        unit: what the items are, in the plural. Defaults to nothing.

    Yields:
        A function `advance(num=1)` to be called when items are done; see `Bar`.

    Example:
    >>> with bar("inverting", total=10, unit="steps") as advance:
    ...     advance()
    """
    shown = Bar(title, total, unit)
    try:
        yield shown
    finally:
        shown.close()


class Bar:
    """What is done of one piece of work, shown where the program runs.

    Args:
        title: what is being done.
        total: how many items there are, or None.
        unit: what the items are, in the plural.
        rate_of: `(num, unit)`, if the rate is to count another thing than the items, of which each has `num`.
        keep: leave the bar in the terminal or notebook when the work is done.

    Attributes:
        done: how many items are done.
        note: more to show, for example the losses; or a function that returns it, called only when it is shown.
    """

    def __init__(
        self,
        title: str,
        total: int | None = None,
        unit: str = "",
        rate_of: tuple[float, str] | None = None,
        keep: bool = False,
    ) -> None:
        self.title, self.total, self.unit = title, total, unit
        self.rate_of = rate_of or (1, unit)
        self.keep = keep
        self.done = 0
        self.note: str | Callable[[], str] = ""
        self._start = time.monotonic()
        self._first: tuple[float, int] | None = None
        self._display: _Display | None = _display(self)
        if self._display is not None:
            _open.append(self)

    def __call__(self, num: int = 1) -> None:
        """Count items as done."""
        self.to(self.done + num)

    def to(self, done: int, total: int | None = None) -> None:
        """Set how many items are done, and how many there are if that is known only now."""
        self.done, self.total = done, total or self.total
        now = time.monotonic()
        if self._first is None:  # the first item includes the tracing of functions, and would spoil the rate
            self._first = now, done
        if self._display is not None:
            self._display.update(now)

    def close(self) -> None:
        """End the bar. The terminal is then as it was; closing again does nothing."""
        display, self._display = self._display, None
        if display is not None:
            _open.remove(self)
            display.close()

    def clear(self) -> None:
        """Take the bar off the terminal until it is drawn again."""
        if isinstance(self._display, _Terminal):
            self._display.clear()

    def draw(self) -> None:
        """Draw the bar in the terminal now, if it is there already."""
        if isinstance(self._display, _Terminal):
            self._display.again()

    @property
    def elapsed(self) -> float:
        """Seconds since the work began."""
        return time.monotonic() - self._start

    @property
    def rate(self) -> float | None:
        """Items per second, without the first; None until there are two."""
        if self._first is None or self.done <= self._first[1]:
            return None
        seconds = time.monotonic() - self._first[0]
        return (self.done - self._first[1]) / seconds if seconds > 0 else None

    @property
    def share(self) -> float | None:
        """How much of the work is done, in [0, 1], or None."""
        return min(self.done / self.total, 1.0) if self.total else None

    def text(self) -> str:
        """Return the state in words: what is done, how fast, how long it took and will take, and the note."""
        count = f"{self.done:,}/{self.total:,}" if self.total else f"{self.done:,}"
        parts = [f"{count} {self.unit}".rstrip()]
        rate = self.rate
        if rate is not None:
            per_item, unit = self.rate_of
            parts.append(f"{number(rate * per_item)} {unit or 'per second'}{'/s' if unit else ''}")
        times = f"{clock(self.elapsed)} elapsed"
        if rate is not None and self.total:
            times += f", {clock((self.total - self.done) / rate)} left"
        note = self.note if isinstance(self.note, str) else self.note()
        return ", ".join(filter(None, [*parts, times, note]))


def number(value: float) -> str:
    """Return a rate with three digits.

    Example:
    >>> number(12345.6), number(42.42), number(0.01234)
    ('12,346', '42.4', '0.0123')
    """
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def clock(seconds: float) -> str:
    """Return a duration as minutes and seconds, or hours, minutes and seconds.

    Example:
    >>> clock(130), clock(7325)
    ('2:10', '2:02:05')
    """
    minutes, second = divmod(max(0, round(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


_open: list[Bar] = []
_silenced: list[bool] = []


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Show no progress while the block runs, as with `KGAN_QUIET=1`."""
    _silenced.append(True)
    try:
        yield
    finally:
        _silenced.pop()


def close_all() -> None:
    """End all bars. A program that prints an error calls it: a loop that failed may have left its bar behind."""
    for shown in reversed(_open[:]):
        shown.close()


@contextlib.contextmanager
def paused() -> Iterator[None]:
    """Take bars off the terminal while the block prints, and draw them again."""
    for shown in _open:
        shown.clear()
    try:
        yield
    finally:
        for shown in _open:
            shown.draw()


class _Display(abc.ABC):
    """Where and how often a bar is shown."""

    first: float
    every: float

    def __init__(self, shown: Bar) -> None:
        self.bar = shown
        self._next = time.monotonic() + self.first
        self.began = False

    def update(self, now: float) -> None:
        """Draw, if it is time."""
        if now >= self._next:
            self._next = now + self.every
            self._try(self.draw)

    def close(self) -> None:
        """Draw the end, if anything was drawn before or the bar is to be kept."""
        if self.began or (self.bar.keep and self.bar.done):
            self._try(self.end)

    def _try(self, draw: Callable[[], None]) -> None:
        """Draw; where nothing can be written any more (a closed terminal, a full disk), the work goes on."""
        try:
            draw()
        except (OSError, ValueError):
            self._next = float("inf")
            self.began = False
        else:
            self.began = True

    @abc.abstractmethod
    def draw(self) -> None:
        """Show the state."""

    @abc.abstractmethod
    def end(self) -> None:
        """Show the last state, or remove the bar."""


class _Lines(_Display):
    """A line every half minute, for logs."""

    first, every = FIRST_LINE, EVERY

    def draw(self) -> None:
        share = self.bar.share
        percent = "" if share is None else f"{100 * share:.0f} %, "
        print(f"{self.bar.title}: {percent}{self.bar.text()}", file=sys.stderr, flush=True)

    def end(self) -> None:
        self.draw()


class _Terminal(_Display):
    """A bar in a terminal."""

    first, every = DELAY, 0.1

    def __init__(self, shown: Bar) -> None:
        super().__init__(shown)
        self._bar: Any = None

    def draw(self) -> None:
        from tqdm import tqdm

        if self._bar is None:
            # `nrows`: in a terminal that does not say its size tqdm draws nothing; `delay`: nor when it is made.
            self._bar = tqdm(total=self.bar.total, leave=self.bar.keep, nrows=20, delay=1e-9, file=sys.stderr)
        self._bar.ncols = min(_columns(), MAX_COLUMNS)
        share = self.bar.share
        middle = "" if share is None else f"{100 * share:3.0f} % |{{bar}}| "
        self._bar.bar_format = _literal(self.bar.title) + " " + middle + _literal(self.bar.text())
        self._bar.total, self._bar.n = self.bar.total, self.bar.done
        self._bar.refresh()

    def clear(self) -> None:
        """Remove the bar until it is drawn again."""
        if self._bar is not None:
            self._try(self._bar.clear)

    def again(self) -> None:
        """Draw the bar again after `clear`."""
        if self._bar is not None:
            self._try(self.draw)

    def end(self) -> None:
        if self.bar.keep:
            self.draw()
        if self._bar is not None:
            self._bar.close()
        self._bar = None


class _Notebook(_Display):
    """A bar in a notebook, which needs no widgets."""

    first, every = DELAY, 0.5

    def draw(self) -> None:
        self._show(f"{self.bar.title}: {self.bar.text()}")

    def end(self) -> None:
        if self.bar.keep:
            self.draw()
        else:
            self._show("")

    def _show(self, text: str) -> None:
        share = self.bar.share
        line = "" if share is None or not text else f'<progress max="1" value="{share:.4f}"></progress> '
        page = f'<div style="font-variant-numeric: tabular-nums">{line}{html.escape(text)}</div>'
        display = importlib.import_module("IPython.display")
        data = {"text/plain": text, "text/html": page}
        if self.began:
            display.update_display(data, raw=True, display_id=self._name)
        else:
            display.display(data, raw=True, display_id=self._name)

    @property
    def _name(self) -> str:
        return f"kgan-{id(self)}"


def _literal(text: str) -> str:
    """Return text for a format string, without what would move the cursor."""
    return "".join(letter if letter.isprintable() else " " for letter in text).replace("{", "{{").replace("}", "}}")


def _columns() -> int:
    """Return the width of the terminal; 80 where it does not say (tqdm then draws nothing)."""
    with contextlib.suppress(ValueError):
        if (columns := int(os.environ.get("COLUMNS", 0))) > 0:
            return columns
    with contextlib.suppress(OSError, ValueError):
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    return 80


def _display(shown: Bar) -> _Display | None:
    if is_quiet() or sys.stderr is None:
        return None
    if in_notebook():
        return _Notebook(shown)
    return _Terminal(shown) if is_terminal(sys.stderr) else _Lines(shown)


def is_quiet() -> bool:
    """Return whether no progress is to be shown."""
    return bool(_silenced) or os.environ.get("KGAN_QUIET", "0") not in ("", "0")


def in_notebook() -> bool:
    """Return whether the code runs in a notebook, which shows more than text."""
    module = sys.modules.get("IPython")  # without it, this is none
    shell = module.get_ipython() if module is not None else None
    return getattr(shell, "kernel", None) is not None


def is_terminal(stream: Any) -> bool:
    """Return whether a stream is a terminal in which a line can be drawn again."""
    try:
        return bool(stream.isatty()) and os.environ.get("TERM", "") != "dumb"
    except (AttributeError, ValueError):  # None, or closed
        return False
