"""What people do with a trained generator."""

from kgan.applications import data_augmentation

__all__ = ["data_augmentation"]
