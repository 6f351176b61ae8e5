"""The base of the metrics that compare features of real and generated images."""

import os
from typing import Any, ClassVar, Protocol, TypeAlias, runtime_checkable

import keras
from keras import ops

from kgan._typing import Shape, Tensor
from kgan.backend import keras_internals


@runtime_checkable
class Features(Protocol):
    """What a metric needs of a feature extractor; `kgan.features.FeatureExtractor` is one.

    Attributes:
        name: becomes part of the metric's name.
        identifier: from which `kgan.features.get` makes the extractor again, or None.
    """

    name: str
    identifier: Any

    def __call__(self, images: Tensor) -> dict[str, Tensor]:
        """Return `{"features": (batch, dimension)}`, and perhaps `"probabilities"`."""

    def check(self, shape: Shape) -> None:
        """Raise a `ValueError` if images of a shape cannot be taken."""

    def dimension(self, kind: str = "features") -> int:
        """Return the size of an output."""


FeaturesLike: TypeAlias = Features | keras.Model | str | os.PathLike[str]
"""What `kgan.features.get` takes, or an object with the methods of `Features`."""


class FeatureMetric(keras.metrics.Metric):
    """Base of Keras metrics of (real images, generated images), for `compile(metrics=[...])`.

    A subclass makes its variables in `_prepare(dimension)`, adds a batch of features in `_update(real, fake)` and
    returns its value in `_result()`. It may set these class attributes: `base_name`, from which its name is made;
    `short_names`, its name for some features; `output`, of the features that it reads (`"features"` or
    `"probabilities"`); and `direction`, `"down"` if less is better, else `"up"`.

    Args:
        features: what turns images into features: as in `kgan.features.get`. None if the metric is given features
            `(batch, dimension)` rather than images.
        name: defaults to the metric's name and that of its features.

    Raises:
        ValueError: the images do not fit the features.
    """

    base_name: ClassVar[str] = "feature_metric"
    output: ClassVar[str] = "features"
    direction: ClassVar[str] = "down"
    short_names: ClassVar[dict[str, str]] = {}

    def __init__(self, features: FeaturesLike | None = None, name: str | None = None) -> None:
        self.features: Features | None = _resolve(features)
        super().__init__(name=name or self._default_name(), dtype="float32")
        keras_internals.set_direction(self, self.direction)
        self._suffix = name or (self.features.name if self.features is not None else "")
        self._dimension: int | None = None

    def _default_name(self) -> str:
        if self.features is None:
            return self.base_name
        return self.short_names.get(self.features.name) or f"{self.base_name}_{self.features.name}"

    def _name_of(self, value: str) -> str:
        """Return the full name of one of several values."""
        return f"{value}_{self._suffix}" if self._suffix else value

    def _prepare(self, dimension: int) -> None:
        """Make the variables, for features `(batch, dimension)`."""
        raise NotImplementedError

    def _update(self, real: Tensor, fake: Tensor) -> None:
        """Add a batch of features of real and generated images."""
        raise NotImplementedError

    def _result(self) -> Tensor:
        """Return the value; nan while there are too few samples."""
        raise NotImplementedError

    def build(self, real: Any, fake: Any) -> None:
        """Make the variables, for images (or features) of these shapes.

        Raises:
            ValueError: the images do not fit the features.
        """
        shapes = tuple(real.shape), tuple(fake.shape)
        if self.features is not None:
            for shape in shapes:
                self.features.check(shape)
        dimension = shapes[0][-1] if self.features is None else self.features.dimension(self.output)
        if self._dimension is None:
            self._dimension = dimension
            self._prepare(dimension)

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: None = None) -> None:
        """Add a batch of real images (`y_true`) and one of generated images (`y_pred`) of the same size."""
        real, fake = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
        if self._dimension is None:
            self.build(real, fake)
        if self.features is not None:
            real, fake = (self.features(images)[self.output] for images in (real, fake))
        self._update(real, fake)

    def result(self) -> Any:
        """Return the value; nan while there are too few samples."""
        if self._dimension is None:
            return ops.convert_to_tensor(float("nan"))
        return ops.cast(self._result(), "float32")

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        features = self.features.identifier if self.features is not None else None
        return {"features": features, "name": self.name}


def fill(buffer: Tensor, batch: Tensor, position: Tensor) -> Tensor:
    """Return a buffer with a batch written into it; rows that do not fit are left out.

    Args:
        buffer: `(size, dimension)`.
        batch: `(num, dimension)`.
        position: row of the buffer at which the batch begins; may be negative.
    """
    rows = ops.arange(buffer.shape[0]) - position
    num = ops.shape(batch)[0]
    taken = ops.take(ops.cast(batch, buffer.dtype), ops.clip(rows, 0, num - 1), axis=0)
    inside = ops.logical_and(rows >= 0, rows < num)
    return ops.where(inside[:, None], taken, buffer)


def _resolve(features: FeaturesLike | None) -> Features | None:
    """Return the feature extractor that was given, or that is named."""
    if features is None or isinstance(features, Features):
        return features
    from kgan import features as feature_extractors  # data sets and classifiers, which most metrics do without

    return feature_extractors.get(features)
