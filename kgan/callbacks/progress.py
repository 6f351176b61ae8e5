"""One progress bar for a whole run."""

import time

import keras
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar


class Progress(keras.callbacks.Callback):
    """One progress bar for the whole run, with images a second and the time left; for `fit(verbose=0)`.

    Args:
        batch_size: images a batch.

    Example:
    >>> callback = Progress(batch_size=64)
    """

    def __init__(self, batch_size: int):
        super().__init__()
        self.batch_size = batch_size

    def on_train_begin(self, logs=None):
        """Show the bar."""
        self._bar = Bar(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %  {task.fields[rate]} images/s "),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(elapsed_when_finished=False),
            TextColumn("{task.fields[losses]}"),
        )
        self._task = self._bar.add_task("train", total=None, epoch="", rate="-", losses="")
        self._began = None
        self._bar.start()

    def on_epoch_begin(self, epoch, logs=None):
        """Remember where the epoch stands in the run."""
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        """Move the bar."""
        steps, epochs = self.params["steps"], self.params["epochs"]
        done = self._epoch * (steps or 0) + batch + 1
        if self.model.data_position.skipping:
            return
        now, rate = time.monotonic(), "-"
        if self._began is None:  # the first step is the one that traces, and not a measure
            self._began = now, done
        elif now > self._began[0]:
            rate = f"{(done - self._began[1]) * self.batch_size / (now - self._began[0]):,.0f}"
        self._bar.update(
            self._task,
            completed=done,
            total=steps * epochs if steps else None,
            epoch=f"{self._epoch + 1}/{epochs}",
            rate=rate,
            losses=f"D {float(logs['discriminator_loss']):.3f}  G {float(logs['generator_loss']):.3f}",
        )

    def on_train_end(self, logs=None):
        """Leave the full bar."""
        self._bar.stop()
