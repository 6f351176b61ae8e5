"""What people do with GANs: more data, editing, restoring."""

from kgan.applications import (
    attributes,
    data_augmentation,
    denoising,
    directions,
    editing,
    inversion,
    judging,
    labelled,
    photographs,
    restoration,
    spaces,
    super_resolution,
    supervised,
    unsupervised,
)

__all__ = [
    "attributes",
    "data_augmentation",
    "denoising",
    "directions",
    "editing",
    "inversion",
    "judging",
    "labelled",
    "photographs",
    "restoration",
    "spaces",
    "super_resolution",
    "supervised",
    "unsupervised",
]
