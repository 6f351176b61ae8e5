"""Losses: adversarial, pixel and feature matching."""

from kgan.losses import pixel
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
    "Hinge",
    "LOSSES",
    "LeastSquares",
    "Loss",
    "Minimax",
    "NonSaturating",
    "Relativistic",
    "Wasserstein",
    "classification",
    "get",
    "pixel",
]
