"""Features that a small network learns from images without labels: which views show one image, and how it is turned."""

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

import keras
import numpy as np
from keras import ops

from kgan._fit_progress import fit_progress
from kgan._typing import Array, PathLike, Shape, Tensor
from kgan.features import cache
from kgan.features.classifier import FEATURES, convolutions

if TYPE_CHECKING:
    from kgan.datasets import Images, Source

VERSION = 1
"""Version of the network and of its training. It is part of the cache's key: increase it when either changes."""

UPDATES = 1500
BATCH_SIZE = 64
TEMPERATURE = 0.2
TURNS = 4


def network(image_shape: Shape, seed: int = 0) -> keras.Model:
    """Return an untrained network from images to `features` and to the two answers that it is trained by.

    The outputs are `{"features": (batch, 128), "projection": (batch, 64), "turn": (batch, 4)}`.

    Args:
        image_shape: `(height, width, channels)`.
        seed: seed of the initial weights. Defaults to 0.
    """
    seeds = itertools.count(1000 * seed)

    def initializer() -> keras.initializers.Initializer:
        return keras.initializers.HeNormal(next(seeds))

    inputs = keras.Input(image_shape, name="images")
    x = convolutions(inputs, initializer)
    features = keras.layers.Dense(FEATURES, activation="relu", kernel_initializer=initializer(), name="features")(x)
    x = keras.layers.Dense(FEATURES, activation="relu", kernel_initializer=initializer())(features)
    x = keras.layers.Dense(64, kernel_initializer=initializer())(x)
    projection = keras.layers.UnitNormalization(name="projection")(x)
    turn = keras.layers.Dense(TURNS, kernel_initializer=initializer(), name="turn")(features)
    return keras.Model(inputs, {"features": features, "projection": projection, "turn": turn}, name="self_supervised")


def contrastive_loss(_: Tensor, projection: Tensor) -> Tensor:
    """Return the loss of each view: it should be nearest to the other view of its image (SimCLR, NT-Xent).

    Args:
        projection: `(2 * num, dimension)` of unit length: a view of each image, then another view of each.

    Reference: Chen et al., A Simple Framework for Contrastive Learning of Visual Representations, 2020.

    Example:
    >>> views = np.eye(2, dtype="float32")[[0, 1, 0, 1]]  # both views of an image agree, other images are orthogonal
    >>> bool(np.isclose(contrastive_loss(None, views)[0], np.log(1 + 2 * np.exp(-1 / TEMPERATURE))))
    True
    """
    num = projection.shape[0]
    similarity = ops.matmul(projection, ops.transpose(projection)) / TEMPERATURE - 1e9 * ops.eye(num)
    partner = (ops.arange(num) + num // 2) % num
    return keras.losses.sparse_categorical_crossentropy(partner, similarity, from_logits=True)


def turned(images: Array | Tensor, num_turns: int) -> Tensor:
    """Return images of which each `num_turns`-th in order is turned by another angle, so that the angles are known.

    Args:
        images: `(num, height, width, channels)`, `num` a multiple of `num_turns`.
        num_turns: 4 turns by multiples of 90 degrees, 2 by 180 degrees.

    Returns:
        As many images: first those that are not turned, then those that are turned once, and so on.
    """
    groups = [ops.rot90(images[turn::num_turns], turn * TURNS // num_turns, (1, 2)) for turn in range(num_turns)]
    return ops.concatenate(groups)


def load_or_train(
    source: "PathLike | Source",
    image_size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    updates: int = UPDATES,
    seed: int = 0,
    verbose: int = 1,
) -> cache.Trained:
    """Return a network that learned from the images of `source`: from the cache, or trained now and kept there.

    The cache is that of `kgan.features.classifier`. Labels are not used, nor is the split `test`.

    Args:
        source, image_size, channels: as in `kgan.datasets.load`.
        updates: of the weights, each with two views of 64 images.
        seed: seed of the weights, of the views and of the order.
        verbose: 0 is silent, 1 shows the progress of the training.

    Returns:
        The network from images to features; its accuracy is the share of held-out images whose turn it tells.
    """
    from kgan import datasets

    data = datasets.find(source)
    size = (image_size, image_size) if isinstance(image_size, int) else image_size
    settings = (VERSION, keras.__version__, data.fingerprint(), data.shape_as(size, channels), updates, seed)
    return cache.load_or_train(
        cache.file_of(data, ("self_supervised", *settings)),
        lambda: _train(data, datasets.train_and_test(data, 0.1, image_size, channels), updates, seed, verbose),
    )


def _train(
    source: "Source", data: "tuple[Images, Images]", updates: int, seed: int, verbose: int
) -> tuple[keras.Model, float]:
    """Return the trained network, and the share of held-out images whose turn it tells."""
    from kgan import datasets

    images, test = (part.images for part in data)
    num_turns = TURNS if images.shape[1] == images.shape[2] else 2
    batch_size = max(num_turns, min(BATCH_SIZE, len(images)) // num_turns * num_turns)
    images, test = (_repeated(array, size) for array, size in ((images, batch_size), (test, num_turns)))
    model = network(images.shape[1:], seed)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, updates)
    turn_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), loss={"projection": contrastive_loss, "turn": turn_loss})
    batches = datasets.from_arrays(images, batch_size=batch_size, seed=seed).repeat()
    pairs = batches.map(_two_views(num_turns, batch_size, seed))
    with fit_progress(f"learning features of {source.name} (once)") as callbacks:
        model.fit(pairs, steps_per_epoch=updates, shuffle=False, verbose=0, callbacks=callbacks if verbose else None)
    test = test[: len(test) // num_turns * num_turns]
    logits = model.predict(ops.convert_to_numpy(turned(test, num_turns)), batch_size=500, verbose=0)["turn"]
    return model, float(np.mean(logits.argmax(axis=1) == np.repeat(np.arange(num_turns), len(test) // num_turns)))


def _repeated(images: Array, num: int) -> Array:
    """Return at least `num` images: those there are, or these again and again."""
    return images if len(images) >= num else images[np.resize(np.arange(len(images)), num)]


def _two_views(num_turns: int, batch_size: int, seed: int) -> Callable[[Tensor], tuple[Tensor, dict[str, Array]]]:
    """Return a function of a batch of images: two views of each, turned, and the turns."""
    shifts = [keras.layers.RandomTranslation(0.15, 0.15, fill_mode="nearest", seed=seed + view) for view in range(2)]
    zooms = [keras.layers.RandomZoom((-0.3, 0.1), fill_mode="nearest", seed=seed + view) for view in range(2)]
    turn = np.tile(np.repeat(np.arange(num_turns), batch_size // num_turns), 2)

    def two_views(batch: Tensor) -> tuple[Tensor, dict[str, Array]]:
        views = [zoom(shift(batch, training=True), training=True) for shift, zoom in zip(shifts, zooms, strict=True)]
        pairs = ops.concatenate([turned(view, num_turns) for view in views])
        return pairs, {"projection": turn, "turn": turn}

    return two_views
