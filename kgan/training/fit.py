"""Keras's `fit` and `evaluate` for data without targets, with checks of the data before the first step."""

import contextlib
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from kgan._fit_progress import in_a_log
from kgan._keywords import explained
from kgan._typing import Array
from kgan.backend import keras_internals
from kgan.training import checks, data_adapter, habits
from kgan.training.persistence import PersistentModel


class TrainableModel(PersistentModel):
    """Base of the models that train a generator: `fit` and `evaluate`.

    A subclass implements `check_batch` and `prepare_data`, and has `generator`, `takes_pairs`, `seed`,
    `evaluation_seed_generator` and `recipe_summary`.
    """

    def check_batch(self, images: Array, condition: Array | None) -> None:
        """Check a batch of data, or all of it, against the networks.

        Args:
            images: what is before the comma in `(images, labels)` or `(inputs, targets)`.
            condition: what is after it, or None.

        Raises:
            ValueError, TypeError: the data do not fit.
        """
        raise NotImplementedError

    def check_reach(self, images: Array, condition: Array | None) -> None:
        """Warn if the networks cannot give what training on such data needs. By default nothing is checked.

        Args:
            images, condition: as in `check_batch`.
        """

    def prepare_data(self, data: Any) -> None:
        """Learn what the model must know about the data before the first step. By default nothing."""

    @explained(habits.FIT, lambda: habits.keras_arguments("fit"))
    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: str | int = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        **kwargs: Any,
    ) -> keras.callbacks.History:
        """Train the model. As `keras.Model.fit`, for data without targets.

        The data are checked before the first step, and unless `verbose` is 0 a line says what is trained. Arrays are
        read in an order that depends on the model's seed and the epoch only, so that `kgan.callbacks.Resume` can go on
        in the middle of an epoch. Without a terminal and outside of notebooks, `verbose="auto"` prints a line for each
        epoch, and in long ones another every half minute.

        Args:
            x: float images in [-1, 1] or `(images, labels)`: NumPy arrays, a `tf.data.Dataset` of such batches, or a
                `keras.utils.PyDataset`.
            y: integer labels `(num,)`, where `x` is an array of images.
            batch_size: for arrays only. Defaults to 32, or to all images if they are fewer.
            epochs, verbose, callbacks, validation_data, shuffle, **kwargs: as in `keras.Model.fit`.
            validation_split: share of the arrays, at their end, that is held out for validation.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            ValueError, TypeError: the model is not compiled, the data do not fit the networks, or they are not finite
                or not in [-1, 1].
        """
        self._check_compiled("fit")
        checks.check_trainable(self.generator)
        x, y = data_adapter.split_pair(x, y)
        first = data_adapter.check(x, y, self.check_batch)
        if data_adapter.is_array(x):
            x, y = np.asarray(x), np.asarray(y) if self.takes_pairs else None
            if validation_split:
                (x, y), validation_data = data_adapter.hold_out(x, y, validation_split)
            x = data_adapter.ordered(x, y, batch_size, shuffle, self.seed)
        self.prepare_data(x)
        self.check_reach(*first)
        if validation_data is not None:
            data_adapter.check(validation_data, None, self.check_batch)
            if data_adapter.is_array(validation_data):
                validation_data = (validation_data,)
        verbose, callbacks = in_a_log(verbose, callbacks)
        callbacks = self.arrange_callbacks(callbacks)
        if verbose:
            print(self.recipe_summary())
        self.data_position.open(x, kwargs.get("steps_per_epoch"), self.seed)
        try:
            return super().fit(
                x,
                epochs=epochs,
                verbose=verbose,
                callbacks=callbacks,
                validation_data=validation_data,
                shuffle=shuffle and isinstance(x, keras.utils.PyDataset),
                **kwargs,
            )
        finally:
            self.data_position.close()
            keras_internals.set_initial_epoch(self, None)
            with contextlib.ExitStack() as stack:  # one that fails, on a full disk, keeps no other from being called
                for callback in reversed(self.fit_callbacks):
                    if hasattr(callback, "after_fit"):  # unlike `on_train_end` it is called after an error too
                        stack.callback(callback.after_fit)

    @explained(habits.FIT, lambda: habits.keras_arguments("evaluate"))
    def evaluate(self, x: Any = None, y: Any = None, *args: Any, **kwargs: Any) -> dict[str, float] | Sequence[float]:
        """Score held-out data: both losses, both scores and the compiled metrics. As `keras.Model.evaluate`.

        The latents are the same at every call, and training is not disturbed. Metrics that give several figures give
        each under its own name.

        Args:
            x, y: data as in `fit`.
            *args, **kwargs: as in `keras.Model.evaluate`.

        Returns:
            The figures by name if `return_dict` is True, else a list of them.

        Raises:
            ValueError, TypeError: as in `fit`.
        """
        self._check_compiled("evaluate")
        x, y = data_adapter.split_pair(x, y)
        if not keras_internals.evaluates_within_fit(kwargs):
            data_adapter.check(x, y, self.check_batch)
        self.evaluation_seed_generator.state.assign([0, 0])
        return_dict = kwargs.pop("return_dict", False)
        logs = super().evaluate(x, y, *args, return_dict=True, **kwargs)
        metrics = keras_internals.compiled_metrics(self)
        if metrics is not None:
            for name, value in metrics.result().items():
                figures = value if isinstance(value, dict) else {name: value}
                logs.update({name: float(figure) for name, figure in figures.items()})
        return logs if return_dict else list(logs.values())

    def _check_compiled(self, method: str) -> None:
        if not self.compiled:
            raise ValueError(f"Expected a compiled model. Call `compile()` before calling `{method}()`.")
