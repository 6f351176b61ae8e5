"""Precision and recall: how many samples look real, and how much of the real data can be generated."""

from typing import Any

import keras
from keras import ops

from kgan._deprecation import renamed
from kgan._typing import Tensor
from kgan.metrics.feature_metric import FeatureMetric, FeaturesLike, fill
from kgan.metrics.samples import check_pair

CHUNK = 1000
"""Number of rows of a distance matrix that are computed at once, so that memory stays bounded."""

NAMES = ("precision", "recall", "density", "coverage")


@renamed(neighbors="num_neighbors")
def precision_recall(real: Tensor, fake: Tensor, num_neighbors: int = 5) -> dict[str, float]:
    """Return precision, recall, density and coverage, from balls around samples up to their k-th neighbor.

    - precision: share of generated samples inside a ball of a real one (quality);
    - recall: share of real samples inside a ball of a generated one (variety);
    - density: mean number of real samples' balls that a generated sample is in, divided by k (quality, robust to
      outliers; may exceed 1);
    - coverage: share of real samples' balls with a generated sample inside (variety, robust to outliers).

    All depend on the number of samples: compare only values of equal numbers.

    Args:
        real, fake: features `(num, dimension)`.
        num_neighbors: k. Defaults to 5.

    Raises:
        ValueError: there are not more than k samples, dimensions differ, or features are not finite.

    References: Kynkaanniemi et al., Improved Precision and Recall Metric for Assessing Generative Models, 2019;
    Naeem et al., Reliable Fidelity and Diversity Metrics for Generative Models, 2020.

    Example:
    >>> import numpy as np
    >>> line = np.arange(10.0)[:, None]
    >>> precision_recall(line, line[:5] + 0.1, num_neighbors=1)
    {'precision': 1.0, 'recall': 0.6, 'density': 2.0, 'coverage': 0.6}
    """
    if num_neighbors < 1:
        raise ValueError(f"`num_neighbors` must be positive. Received: num_neighbors={num_neighbors}")
    real, fake = (ops.convert_to_tensor(array) for array in check_pair(real, fake, minimum=num_neighbors + 1))
    return {name: float(value) for name, value in zip(NAMES, _values(real, fake, num_neighbors), strict=True)}


def _values(real: Tensor, fake: Tensor, num_neighbors: int) -> tuple[Tensor, ...]:
    # A shift of the origin changes no distance and keeps the digits that the products below would lose.
    center = ops.mean(real, axis=0)
    real, fake = real - center, fake - center
    real_radii, fake_radii = _radii(real, num_neighbors), _radii(fake, num_neighbors)
    dtype = real.dtype
    inside_real, balls, covered_real, covered_by_fake = [], [], [], []
    for start in range(0, fake.shape[0], CHUNK):
        distances = _distances(fake[start : start + CHUNK], real)
        within = ops.cast(distances < real_radii[None, :], dtype)
        inside_real.append(ops.max(within, axis=1))
        balls.append(ops.sum(within, axis=1))
        covered_real.append(ops.max(within, axis=0))
        chunk_radii = fake_radii[start : start + CHUNK]
        covered_by_fake.append(ops.max(ops.cast(distances < chunk_radii[:, None], dtype), axis=0))
    return (
        ops.mean(ops.concatenate(inside_real)),
        ops.mean(ops.max(ops.stack(covered_by_fake), axis=0)),
        ops.mean(ops.concatenate(balls)) / num_neighbors,
        ops.mean(ops.max(ops.stack(covered_real), axis=0)),
    )


def _distances(x: Tensor, y: Tensor) -> Tensor:
    squares = ops.sum(ops.square(x), axis=1)[:, None] + ops.sum(ops.square(y), axis=1)[None, :]
    return ops.sqrt(ops.maximum(squares - 2.0 * x @ ops.transpose(y), 0.0))


def _radii(x: Tensor, num_neighbors: int) -> Tensor:
    radii = []
    for start in range(0, x.shape[0], CHUNK):
        nearest, _ = ops.top_k(-_distances(x[start : start + CHUNK], x), num_neighbors + 1)  # the first is the sample
        radii.append(-nearest[:, -1])
    return ops.concatenate(radii)


@keras.saving.register_keras_serializable("kgan")
class PrecisionRecall(FeatureMetric):
    """`precision_recall` as a Keras metric of four values, for the first `num_samples` real and generated images.

    Args:
        features: as in `kgan.features.get`; None if the metric is given features rather than images.
        name: added to each value's name. Defaults to the features' name.
        num_neighbors: k. Defaults to 5.
        num_samples: number of real and of generated images that are used; further ones are not. Defaults to 2000.

    Example:
    >>> metric = PrecisionRecall(num_neighbors=1)
    >>> metric.update_state(ops.arange(10.0)[:, None], ops.arange(10.0)[:, None] + 0.1)
    >>> float(metric.result()["recall"])
    1.0
    """

    base_name = "precision_recall"

    @renamed(neighbors="num_neighbors", samples="num_samples")
    def __init__(
        self,
        features: FeaturesLike | None = None,
        name: str | None = None,
        num_neighbors: int = 5,
        num_samples: int = 2000,
    ) -> None:
        if not 1 <= num_neighbors < num_samples:
            raise ValueError(
                "`num_neighbors` must be from 1 to below `num_samples`. "
                f"Received: num_neighbors={num_neighbors}, num_samples={num_samples}"
            )
        super().__init__(features, name)
        self.num_neighbors = num_neighbors
        self.num_samples = num_samples

    def _prepare(self, dimension: int) -> None:
        self._kept = [
            self.add_variable((self.num_samples, dimension), initializer="zeros", dtype="float32", name=side)
            for side in ("real", "fake")
        ]
        self._count = self.add_variable((), initializer="zeros", dtype="int32", name="count")

    def _update(self, real: Tensor, fake: Tensor) -> None:
        for buffer, batch in zip(self._kept, (real, fake), strict=True):
            buffer.assign(fill(buffer.value, batch, self._count.value))
        self._count.assign(ops.minimum(self._count.value + ops.shape(real)[0], self.num_samples))

    def result(self) -> dict[str, Any]:
        """Return the four values by name; nan while there are not more than k samples. Not in a traced function."""
        count = int(self._count) if self._dimension is not None else 0
        values: Any = [float("nan")] * len(NAMES)
        if count > self.num_neighbors:
            real, fake = (buffer[:count] for buffer in self._kept)
            values = _values(real, fake, self.num_neighbors)
        return {self._name_of(name): value for name, value in zip(NAMES, values, strict=True)}

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "num_neighbors": self.num_neighbors, "num_samples": self.num_samples}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "PrecisionRecall":
        """Return the metric of a configuration; that of version 0.1 has other names."""
        names = {"neighbors": "num_neighbors", "samples": "num_samples"}
        return cls(**{names.get(name, name): value for name, value in config.items()})
