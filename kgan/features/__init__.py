"""Feature extractors, which metrics compare images with."""

from kgan.features.extractors import (
    INCEPTION_URL,
    FeatureExtractor,
    classifier,
    get,
    inception,
    load,
    random,
    register,
    self_supervised,
)

__all__ = [
    "FeatureExtractor",
    "INCEPTION_URL",
    "classifier",
    "get",
    "inception",
    "load",
    "random",
    "register",
    "self_supervised",
]
