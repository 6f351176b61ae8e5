"""Ending training after a number of updates."""

from typing import Any

import keras

from kgan._checks import check_positive


class StopAfter(keras.callbacks.Callback):
    """Ends training after a number of updates of the generator, also in the middle of an epoch.

    With `kgan.callbacks.Resume`, the updates before a stop count, and a run can be made longer: the same script with
    more updates goes on with the next batch. `fit` needs as many epochs as the updates take.

    Args:
        updates: number of updates, positive.

    Raises:
        ValueError: `updates` is not a positive integer.

    Example:
    >>> callback = StopAfter(10_000)
    """

    def __init__(self, updates: int) -> None:
        super().__init__()
        check_positive(updates=updates)
        self.updates = updates
        self.done = 0
        self._batch = 0

    @property
    def reached(self) -> bool:
        """Whether the updates are done."""
        return self.done >= self.updates

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Count from 0; `Resume` sets the number of a run that goes on."""
        self.done = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Count the batches of the epoch from 0."""
        self._batch = 0

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Count, and stop if it is enough."""
        if not self.model.data_position.passed_over:  # a batch that was counted before
            self.done += batch + 1 - self._batch
            if self.reached:
                self.model.stop_training = True
        self._batch = batch + 1

    def get_state(self) -> int:
        """Return what a resumed run must know."""
        return self.done

    def set_state(self, state: int) -> None:
        """Go on from `get_state`."""
        self.done = state
