"""The base of the metrics that look at features of real and generated images."""

import keras
from keras import ops

from kgan import features as feature_extractors
from kgan.backend import keras_internals


class FeatureMetric(keras.metrics.Metric):
    """A Keras metric of (real images, generated images), for `compile(metrics=[...])`.

    A subclass makes its variables in `_prepare(dimension)`, adds a batch of features in `_update(real, fake)` and
    gives the figure in `_result()`.

    Args:
        features: what turns images into features: as in `kgan.features.get`. None if the metric is fed with
            features `(batch, d)`.
        name: defaults to the metric's name and that of its features.

    Raises:
        ValueError: the images do not fit the features.
    """

    base_name = "feature_metric"
    looks_at = "features"
    direction = "down"
    short_names: dict = {}

    def __init__(self, features=None, name=None):
        self.features = feature_extractors.get(features) if features is not None else None
        super().__init__(name=name or self._named(), dtype="float32")
        keras_internals.set_direction(self, self.direction)
        self._suffix = name or (self.features.name if self.features is not None else "")
        self._dimension = None

    def _named(self):
        if self.features is None:
            return self.base_name
        return self.short_names.get(self.features.name) or f"{self.base_name}_{self.features.name}"

    def _full(self, figure):
        """Return the name of one of several figures."""
        return f"{figure}_{self._suffix}" if self._suffix else figure

    def build(self, real, fake):
        """Make the variables, for images (or features) of these shapes."""
        shapes = tuple(real.shape), tuple(fake.shape)
        if self.features is not None:
            for shape in shapes:
                self.features.check(shape)
        dimension = shapes[0][-1] if self.features is None else self.features.dimension(self.looks_at)
        if self._dimension is None:
            self._dimension = dimension
            self._prepare(dimension)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch of real images (`y_true`) and one of generated images (`y_pred`) of the same size."""
        real, fake = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
        if self._dimension is None:
            self.build(real, fake)
        if self.features is not None:
            real, fake = (self.features(images)[self.looks_at] for images in (real, fake))
        self._update(real, fake)

    def result(self):
        """Return the figure; nan while there are too few samples."""
        if self._dimension is None:
            return ops.convert_to_tensor(float("nan"))
        return ops.cast(self._result(), "float32")

    def get_config(self):
        """Return the constructor's arguments."""
        features = self.features.identifier if self.features is not None else None
        return {"features": features, "name": self.name}


def fill(buffer, batch, position):
    """Return the buffer `(size, d)` with the batch `(n, d)` in it from row `position` on, which may be negative.

    What does not fit is left out.
    """
    rows = ops.arange(buffer.shape[0]) - position
    count = ops.shape(batch)[0]
    taken = ops.take(ops.cast(batch, buffer.dtype), ops.clip(rows, 0, count - 1), axis=0)
    inside = ops.logical_and(rows >= 0, rows < count)
    return ops.where(inside[:, None], taken, buffer)
