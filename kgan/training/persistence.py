"""A model that is saved whole and can go on: what Keras leaves out is there, and no file is half written."""

import json
import os

import keras
import numpy as np

from kgan import _files, backend


class PersistentModel(keras.Model):
    """Base of models whose files hold all that training needs to go on exactly.

    Beside the weights and optimizers that Keras saves: random states, metrics, and `progress`, a dictionary
    of plain values that says how far training has come. `companions` are the callbacks of the running `fit`.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.progress = {"epoch": 0, "batch": 0}
        self.companions = []
        self._to_skip = 0  # batches of this epoch that a resumed run was trained on already
        self._to_discard = 0  # batches of earlier epochs, where the data are one endless stream

    def save(self, filepath, overwrite=True, zipped=None, **kwargs):
        """Save networks, average, optimizers, metrics and random state to one `.keras` file, whole or not at all."""
        if overwrite is False and os.path.exists(filepath):
            raise FileExistsError(f"{filepath} exists. Pass overwrite=True to replace it.")
        with _files.replacing(filepath) as temporary:
            super().save(temporary, overwrite=True, zipped=zipped, **kwargs)

    def save_weights(self, filepath, overwrite=True, **kwargs):
        """Save the same without the architecture to one `.weights.h5` file, whole or not at all."""
        if overwrite is False and os.path.exists(filepath):
            raise FileExistsError(f"{filepath} exists. Pass overwrite=True to replace it.")
        with _files.replacing(filepath) as temporary:
            super().save_weights(temporary, overwrite=True, **kwargs)

    def make_train_function(self, force=False):
        """Make the function that `fit` calls; after a resume it first passes over what was trained on."""
        if self.train_function is not None and not force:
            return
        super().make_train_function(force)
        train = backend.lean_train_function(self) or self.train_function

        def train_or_pass_over(iterator):
            for _ in range(self._to_discard):
                next(iterator)
            self._to_discard = 0
            if self._to_skip <= 0:
                return train(iterator)
            for _ in range(min(self._to_skip, self.steps_per_execution)):
                next(iterator)
            self._to_skip -= self.steps_per_execution
            return self.get_metrics_result()

        self.train_function = train_or_pass_over

    def arrange(self, callbacks):
        """Remember the callbacks of a `fit`; those that save the state of the others (`last = True`) come last."""
        if callbacks is None or isinstance(callbacks, keras.callbacks.CallbackList):
            self.companions = []
            return callbacks
        callbacks = list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]
        self.companions = sorted(callbacks, key=lambda callback: getattr(callback, "last", False))
        return self.companions

    def seed_states(self) -> list:
        """Return the variables that hold random states; Dropout layers have one of their own."""
        networks = [layer for layer in self.layers if isinstance(layer, keras.Model)]
        weights = {id(weight) for network in networks for weight in network.weights}
        inner = [variable for network in networks for variable in network.variables if id(variable) not in weights]
        return [self.seed_generator.state, *inner]

    def metric_variables(self) -> list:
        """Return the variables of the metrics of training; those of an evaluation start anew each time."""
        metrics = [metric for metric in self.metrics if metric is not self._compile_metrics]
        return [variable for metric in metrics for variable in metric.variables]

    def save_own_variables(self, store):
        """Save the random states, the metrics and how far training has come."""
        for index, state in enumerate(self.seed_states()):
            store[f"seed_{index}"] = state.numpy()
        for index, variable in enumerate(self.metric_variables()):
            store[f"metric_{index}"] = variable.numpy()
        store["progress"] = np.frombuffer(json.dumps(self.progress).encode(), dtype="uint8")

    def load_own_variables(self, store):
        """Load what `save_own_variables` saved."""
        for index, state in enumerate(self.seed_states()):
            state.assign(store[f"seed_{index}"])
        for index, variable in enumerate(self.metric_variables()):
            if f"metric_{index}" in store:  # a model that was not compiled when it was saved has none
                variable.assign(store[f"metric_{index}"])
        self.progress = json.loads(np.asarray(store["progress"], dtype="uint8").tobytes())
