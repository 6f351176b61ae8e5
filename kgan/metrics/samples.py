"""Checks of what metrics are given."""

import numpy as np
from keras import ops

from kgan._typing import Array, Tensor


def check_features(features: Tensor, minimum: int = 1) -> Array:
    """Return features as an array `(num, dimension)`, of float64 unless they are float32 or float64.

    Args:
        features: array or tensor.
        minimum: how many samples are needed at least. Defaults to 1.

    Raises:
        ValueError: they have another rank, too few samples, or values that are not finite.
    """
    array = ops.convert_to_numpy(features)
    if array.ndim != 2:
        raise ValueError(f"Expected features of shape (samples, dimensions). Received: shape {array.shape}")
    if len(array) < minimum:
        raise ValueError(f"Expected at least {minimum} samples. Received: {len(array)}")
    if array.dtype not in (np.float32, np.float64):
        array = array.astype("float64")
    if not np.isfinite(array).all():
        bad = int((~np.isfinite(array).all(axis=1)).sum())
        raise ValueError(f"Expected finite features. Received: {bad} of {len(array)} samples that are not.")
    return array


def check_pair(real: Tensor, fake: Tensor, minimum: int = 1) -> tuple[Array, Array]:
    """Return two sets of features as arrays, checked as in `check_features` and to have one dimension."""
    real, fake = check_features(real, minimum), check_features(fake, minimum)
    if real.shape[1] != fake.shape[1]:
        raise ValueError(
            f"Expected features of one dimension. Received: {real.shape[1]} (real) and {fake.shape[1]} (fake)."
        )
    return real, fake
