"""Resuming a killed run, bit for bit."""

import os
import pathlib
import shutil
import warnings
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from kgan._typing import PathLike
from kgan.backend import keras_internals
from kgan.callbacks.interruption import Interruption
from kgan.callbacks.stop_after import StopAfter
from kgan.training import backups


class Resume(keras.callbacks.Callback):
    """Lets a killed run go on: the same script, run again, ends with the same weights.

    Bit for bit on a CPU: weights, averages, optimizer slots, learning rates, random states, metrics, the best values
    that Keras's callbacks remember, and the position in the data. Data from `kgan.datasets.load` and arrays are found
    again at once. Any other data set is read again from its start, so its order must be a function of its seed.

    The files in `directory` are ordinary `.keras` models, replaced only when the new one is complete. The last `keep`
    remain. If the newest is damaged, the one before it is used, with a warning. `kgan.open_model` opens the newest of
    the folder.

    Ctrl-C, and the signal with which systems end a process (SIGTERM), take effect after the running update, when the
    state has been saved: nothing is lost. The second one takes effect at once.

    Args:
        directory: for this run only; created if missing.
        save_freq: `"epoch"`, or the number of batches between two saves, anywhere in an epoch. The end of training is
            always saved. Defaults to `"epoch"`.
        keep: number of files to keep, at least 2. Defaults to 2.

    Raises:
        ValueError: an argument is out of range, the directory holds another model's run, or the data cannot be resumed
            exactly.
        OSError: all files in the directory are damaged.

    Example:
    >>> callback = Resume("backup", save_freq=500)
    """

    last = True  # `fit` calls it after the other callbacks, so that it saves what they decided

    def __init__(self, directory: PathLike, save_freq: str | int = "epoch", keep: int = 2) -> None:
        super().__init__()
        if save_freq != "epoch" and (not isinstance(save_freq, int) or save_freq < 1):
            raise ValueError(f"`save_freq` must be 'epoch' or a positive integer. Received: save_freq={save_freq!r}")
        if keep < 2:
            raise ValueError(f"`keep` must be at least 2: one file may be damaged. Received: keep={keep}")
        self.directory = pathlib.Path(directory)
        self.save_freq = save_freq
        self._num_batches = save_freq if isinstance(save_freq, int) else 0  # between two saves; 0 saves at epochs
        self.keep = keep
        self._interruption = Interruption()

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Load the newest complete file, if there is one."""
        self.directory.mkdir(parents=True, exist_ok=True)
        for leftover in self.directory.glob(".*.keras.*"):  # of saves that a kill interrupted
            shutil.rmtree(leftover, ignore_errors=True)
        self._history: dict[str, list] = {}
        self._metrics: list[np.ndarray] | None = None
        self._start, self._num_unsaved = (0, 0), 0
        path = self._newest()
        if path is not None:
            self._restore(path)
        self._interruption.begin()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Move to the position in the data."""
        resumed = epoch == self._start[0]
        self._epoch, self._batch = epoch, self._start[1] if resumed else 0
        if resumed and self._metrics is not None:
            for variable, value in zip(self.model.metric_variables(), self._metrics, strict=True):
                variable.assign(value)
            self._metrics = None
        self.model.data_position.begin_epoch(epoch, self._batch, resumed)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Save if `save_freq` batches have passed."""
        interrupted = self._interruption.requested
        if self.model.data_position.passed_over:
            if interrupted:
                self._interruption.raise_now()
            return
        self._num_unsaved += batch + 1 - self._batch
        self._batch = batch + 1
        if self._batch == self.params["steps"]:
            return  # the end of the epoch saves it, with what the other callbacks make of it
        due = self._num_batches and self._num_unsaved >= self._num_batches
        if interrupted or due or self._has_reached_its_updates():
            self._save(self._epoch, self._batch)
        if interrupted:
            self._interruption.raise_now()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Save the end of the epoch if it is due."""
        _append(self._history, logs, epoch)
        if self._batch != self.params["steps"] and self._has_reached_its_updates():
            return  # in the middle of the epoch, which is saved, so that a longer run goes on there
        if self._interruption.requested or self._num_unsaved >= self._num_batches:
            self._save(epoch + 1, 0)
        if self._interruption.requested:
            self._interruption.raise_now()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Save the end, and give Keras's history the epochs from before the resume."""
        if self._num_unsaved:
            self._save(self._epoch + 1, 0)
        if self._interruption.requested:
            self._interruption.raise_now()
        history = self.model.history
        history.history = {name: values for name, values in self._history.items() if name != "epoch"}
        history.epoch = self._history.get("epoch", [])

    def after_fit(self) -> None:
        """Give Ctrl-C its usual effect again; `fit` calls it in any case, also after an error."""
        self._interruption.end()

    def _has_reached_its_updates(self) -> bool:
        """Return whether `StopAfter` ends the run, which a longer one can continue."""
        return any(isinstance(callback, StopAfter) and callback.reached for callback in self.model.fit_callbacks)

    def _save(self, epoch: int, batch: int) -> None:
        self.model.progress = {
            "epoch": epoch,
            "batch": batch,
            "history": self._history,
            "callbacks": [_state_of(callback) for callback in self.model.fit_callbacks],
            "stopped": bool(self.model.stop_training) and not self._has_reached_its_updates(),
        }
        self.model.save_state(self.directory / backups.name_of(backups.Position(epoch, batch)))
        self._num_unsaved = 0
        for old in self.files()[: -self.keep]:
            old.unlink()

    def files(self) -> list[pathlib.Path]:
        """Return the saved files, the newest last."""
        return backups.files(self.directory)

    def _newest(self) -> pathlib.Path | None:
        files = self.files()
        for path in reversed(files):
            damage = backups.damage_of(path)
            if damage is None:
                return path
            warnings.warn(f"{path.name} is damaged ({damage}). Resuming from the file before it.", stacklevel=2)
            os.replace(path, path.with_suffix(".damaged"))
        if files:
            raise OSError(
                f"Expected a complete file in {self.directory}. Received: {len(files)} files, all damaged. Empty the "
                "folder to start anew."
            )
        return None

    def _restore(self, path: pathlib.Path) -> None:
        try:
            self.model.load_weights(path)
        except (ValueError, KeyError) as error:
            raise ValueError(
                f"Expected {self.directory} to hold a run of this model. Received: {path.name}, whose state does "
                f"not fit: {error} Use another folder for each run."
            ) from error
        progress = self.model.progress
        self._history = progress["history"]
        self._start = progress["epoch"], progress["batch"]
        self._metrics = [variable.numpy() for variable in self.model.metric_variables()] if progress["batch"] else None
        for callback in self.model.fit_callbacks:
            if isinstance(callback, StopAfter):  # if the run began without, there is no state of it
                callback.set_state(progress["epoch"] * (self.params["steps"] or 0) + progress["batch"])
        _set_states(self.model.fit_callbacks, progress["callbacks"])
        over = progress["stopped"] or self._has_reached_its_updates()
        keras_internals.set_initial_epoch(self.model, self.params["epochs"] if over else progress["epoch"])


