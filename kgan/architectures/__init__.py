"""Pairs of networks: each module has `generator(image_shape, ...)` and `discriminator(image_shape, ...)`."""

from kgan.architectures import dcgan, mlp, resnet
from kgan.names import unknown

ARCHITECTURES = {"mlp": mlp, "dcgan": dcgan, "resnet": resnet}

__all__ = ["ARCHITECTURES", "dcgan", "get", "mlp", "resnet"]


def get(name: str):
    """Return the module of the architecture `name`.

    Args:
        name: `"mlp"`, `"dcgan"` or `"resnet"`.

    Raises:
        ValueError: the name is unknown; the message names the nearest.

    Example:
    >>> get("dcgan").generator((8, 8, 1)).output_shape
    (None, 8, 8, 1)
    """
    if name not in ARCHITECTURES:
        raise unknown("architecture", name, ARCHITECTURES)
    return ARCHITECTURES[name]
