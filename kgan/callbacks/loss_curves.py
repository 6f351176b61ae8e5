"""Loss curves, as a picture and a table."""

import csv
import pathlib
import time

import keras
from matplotlib.figure import Figure

from kgan import _files


class LossCurves(keras.callbacks.Callback):
    """Draws the losses and the scores of all epochs so far as a PNG, every few seconds and at the end.

    Args:
        path: the picture's file name.
        csv: optional file name for the same numbers as a table, a line an epoch. Unlike Keras's `CSVLogger`
            it neither loses nor repeats a line when a killed run is resumed.
        seconds: at least so long between two pictures, since drawing can take longer than a short epoch.

    Example:
    >>> callback = LossCurves("curves.png", csv="log.csv")
    """

    def __init__(self, path, csv=None, seconds=10.0):
        super().__init__()
        self.seconds = seconds
        self._drawn = float("-inf")
        self.path = pathlib.Path(path)
        self.csv = csv
        self.rows = []

    def on_epoch_end(self, epoch, logs=None):
        """Add this epoch."""
        self.rows.append({"epoch": epoch + 1, **{name: float(value) for name, value in (logs or {}).items()}})
        if time.monotonic() - self._drawn > self.seconds:
            self._draw()
        if self.csv:
            with _files.replacing(self.csv) as temporary, open(temporary, "w", newline="") as file:
                table = csv.DictWriter(file, fieldnames=list(dict.fromkeys(name for row in self.rows for name in row)))
                table.writeheader()
                table.writerows(self.rows)

    def on_train_end(self, logs=None):
        """Draw all."""
        if self.rows:
            self._draw()

    def _draw(self):
        figure = Figure(figsize=(9, 3.5), layout="constrained")
        for axes, ending in zip(figure.subplots(1, 2), ("loss", "score"), strict=True):
            for name in self.rows[-1]:
                if name.endswith(ending):
                    points = [(row["epoch"], row[name]) for row in self.rows if name in row]
                    axes.plot(*zip(*points, strict=True), label=name.replace("_", " "), linewidth=1.2)
            axes.set(xlabel="epoch", title=f"{ending.capitalize()}{'e' if ending == 'loss' else ''}s")
            axes.grid(alpha=0.3)
            axes.legend(frameon=False)
        with _files.replacing(self.path) as temporary:
            figure.savefig(temporary, dpi=120)
        self._drawn = time.monotonic()

    def get_state(self):
        """Return what a resumed run must know."""
        return self.rows

    def set_state(self, state):
        """Go on from `get_state`."""
        self.rows = state
