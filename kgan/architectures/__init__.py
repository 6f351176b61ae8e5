"""Networks. Pairs, `generator(image_shape, ...)` and `discriminator(image_shape, ...)`, are in `ARCHITECTURES`.

For images of images there are `restoration`, `unet` and `patch`, whose functions take other arguments.
"""

from kgan._registry import unknown
from kgan.architectures import dcgan, mlp, patch, resnet, restoration, style, unet

ARCHITECTURES = {"mlp": mlp, "dcgan": dcgan, "resnet": resnet, "style": style}

__all__ = ["ARCHITECTURES", "dcgan", "get", "mlp", "patch", "resnet", "restoration", "style", "unet"]


def get(name: str):
    """Return the module of the architecture `name`.

    Args:
        name: `"mlp"`, `"dcgan"`, `"resnet"` or `"style"`.

    Raises:
        ValueError: the name is unknown; the message names the nearest.

    Example:
    >>> get("dcgan").generator((8, 8, 1)).output_shape
    (None, 8, 8, 1)
    """
    if name not in ARCHITECTURES:
        raise unknown("architecture", name, ARCHITECTURES)
    return ARCHITECTURES[name]
