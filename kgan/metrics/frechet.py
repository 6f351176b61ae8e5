"""The distance between two clouds of features, seen as two normal distributions."""

from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from kgan.metrics.feature_metric import FeatureMetric
from kgan.metrics.samples import check_features


class Moments(NamedTuple):
    """What the Frechet distance needs of features: count, mean `(d,)`, sum of outer deviations `(d, d)`.

    Moments of batches merge, so that features need not be kept.

    Reference: Chan et al., Updating Formulae and a Pairwise Algorithm for Computing Sample Variances, 1979.

    Example:
    >>> features = np.random.default_rng(0).normal(size=(100, 3))
    >>> merged = Moments.of(features[:30]).merge(Moments.of(features[30:]))
    >>> bool(np.allclose(merged.covariance, np.cov(features.T)))
    True
    """

    count: object
    mean: object
    scatter: object

    @classmethod
    def of(cls, features):
        """Return the moments of features `(n, d)`, in float64."""
        features = ops.cast(features, "float64")
        count = ops.cast(ops.shape(features)[0], "float64")
        mean = ops.sum(features, axis=0) / ops.maximum(count, 1.0)
        centred = features - mean
        return cls(count, mean, ops.transpose(centred) @ centred)

    def merge(self, other):
        """Return the moments of both sets of features together."""
        count = ops.maximum(self.count + other.count, 1.0)
        shift = other.mean - self.mean
        scatter = self.scatter + other.scatter + ops.outer(shift, shift) * self.count * other.count / count
        return Moments(self.count + other.count, self.mean + shift * other.count / count, scatter)

    @property
    def covariance(self):
        """The unbiased covariance `(d, d)`."""
        return self.scatter / ops.maximum(self.count - 1.0, 1.0)


def frechet_distance(real, fake) -> float:
    """Return the Frechet distance of two sets of features; the FID if they are Inception's.

    `|m_r - m_f|^2 + tr(C_r + C_f - 2 (C_r C_f)^(1/2))`. It is biased: few samples make it larger, so compare
    distances of equal sample counts only, and look at the distance between two sets of real images (the floor).

    Args:
        real, fake: features `(n, d)`, or their `Moments`.

    Raises:
        ValueError: fewer than two samples, other dimensions, or features that are not finite.

    Reference: Heusel et al., GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
    Equilibrium, 2017; Dowson and Landau, 1982.

    Example:
    >>> frechet_distance(np.array([[0.0], [2.0]]), np.array([[3.0], [5.0]]))
    9.0
    """
    real, fake = (
        each if isinstance(each, Moments) else Moments.of(check_features(each, minimum=2)) for each in (real, fake)
    )
    if real.mean.shape != fake.mean.shape:
        raise ValueError(
            f"Expected features of one dimension. Received: {real.mean.shape[0]} (real), {fake.mean.shape[0]} (fake)."
        )
    return float(_distance(real, fake))


def _distance(real, fake):
    values, vectors = ops.linalg.eigh(real.covariance)
    root = (vectors * ops.sqrt(ops.maximum(values, 0.0))) @ ops.transpose(vectors)
    product = root @ fake.covariance @ root
    values, _ = ops.linalg.eigh((product + ops.transpose(product)) / 2.0)
    # Directions without spread have eigenvalues of rounding size, whose square roots would add up.
    floor = ops.max(ops.abs(values)) * np.finfo("float64").eps * real.mean.shape[0]
    cross = ops.sum(ops.sqrt(ops.where(values > floor, values, 0.0)))
    spread = ops.trace(real.covariance) + ops.trace(fake.covariance) - 2.0 * cross
    return ops.sum(ops.square(real.mean - fake.mean)) + ops.maximum(spread, 0.0)


@keras.saving.register_keras_serializable("kgan")
class FrechetDistance(FeatureMetric):
    """`frechet_distance` as a Keras metric: keeps moments only, so any number of samples streams through.

    Args:
        features: as in `kgan.features.get`; None if the metric is fed with features.
        name: defaults to `frechet_distance_` and the name of the features; `fid` for Inception's.

    Example:
    >>> metric = FrechetDistance(features=None)
    >>> metric.update_state(np.array([[0.0], [2.0]]), np.array([[3.0], [5.0]]))
    >>> float(metric.result())
    9.0
    """

    base_name = "frechet_distance"
    short_names = {"inception": "fid"}

    def _prepare(self, dimension):
        shapes = {"count": (), "mean": (dimension,), "scatter": (dimension, dimension)}
        self._moments = {
            side: [
                self.add_variable(shape, initializer="zeros", dtype="float64", name=f"{side}_{name}")
                for name, shape in shapes.items()
            ]
            for side in ("real", "fake")
        }

    def _update(self, real, fake):
        for side, features in (("real", real), ("fake", fake)):
            merged = self._of(side).merge(Moments.of(features))
            for variable, value in zip(self._moments[side], merged, strict=True):
                variable.assign(value)

    def _of(self, side):
        return Moments(*(variable.value for variable in self._moments[side]))

    def _result(self):
        real, fake = self._of("real"), self._of("fake")
        enough = ops.minimum(real.count, fake.count) >= 2.0
        return ops.where(enough, _distance(real, fake), np.nan)
