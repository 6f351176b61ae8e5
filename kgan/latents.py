"""Latent vectors: one function for training, generation and export, so that a seed means the same everywhere."""

import math
import numbers

import keras
from keras import ops


def draw(num, latent_dim: int, seed, truncation=None, dtype: str = "float32"):
    """Draw latent vectors from the standard normal distribution, or from its middle.

    Args:
        num: how many, a positive integer or an integer tensor.
        latent_dim: their size.
        seed: an integer or a `keras.random.SeedGenerator`.
        truncation: positive number or float tensor t: draws from the normal distribution truncated to
            [-t, t], which trades variety for quality: z = sqrt(2) erfinv(u erf(t / sqrt(2))) with u uniform
            in [-1, 1). None draws from all of it.
        dtype: of the result. Defaults to float32.

    Returns:
        Tensor `(num, latent_dim)`.

    Raises:
        ValueError: `num` is no positive integer, or `truncation` is not positive or not finite. Tensors are
            taken as they are.

    Reference: Brock et al., Large Scale GAN Training for High Fidelity Natural Image Synthesis, 2019,
    section 3.1 (truncation).

    Example:
    >>> tuple(draw(3, 64, seed=7).shape)
    (3, 64)
    """
    if not ops.is_tensor(num) and not (isinstance(num, numbers.Integral) and num > 0):
        raise ValueError(f"`num` must be positive and an integer. Received: num={num!r}")
    if isinstance(seed, numbers.Integral):
        seed = int(seed)  # Keras takes NumPy's integers for something else
    if truncation is None:
        return keras.random.normal((num, latent_dim), seed=seed, dtype=dtype)
    if not ops.is_tensor(truncation) and not 0 < truncation < math.inf:
        raise ValueError(f"`truncation` must be positive and finite, or None. Received: truncation={truncation}")
    uniform = keras.random.uniform((num, latent_dim), minval=-1.0, maxval=1.0, seed=seed, dtype=dtype)
    bound = ops.cast(truncation, dtype)
    root = math.sqrt(2.0)
    drawn = root * ops.erfinv(uniform * ops.erf(bound / root))
    # In float32, erf(t / sqrt(2)) is 1 for t above 5.5, u is -1 once in some millions, and erfinv(-1) is infinite.
    return ops.clip(drawn, -bound, bound)
