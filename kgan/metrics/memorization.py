"""Memorization: whether samples are new, or copies of training images."""

from typing import NamedTuple

import numpy as np

from kgan._deprecation import renamed
from kgan._typing import Array, Tensor
from kgan.metrics.samples import check_pair


class Memorization(NamedTuple):
    """The result of `memorization`.

    Attributes:
        z_score: of the rank test; a strongly negative one (below -3) means copies.
        copied_share: share of samples that are nearer to a training image than 99 % of the held-out images are.
        neighbors: `(num, num_neighbors)` indices of the nearest training images of each sample, nearest first.
        distances: `(num, num_neighbors)` their Euclidean distances.
    """

    z_score: float
    copied_share: float
    neighbors: Array
    distances: Array


@renamed(neighbors="num_neighbors")
def memorization(samples: Tensor, train: Tensor, held_out: Tensor, num_neighbors: int = 3) -> Memorization:
    """Compare how near samples, and how near held-out real data, are to the training data.

    New samples of the same distribution are as far from the training data as held-out data are. A rank test
    (Mann-Whitney) tells whether the samples are nearer.

    Args:
        samples, train, held_out: images, or features `(num, dimension)`; images are compared pixel by pixel.
        num_neighbors: number of nearest training images to return. Defaults to 3.

    Raises:
        ValueError: a set is empty, of another dimension, or not finite.

    Reference: Meehan et al., A Non-Parametric Test to Detect Data-Copying in Generative Models, 2020.

    Example:
    >>> random = np.random.default_rng(0)
    >>> train, held_out = random.normal(size=(2, 200, 5))
    >>> memorization(train[:100] + 0.01, train, held_out).copied_share
    1.0
    """
    from scipy.stats import mannwhitneyu
    from sklearn.neighbors import NearestNeighbors

    samples, train, held_out = (np.reshape(array, (len(array), -1)) for array in (samples, train, held_out))
    check_pair(samples, train)
    check_pair(held_out, train)
    search = NearestNeighbors(n_neighbors=min(num_neighbors, len(train)), algorithm="brute").fit(train)
    distances, indices = search.kneighbors(samples)
    expected = search.kneighbors(held_out, n_neighbors=1)[0][:, 0]
    statistic = mannwhitneyu(distances[:, 0], expected).statistic
    n, m = len(samples), len(held_out)
    z_score = (statistic - n * m / 2) / np.sqrt(n * m * (n + m + 1) / 12)
    copied = np.mean(distances[:, 0] < np.quantile(expected, 0.01))
    return Memorization(float(z_score), float(copied), indices, distances)
