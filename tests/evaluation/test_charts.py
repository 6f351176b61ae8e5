"""The drawings of a report."""

import io

import numpy as np
from PIL import Image

from kgan.evaluation.charts import GENERATED, MAX_CLASSES, REAL, chosen, class_shares, trade_off


def colors(data):
    """Return how many pixels of a drawing have the colors of real and of generated images."""
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    wanted = [tuple(int(color[i : i + 2], 16) for i in (1, 3, 5)) for color in (REAL, GENERATED)]
    return [int((pixels == color).all(axis=-1).sum()) for color in wanted]


def test_bars_are_as_long_as_the_shares():
    real, generated = colors(class_shares({"a": (0.5, 0.25), "b": (0.5, 0.75), "c": (0.0, 0.0)}))
    assert 0.95 < real / generated < 1.05
    real, generated = colors(class_shares({"a": (0.9, 0.1), "b": (0.0, 0.0)}))
    assert real > 3 * generated


def test_both_curves_are_drawn():
    line = np.stack([np.linspace(0, 1, 9), np.linspace(1, 0, 9)], axis=1)
    assert min(colors(trade_off({"real": line, "generated": line / 2}))) > 200


def test_of_many_classes_those_that_differ_most():
    shares = {str(number): (0.01, 0.01 + 0.001 * (number >= 60)) for number in range(100)}
    assert chosen(shares) == [str(number) for number in range(60, 60 + MAX_CLASSES)]
