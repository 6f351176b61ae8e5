"""An ensemble of classifiers whose doubts tell which generated images to reject.

>>> from kgan import datasets
>>> data = next(iter(datasets.load("digits", labels=True, batch_size=100)))
>>> float(belief(train(*data, members=2, updates=1), *data).mean()) > 0
True
"""

import keras
import numpy as np
from keras import ops

from kgan._checks import check_positive
from kgan.datasets import labelled
from kgan.features.classifier import network


def train(
    images, labels, num_classes: int | None = None, members: int = 3, updates: int = 500, transform=None, seed: int = 0
) -> list:
    """Train an ensemble of classifiers on the real images, whose doubts `augment` heeds.

    Every class is shown equally often, in batches of 64.

    Args:
        images, labels, num_classes, transform: as in `train`.
        members: how many classifiers. Defaults to 3.
        updates: of each. Defaults to 500.
        seed: of weights and order.

    Returns:
        Keras models, images to a dictionary with `probabilities` `(batch, classes)`.

    Raises:
        TypeError, ValueError: as in `train`.

    Reference: Lakshminarayanan et al., Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles,
    2017.

    Example:
    >>> from kgan import datasets
    >>> data = next(iter(datasets.load("digits", labels=True, batch_size=100)))
    >>> judges = train(*data, members=2, updates=1)
    >>> judges[0](data[0])["probabilities"].shape
    TensorShape([100, 10])
    """
    images, labels, num_classes = labelled.checked(images, labels, num_classes)
    check_positive(members=members)
    check_positive(updates=updates)
    judges = []
    for seed_of_member in range(members * seed, members * (seed + 1)):
        judge = network(images.shape[1:], num_classes, seed_of_member)
        judge.compile(
            keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, updates)),
            loss={"probabilities": "sparse_categorical_crossentropy"},
        )
        data = labelled.balanced(images, labels, 64, seed_of_member, transform)
        data = data.map(lambda images, labels: (images, {"probabilities": labels}))
        judge.fit(data, steps_per_epoch=updates, shuffle=False, verbose=0)
        judges.append(judge)
    return judges


def belief(judges, images, labels) -> np.ndarray:
    """Return the mean probability that the judges give to each image's label, `(n,)` in [0, 1].

    Args:
        judges: Keras models, or functions, of images to class probabilities `(batch, classes)`, or to a dictionary
            with them as `probabilities`.
        images: array `(n, height, width, channels)` in [-1, 1].
        labels: integers `(n,)`.

    Raises:
        ValueError: there are no judges, or one does not give probabilities of these classes.

    Example:
    >>> halves = lambda images: np.full((len(images), 2), 0.5)
    >>> belief([halves], np.zeros((3, 8, 8, 1)), [0, 1, 1]).tolist()
    [0.5, 0.5, 0.5]
    """
    if not judges:
        raise ValueError("Expected at least one judge. Received: none. Train some with `judging.train`.")
    labels = np.asarray(labels)
    return np.mean([_probabilities(judge, images, labels)[np.arange(len(labels)), labels] for judge in judges], axis=0)


def _probabilities(judge, images, labels):
    if isinstance(judge, keras.Model):
        found = judge.predict(images, batch_size=256, verbose=0)
    else:
        found = judge(images)
    found = ops.convert_to_numpy(found["probabilities"] if isinstance(found, dict) else found)
    if found.ndim != 2 or len(found) != len(images) or found.shape[1] <= labels.max(initial=0):
        raise ValueError(
            f"Expected a judge that gives probabilities ({len(images)}, classes). Received: shape {found.shape}."
        )
    if not (np.all(found >= 0) and np.allclose(found.sum(axis=1), 1, atol=1e-3)):
        raise ValueError(
            "Expected a judge that gives probabilities, which add up to 1. Received: other numbers. "
            "End it in a softmax."
        )
    return found
