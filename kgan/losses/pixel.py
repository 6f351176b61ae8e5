"""How far images are from their targets, pixel by pixel.

A pixel loss sees images and targets `(batch, height, width, channels)` and returns one value for each number in
them; `kgan.ImageToImageGAN` takes the mean.
"""

import keras
from keras import ops

from kgan import _registry


class PixelLoss:
    """Base of the pixel losses. To write one's own, give `__call__`.

    Example:
    >>> class L3(PixelLoss):
    ...     def __call__(self, targets, images):
    ...         return ops.abs(images - targets) ** 3
    >>> float(L3()(1.0, 3.0))
    8.0
    """

    def __call__(self, targets, images):
        """Return what the generator minimizes, one value for each number.

        Args:
            targets: float tensor of any shape.
            images: float tensor of the same shape.
        """
        raise NotImplementedError

    def get_config(self) -> dict:
        """Return the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict):
        """Make the loss that `get_config` described."""
        return cls(**config)


@keras.saving.register_keras_serializable("kgan")
class L1(PixelLoss):
    """The absolute difference, as in pix2pix: outlines stay sharper than with squares.

    Example:
    >>> float(L1()(0.5, -0.25))
    0.75
    """

    def __call__(self, targets, images):
        """Return `|images - targets|`."""
        return ops.abs(images - targets)


@keras.saving.register_keras_serializable("kgan")
class L2(PixelLoss):
    """The squared difference, of which PSNR is the logarithm: large differences count most.

    Example:
    >>> float(L2()(0.5, -0.25))
    0.5625
    """

    def __call__(self, targets, images):
        """Return `(images - targets)^2`."""
        return ops.square(images - targets)


@keras.saving.register_keras_serializable("kgan")
class Charbonnier(PixelLoss):
    """The absolute difference with a round tip, `sqrt(d^2 + epsilon^2)`: small differences do not make it shake.

    Args:
        epsilon: positive, where the round tip ends, on the scale of [-1, 1]. Defaults to 1e-3.

    Raises:
        ValueError: `epsilon` is not positive.

    Reference: Lai et al., Deep Laplacian Pyramid Networks for Fast and Accurate Super-Resolution, 2017.

    Example:
    >>> round(float(Charbonnier(epsilon=0.4)(0.3, 0.0)), 6)
    0.5
    """

    def __init__(self, epsilon: float = 1e-3):
        if not epsilon > 0:
            raise ValueError(f"`epsilon` must be positive. Received: epsilon={epsilon}")
        self.epsilon = epsilon

    def __call__(self, targets, images):
        """Return `sqrt((images - targets)^2 + epsilon^2)`."""
        return ops.sqrt(ops.square(images - targets) + self.epsilon**2)

    def get_config(self) -> dict:
        """Return the constructor's arguments."""
        return {"epsilon": self.epsilon}


PIXEL_LOSSES = {"l1": L1, "l2": L2, "charbonnier": Charbonnier}


def get(identifier):
    """Return the pixel loss that `identifier` names.

    Args:
        identifier: `"l1"`, `"charbonnier"`, or a function of (targets, images), a class or a config of one.

    Raises:
        ValueError: the name is unknown (the message names the nearest), or it cannot be called.

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
