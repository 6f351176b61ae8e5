"""How sure a classifier is of each image, and how unsure of all of them together."""

import keras
import numpy as np
from keras import ops

from kgan.metrics.feature_metric import FeatureMetric
from kgan.metrics.kernel import Estimate
from kgan.metrics.samples import check_features


def inception_score(probabilities, splits: int = 10) -> Estimate:
    """Return `exp(mean KL(p(y|x) || p(y)))`: 1 at worst, the number of classes at best.

    Meant for Inception's probabilities on natural images; any classifier's say the same of its own classes. It
    looks at no real image: one perfect picture of each class gets the best score.

    Args:
        probabilities: `(n, classes)`, rows that sum to 1.
        splits: equal parts of the samples; the score is the mean over them. Defaults to 10.

    Returns:
        The mean over the parts, and its standard error (nan of a single part).

    Raises:
        ValueError: fewer samples than parts, or rows that are no probabilities.

    Reference: Salimans et al., Improved Techniques for Training GANs, 2016.

    Example:
    >>> round(inception_score(np.eye(4), splits=1).value, 6)
    4.0
    """
    probabilities = check_probabilities(probabilities).astype("float64")
    if not 1 <= splits <= len(probabilities):
        raise ValueError(f"`splits` must be from 1 to the {len(probabilities)} samples. Received: splits={splits}")
    scores = []
    for part in np.array_split(probabilities, splits):
        scores.append(np.exp(np.mean(_entropy_terms(part).sum(axis=1)) - _entropy_terms(part.mean(axis=0)).sum()))
    error = np.std(scores, ddof=1) / np.sqrt(splits) if splits > 1 else np.nan
    return Estimate(float(np.mean(scores)), float(error))


def check_probabilities(probabilities):
    """Return probabilities `(n, classes)` as an array, checked."""
    probabilities = check_features(probabilities)
    if (probabilities < 0).any() or not np.allclose(probabilities.sum(axis=1), 1.0, atol=1e-3):
        raise ValueError("Expected probabilities: rows of non-negative numbers that sum to 1.")
    return probabilities


def _entropy_terms(probabilities):
    return probabilities * np.log(np.maximum(probabilities, np.finfo("float64").tiny))


@keras.saving.register_keras_serializable("kgan")
class InceptionScore(FeatureMetric):
    """`inception_score` of the generated images as a Keras metric, in one part; any number streams through.

    Args:
        features: as in `kgan.features.get`, with probabilities; None if the metric is fed with probabilities.
        name: defaults to `inception_score_` and the name of the features; `inception_score` for Inception's.
    """

    base_name = "inception_score"
    direction = "up"
    short_names = {"inception": "inception_score"}
    looks_at = "probabilities"

    def _prepare(self, dimension):
        # Sum of the rows, and beside it sum of their negative entropies and their count.
        self._rows = self.add_variable((dimension,), initializer="zeros", dtype="float64", name="rows")
        self._totals = self.add_variable((2,), initializer="zeros", dtype="float64", name="totals")

    def _update(self, real, fake):
        fake = ops.cast(fake, "float64")
        terms = ops.sum(fake * ops.log(ops.maximum(fake, np.finfo("float64").tiny)))
        self._rows.assign_add(ops.sum(fake, axis=0))
        self._totals.assign_add(ops.stack([terms, ops.cast(ops.shape(fake)[0], "float64")]))

    def _result(self):
        terms, count = self._totals[0], self._totals[1]
        mean = self._rows.value / ops.maximum(count, 1.0)
        whole = ops.sum(mean * ops.log(ops.maximum(mean, np.finfo("float64").tiny)))
        return ops.where(count > 0, ops.exp(terms / ops.maximum(count, 1.0) - whole), np.nan)
