"""Enlarge small labeled data sets with a class-conditional GAN."""

from kgan import _deprecation
from kgan.applications.data_augmentation import ensemble
from kgan.applications.data_augmentation.augment import (
    augment,
    generate,
    num_per_class,
    standard_augmentation,
    train_gan,
)
from kgan.applications.data_augmentation.ensemble import ensemble_probability, train_ensemble

__all__ = [
    "augment",
    "ensemble",
    "ensemble_probability",
    "generate",
    "num_per_class",
    "standard_augmentation",
    "train_ensemble",
    "train_gan",
]

__getattr__ = _deprecation.old_names(
    __name__, train="train_gan", plan="num_per_class", standard="standard_augmentation"
)
