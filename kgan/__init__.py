"""kgan: generative adversarial networks that you compile, fit and export as any Keras model."""

import os

# TensorFlow leaves its faster kernels off on processors without AVX-512; it reads this once, when it is imported.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

from kgan import (
    applications,
    architectures,
    augmentation,
    callbacks,
    clusters,
    datasets,
    degradations,
    diagnosis,
    evaluation,
    exporting,
    exporting_images,
    features,
    images,
    latents,
    layers,
    losses,
    metrics,
    opening,
    optimizers,
    penalties,
    pixel_losses,
    resampling,
)
from kgan.gan import GAN
from kgan.image_to_image import ImageToImageGAN

__version__ = "0.1.0"

__all__ = [
    "GAN",
    "ImageToImageGAN",
    "__version__",
    "applications",
    "architectures",
    "augmentation",
    "callbacks",
    "clusters",
    "datasets",
    "degradations",
    "diagnosis",
    "evaluation",
    "exporting",
    "exporting_images",
    "features",
    "images",
    "latents",
    "layers",
    "losses",
    "metrics",
    "opening",
    "optimizers",
    "penalties",
    "pixel_losses",
    "resampling",
]
