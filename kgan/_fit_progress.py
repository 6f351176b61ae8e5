"""Progress of Keras's `fit`, as all other long work shows its own."""

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras

from kgan import _progress

LOSSES = {"discriminator_loss": "D", "generator_loss": "G", "loss": "loss"}
"""The losses that are shown, and under which name."""


class FitProgress(keras.callbacks.Callback):
    """Shows the progress of all epochs together, for `fit(verbose=0)`.

    Args:
        title: what is being trained; None shows the epoch.
        batch_size: number of images in a batch, if the rate is to count them.
        keep: leave the bar when training is done.
    """

    def __init__(self, title: str | None = None, batch_size: int | None = None, keep: bool = False) -> None:
        super().__init__()
        self.title, self.batch_size, self.keep = title, batch_size, keep
        self._shown: _progress.Bar | None = None
        self._epoch = self._before = self._batch = 0
        self._limit: int | None = None  # of `kgan.callbacks.StopAfter`

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Begin the bar."""
        self.close()
        self._before = self._batch = 0
        rate_of = None if self.batch_size is None else (self.batch_size, "images")
        callbacks = getattr(self.model, "fit_callbacks", ())
        self._limit = min((callback.updates for callback in callbacks if hasattr(callback, "updates")), default=None)
        self._shown = _progress.Bar(self.title or "training", None, "updates", rate_of, self.keep)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Remember the epoch, and how many updates were before it."""
        steps = self.params.get("steps")
        self._before = self._before + self._batch if steps is None else epoch * steps
        self._epoch, self._batch = epoch, 0

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Move the bar."""
        position = getattr(self.model, "data_position", None)
        if self._shown is None or (position is not None and position.passed_over):
            return
        self._batch = batch + 1
        epochs, steps = self.params["epochs"], self.params.get("steps")
        if self.title is None:
            self._shown.title = f"epoch {self._epoch + 1}/{epochs}"
        self._shown.note = lambda: _losses(logs or {})
        total = steps and self._before + steps * (epochs - self._epoch)
        self._shown.to(self._before + self._batch, min(total, self._limit) if total and self._limit else total)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """End the bar."""
        self.close()

    def after_fit(self) -> None:
        """End the bar; kgan's models call it in any case, also after an error."""
        self.close()

    def close(self) -> None:
        """End the bar. Only needed after an error in the `fit` of another model: Keras tells no callback of it."""
        shown, self._shown = self._shown, None
        if shown is not None:
            shown.close()


@contextlib.contextmanager
def fit_progress(
    title: str, callbacks: Sequence[keras.callbacks.Callback] | None = None
) -> Iterator[list[keras.callbacks.Callback]]:
    """Show progress while a network is trained in the block.

    Args:
        title: what is being trained.
        callbacks: the user's. If one of them shows progress, nothing else does.

    Yields:
        The callbacks for `fit(verbose=0)`.
    """
    callbacks = list(callbacks or ())
    own = [] if _shows_progress(callbacks) else [FitProgress(title)]
    try:
        yield callbacks + own
    finally:
        for callback in own:
            callback.close()


def in_a_log(verbose: str | int, callbacks: Any) -> tuple[str | int, Any]:
    """Return Keras's `verbose` and the callbacks of a `fit`, with `verbose="auto"` as it suits a log.

    Keras's bar is for terminals and notebooks: in a file it is one endless line. There, Keras prints a line for each
    epoch, and kgan one every half minute.
    """
    if verbose != "auto" or isinstance(callbacks, keras.callbacks.CallbackList):
        return verbose, callbacks
    if _progress.is_quiet():
        return 0, callbacks
    if _progress.in_notebook() or _progress.is_terminal(sys.stdout):
        return 1, callbacks
    callbacks = list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks] if callbacks else []
    return 2, callbacks if _shows_progress(callbacks) else [*callbacks, FitProgress()]


def _shows_progress(callbacks: Sequence[keras.callbacks.Callback]) -> bool:
    return any(isinstance(callback, FitProgress) for callback in callbacks)


def _losses(logs: Mapping[str, Any]) -> str:
    """Return the losses in words. Only what is shown is read: reading waits for the device."""
    return ", ".join(f"{name} {float(logs[key]):.3f}" for key, name in LOSSES.items() if key in logs)
