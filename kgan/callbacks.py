"""What happens around `fit`: sample images, loss curves, exact resume, an end at the first bad number."""

import csv
import os
import pathlib
import random
import shutil
import warnings
import zipfile

import keras
import numpy as np
from matplotlib.figure import Figure

from kgan import backend, datasets, files, images


class SampleImages(keras.callbacks.Callback):
    """Writes a grid of samples after each epoch, from the same latents every time, and an animation at the end.

    The files are `epoch-0001.png`, ... and `animation.gif`. If a `keras.callbacks.TensorBoard` takes part in
    the same `fit`, or a default summary writer is set, the grids are written there too.

    Args:
        directory: where the pictures go; made if missing.
        num: how many samples a grid holds. Defaults to 64.
        seed: of the latents. Defaults to 0.
        labels: for class-conditional networks, as in `GAN.generate`.
        every: epochs between two grids. Defaults to 1.
        animation: the animation's name, its suffix (`.gif`, `.webp`, `.png`) being its format; None for none.

    Raises:
        ValueError: `num` or `every` is not positive.

    Example:

    >>> callback = SampleImages("samples", num=16)
    """

    def __init__(self, directory, num=64, seed=0, labels=None, every=1, animation="animation.gif"):
        super().__init__()
        if num < 1 or every < 1:
            raise ValueError(f"`num` and `every` must be positive. Received: num={num}, every={every}")
        self.directory = pathlib.Path(directory)
        self.num = num
        self.seed = seed
        self.labels = labels
        self.every = every
        self.animation = animation

    def on_epoch_end(self, epoch, logs=None):
        """Write the grid of this epoch."""
        if (epoch + 1) % self.every:
            return
        grid = images.grid(self.model.generate(self.num, self.seed, self.labels))
        images.save(self.directory / f"epoch-{epoch + 1:04d}.png", grid)
        writers = [
            callback._train_writer
            for callback in getattr(self.model, "_companions", [])
            if isinstance(callback, keras.callbacks.TensorBoard)
        ]
        backend.summarize_image("samples", grid, step=epoch, writer=writers[0] if writers else None)

    def on_train_end(self, logs=None):
        """Join the grids, also those from before a resume, into the animation."""
        frames = sorted(self.directory.glob("epoch-*.png"))
        if self.animation and frames:
            images.animate(self.directory / self.animation, frames)


class LossCurves(keras.callbacks.Callback):
    """Draws the losses and the scores of all epochs so far as a PNG after each epoch.

    Args:
        path: the picture's file name.
        csv: optional file name for the same numbers as a table, a line an epoch. Unlike Keras's `CSVLogger`
            it neither loses nor repeats a line when a killed run is resumed.

    Example:

    >>> callback = LossCurves("curves.png", csv="log.csv")
    """

    def __init__(self, path, csv=None):
        super().__init__()
        self.path = pathlib.Path(path)
        self.csv = csv
        self.rows = []

    def on_epoch_end(self, epoch, logs=None):
        """Draw the curves up to this epoch."""
        self.rows.append({"epoch": epoch + 1, **{name: float(value) for name, value in (logs or {}).items()}})
        self._draw()
        if self.csv:
            with files.replacing(self.csv) as temporary, open(temporary, "w", newline="") as file:
                table = csv.DictWriter(file, fieldnames=list(dict.fromkeys(name for row in self.rows for name in row)))
                table.writeheader()
                table.writerows(self.rows)

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
        with files.replacing(self.path) as temporary:
            figure.savefig(temporary, dpi=120)

    def get_state(self):
        """Return what a resumed run must know."""
        return self.rows

    def set_state(self, state):
        """Go on from `get_state`."""
        self.rows = state


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
        save_freq: `"epoch"`, or the number of batches between two saves within an epoch (the end of an
            epoch is always saved).
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
        self._history, self._metrics, self._start = {}, None, (0, 0)
        path = self._newest()
        if path is not None:
            self._restore(path)

    def on_epoch_begin(self, epoch, logs=None):
        """Find the place in the data."""
        self._epoch, self._batch = epoch, 0
        first = epoch == self._start[0]
        self.model._to_skip = self._start[1] if first else 0
        if first and self._metrics is not None:
            for variable, value in zip(self.model._metric_variables(), self._metrics, strict=True):
                variable.assign(value)
            self._metrics = None
        data = self.model._data
        if isinstance(data, keras.utils.PyDataset):
            random.seed(f"{self.model.seed} {epoch}")  # Keras shuffles its batches with Python's generator
        elif not (self.model._steps_per_epoch is None and datasets.seek(data, epoch)) and first:
            self._read_again(data, epoch)

    def on_train_batch_end(self, batch, logs=None):
        """Save, if it is time."""
        if self.save_freq == "epoch" or self.model._to_skip > 0:
            return
        before, self._batch = self._batch, batch + 1
        if before // self.save_freq != self._batch // self.save_freq:
            self._save(self._epoch, self._batch)

    def on_epoch_end(self, epoch, logs=None):
        """Save the end of the epoch."""
        _append(self._history, logs, epoch)
        self._save(epoch + 1, 0)

    def on_train_end(self, logs=None):
        """Give Keras's history the epochs from before the resume."""
        history = self.model.history
        history.history = {name: values for name, values in self._history.items() if name != "epoch"}
        history.epoch = self._history.get("epoch", [])

    def _save(self, epoch, batch):
        self.model.progress = {
            "epoch": epoch,
            "batch": batch,
            "history": self._history,
            "callbacks": [_state_of(callback) for callback in self.model._companions],
            "stopped": bool(self.model.stop_training),
        }
        self.model.save(self.directory / f"epoch-{epoch:05d}-batch-{batch:08d}.keras")
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
        self._metrics = [variable.numpy() for variable in self.model._metric_variables()] if progress["batch"] else None
        for callback, state in zip(self.model._companions, progress["callbacks"], strict=False):
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
