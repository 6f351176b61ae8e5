"""Ending training when updates are not finite."""

import warnings
from typing import Any

import keras

from kgan._checks import check_non_negative


class TerminateOnNonFinite(keras.callbacks.Callback):
    """Ends training when more than `patience` updates of an epoch were skipped because they were not finite.

    Without it, `kgan.GAN` skips an update whose loss or gradients are not finite, counts it in `skipped_updates` and
    goes on. (Keras's `TerminateOnNaN` reads only a log named `loss`, which a GAN does not have.)

    Args:
        patience: number of skipped updates that an epoch may have. Defaults to 0.

    Raises:
        ValueError: `patience` is negative.

    Example:
    >>> callback = TerminateOnNonFinite(patience=10)
    """

    def __init__(self, patience: int = 0) -> None:
        super().__init__()
        check_non_negative(patience=patience)
        self.patience = patience

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Stop if too many updates of this epoch were skipped."""
        if logs and float(logs["skipped_updates"]) > self.patience:
            warnings.warn(
                f"Training ends at batch {batch}: {int(logs['skipped_updates'])} updates were not finite. Try a "
                "lower learning rate, or a penalty (`r1`, `r2`).",
                stacklevel=2,
            )
            self.model.stop_training = True
