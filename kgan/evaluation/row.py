"""One value of an evaluation."""

from typing import NamedTuple

import numpy as np


class Row(NamedTuple):
    """One value of an evaluation.

    Attributes:
        name: name of the value.
        value: of the generated images.
        interval: half the width of its 95 % interval over draws of samples; nan if it is not known.
        floor: the value of real images in place of generated ones.
        samples: number of generated images, and of real ones, that it was computed from.
        better: `"lower"`, `"higher"`, `"above -3"` or `"like real"`.
    """

    name: str
    value: float
    interval: float
    floor: float
    samples: int
    better: str

    def cells(self) -> tuple[str, str, str, str, str, str]:
        """Return the row as text."""
        interval = "" if np.isnan(self.interval) else f"± {self.interval:.3g}"
        floor = "" if np.isnan(self.floor) else f"{self.floor:.4g}"
        return self.name, f"{self.value:.4g}", interval, floor, f"{self.samples:,}", self.better
