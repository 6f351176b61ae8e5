"""The Inception score: confident classifications of single images, and variety of all of them together."""

import keras
import numpy as np
from keras import ops

from kgan._deprecation import renamed
from kgan._typing import Array, Tensor
from kgan.metrics.feature_metric import FeatureMetric
from kgan.metrics.kernel import Estimate
from kgan.metrics.samples import check_features


@renamed(splits="num_splits")
def inception_score(probabilities: Tensor, num_splits: int = 10) -> Estimate:
    """Return `exp(mean KL(p(y|x) || p(y)))`: 1 at worst, the number of classes at best.

    Meant for Inception's probabilities of natural images; those of another classifier say the same of its classes. No
    real images are used: one perfect image of each class gets the best score.

    Args:
        probabilities: `(num, num_classes)`, rows that sum to 1.
        num_splits: number of equal parts of the samples; the score is the mean over them. Defaults to 10.

    Returns:
        The mean over the parts, and its standard error (nan for a single part).

    Raises:
        ValueError: there are fewer samples than parts, or rows are not probabilities.

    Reference: Salimans et al., Improved Techniques for Training GANs, 2016.

    Example:
    >>> round(inception_score(np.eye(4), num_splits=1).value, 6)
    4.0
    """
    probabilities = check_probabilities(probabilities).astype("float64")
    if not 1 <= num_splits <= len(probabilities):
        raise ValueError(
            f"`num_splits` must be from 1 to the {len(probabilities)} samples. Received: num_splits={num_splits}"
        )
    scores = []
    for rows in np.array_split(probabilities, num_splits):
        scores.append(np.exp(np.mean(_entropy_terms(rows).sum(axis=1)) - _entropy_terms(rows.mean(axis=0)).sum()))
    error = np.std(scores, ddof=1) / np.sqrt(num_splits) if num_splits > 1 else np.nan
    return Estimate(float(np.mean(scores)), float(error))


def check_probabilities(probabilities: Tensor) -> Array:
    """Return probabilities `(num, num_classes)` as an array.

    Raises:
        ValueError: rows are negative or do not sum to 1.
    """
    probabilities = check_features(probabilities)
    if (probabilities < 0).any() or not np.allclose(probabilities.sum(axis=1), 1.0, atol=1e-3):
        raise ValueError("Expected probabilities: rows of non-negative numbers that sum to 1.")
    return probabilities


def _entropy_terms(probabilities: Array) -> Array:
    return probabilities * np.log(np.maximum(probabilities, np.finfo("float64").tiny))


@keras.saving.register_keras_serializable("kgan")
class InceptionScore(FeatureMetric):
    """`inception_score` of the generated images as a Keras metric, in one part, for any number of samples.

    Args:
        features: as in `kgan.features.get`, with probabilities; None if the metric is given probabilities rather than
            images.
        name: defaults to `inception_score_` and the name of the features; `inception_score` for Inception's.
    """

    base_name = "inception_score"
    direction = "up"
    short_names = {"inception": "inception_score"}
    output = "probabilities"

    def _prepare(self, dimension: int) -> None:
        # The sum of all rows; the sum of their negative entropies, and their number.
        self._rows = self.add_variable((dimension,), initializer="zeros", dtype="float64", name="rows")
        self._totals = self.add_variable((2,), initializer="zeros", dtype="float64", name="totals")

    def _update(self, real: Tensor, fake: Tensor) -> None:
        fake = ops.cast(fake, "float64")
        terms = ops.sum(fake * ops.log(ops.maximum(fake, np.finfo("float64").tiny)))
        self._rows.assign_add(ops.sum(fake, axis=0))
        self._totals.assign_add(ops.stack([terms, ops.cast(ops.shape(fake)[0], "float64")]))

    def _result(self) -> Tensor:
        terms, count = self._totals[0], self._totals[1]
        mean = self._rows.value / ops.maximum(count, 1.0)
        whole = ops.sum(mean * ops.log(ops.maximum(mean, np.finfo("float64").tiny)))
        return ops.where(count > 0, ops.exp(terms / ops.maximum(count, 1.0) - whole), np.nan)
