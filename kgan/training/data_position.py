"""Where in its data a `fit` is, so that a resumed run goes on at the same batch."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import keras

from kgan import datasets


class DataPosition:
    """The position of a `fit` in its data.

    `fit` opens it with the data and closes it at the end. `kgan.callbacks.Resume` moves it to the epoch and the batch
    where a killed run stopped. The training function then passes over the batches that the run was already trained on.

    Attributes:
        data: what `fit` reads, or None outside of it.
        passed_over: whether a resumed run was already trained on the batch that has just ended, so that callbacks must
            not count it again.

    Example:
    >>> position = DataPosition()
    >>> position.open(data=None, steps_per_epoch=None, seed=0)
    >>> position.begin_epoch(epoch=0, batch=2)
    >>> position.skipping
    True
    >>> batches = iter(["first", "second", "third"])
    >>> position.skip(batches, num_batches=2)
    True
    >>> position.skip(batches, num_batches=2), next(batches)
    (False, 'third')
    """

    def __init__(self) -> None:
        self.data: Any = None
        self.passed_over = False
        self._steps_per_epoch: int | None = None
        self._seed: int | None = None
        self._to_skip = 0  # batches of this epoch
        self._to_discard = 0  # batches of earlier epochs, where the data are one endless stream

    def open(self, data: Any, steps_per_epoch: int | None, seed: int | None) -> None:
        """Begin at the start of the data.

        Args:
            data: what `fit` reads: a `tf.data.Dataset` or a `keras.utils.PyDataset`.
            steps_per_epoch: as in `fit`.
            seed: of the order in which Keras shuffles the batches of a `PyDataset`.
        """
        self.close()
        self.data, self._steps_per_epoch, self._seed = data, steps_per_epoch, seed

    def close(self) -> None:
        """Forget the data."""
        self.data = self._steps_per_epoch = self._seed = None
        self._to_skip = self._to_discard = 0

    @property
    def skipping(self) -> bool:
        """Whether the next batch is one that a resumed run was already trained on."""
        return self._to_skip > 0

    def begin_epoch(self, epoch: int, batch: int = 0, resumed: bool = False) -> None:
        """Move to a batch of an epoch.

        Args:
            epoch: its number, from 0.
            batch: how many of its batches to pass over.
            resumed: whether this is the first epoch of a `fit` that goes on where another one stopped.

        Raises:
            ValueError: the position cannot be found in such data.
        """
        self._to_skip, self.passed_over = batch, False
        if isinstance(self.data, keras.utils.PyDataset):
            random.seed(f"{self._seed} {epoch}")  # Keras shuffles its batches with Python's generator
        elif not (self._steps_per_epoch is None and datasets.seek(self.data, epoch)) and resumed:
            self._read_again(epoch)

    def skip(self, iterator: Iterator, num_batches: int) -> bool:
        """Pass over batches if the position says so.

        Args:
            iterator: of the data.
            num_batches: number of batches of one call of the training function.

        Returns:
            Whether batches of this epoch were passed over.
        """
        for _ in range(self._to_discard):
            next(iterator)
        self._to_discard = 0
        self.passed_over = self.skipping
        if not self.passed_over:
            return False
        for _ in range(min(self._to_skip, num_batches)):
            next(iterator)
        self._to_skip -= num_batches
        return True

    def _read_again(self, epoch: int) -> None:
        """Bring a data set that is not kgan's to the start of `epoch`, by reading it from its start."""
        num_batches = int(self.data.cardinality())
        if self._steps_per_epoch is not None:
            if num_batches >= 0:
                raise ValueError(
                    "Expected data in which `Resume` can find its position. Received: a finite data set that is read "
                    "with `steps_per_epoch`. Leave `steps_per_epoch` out, or make the data set endless with .repeat()."
                )
            self._to_discard = epoch * self._steps_per_epoch
            return
        for _ in range(epoch):
            for _ in self.data:
                pass
            if num_batches >= 0:
                iter(self.data)  # Keras makes one iterator more at the end of each epoch, and each one draws a seed


def passing_over(
    train_function: Callable[[Iterator], Any],
    position: DataPosition,
    steps_per_execution: int,
    current_logs: Callable[[], dict],
) -> Callable[[Iterator], Any]:
    """Return a training function that first passes over what a resumed run was already trained on.

    Args:
        train_function: makes `steps_per_execution` steps with the batches of an iterator.
        position: of the running `fit`.
        steps_per_execution: number of batches that one call reads.
        current_logs: returns the logs of a call that trains on nothing.
    """

    def train_or_pass_over(iterator: Iterator) -> Any:
        if position.skip(iterator, steps_per_execution):
            return current_logs()
        return train_function(iterator)

    return train_or_pass_over
