"""How much of what is generated looks real, and how much of what is real can be generated."""

import keras
from keras import ops

from kgan.metrics.feature_metric import FeatureMetric, fill
from kgan.metrics.samples import check_pair

CHUNK = 1000  # rows of a distance matrix at a time, so that memory stays bounded
NAMES = ("precision", "recall", "density", "coverage")


def precision_recall(real, fake, neighbors: int = 5) -> dict:
    """Return precision, recall, density and coverage, from balls around samples that reach their k-th neighbour.

    - precision: share of generated samples inside a ball of a real one (quality);
    - recall: share of real samples inside a ball of a generated one (variety);
    - density: how many balls of real samples hold a generated one, over k (quality, robust to outliers; may
      exceed 1);
    - coverage: share of balls of real samples that hold a generated one (variety, robust to outliers).

    All depend on the sample count: compare figures of equal counts only.

    Args:
        real, fake: features `(n, d)`.
        neighbors: k. Defaults to 5.

    Raises:
        ValueError: not more than k samples, other dimensions, or features that are not finite.

    References: Kynkaanniemi et al., Improved Precision and Recall Metric for Assessing Generative Models, 2019;
    Naeem et al., Reliable Fidelity and Diversity Metrics for Generative Models, 2020.

    Example:
    >>> import numpy as np
    >>> line = np.arange(10.0)[:, None]
    >>> precision_recall(line, line[:5] + 0.1, neighbors=1)
    {'precision': 1.0, 'recall': 0.6, 'density': 2.0, 'coverage': 0.6}
    """
    if neighbors < 1:
        raise ValueError(f"`neighbors` must be positive. Received: neighbors={neighbors}")
    real, fake = (ops.convert_to_tensor(each) for each in check_pair(real, fake, minimum=neighbors + 1))
    return {name: float(value) for name, value in zip(NAMES, _figures(real, fake, neighbors), strict=True)}


def _figures(real, fake, neighbors):
    # A shift of the origin changes no distance and keeps the digits that the products below would lose.
    centre = ops.mean(real, axis=0)
    real, fake = real - centre, fake - centre
    real_radii, fake_radii = _radii(real, neighbors), _radii(fake, neighbors)
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
        ops.mean(ops.concatenate(balls)) / neighbors,
        ops.mean(ops.max(ops.stack(covered_real), axis=0)),
    )


def _distances(x, y):
    squares = ops.sum(ops.square(x), axis=1)[:, None] + ops.sum(ops.square(y), axis=1)[None, :]
    return ops.sqrt(ops.maximum(squares - 2.0 * x @ ops.transpose(y), 0.0))


def _radii(x, neighbors):
    radii = []
    for start in range(0, x.shape[0], CHUNK):
        nearest, _ = ops.top_k(-_distances(x[start : start + CHUNK], x), neighbors + 1)  # the first is the sample
        radii.append(-nearest[:, -1])
    return ops.concatenate(radii)


@keras.saving.register_keras_serializable("kgan")
class PrecisionRecall(FeatureMetric):
    """`precision_recall` as a Keras metric of four figures; the first `samples` of each kind are kept and count.

    Args:
        features: as in `kgan.features.get`; None if the metric is fed with features.
        name: added to each figure's name. Defaults to the features' name.
        neighbors: k. Defaults to 5.
        samples: how many real and generated images count; more do not. Defaults to 2000.

    Example:
    >>> metric = PrecisionRecall(neighbors=1)
    >>> metric.update_state(ops.arange(10.0)[:, None], ops.arange(10.0)[:, None] + 0.1)
    >>> float(metric.result()["recall"])
    1.0
    """

    base_name = "precision_recall"

    def __init__(self, features=None, name=None, neighbors=5, samples=2000):
        if not 1 <= neighbors < samples:
            raise ValueError(f"`neighbors` must be from 1 to below `samples`. Received: {neighbors} and {samples}")
        super().__init__(features, name)
        self.neighbors = neighbors
        self.samples = samples

    def _prepare(self, dimension):
        self._kept = [
            self.add_variable((self.samples, dimension), initializer="zeros", dtype="float32", name=side)
            for side in ("real", "fake")
        ]
        self._count = self.add_variable((), initializer="zeros", dtype="int32", name="count")

    def _update(self, real, fake):
        for buffer, batch in zip(self._kept, (real, fake), strict=True):
            buffer.assign(fill(buffer.value, batch, self._count.value))
        self._count.assign(ops.minimum(self._count.value + ops.shape(real)[0], self.samples))

    def result(self):
        """Return the four figures by name; nan while there are not more than k samples. Not in a traced function."""
        count = int(self._count) if self._dimension is not None else 0
        figures = [float("nan")] * len(NAMES)
        if count > self.neighbors:
            figures = _figures(*(buffer[:count] for buffer in self._kept), self.neighbors)
        return {self._full(name): figure for name, figure in zip(NAMES, figures, strict=True)}

    def get_config(self):
        return {**super().get_config(), "neighbors": self.neighbors, "samples": self.samples}
