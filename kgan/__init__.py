"""kgan: generative adversarial networks that you compile, fit and export like any Keras model.

The public names are imported when they are first used: `import kgan` is fast, and imports neither Keras nor TensorFlow.
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

from kgan import _deprecation, _quiet, _registration

if TYPE_CHECKING:
    from kgan import (
        applications,
        architectures,
        augmentation,
        callbacks,
        datasets,
        diagnosis,
        evaluation,
        export,
        features,
        images,
        latents,
        layers,
        losses,
        metrics,
        models,
        optimizers,
        penalties,
        recipes,
    )
    from kgan.models.gan import GAN
    from kgan.models.image_to_image import ImageToImageGAN
    from kgan.models.open_model import open_model

# TensorFlow leaves its faster kernels off on processors without AVX-512; it reads this once, when it is imported.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

_quiet.install()
_deprecation.install()
_registration.install()

__version__ = "0.1.0"

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
    "recipes",
]

_OBJECTS = ("GAN", "ImageToImageGAN", "open_model")


def __getattr__(name: str) -> Any:
    """Import a public name, or a module under its old name, when it is first used."""
    if name in _OBJECTS:
        return getattr(importlib.import_module("kgan.models"), name)
    if name in __all__ or f"kgan.{name}" in _deprecation.MODULES:
        return importlib.import_module(f"kgan.{name}")
    raise AttributeError(f"module 'kgan' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
