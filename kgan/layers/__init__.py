"""Layers that the architectures are made of."""

from kgan.layers.common import (
    ConditionalBatchNormalization,
    LabelEmbedding,
    MinibatchStdDev,
    SpectralNormalization,
    projection_logit,
    wide_dtype,
)
from kgan.layers.restoration import BicubicUpSampling, CropLike, DepthToSpace
from kgan.layers.style import LearnedConstant, ModulatedConv2D, NoiseInjection

__all__ = [
    "BicubicUpSampling",
    "ConditionalBatchNormalization",
    "CropLike",
    "DepthToSpace",
    "LabelEmbedding",
    "LearnedConstant",
    "MinibatchStdDev",
    "ModulatedConv2D",
    "NoiseInjection",
    "SpectralNormalization",
    "projection_logit",
    "wide_dtype",
]
