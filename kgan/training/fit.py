"""Keras's `fit` and `evaluate` for data without targets, checked at the door."""

import keras
import numpy as np

from kgan.training import checks, data_adapter


class Loops:
    """`fit` and `evaluate` of the models that train a generator.

    Before `PersistentModel` among the bases. A subclass checks a batch in `_check_batch(images,
    labels)`, learns what it must know of the data in `_prepare(data)`, and has `generator`, `conditional`, `seed` and
    `evaluation_seed_generator`.
    """

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        **kwargs,
    ):
        """Train. As `keras.Model.fit`, for data without targets.

        The data are checked before the first step. Arrays are read in an order that depends on the
        model's seed and the epoch only, so `kgan.callbacks.Resume` can go on in the middle of one.

        Args:
            x: float images in [-1, 1] or `(images, labels)`: NumPy arrays, a `tf.data.Dataset` of such
                batches, or a `keras.utils.PyDataset`.
            y: integer labels `(n,)`, where `x` is an array of images.
            batch_size: for arrays only. Defaults to 32, or to all images if they are fewer.
            epochs, verbose, callbacks, validation_data, shuffle, **kwargs: as in `keras.Model.fit`.
            validation_split: the share of the arrays, at their end, that is held out for validation.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            ValueError, TypeError: the data do not fit the networks, or are not finite or not in [-1, 1].
        """
        self._assert_compile_called("fit")
        checks.check_trainable(self.generator)
        x, y = data_adapter.split(x, y)
        data_adapter.check(x, y, self._check_batch)
        if data_adapter.is_array(x):
            x, y = np.asarray(x), np.asarray(y) if self.conditional else None
            if validation_split:
                (x, y), validation_data = data_adapter.hold_out(x, y, validation_split)
            x = data_adapter.ordered(x, y, batch_size, shuffle, self.seed)
        self._prepare(x)
        if validation_data is not None:
            data_adapter.check(validation_data, None, self._check_batch)
            if data_adapter.is_array(validation_data):
                validation_data = (validation_data,)
        callbacks = self.arrange(callbacks)
        self._data, self._steps_per_epoch = x, kwargs.get("steps_per_epoch")
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
            self._data, self._initial_epoch, self._to_skip, self._to_discard = None, None, 0, 0

    def evaluate(self, x=None, y=None, *args, **kwargs):
        """Score held-out data: both losses, both scores and the compiled metrics.

        As `keras.Model.evaluate`. The latents are the same at every call, and training is not disturbed. Metrics
        that give several figures give each under its own name.
        """
        x, y = data_adapter.split(x, y)
        if not kwargs.get("_use_cached_eval_dataset"):
            data_adapter.check(x, y, self._check_batch)
        self.evaluation_seed_generator.state.assign([0, 0])
        return_dict = kwargs.pop("return_dict", False)
        logs = super().evaluate(x, y, *args, return_dict=True, **kwargs)
        if self._compile_metrics is not None:
            for name, value in self._compile_metrics.result().items():
                figures = value if isinstance(value, dict) else {name: value}
                logs.update({name: float(figure) for name, figure in figures.items()})
        return logs if return_dict else list(logs.values())
