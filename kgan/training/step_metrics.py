"""The means and sums of a training step, in few operations."""

from collections.abc import Mapping, Sequence

import keras
from keras import ops

from kgan._typing import Tensor


class StepMetrics(keras.metrics.Metric):
    """Means and sums of the scalars of many steps, kept as one vector.

    A `keras.metrics.Mean` for each of the eight scalars of a step would take more than a twentieth of the time of a
    small network.

    Args:
        means: names of the scalars that are averaged, weighted by the images of each batch.
        sums: names of those that are summed.

    Example:
    >>> metrics = StepMetrics(means=["loss"], sums=["skipped"])
    >>> metrics.update_state({"loss": 1.0, "skipped": 1.0}, weight=3.0)
    >>> metrics.update_state({"loss": 5.0, "skipped": 0.0}, weight=1.0)
    >>> {name: float(value) for name, value in metrics.result().items()}
    {'loss': 2.0, 'skipped': 1.0}
    """

    def __init__(self, means: Sequence[str], sums: Sequence[str], name: str = "steps") -> None:
        super().__init__(name=name, dtype="float32")
        self.means, self.sums = list(means), list(sums)
        shape = (len(self.means) + len(self.sums),)
        self.totals = self.add_variable(shape, initializer="zeros", name="totals")
        self.weights_seen = self.add_variable(shape, initializer="zeros", name="weights_seen")

    def update_state(self, values: Mapping[str, Tensor], weight: Tensor) -> None:
        """Add the scalars of one step.

        Args:
            values: scalars by name; names that are missing, or not finite, stay as they are.
            weight: of the means, for example the number of images; 0 leaves the step out of them.
        """
        names = self.means + self.sums
        vector = ops.stack([ops.cast(values.get(name, 0.0), "float32") for name in names])
        weight = ops.cast(weight, "float32")
        weights = [weight if name in values else ops.zeros_like(weight) for name in self.means]
        weights = ops.stack([*weights, *(ops.ones_like(weight) for _ in self.sums)])
        weights = ops.where(ops.isfinite(vector), weights, 0.0)
        self.totals.assign_add(ops.where(ops.isfinite(vector), vector, 0.0) * weights)
        self.weights_seen.assign_add(weights)

    def result(self) -> dict[str, Tensor]:
        """Return scalars by name; a mean of nothing is 0."""
        means = self.totals[: len(self.means)] / ops.maximum(self.weights_seen[: len(self.means)], 1e-12)
        scalars = [*ops.unstack(means), *ops.unstack(self.totals[len(self.means) :])]
        return dict(zip(self.means + self.sums, scalars, strict=True))
