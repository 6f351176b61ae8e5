"""Latent vectors: one function for training, generation and export, so that a seed means the same everywhere."""

import math

import keras
from keras import ops


def draw(num, latent_dim: int, seed, truncation=None, dtype="float32"):
    """Draw latent vectors from the standard normal distribution, or from its middle.

    Args:
        num: how many, a positive integer or an integer tensor.
        latent_dim: their size.
        seed: an integer, an integer tensor, or a `keras.random.SeedGenerator`.
        truncation: positive number or float tensor t: draws from the normal distribution truncated to
            [-t, t], which trades variety for quality. None draws from all of it.
        dtype: of the result. Defaults to float32.

    Returns:
        Tensor `(num, latent_dim)`.

    Raises:
        ValueError: `num` or `truncation` is not positive.

    Reference: Brock et al., Large Scale GAN Training for High Fidelity Natural Image Synthesis, 2019,
    section 3.1 (truncation).

    Example:
    >>> tuple(draw(3, 64, seed=7).shape)
    (3, 64)
    """
    if isinstance(num, int) and num < 1:
        raise ValueError(f"`num` must be positive. Received: num={num}")
    if truncation is None:
        return keras.random.normal((num, latent_dim), seed=seed, dtype=dtype)
    if isinstance(truncation, int | float) and not truncation > 0:
        raise ValueError(f"`truncation` must be positive, or None. Received: truncation={truncation}")
    uniform = keras.random.uniform((num, latent_dim), minval=-1.0, maxval=1.0, seed=seed, dtype=dtype)
    # The inverse of the distribution function: z = sqrt(2) erfinv(u), with u cut at erf(t / sqrt(2)).
    root = math.sqrt(2.0)
    return root * ops.erfinv(uniform * ops.erf(ops.cast(truncation, dtype) / root))
