"""Going on after a kill, bit for bit."""

import os
import pathlib
import random
import shutil
import warnings
import zipfile

import keras
import numpy as np

from kgan import datasets


class Resume(keras.callbacks.Callback):
    """Makes a killed run go on where it was: the same script, run again, ends with the same weights.

    Bit for bit on a CPU: weights, averages, optimizer slots, learning rates, random states, metrics, the
    best values that Keras's callbacks remember, and the place in the data. Data from
    `kgan.datasets.load` and arrays are found again at once. Any other data set is read again from its
    start, so its order must be a function of its seed.

    The files in `directory` are ordinary `.keras` models, replaced atomically. The last `keep` remain: if
    the newest is damaged, the one before it is used, with a warning.

    Args:
        directory: for this run only; made if missing.
        save_freq: `"epoch"`, or the number of batches between two saves, wherever in an epoch they fall. The
            end of training is always saved.
        keep: how many files to keep, at least 2. Defaults to 2.

    Raises:
        ValueError: an argument is out of range, the directory holds another model's run, or the data
            cannot be resumed exactly.
        OSError: all files in the directory are damaged.

    Example:
    >>> callback = Resume("backup", save_freq=500)
    """

    last = True  # GAN.fit calls it after the other callbacks, so that it saves what they decided

    def __init__(self, directory, save_freq="epoch", keep=2):
        super().__init__()
        if save_freq != "epoch" and (not isinstance(save_freq, int) or save_freq < 1):
            raise ValueError(f"`save_freq` must be 'epoch' or a positive integer. Received: save_freq={save_freq!r}")
        if keep < 2:
            raise ValueError(f"`keep` must be at least 2: one file may be damaged. Received: keep={keep}")
        self.directory = pathlib.Path(directory)
        self.save_freq = save_freq
        self.keep = keep

    def on_train_begin(self, logs=None):
        """Load the newest whole file, if there is one."""
        self.directory.mkdir(parents=True, exist_ok=True)
        for leftover in self.directory.glob(".*.keras.*"):  # of saves that a kill cut off
            shutil.rmtree(leftover, ignore_errors=True)
        self._history, self._metrics, self._start, self._unsaved = {}, None, (0, 0), 0
        path = self._newest()
        if path is not None:
            self._restore(path)

    def on_epoch_begin(self, epoch, logs=None):
        """Find the place in the data."""
        first = epoch == self._start[0]
        self._epoch, self._batch = epoch, self._start[1] if first else 0
        self.model._to_skip = self._batch
        if first and self._metrics is not None:
            for variable, value in zip(self.model.metric_variables(), self._metrics, strict=True):
                variable.assign(value)
            self._metrics = None
        data = self.model._data
        if isinstance(data, keras.utils.PyDataset):
            random.seed(f"{self.model.seed} {epoch}")  # Keras shuffles its batches with Python's generator
        elif not (self.model._steps_per_epoch is None and datasets.seek(data, epoch)) and first:
            self._read_again(data, epoch)

    def on_train_batch_end(self, batch, logs=None):
        """Save, if it is time."""
        if self.model._to_skip > 0:
            return
        self._unsaved += batch + 1 - self._batch
        self._batch = batch + 1
        if self.save_freq != "epoch" and self._unsaved >= self.save_freq and self._batch != self.params["steps"]:
            self._save(self._epoch, self._batch)

    def on_epoch_end(self, epoch, logs=None):
        """Save the end of the epoch, if it is time."""
        _append(self._history, logs, epoch)
        if self.save_freq == "epoch" or self._unsaved >= self.save_freq:
            self._save(epoch + 1, 0)

    def on_train_end(self, logs=None):
        """Save the end, and give Keras's history the epochs from before the resume."""
        if self._unsaved:
            self._save(self._epoch + 1, 0)
        history = self.model.history
        history.history = {name: values for name, values in self._history.items() if name != "epoch"}
        history.epoch = self._history.get("epoch", [])

    def _save(self, epoch, batch):
        self.model.progress = {
            "epoch": epoch,
            "batch": batch,
            "history": self._history,
            "callbacks": [_state_of(callback) for callback in self.model.companions],
            "stopped": bool(self.model.stop_training),
        }
        self.model.save(self.directory / f"epoch-{epoch:05d}-batch-{batch:08d}.keras")
        self._unsaved = 0
        for old in self._files()[: -self.keep]:
            old.unlink()

    def _files(self):
        return sorted(self.directory.glob("epoch-*-batch-*.keras"))

    def _newest(self):
        files = self._files()
        for path in reversed(files):
            try:
                with zipfile.ZipFile(path) as archive:
                    damaged = archive.testzip()
            except (zipfile.BadZipFile, OSError, EOFError) as error:
                damaged = error
            if damaged is None:
                return path
            warnings.warn(f"{path.name} is damaged ({damaged}); going on from the one before.", stacklevel=2)
            os.replace(path, path.with_suffix(".damaged"))
        if files:
            raise OSError(f"Every saved state in {self.directory} is damaged. Empty the folder to start anew.")
        return None

    def _restore(self, path):
        try:
            self.model.load_weights(path)
        except (ValueError, KeyError) as error:
            raise ValueError(
                f"Expected {self.directory} to hold a run of this model. Received: {path.name}, whose state does "
                f"not fit: {error} Give each run a folder of its own."
            ) from error
        progress = self.model.progress
        self._history = progress["history"]
        self._start = progress["epoch"], progress["batch"]
        self._metrics = [variable.numpy() for variable in self.model.metric_variables()] if progress["batch"] else None
        for callback, state in zip(self.model.companions, progress["callbacks"], strict=False):
            if state.get("class") == type(callback).__name__:
                _give_state(callback, state)
        # Keras reads `_initial_epoch` right after this; GAN.fit clears it at the end.
        self.model._initial_epoch = self.params["epochs"] if progress["stopped"] else progress["epoch"]

    def _read_again(self, data, epoch):
        """Bring a foreign data set to the start of `epoch`."""
        steps = self.model._steps_per_epoch
        count = int(data.cardinality())
        if steps is not None:
            if count >= 0:
                raise ValueError(
                    "Resume cannot find the place in a finite data set that is read with `steps_per_epoch`. "
                    "Leave `steps_per_epoch` out, or make the data set endless with .repeat()."
                )
            self.model._to_discard = epoch * steps
            return
        for _ in range(epoch):
            for _ in data:
                pass
            if count >= 0:
                iter(data)  # Keras starts one iterator more at the end of each epoch, and each one draws a seed


# What Keras's callbacks know at the end of an epoch that decides what they do in the next.
_KERAS_STATE = ("best", "wait", "cooldown_counter", "stopped_epoch", "best_epoch", "epochs_since_last_save")


def _state_of(callback):
    state = {"class": type(callback).__name__}
    if hasattr(callback, "get_state"):
        state["own"] = callback.get_state()
    for name in _KERAS_STATE:
        value = getattr(callback, name, None)
        if isinstance(value, int | float | np.number):
            state[name] = float(value) if isinstance(value, float | np.floating) else int(value)
    return state


def _give_state(callback, state):
    if "own" in state:
        callback.set_state(state["own"])
    for name in _KERAS_STATE:
        if name in state:
            setattr(callback, name, state[name])


def _append(history, logs, epoch):
    history.setdefault("epoch", []).append(epoch)
    for name, value in (logs or {}).items():
        history.setdefault(name, []).append(float(value))
