"""Truncation: leave out the latents whose images are likely to be odd, for better images with less variety.

A generator maps a connected space of latents to data with separate groups, so some latents lie between two groups, and
their images are part one and part the other. There the image changes fast with the latents. Truncation draws more
latents than are asked for and leaves out those at which the generator is the most sensitive. It needs the generator
only, and keeps the others as they were drawn: latents that are cut or scaled towards 0, as some libraries do it, are
shorter than any that the generator saw in training, and their images are worse.

Reference: Tanielian et al., Learning disconnected manifolds: a no GAN's land, 2020 (Jacobian-based truncation).
"""

from collections.abc import Callable

import keras
from keras import ops

from kgan._typing import Tensor

DIRECTIONS = 4
"""Number of random directions along which the change of an image is measured."""

STEP = 0.1
"""Length of a step of the latents, whose own length is about the square root of their dimension."""

MIN_VARIANCE = 1e-3
"""Added to the variance of an image's values, on their scale of 2: images of one color are not infinitely sensitive."""

MIN_CANDIDATES = 20
"""How many latents of each class are compared at least, so that few images are truncated as many are."""


def check(truncation: float | None) -> float:
    """Return the share of latents to keep; 1 for None.

    Raises:
        ValueError: it is not in (0, 1].
    """
    if truncation is None:
        return 1.0
    if not 0 < truncation <= 1:
        raise ValueError(
            "`truncation` must be in (0, 1], the share of latents to keep: 0.7 leaves out the 30 % whose images are "
            f"likely to be odd. Received: truncation={truncation}"
        )
    return float(truncation)


def sensitivity(synthesize: Callable[[Tensor], Tensor], latents: Tensor) -> Tensor:
    """Return how fast images change with their latents: the mean squared change along a few directions.

    Up to a constant, an estimate of the squared Frobenius norm of the generator's Jacobian, from finite differences,
    divided by the variance of the image's values: images of high contrast change more, and are not worse for it.

    Args:
        synthesize: a function of latents `(batch, latent_dim)` that returns images.
        latents: `(batch, latent_dim)`.

    Returns:
        float32 tensor `(batch,)`.

    Example:
    >>> images = lambda latents: ops.tanh(10 * latents[:, :1])
    >>> far, near = sensitivity(images, ops.array([[2.0, 0.0], [0.05, 0.0]]))
    >>> bool(far < near)
    True
    """
    directions = keras.random.normal((DIRECTIONS, latents.shape[1]), seed=0)
    directions = STEP * directions / ops.norm(directions, axis=1, keepdims=True)
    images = ops.cast(synthesize(latents), "float32")
    axes = tuple(range(1, len(images.shape)))
    changes = [
        ops.cast(synthesize(latents + ops.cast(direction, latents.dtype)), "float32") - images
        for direction in ops.unstack(directions)
    ]
    change = sum(ops.mean(ops.square(change), axis=axes) for change in changes) / (DIRECTIONS * STEP**2)
    return change / (ops.var(images, axis=axes) + MIN_VARIANCE)


def rounds(classes: Tensor, truncation: float | Tensor) -> Tensor:
    """Return how many candidates to draw for each image.

    Args:
        classes: int32 `(num,)`, from 0: the class of each image; all 0 for an unconditional generator.
        truncation: share of the candidates of each class to keep.
    """
    counts = ops.bincount(classes)
    fewest = ops.cast(ops.min(ops.where(counts > 0, counts, ops.max(counts))), "float32")
    needed = ops.cast(ops.ceil(ops.maximum(1.0 / truncation - 1e-4, MIN_CANDIDATES / fewest)), "int32")
    return ops.where(truncation < 1.0, needed, 1)


def select(sensitivities: Tensor, classes: Tensor, truncation: float | Tensor) -> Tensor:
    """Return which candidates to use: of each class the first ones that are among the least sensitive.

    Args:
        sensitivities: `(rounds * num,)`, of candidates whose classes are `classes`, again and again.
        classes: int32 `(num,)`, from 0.
        truncation: share of the candidates of each class to keep.

    Returns:
        int32 `(num,)`, the candidate for each image.

    Example:
    >>> select(ops.array([3.0, 9.0, 1.0, 2.0, 0.0, 4.0]), ops.array([0, 0]), 0.67).numpy().tolist()
    [0, 2]
    """
    num, total = ops.shape(classes)[0], ops.shape(sensitivities)[0]
    candidates = ops.tile(classes, (total // num,))
    asked, drawn = ops.bincount(classes), ops.bincount(candidates)
    kept = ops.cast(ops.round(truncation * ops.cast(drawn, "float32")), asked.dtype)
    kept = ops.maximum(kept, asked)
    by_sensitivity = _sorted(candidates, _places(ops.argsort(sensitivities)), total)
    rank = _places(by_sensitivity) - ops.take(_starts(drawn), candidates)
    # The candidates to keep, class by class, in the order in which they were drawn; behind them all others.
    last = ops.max(classes) + 1
    pool = _sorted(ops.where(rank < ops.take(kept, candidates), candidates, last), ops.arange(total), total)
    turn = _places(_sorted(classes, ops.arange(num), num)) - ops.take(_starts(asked), classes)
    return ops.take(pool, ops.take(_starts(kept), classes) + turn)


def _sorted(classes: Tensor, ranks: Tensor, total: Tensor) -> Tensor:
    """Return the indices that sort by class, and then by a rank below `total` that no two of them share."""
    return ops.argsort(ops.cast(classes, "int64") * ops.cast(total, "int64") + ops.cast(ranks, "int64"))


def _places(order: Tensor) -> Tensor:
    """Return the place of each index in an order."""
    return ops.argsort(order)


def _starts(counts: Tensor) -> Tensor:
    """Return where the entries of each class begin if they are sorted by class."""
    return ops.cumsum(counts) - counts
