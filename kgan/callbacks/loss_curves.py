"""Loss curves, as an image and a table."""

import csv
import pathlib
import time
from typing import Any

import keras

from kgan import _files
from kgan._typing import PathLike
from kgan.callbacks import _curves
from kgan.callbacks.watch import Watch


class LossCurves(keras.callbacks.Callback):
    """Draws the losses and scores of all epochs so far, every few seconds and at the end of training.

    The words below the plots say how to read them for the loss that is trained. Where a `kgan.callbacks.Watch` takes
    part in the same `fit`, the distance and the spread of its samples are drawn, too. Values that explode are drawn on
    a logarithmic scale.

    A resumed run (`kgan.callbacks.Resume`) continues its curves and its table. Unlike with Keras's `CSVLogger`, no line
    of the table is lost or repeated.

    Args:
        path: file name of the image; its suffix is its format.
        csv: file name of a table of the same numbers, with a line per epoch; None for none. Defaults to None.
        seconds: least number of seconds between two drawings, as drawing can take longer than a short epoch.
            Defaults to 10.

    Example:
    >>> import kgan
    >>> from kgan.architectures import mlp
    >>> gan = kgan.GAN(mlp.generator((8, 8, 1)), mlp.discriminator((8, 8, 1)))
    >>> gan.compile()
    >>> callback = LossCurves("curves.png", csv="log.csv")
    >>> _ = gan.fit(kgan.datasets.load("digits"), epochs=1, verbose=0, callbacks=[callback])
    >>> pathlib.Path("curves.png").exists(), pathlib.Path("log.csv").read_text().startswith("epoch,")
    (True, True)
    """

    def __init__(self, path: PathLike, csv: PathLike | None = None, seconds: float = 10.0) -> None:
        super().__init__()
        self.path = pathlib.Path(path)
        self.csv = csv
        self.seconds = seconds
        self.rows: list[dict[str, Any]] = []
        self._drawn, self._pause = float("-inf"), seconds

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Add this epoch."""
        row = {"epoch": epoch + 1, **{name: float(value) for name, value in (logs or {}).items()}}
        # Training anew from an earlier epoch replaces the rows that came after it.
        self.rows = [*(earlier for earlier in self.rows if earlier["epoch"] <= epoch), row]
        if time.monotonic() - self._drawn > self._pause:
            self._draw()
        if self.csv is not None:
            self._write(self.csv)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Draw all epochs."""
        if self.rows:
            self._draw()

    def get_state(self) -> list[dict[str, Any]]:
        """Return what a resumed run must know."""
        return self.rows

    def set_state(self, state: list[dict[str, Any]]) -> None:
        """Continue from `get_state`."""
        self.rows = state

    def _write(self, path: PathLike) -> None:
        names = dict.fromkeys(name for row in self.rows for name in row)
        with _files.replacing(path) as temporary, open(temporary, "w", newline="") as file:
            table = csv.DictWriter(file, fieldnames=list(names))
            table.writeheader()
            table.writerows(self.rows)

    def _draw(self) -> None:
        began = time.monotonic()
        loss = getattr(self.model, "loss", None)
        epochs = (self.params or {}).get("epochs") or self.rows[-1]["epoch"]
        steps = (self.params or {}).get("steps")
        updates = f" ({steps:,} updates each)" if steps else ""
        kind = f", {type(loss).__name__} loss" if loss is not None else ""
        title = f"Training: epoch {self.rows[-1]['epoch']:,} of {epochs:,}{updates}{kind}"
        watches = [callback for callback in getattr(self.model, "fit_callbacks", ()) if isinstance(callback, Watch)]
        panels = _curves.panels_of(self.rows, loss, _curves.of_checks(watches[0].history, steps) if watches else ())
        texts = [f"{name}: {text}" for name, text in _curves.explanations(panels, loss).items()]
        figure = _curves.draw(panels, title, texts)
        with _files.replacing(self.path) as temporary:
            figure.savefig(temporary, dpi=120)
        self._drawn = time.monotonic()
        self._pause = max(self.seconds, 30 * (self._drawn - began))  # drawing takes at most 3 % of the time
