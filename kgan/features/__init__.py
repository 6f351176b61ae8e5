"""Feature extractors, which metrics compare images with."""

from kgan.features.extractors import INCEPTION_URL, FeatureExtractor, classifier, get, inception, load, register

__all__ = [
    "FeatureExtractor",
    "INCEPTION_URL",
    "classifier",
    "get",
    "inception",
    "load",
    "register",
]
