"""Score a generator with every metric, beside what real images score."""

from kgan.evaluation.evaluate import Evaluation, Row, evaluate

__all__ = [
    "Evaluation",
    "Row",
    "evaluate",
]
