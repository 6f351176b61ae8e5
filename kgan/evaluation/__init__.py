"""Score a generator with every metric, beside the scores of real images."""

from kgan.evaluation.evaluate import check, evaluate
from kgan.evaluation.report import Evaluation, Row

__all__ = [
    "Evaluation",
    "Row",
    "check",
    "evaluate",
]
