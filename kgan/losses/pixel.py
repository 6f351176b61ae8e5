"""Pixel losses: the difference of images from their targets, pixel by pixel.

A pixel loss receives targets and images `(batch, height, width, channels)` and returns one value for each of their
elements; `kgan.ImageToImageGAN` takes the mean.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import keras
from keras import ops

from kgan import _registry
from kgan._typing import Tensor

PixelFunction: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""A function of `(targets, images)` that returns one value for each element: a `PixelLoss` or a plain function."""


class PixelLoss:
    """Base class of the pixel losses. A custom loss implements `__call__`.

    Example:
    >>> class L3(PixelLoss):
    ...     def __call__(self, targets, images):
    ...         return ops.abs(images - targets) ** 3
    >>> float(L3()(1.0, 3.0))
    8.0
    """

    def __call__(self, targets: Tensor, images: Tensor) -> Tensor:
        """Return what the generator minimizes, one value for each element.

        Args:
            targets: float tensor of any shape.
            images: float tensor of the same shape.
        """
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "PixelLoss":
        """Create a loss from the result of `get_config`."""
        return cls(**config)


@keras.saving.register_keras_serializable("kgan")
class L1(PixelLoss):
    """The absolute difference, `|images - targets|`, as in pix2pix.

    Edges stay sharper than with the squared difference.

    Reference: Isola et al., Image-to-Image Translation with Conditional Adversarial Networks, 2017, equation 3.

    Example:
    >>> float(L1()(0.5, -0.25))
    0.75
    """

    def __call__(self, targets: Tensor, images: Tensor) -> Tensor:
        """Return `|images - targets|`."""
        return ops.abs(images - targets)


@keras.saving.register_keras_serializable("kgan")
class L2(PixelLoss):
    """The squared difference, `(images - targets)^2`.

    Its mean is the error that PSNR measures. Large differences have the most weight.

    Example:
    >>> float(L2()(0.5, -0.25))
    0.5625
    """

    def __call__(self, targets: Tensor, images: Tensor) -> Tensor:
        """Return `(images - targets)^2`."""
        return ops.square(images - targets)


@keras.saving.register_keras_serializable("kgan")
class Charbonnier(PixelLoss):
    """A smooth absolute difference, `sqrt((images - targets)^2 + epsilon^2)`.

    The default of `kgan.ImageToImageGAN`. Unlike `L1` its gradient is continuous at 0, so that training settles.

    Args:
        epsilon: positive, the difference below which the loss is approximately quadratic, on the scale of images in
            [-1, 1]. Defaults to 1e-3.

    Raises:
        ValueError: `epsilon` is not positive.

    Reference: Lai et al., Deep Laplacian Pyramid Networks for Fast and Accurate Super-Resolution, 2017.

    Example:
    >>> round(float(Charbonnier(epsilon=0.4)(0.3, 0.0)), 6)
    0.5
    """

    def __init__(self, epsilon: float = 1e-3) -> None:
        if not epsilon > 0:
            raise ValueError(f"`epsilon` must be positive. Received: epsilon={epsilon}")
        self.epsilon = epsilon

    def __call__(self, targets: Tensor, images: Tensor) -> Tensor:
        """Return `sqrt((images - targets)^2 + epsilon^2)`."""
        return ops.sqrt(ops.square(images - targets) + self.epsilon**2)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"epsilon": self.epsilon}


PIXEL_LOSSES: dict[str, type[PixelLoss]] = {"l1": L1, "l2": L2, "charbonnier": Charbonnier}
"""The pixel losses by name."""


def get(identifier: str | dict[str, Any] | type[PixelLoss] | PixelFunction) -> PixelFunction:
    """Return the pixel loss that `identifier` names.

    Args:
        identifier: `"l1"`, `"l2"`, `"charbonnier"`; or a function of `(targets, images)`, or the class or the config
            of a pixel loss.

    Raises:
        ValueError: the name is unknown (the message lists the nearest), or the object cannot be called.

    Example:
    >>> get("charbonnier").epsilon
    0.001
    """
    loss = _registry.resolve("pixel loss", identifier, PIXEL_LOSSES)
    if not callable(loss):
        raise ValueError(
            f"Expected `pixel_loss` to be a name or a function of (targets, images). Received: {identifier!r}"
        )
    return loss
