"""kgan: generative adversarial networks that you compile, fit and export as any Keras model."""

import importlib
import os

from kgan import _deprecation, _registration

# TensorFlow leaves its faster kernels off on processors without AVX-512; it reads this once, when it is imported.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

_deprecation.install()
_registration.install()

__version__ = "0.1.0"

_PACKAGES = (
    "applications",
    "architectures",
    "augmentation",
    "callbacks",
    "datasets",
    "diagnosis",
    "evaluation",
    "export",
    "features",
    "images",
    "latents",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "penalties",
)
_OBJECTS = {
    "GAN": "kgan.models.gan",
    "ImageToImageGAN": "kgan.models.image_to_image",
    "open_model": "kgan.models.open_model",
}

__all__ = [
    "GAN",
    "ImageToImageGAN",
    "__version__",
    "applications",
    "architectures",
    "augmentation",
    "callbacks",
    "datasets",
    "diagnosis",
    "evaluation",
    "export",
    "features",
    "images",
    "latents",
    "layers",
    "losses",
    "metrics",
    "models",
    "open_model",
    "optimizers",
    "penalties",
]


def __getattr__(name):
    if name in _PACKAGES:
        return importlib.import_module(f"kgan.{name}")
    if name in _OBJECTS:
        return getattr(importlib.import_module(_OBJECTS[name]), name)
    if f"kgan.{name}" in _deprecation.MODULES:
        return importlib.import_module(f"kgan.{name}")
    raise AttributeError(f"module 'kgan' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
