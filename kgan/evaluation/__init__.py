"""Score a generator with every metric, beside the scores of real images."""

from kgan.evaluation.evaluate import check, evaluate
from kgan.evaluation.report import Evaluation
from kgan.evaluation.row import Row
from kgan.evaluation.verdict import Verdict, summary, verdict_of

__all__ = [
    "Evaluation",
    "Row",
    "Verdict",
    "check",
    "evaluate",
    "summary",
    "verdict_of",
]
