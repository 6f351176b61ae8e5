"""Restore pictures: denoising and super-resolution."""

from kgan.applications.restoration import denoise, photographs, shipped, upscale
from kgan.applications.restoration.restorer import Restorer

__all__ = [
    "Restorer",
    "denoise",
    "photographs",
    "shipped",
    "upscale",
]
