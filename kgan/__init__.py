"""kgan: generative adversarial networks that you compile, fit and export as any Keras model."""

__version__ = "0.1.0"

from kgan import architectures, callbacks, datasets, exporting, images, latents, layers, losses, optimizers, penalties
from kgan.gan import GAN

__all__ = [
    "GAN",
    "__version__",
    "architectures",
    "callbacks",
    "datasets",
    "exporting",
    "images",
    "latents",
    "layers",
    "losses",
    "optimizers",
    "penalties",
]
