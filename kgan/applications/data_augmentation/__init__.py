"""Enlarge small labeled data sets with a class-conditional GAN."""

from kgan.applications.data_augmentation import ensemble
from kgan.applications.data_augmentation.augment import augment, generate, plan, standard, train

__all__ = [
    "augment",
    "ensemble",
    "generate",
    "plan",
    "standard",
    "train",
]
