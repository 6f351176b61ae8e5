"""The report of a run, one page that is kept up to date while the run goes on."""

import datetime
import pathlib
import time
from collections.abc import Mapping, Sequence
from typing import Any

import keras

from kgan import _files
from kgan._typing import PathLike
from kgan.callbacks import _report_page
from kgan.callbacks.sample_images import SampleImages
from kgan.callbacks.watch import Watch


class RunReport(keras.callbacks.Callback):
    """Writes a page about the run: what is trained, samples over time, curves, the verdict and its evidence, the cost.

    The page (HTML) is one file without others beside it, for any browser, also on a phone and on paper. It is written
    when training begins, every so often while it goes on, and at its end, also when it is interrupted or fails. It says
    how the curves of the loss that is trained are read. It shows the samples of a `kgan.callbacks.SampleImages`, and
    the verdicts of a `kgan.callbacks.Watch`, that take part in the same `fit`. A resumed run (`kgan.callbacks.Resume`)
    continues its report.

    Args:
        path: file name of the page.
        title: its heading. Defaults to the model's name.
        settings: what else was chosen, by name, shown in a table.
        commands: what can be done next: pairs of a sentence and a command. Defaults to lines of Python.
        seconds: least number of seconds between two pages. Writing takes at most 2 % of the time. Defaults to 30.
        command_line: whether advice names the options of `kgan train`, in place of Python's arguments. Defaults to
            False.

    Example:
    >>> import kgan
    >>> from kgan.architectures import mlp
    >>> gan = kgan.GAN(mlp.generator((8, 8, 1)), mlp.discriminator((8, 8, 1)))
    >>> gan.compile()
    >>> report = RunReport("report.html", title="Digits")
    >>> callbacks = [kgan.callbacks.SampleImages("samples"), kgan.callbacks.Watch(num_checks=3), report]
    >>> _ = gan.fit(kgan.datasets.load("digits"), epochs=1, verbose=0, callbacks=callbacks)
    >>> pathlib.Path("report.html").read_text(encoding="utf-8").count("<h1>Digits</h1>")
    1
    """

    last = 0.5  # `fit` calls it after the callbacks that it shows, and before `Resume` (1), which saves its state

    def __init__(
        self,
        path: PathLike,
        title: str | None = None,
        settings: Mapping[str, Any] | None = None,
        commands: Sequence[tuple[str, str]] | None = None,
        seconds: float = 30.0,
        command_line: bool = False,
    ) -> None:
        super().__init__()
        self.path = pathlib.Path(path)
        self.title = title
        self.settings = dict(settings or {})
        self.commands = commands
        self.seconds = seconds
        self.command_line = command_line
        self.rows: list[dict[str, Any]] = []
        self._started = ""
        self._seconds_before = 0.0  # of training before a resume

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Write the first page."""
        self._status = "training"
        self._began = time.monotonic()
        self._epoch, self._done, self._first_update, self._num_updates = 0, 0, 0.0, 0
        self._written, self._pause = float("-inf"), self.seconds
        self._data = _report_page.Data.of(self.model.data_position.data, self.model.image_shape)
        if not self._started:
            self._started = _now()
        self._write()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Remember the epoch."""
        self._epoch, self._done = epoch, 0

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the page if it is due."""
        num_updates, self._done = batch + 1 - self._done, batch + 1
        if self.model.data_position.passed_over:
            return
        if not self._first_update:  # it includes the tracing and would spoil the speed
            self._first_update = time.monotonic()
        else:
            self._num_updates += num_updates
        if time.monotonic() - self._written > self._pause:
            self._write()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Add the epoch."""
        row = {"epoch": epoch + 1, **{name: float(value) for name, value in (logs or {}).items()}}
        # Training anew from an earlier epoch replaces the rows that came after it.
        self.rows = [*(earlier for earlier in self.rows if earlier["epoch"] <= epoch), row]

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Write the last page."""
        self._status = "finished"
        self._write()

    def after_fit(self) -> None:
        """Write the page of a run that was interrupted or has failed; `fit` calls it in any case."""
        if self._status == "training":
            self._status = "stopped"
            self._write()

    def get_state(self) -> dict[str, Any]:
        """Return what a resumed run must know."""
        return {"rows": self.rows, "started": self._started, "seconds": self._elapsed()}

    def set_state(self, state: dict[str, Any]) -> None:
        """Continue from `get_state`."""
        self.rows, self._started, self._seconds_before = state["rows"], state["started"], state["seconds"]

    def _elapsed(self) -> float:
        return self._seconds_before + time.monotonic() - self._began

    def _write(self) -> None:
        began = time.monotonic()
        with _files.replacing(self.path) as temporary:
            temporary.write_text(_report_page.page(self._run()), encoding="utf-8")
        self._written = time.monotonic()
        self._pause = max(self.seconds, 50 * (self._written - began))

    def _run(self) -> _report_page.Run:
        callbacks = self.model.fit_callbacks
        speed = 0.0
        if self._num_updates:
            speed = self._num_updates / (time.monotonic() - self._first_update)
        return _report_page.Run(
            model=self.model,
            title=self.title or f"Training of {self.model.name}",
            settings=self.settings,
            commands=self.commands,
            command_line=self.command_line,
            data=self._data,
            rows=self.rows,
            watch=next((callback for callback in callbacks if isinstance(callback, Watch)), None),
            samples=next((callback for callback in callbacks if isinstance(callback, SampleImages)), None),
            status=self._status,
            epochs=(self._epoch + (self._done / self.params["steps"] if self.params["steps"] else 0.0)),
            num_epochs=self.params["epochs"],
            steps=self.params["steps"],
            started=self._started,
            seconds=self._elapsed(),
            updates_per_second=speed,
        )


def _now() -> str:
    return f"{datetime.datetime.now():%Y-%m-%d %H:%M:%S}"
