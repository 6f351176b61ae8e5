"""A model that is saved whole: what Keras leaves out is there too, and no file is ever half written."""

import json
import os

import keras
import numpy as np

from kgan import files


class PersistentModel(keras.Model):
    """Base of models whose files hold all that training needs to go on exactly.

    Beside the weights and optimizers that Keras saves: random states, metrics, and `progress`, a dictionary
    of plain values that says how far training has come.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.progress = {"epoch": 0, "batch": 0}

    def save(self, filepath, overwrite=True, zipped=None, **kwargs):
        """Save networks, average, optimizers, metrics and random state to one `.keras` file, whole or not at all."""
        if overwrite is False and os.path.exists(filepath):
            raise FileExistsError(f"{filepath} exists. Pass overwrite=True to replace it.")
        with files.replacing(filepath) as temporary:
            super().save(temporary, overwrite=True, zipped=zipped, **kwargs)

    def save_weights(self, filepath, overwrite=True, **kwargs):
        """Save the same without the architecture to one `.weights.h5` file, whole or not at all."""
        if overwrite is False and os.path.exists(filepath):
            raise FileExistsError(f"{filepath} exists. Pass overwrite=True to replace it.")
        with files.replacing(filepath) as temporary:
            super().save_weights(temporary, overwrite=True, **kwargs)

    def seed_states(self) -> list:
        """Return the variables that hold random states; Dropout layers have one of their own."""
        networks = [layer for layer in self.layers if isinstance(layer, keras.Model)]
        weights = {id(weight) for network in networks for weight in network.weights}
        inner = [variable for network in networks for variable in network.variables if id(variable) not in weights]
        return [self.seed_generator.state, *inner]

    def metric_variables(self) -> list:
        """Return the variables of all metrics."""
        return [variable for metric in self.metrics for variable in metric.variables]

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
