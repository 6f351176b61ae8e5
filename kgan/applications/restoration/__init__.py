"""Image restoration: denoising and super-resolution of pictures of any size.

`denoise` and `upscale` restore arrays and `photographs.Photograph`s, with the small models that come with kgan or with
a `Restorer` that `train_denoiser` or `train_upscaler` has trained.
"""

from kgan.applications.restoration import photographs, shipped
from kgan.applications.restoration.denoise import denoise, train_denoiser
from kgan.applications.restoration.restorer import Restorer
from kgan.applications.restoration.upscale import train_upscaler, upscale

__all__ = [
    "Restorer",
    "denoise",
    "photographs",
    "shipped",
    "train_denoiser",
    "train_upscaler",
    "upscale",
]
