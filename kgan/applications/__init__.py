"""What people do with a trained generator."""

from kgan.applications import (
    attributes,
    data_augmentation,
    directions,
    editing,
    inversion,
    spaces,
    supervised,
    unsupervised,
)

__all__ = [
    "attributes",
    "data_augmentation",
    "directions",
    "editing",
    "inversion",
    "spaces",
    "supervised",
    "unsupervised",
]
