"""Checks of what metrics are given."""

import numpy as np
from keras import ops


def check_features(features, minimum=1):
    """Return features as an array `(n, d)`, of float64 unless they are float32 or float64.

    Raises:
        ValueError: they have another rank, fewer than `minimum` rows, or values that are not finite.
    """
    features = ops.convert_to_numpy(features)
    if features.ndim != 2:
        raise ValueError(f"Expected features of shape (samples, dimensions). Received: shape {features.shape}")
    if len(features) < minimum:
        raise ValueError(f"Expected at least {minimum} samples. Received: {len(features)}")
    if features.dtype not in (np.float32, np.float64):
        features = features.astype("float64")
    if not np.isfinite(features).all():
        broken = int((~np.isfinite(features).all(axis=1)).sum())
        raise ValueError(f"Expected finite features. Received: {broken} of {len(features)} samples that are not.")
    return features


def check_pair(real, fake, minimum=1):
    """Return both sets of features, checked to have one dimension."""
    real, fake = check_features(real, minimum), check_features(fake, minimum)
    if real.shape[1] != fake.shape[1]:
        raise ValueError(
            f"Expected features of one dimension. Received: {real.shape[1]} (real) and {fake.shape[1]} (fake)."
        )
    return real, fake
