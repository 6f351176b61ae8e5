"""The Frechet distance between two sets of features, each taken as a normal distribution."""

from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from kgan._typing import Tensor
from kgan.metrics.feature_metric import FeatureMetric
from kgan.metrics.samples import check_features


class Moments(NamedTuple):
    """Number, mean and scatter of features, from which the Frechet distance is computed.

    Moments of batches can be merged, so that features need not be kept.

    Attributes:
        count: number of features.
        mean: `(dimension,)`.
        scatter: `(dimension, dimension)` sum of the outer products of deviations from the mean.

    Reference: Chan et al., Updating Formulae and a Pairwise Algorithm for Computing Sample Variances, 1979.

    Example:
    >>> features = np.random.default_rng(0).normal(size=(100, 3))
    >>> merged = Moments.of(features[:30]).merge(Moments.of(features[30:]))
    >>> bool(np.allclose(merged.covariance, np.cov(features.T)))
    True
    """

    count: Tensor
    mean: Tensor
    scatter: Tensor

    @classmethod
    def of(cls, features: Tensor) -> "Moments":
        """Return the moments of features `(num, dimension)`, in float64."""
        features = ops.cast(features, "float64")
        count = ops.cast(ops.shape(features)[0], "float64")
        mean = ops.sum(features, axis=0) / ops.maximum(count, 1.0)
        centered = features - mean
        return cls(count, mean, ops.transpose(centered) @ centered)

    def merge(self, other: "Moments") -> "Moments":
        """Return the moments of both sets of features together."""
        count = ops.maximum(self.count + other.count, 1.0)
        shift = other.mean - self.mean
        scatter = self.scatter + other.scatter + ops.outer(shift, shift) * self.count * other.count / count
        return Moments(self.count + other.count, self.mean + shift * other.count / count, scatter)

    @property
    def covariance(self) -> Tensor:
        """The unbiased covariance `(dimension, dimension)`."""
        return self.scatter / ops.maximum(self.count - 1.0, 1.0)


def frechet_distance(real: Tensor | Moments, fake: Tensor | Moments) -> float:
    """Return the Frechet distance of two sets of features; the FID if they are Inception's.

    `|m_r - m_f|^2 + tr(C_r + C_f - 2 (C_r C_f)^(1/2))`. It is biased: few samples make it larger. So compare only
    distances of equal numbers of samples, and also with the distance between two sets of real images (the floor).

    Args:
        real, fake: features `(num, dimension)`, or their `Moments`.

    Raises:
        ValueError: there are fewer than two samples, dimensions differ, or features are not finite.

    Reference: Heusel et al., GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
    Equilibrium, 2017; Dowson and Landau, 1982.

    Example:
    >>> frechet_distance(np.array([[0.0], [2.0]]), np.array([[3.0], [5.0]]))
    9.0
    """
    real, fake = (
        given if isinstance(given, Moments) else Moments.of(check_features(given, minimum=2)) for given in (real, fake)
    )
    if real.mean.shape != fake.mean.shape:
        raise ValueError(
            f"Expected features of one dimension. Received: {real.mean.shape[0]} (real), {fake.mean.shape[0]} (fake)."
        )
    return float(_distance(real, fake))


def _distance(real: Moments, fake: Moments) -> Tensor:
    values, vectors = ops.linalg.eigh(real.covariance)
    root = (vectors * ops.sqrt(ops.maximum(values, 0.0))) @ ops.transpose(vectors)
    product = root @ fake.covariance @ root
    values, _ = ops.linalg.eigh((product + ops.transpose(product)) / 2.0)
    # Directions without spread have eigenvalues of the size of rounding errors, whose square roots would add up.
    floor = ops.max(ops.abs(values)) * np.finfo("float64").eps * real.mean.shape[0]
    cross = ops.sum(ops.sqrt(ops.where(values > floor, values, 0.0)))
    spread = ops.trace(real.covariance) + ops.trace(fake.covariance) - 2.0 * cross
    return ops.sum(ops.square(real.mean - fake.mean)) + ops.maximum(spread, 0.0)


@keras.saving.register_keras_serializable("kgan")
class FrechetDistance(FeatureMetric):
    """`frechet_distance` as a Keras metric. It keeps moments only, so there may be any number of samples.

    Args:
        features: as in `kgan.features.get`; None if the metric is given features rather than images.
        name: defaults to `frechet_distance_` and the name of the features; `fid` for Inception's.

    Example:
    >>> metric = FrechetDistance(features=None)
    >>> metric.update_state(np.array([[0.0], [2.0]]), np.array([[3.0], [5.0]]))
    >>> float(metric.result())
    9.0
    """

    base_name = "frechet_distance"
    short_names = {"inception": "fid"}

    def _prepare(self, dimension: int) -> None:
        shapes: dict[str, tuple[int, ...]] = {"count": (), "mean": (dimension,), "scatter": (dimension, dimension)}
        self._moments: dict[str, list[Any]] = {
            side: [
                self.add_variable(shape, initializer="zeros", dtype="float64", name=f"{side}_{name}")
                for name, shape in shapes.items()
            ]
            for side in ("real", "fake")
        }

    def _update(self, real: Tensor, fake: Tensor) -> None:
        for side, features in (("real", real), ("fake", fake)):
            merged = self._moments_of(side).merge(Moments.of(features))
            for variable, value in zip(self._moments[side], merged, strict=True):
                variable.assign(value)

    def _moments_of(self, side: str) -> Moments:
        return Moments(*(variable.value for variable in self._moments[side]))

    def _result(self) -> Tensor:
        real, fake = self._moments_of("real"), self._moments_of("fake")
        enough = ops.minimum(real.count, fake.count) >= 2.0
        return ops.where(enough, _distance(real, fake), np.nan)
