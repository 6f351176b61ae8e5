"""One progress bar for a whole run."""

import time
from typing import Any

import keras


class Progress(keras.callbacks.Callback):
    """Shows one progress bar for the whole run, with images per second and the time left; for `fit(verbose=0)`.

    Args:
        batch_size: number of images in a batch, from which the images per second are computed.

    Example:
    >>> callback = Progress(batch_size=64)
    """

    def __init__(self, batch_size: int) -> None:
        super().__init__()
        self.batch_size = batch_size
        self._epoch = 0
        self._began: tuple[float, int] | None = None
        self._bar: Any = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Show the bar."""
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        self._began = None
        self._bar = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %  {task.fields[rate]} images/s "),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(elapsed_when_finished=False),
            TextColumn("{task.fields[losses]}"),
        )
        self._task = self._bar.add_task("train", total=None, epoch="", rate="-", losses="")
        self._bar.start()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Remember the epoch."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Move the bar."""
        if self.model.data_position.skipping:
            return
        steps, epochs = self.params["steps"], self.params["epochs"]
        done = self._epoch * (steps or 0) + batch + 1
        now, rate = time.monotonic(), "-"
        if self._began is None:  # the first step includes the tracing and would spoil the rate
            self._began = now, done
        elif now > self._began[0]:
            rate = f"{(done - self._began[1]) * self.batch_size / (now - self._began[0]):,.0f}"
        logs = logs or {}
        losses = [
            f"{letter} {float(logs[name]):.3f}"
            for letter, name in (("D", "discriminator_loss"), ("G", "generator_loss"))
            if name in logs
        ]
        self._bar.update(
            self._task,
            completed=done,
            total=steps * epochs if steps else None,
            epoch=f"{self._epoch + 1}/{epochs}",
            rate=rate,
            losses="  ".join(losses),
        )

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Leave the full bar."""
        self.close()

    def close(self) -> None:
        """Stop the bar. Only needed if `fit` raised an error: Keras tells no callback of it."""
        if self._bar is not None:
            self._bar.stop()
