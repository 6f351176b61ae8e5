"""An ensemble of classifiers, which rejects generated images that it does not recognize as their class."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import keras
import numpy as np
from keras import ops

from kgan import _deprecation
from kgan._checks import check_positive
from kgan._deprecation import renamed
from kgan._fit_progress import fit_progress
from kgan._typing import Array, Tensor
from kgan.datasets import labelled
from kgan.features.classifier import network

Classifier: TypeAlias = keras.Model | Callable[[Array], Any]
"""Images to class probabilities `(batch, classes)`, or to a dictionary with them under `"probabilities"`."""

__getattr__ = _deprecation.old_names(__name__, train="train_ensemble", belief="ensemble_probability")


@renamed(members="num_members")
def train_ensemble(
    images: Array,
    labels: Array | Sequence[int],
    num_classes: int | None = None,
    num_members: int = 3,
    updates: int = 500,
    transform: Callable[[Tensor], Tensor] | None = None,
    seed: int = 0,
) -> list[keras.Model]:
    """Train several classifiers on the real images, for the argument `ensemble` of `generate` and `augment`.

    They differ in their initial weights and the order of the images. Every class is shown equally often, in batches
    of 64.

    Args:
        images, labels, num_classes, transform: as in `train_gan`.
        num_members: number of classifiers. Defaults to 3.
        updates: number of updates of each. Defaults to 500.
        seed: seed of weights and order.

    Returns:
        Keras models, images to a dictionary with `probabilities` `(batch, classes)`.

    Raises:
        TypeError, ValueError: as `train_gan`.

    Reference: Lakshminarayanan et al., Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles,
    2017.

    Example:
    >>> from kgan import datasets
    >>> images, labels = next(iter(datasets.load("digits", labels=True, batch_size=100)))
    >>> ensemble = train_ensemble(images, labels, num_members=2, updates=1)
    >>> ensemble_probability(ensemble, images, labels).shape
    (100,)
    """
    images, labels, num_classes = labelled.checked(images, labels, num_classes)
    check_positive(num_members=num_members, updates=updates)
    classifiers = []
    for number, seed_of_member in enumerate(range(num_members * seed, num_members * (seed + 1)), 1):
        classifier = network(images.shape[1:], num_classes, seed_of_member)
        classifier.compile(
            keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, updates)),
            loss={"probabilities": "sparse_categorical_crossentropy"},
        )
        data = labelled.balanced(images, labels, 64, seed_of_member, transform)
        data = data.map(lambda images, labels: (images, {"probabilities": labels}))
        with fit_progress(f"training classifier {number} of {num_members}") as callbacks:
            classifier.fit(data, steps_per_epoch=updates, shuffle=False, verbose=0, callbacks=callbacks)
        classifiers.append(classifier)
    return classifiers


@renamed(judges="ensemble")
def ensemble_probability(ensemble: Sequence[Classifier], images: Array, labels: Array | Sequence[int]) -> Array:
    """Return the probability that an ensemble gives to the label of each image: the mean over its members.

    Args:
        ensemble: Keras models, or functions, of images to class probabilities `(batch, classes)`, or to a dictionary
            with them under `"probabilities"`.
        images: float array `(num, height, width, channels)` in [-1, 1].
        labels: integers `(num,)`.

    Returns:
        Array `(num,)` in [0, 1].

    Raises:
        ValueError: if the ensemble is empty, or a member does not give probabilities of these classes.

    Example:
    >>> uniform = lambda images: np.full((len(images), 2), 0.5)
    >>> ensemble_probability([uniform], np.zeros((3, 8, 8, 1)), [0, 1, 1]).tolist()
    [0.5, 0.5, 0.5]
    """
    if not ensemble:
        raise ValueError("Expected at least one classifier. Received: none. Train some with `train_ensemble`.")
    labels = np.asarray(labels)
    index = np.arange(len(labels))
    return np.mean([_probabilities(classifier, images, labels)[index, labels] for classifier in ensemble], axis=0)


def _probabilities(classifier: Classifier, images: Array, labels: Array) -> Array:
    if isinstance(classifier, keras.Model):
        outputs = classifier.predict(images, batch_size=256, verbose=0)
    else:
        outputs = classifier(images)
    probabilities = ops.convert_to_numpy(outputs["probabilities"] if isinstance(outputs, dict) else outputs)
    shape = probabilities.shape
    if len(shape) != 2 or len(probabilities) != len(images) or shape[1] <= labels.max(initial=0):
        raise ValueError(
            f"Expected a classifier that gives probabilities ({len(images)}, classes). Received: shape {shape}."
        )
    if not (np.all(probabilities >= 0) and np.allclose(probabilities.sum(axis=1), 1, atol=1e-3)):
        raise ValueError(
            "Expected a classifier that gives probabilities, which add up to 1. Received: other numbers. "
            "End it in a softmax."
        )
    return probabilities
