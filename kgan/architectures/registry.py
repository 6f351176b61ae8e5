"""Pairs of a generator and a discriminator by name."""

from collections.abc import Callable
from typing import NamedTuple

import keras

from kgan._registry import unknown
from kgan.architectures import dcgan, mlp, resnet, style


class Architecture(NamedTuple):
    """A pair of functions that build networks for images of one shape.

    Attributes:
        generator: a function of `image_shape`, `latent_dim` and `num_classes` that returns a generator.
        discriminator: a function of `image_shape`, `num_classes`, `conditioning` and `packing` that returns a
            discriminator.
    """

    generator: Callable[..., keras.Model]
    discriminator: Callable[..., keras.Model]


ARCHITECTURES = {
    "mlp": Architecture(mlp.generator, mlp.discriminator),
    "dcgan": Architecture(dcgan.generator, dcgan.discriminator),
    "resnet": Architecture(resnet.generator, resnet.discriminator),
    "style": Architecture(style.generator, style.discriminator),
}
"""The architectures by name."""


def get(identifier: str | Architecture) -> Architecture:
    """Return the architecture that `identifier` names.

    Args:
        identifier: `"mlp"`, `"dcgan"`, `"resnet"`, `"style"`, or an `Architecture`, which is returned unchanged.

    Raises:
        ValueError: the name is unknown; the message lists the nearest.

    Example:
    >>> get("dcgan").generator((8, 8, 1)).output_shape
    (None, 8, 8, 1)
    """
    if isinstance(identifier, Architecture):
        return identifier
    if identifier not in ARCHITECTURES:
        raise unknown("architecture", identifier, ARCHITECTURES)
    return ARCHITECTURES[identifier]
