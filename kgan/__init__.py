"""kgan: generative adversarial networks that you compile, fit and export as any Keras model."""

__version__ = "0.1.0"

from kgan import (
    architectures,
    augmentation,
    callbacks,
    datasets,
    diagnosis,
    evaluation,
    exporting,
    features,
    images,
    latents,
    layers,
    losses,
    metrics,
    optimizers,
    penalties,
)
from kgan.gan import GAN

__all__ = [
    "GAN",
    "__version__",
    "architectures",
    "augmentation",
    "callbacks",
    "datasets",
    "diagnosis",
    "evaluation",
    "exporting",
    "features",
    "images",
    "latents",
    "layers",
    "losses",
    "metrics",
    "optimizers",
    "penalties",
]
