"""Losses: adversarial, pixel and feature matching."""

from kgan.losses import feature_matching, pixel
from kgan.losses.adversarial import (
    LOSSES,
    Hinge,
    LeastSquares,
    Loss,
    Minimax,
    NonSaturating,
    Relativistic,
    Wasserstein,
    classification,
    get,
)

__all__ = [
    "LOSSES",
    "Hinge",
    "LeastSquares",
    "Loss",
    "Minimax",
    "NonSaturating",
    "Relativistic",
    "Wasserstein",
    "classification",
    "feature_matching",
    "get",
    "pixel",
]
