"""Loss curves, as an image and a table."""

import csv
import pathlib
import time
from typing import Any

import keras

from kgan import _files
from kgan._typing import PathLike


class LossCurves(keras.callbacks.Callback):
    """Draws the losses and scores of all epochs so far, every few seconds and at the end of training.

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
        self._drawn = float("-inf")

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Add this epoch."""
        row = {"epoch": epoch + 1, **{name: float(value) for name, value in (logs or {}).items()}}
        # Training anew from an earlier epoch replaces the rows that came after it.
        self.rows = [*(earlier for earlier in self.rows if earlier["epoch"] <= epoch), row]
        if time.monotonic() - self._drawn > self.seconds:
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
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9, 3.5), layout="constrained")
        for axes, (ending, title) in zip(figure.subplots(1, 2), (("loss", "Losses"), ("score", "Scores")), strict=True):
            for name in self.rows[-1]:
                if name.endswith(ending):
                    points = [(row["epoch"], row[name]) for row in self.rows if name in row]
                    axes.plot(*zip(*points, strict=True), label=name.replace("_", " "), linewidth=1.2)
            axes.set(xlabel="epoch", title=title)
            axes.grid(alpha=0.3)
            if axes.lines:
                axes.legend(frameon=False)
        with _files.replacing(self.path) as temporary:
            figure.savefig(temporary, dpi=120)
        self._drawn = time.monotonic()
