"""Precision against recall as a curve, from how real and generated features share clusters."""

import numpy as np

from kgan._typing import Array, Tensor
from kgan.metrics.samples import check_pair


def precision_recall_curve(
    real: Tensor, fake: Tensor, num_clusters: int = 20, num_points: int = 101, seed: int = 0
) -> Array:
    """Return a curve of precision against recall: what can be had of one at each value of the other.

    Real and generated features are divided into clusters (k-means, the mean over 5 starts). With the shares `p` of the
    real and `q` of the generated ones in each cluster, the points are `precision = sum(min(slope * p, q))` and
    `recall = precision / slope`, for slopes from 0 to infinity.

    Args:
        real, fake: features `(num, dimension)`.
        num_clusters: number of clusters, at most that of the features. Defaults to 20.
        num_points: number of points of the curve. Defaults to 101.
        seed: seed of the clusters.

    Returns:
        `(num_points, 2)` of precision and recall, from low precision to high.

    Raises:
        ValueError: there are no features, dimensions differ, or features are not finite.

    Reference: Sajjadi et al., Assessing Generative Models via Precision and Recall, 2018.

    Example:
    >>> real = np.repeat([[0.0], [10.0]], 50, axis=0)
    >>> curve = precision_recall_curve(real, real[:50], num_clusters=2)  # half of the variety, perfect quality
    >>> curve.max(axis=0).round(2).tolist()
    [1.0, 0.5]
    """
    from sklearn.cluster import MiniBatchKMeans

    real, fake = (np.asarray(features, "float32") for features in check_pair(real, fake))
    both = np.concatenate([real, fake])
    num_clusters = min(num_clusters, len(np.unique(both, axis=0)))
    slopes = np.tan(np.linspace(1e-6, np.pi / 2 - 1e-6, num_points))
    curves = []
    for start in range(5):
        clusters = MiniBatchKMeans(num_clusters, n_init=1, random_state=seed + start).fit_predict(both)
        p, q = (np.bincount(part, minlength=num_clusters) / len(part) for part in np.split(clusters, [len(real)]))
        precision = np.minimum(slopes[:, None] * p, q).sum(axis=1)
        curves.append(np.stack([precision, precision / slopes], axis=1))
    return np.clip(np.mean(curves, axis=0), 0.0, 1.0)
