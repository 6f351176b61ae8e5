"""Saving a model with all that training needs to go on exactly."""

import json
import os
from typing import Any

import keras
import numpy as np

from kgan import _files, backend
from kgan._typing import PathLike
from kgan.backend import keras_internals
from kgan.training.data_position import DataPosition, passing_over


class PersistentModel(keras.Model):
    """Base of models whose files hold all that training needs to go on exactly.

    In addition to the weights and optimizers that Keras saves: random states, metrics, and `progress`.

    Attributes:
        progress: dictionary of plain values that says how far training has come.
        fit_callbacks: the callbacks of the running `fit`.
        data_position: where in its data the running `fit` is.
    """

    train_function: Any

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.progress: dict[str, Any] = {"epoch": 0, "batch": 0}
        self.fit_callbacks: list[keras.callbacks.Callback] = []
        self.data_position = DataPosition()

    def save(self, filepath: PathLike, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any) -> None:
        """Save networks, average, optimizers, metrics and random state to one `.keras` file.

        The file is replaced only when the new one is complete.

        Args:
            filepath: the file, which ends in `.keras`.
            overwrite: whether to replace an existing file. Defaults to True.
            zipped, **kwargs: as in `keras.Model.save`.

        Raises:
            FileExistsError: the file exists and `overwrite` is False.
            ValueError: a network is of a class that a file cannot hold.
        """
        _check_overwrite(filepath, overwrite)
        reason = self.why_not_saved()
        if reason is not None:
            raise ValueError(
                f"Expected networks that a file can hold. Received: {reason} Until then `save_weights`, "
                "`kgan.callbacks.Resume` and `export` work."
            )
        self.save_state(filepath, zipped=zipped, **kwargs)

    def save_state(self, filepath: PathLike, **kwargs: Any) -> None:
        """Save as `save` does, also where a network cannot be made again from the file: its weights are in it.

        Args:
            filepath: the file, which ends in `.keras`. It is replaced only when the new one is complete.
            **kwargs: as in `keras.Model.save`.
        """
        with _files.replacing(filepath) as temporary:
            super().save(temporary, overwrite=True, **kwargs)

    def why_not_saved(self) -> str | None:
        """Return why a file cannot hold the model's networks, or None if it can."""
        return None

    def save_weights(self, filepath: PathLike, overwrite: bool = True, **kwargs: Any) -> None:
        """Save the same without the architecture to one `.weights.h5` file.

        The file is replaced only when the new one is complete.

        Args:
            filepath: the file, which ends in `.weights.h5`.
            overwrite: whether to replace an existing file. Defaults to True.
            **kwargs: as in `keras.Model.save_weights`.

        Raises:
            FileExistsError: the file exists and `overwrite` is False.
        """
        _check_overwrite(filepath, overwrite)
        with _files.replacing(filepath) as temporary:
            super().save_weights(temporary, overwrite=True, **kwargs)

    def make_train_function(self, force: bool = False) -> None:
        """Make the function that `fit` calls. After a resume it first passes over what was trained on."""
        if self.train_function is not None and not force:
            return
        super().make_train_function(force)
        train_function = backend.lean_train_function(self) or self.train_function
        self.train_function = passing_over(
            train_function, self.data_position, self.steps_per_execution, self.get_metrics_result
        )

    def arrange_callbacks(self, callbacks: Any) -> Any:
        """Return the callbacks of a `fit` in the order in which they are called, and remember them.

        Callbacks that save the state of the others (`last = True`) come last.

        Args:
            callbacks: a callback, a list of them, a `keras.callbacks.CallbackList` (which is returned as it is), or
                None.
        """
        if callbacks is None or isinstance(callbacks, keras.callbacks.CallbackList):
            self.fit_callbacks = []
            return callbacks
        callbacks = list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]
        self.fit_callbacks = sorted(callbacks, key=lambda callback: getattr(callback, "last", False))
        return self.fit_callbacks

    def seed_states(self) -> list[keras.Variable]:
        """Return the variables that hold random states; Dropout layers have one of their own."""
        networks = [layer for layer in self.layers if isinstance(layer, keras.Model)]
        weights = {id(weight) for network in networks for weight in network.weights}
        inner = [variable for network in networks for variable in network.variables if id(variable) not in weights]
        return [self.seed_generator.state, *inner]

    def metric_variables(self) -> list[keras.Variable]:
        """Return the variables of the metrics of training; those of an evaluation start anew each time."""
        evaluation_metrics = keras_internals.compiled_metrics(self)
        metrics = [metric for metric in self.metrics if metric is not evaluation_metrics]
        return [variable for metric in metrics for variable in metric.variables]

    def save_own_variables(self, store: Any) -> None:
        """Save the random states, the metrics and `progress`."""
        for index, state in enumerate(self.seed_states()):
            store[f"seed_{index}"] = state.numpy()
        for index, variable in enumerate(self.metric_variables()):
            store[f"metric_{index}"] = variable.numpy()
        store["progress"] = np.frombuffer(json.dumps(self.progress).encode(), dtype="uint8")

    def load_own_variables(self, store: Any) -> None:
        """Load what `save_own_variables` saved."""
        for index, state in enumerate(self.seed_states()):
            state.assign(store[f"seed_{index}"])
        for index, variable in enumerate(self.metric_variables()):
            # A model that was not compiled when it was saved has no metrics, and other settings have other ones.
            if f"metric_{index}" in store and store[f"metric_{index}"].shape == tuple(variable.shape):
                variable.assign(store[f"metric_{index}"])
        self.progress = json.loads(np.asarray(store["progress"], dtype="uint8").tobytes())


def _check_overwrite(filepath: PathLike, overwrite: bool) -> None:
    if overwrite is False and os.path.exists(filepath):
        raise FileExistsError(f"{filepath} exists. Pass overwrite=True to replace it.")
