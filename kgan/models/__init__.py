"""The models: `GAN`, `ImageToImageGAN`, and `open_model` for saved ones."""

from kgan.models.clusters import Clusters
from kgan.models.gan import GAN
from kgan.models.image_to_image import ImageToImageGAN
from kgan.models.open_model import KerasGenerator, SavedGenerator, open_model

__all__ = [
    "Clusters",
    "GAN",
    "ImageToImageGAN",
    "KerasGenerator",
    "SavedGenerator",
    "open_model",
]