# What Keras's callbacks know at the end of an epoch that decides what they do in the next.
_KERAS_STATE = ("best", "wait", "cooldown_counter", "stopped_epoch", "best_epoch", "epochs_since_last_save")


def _state_of(callback: keras.callbacks.Callback) -> dict[str, Any]:
    state: dict[str, Any] = {"class": type(callback).__name__}
    if hasattr(callback, "get_state"):
        state["own"] = callback.get_state()
    for name in _KERAS_STATE:
        value = getattr(callback, name, None)
        if isinstance(value, int | float | np.number):
            state[name] = float(value) if isinstance(value, float | np.floating) else int(value)
    return state


def _set_states(callbacks: Sequence[keras.callbacks.Callback], states: Sequence[dict[str, Any]]) -> None:
    """Give the callbacks their states by their classes, in order: others may have been added or removed since."""
    left = list(states)
    for callback in callbacks:
        matching = [index for index, state in enumerate(left) if state.get("class") == type(callback).__name__]
        if matching:
            _set_state(callback, left.pop(matching[0]))


def _set_state(callback: keras.callbacks.Callback, state: dict[str, Any]) -> None:
    if "own" in state:
        callback.set_state(state["own"])
    for name in _KERAS_STATE:
        if name in state:
            setattr(callback, name, state[name])


def _append(history: dict[str, list], logs: dict[str, Any] | None, epoch: int) -> None:
    history.setdefault("epoch", []).append(epoch)
    for name, value in (logs or {}).items():
        history.setdefault(name, []).append(float(value))
