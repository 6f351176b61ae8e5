"""What trained generators are good for: editing, data augmentation, restoration."""

from kgan.applications import data_augmentation, editing, restoration

__all__ = [
    "data_augmentation",
    "editing",
    "restoration",
]
