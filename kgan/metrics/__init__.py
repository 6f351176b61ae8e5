"""How good generated images are: functions of features, and Keras metrics that feed them in `fit`."""

from kgan.images.colour import luma
from kgan.metrics.feature_metric import FeatureMetric
from kgan.metrics.frechet import FrechetDistance, Moments, frechet_distance
from kgan.metrics.inception_score import InceptionScore, inception_score
from kgan.metrics.kernel import Estimate, KernelDistance, kernel_distance
from kgan.metrics.memorization import Memorization, memorization
from kgan.metrics.modes import ModeCoverage, mode_coverage
from kgan.metrics.precision_recall import PrecisionRecall, precision_recall
from kgan.metrics.precision_recall_curve import precision_recall_curve
from kgan.metrics.psnr import PSNR, psnr

__all__ = [
    "Estimate",
    "FeatureMetric",
    "FrechetDistance",
    "InceptionScore",
    "KernelDistance",
    "Memorization",
    "ModeCoverage",
    "Moments",
    "PSNR",
    "PrecisionRecall",
    "frechet_distance",
    "inception_score",
    "kernel_distance",
    "luma",
    "memorization",
    "mode_coverage",
    "precision_recall",
    "precision_recall_curve",
    "psnr",
]
