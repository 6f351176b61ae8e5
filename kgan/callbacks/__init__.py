"""Keras callbacks for adversarial training."""

from kgan.callbacks.loss_curves import LossCurves
from kgan.callbacks.progress import Progress
from kgan.callbacks.resume import Resume
from kgan.callbacks.run_report import RunReport
from kgan.callbacks.sample_images import SampleImages
from kgan.callbacks.stop_after import StopAfter
from kgan.callbacks.terminate import TerminateOnNonFinite
from kgan.callbacks.watch import Change, Watch

__all__ = [
    "Change",
    "LossCurves",
    "Progress",
    "Resume",
    "RunReport",
    "SampleImages",
    "StopAfter",
    "TerminateOnNonFinite",
    "Watch",
]
