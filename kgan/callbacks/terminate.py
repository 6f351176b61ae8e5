"""End training when updates are not finite."""

import warnings

import keras


class TerminateOnNonFinite(keras.callbacks.Callback):
    """Ends training once more than `patience` updates were skipped, because a loss or a gradient was not finite.

    Without it `GAN` skips such updates, counts them in `skipped_updates` and goes on. (Keras's
    `TerminateOnNaN` reads only a log named `loss`, which a GAN has not.)

    Args:
        patience: how many skipped updates an epoch may have. Defaults to 0.

    Example:
    >>> callback = TerminateOnNonFinite(patience=10)
    """

    def __init__(self, patience=0):
        super().__init__()
        if patience < 0:
            raise ValueError(f"`patience` must be non-negative. Received: patience={patience}")
        self.patience = patience

    def on_train_batch_end(self, batch, logs=None):
        """Stop if too many updates of this epoch were skipped."""
        if logs and float(logs["skipped_updates"]) > self.patience:
            warnings.warn(
                f"Training ends at batch {batch}: {int(logs['skipped_updates'])} updates were not finite. Try a "
                "lower learning rate, or a penalty (`r1`, `r2`).",
                stacklevel=2,
            )
            self.model.stop_training = True
