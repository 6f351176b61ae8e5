"""Latent vectors, drawn by one function for training, generation and export: a seed means the same in all of them."""

import math
import numbers
import warnings

import keras
from keras import ops

from kgan._checks import check_positive
from kgan._typing import Tensor


def draw(
    num: int | Tensor,
    latent_dim: int,
    seed: int | keras.random.SeedGenerator,
    truncation: float | Tensor | None = None,
    dtype: str = "float32",
) -> Tensor:
    """Draw latent vectors from the standard normal distribution.

    Args:
        num: number of latent vectors, a positive integer or an integer tensor.
        latent_dim: their dimension.
        seed: an integer or a `keras.random.SeedGenerator`.
        truncation: deprecated. Positive number or float tensor t: draws from the normal distribution truncated to
            [-t, t]: z = sqrt(2) erfinv(u erf(t / sqrt(2))) with u uniform in [-1, 1). Such latents are shorter than
            those that generators are trained with, and their images are worse. Use `generate(truncation=...)` of a
            model instead, which is another method. Defaults to None.
        dtype: dtype of the result. Defaults to float32.

    Returns:
        Tensor `(num, latent_dim)`.

    Raises:
        ValueError: `num` is not a positive integer, or `truncation` is not positive and finite. Tensors are
            not checked.

    Example:
    >>> tuple(draw(3, 64, seed=7).shape)
    (3, 64)
    """
    if not ops.is_tensor(num):
        check_positive(num=num)
    if isinstance(seed, numbers.Integral):
        seed = int(seed)  # Keras does not accept NumPy's integers
    if truncation is None:
        return keras.random.normal((num, latent_dim), seed=seed, dtype=dtype)
    if not ops.is_tensor(truncation) and not 0 < truncation < math.inf:
        raise ValueError(f"`truncation` must be positive and finite, or None. Received: truncation={truncation}")
    warnings.warn(
        "`truncation` of `kgan.latents.draw` gives latents that are shorter than those of training, and worse images. "
        "It will be removed in the next release. Use `generate(truncation=...)` of a model, which is another method.",
        FutureWarning,
        stacklevel=2,
    )
    uniform = keras.random.uniform((num, latent_dim), minval=-1.0, maxval=1.0, seed=seed, dtype=dtype)
    bound = ops.cast(truncation, dtype)
    root = math.sqrt(2.0)
    latents = root * ops.erfinv(uniform * ops.erf(bound / root))
    # In float32, erf(t / sqrt(2)) is 1 for t above 5.5. u is -1 once in some millions of draws, and erfinv(-1) is
    # infinite.
    return ops.clip(latents, -bound, bound)
