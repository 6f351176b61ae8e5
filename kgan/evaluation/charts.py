"""The drawings of a report, as PNG files in memory."""

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kgan._typing import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REAL, GENERATED = "#8a94a3", "#1a56b0"
MAX_CLASSES = 40
"""Bars of more classes cannot be told apart: those with the largest differences are shown."""


def trade_off(curves: Mapping[str, Array]) -> bytes:
    """Draw curves of precision against recall.

    Args:
        curves: arrays `(num, 2)` of precision and recall, by what is compared: `"generated"` and `"real"`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 4.2), layout="constrained")
    axes = figure.subplots()
    for name, color, label in (("real", REAL, "real images"), ("generated", GENERATED, "generated images")):
        if name in curves:
            axes.plot(curves[name][:, 1], curves[name][:, 0], color=color, label=label, linewidth=2)
    axes.set(xlabel="recall: how much of the variety", ylabel="precision: how good", xlim=(0, 1.02), ylim=(0, 1.02))
    axes.grid(alpha=0.3)
    axes.legend(loc="lower left")
    return _png(figure)


def class_shares(shares: Mapping[str, tuple[float, float]]) -> bytes:
    """Draw the share of each class among real and generated images, as bars.

    Args:
        shares: the share among real and among generated images, by the name of the class.
    """
    from matplotlib.figure import Figure

    names = chosen(shares)
    figure = Figure(figsize=(6.4, 1.0 + 0.3 * len(names)), layout="constrained")
    axes = figure.subplots()
    places = range(len(names))
    for offset, index, color, label in ((-0.2, 0, REAL, "real images"), (0.2, 1, GENERATED, "generated images")):
        values = [100 * shares[name][index] for name in names]
        axes.barh([place + offset for place in places], values, 0.38, color=color, label=label)
    axes.set_yticks(list(places), [name if len(name) < 24 else f"{name[:22]}…" for name in names])
    axes.invert_yaxis()
    axes.set_xlabel("share in %")
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, frameon=False)
    return _png(figure)


def chosen(shares: Mapping[str, tuple[float, float]]) -> list[str]:
    """Return the names of the classes to draw: all, or those whose shares differ most.

    Example:
    >>> chosen({"cat": (0.5, 0.4), "dog": (0.5, 0.6)})
    ['cat', 'dog']
    """
    if len(shares) <= MAX_CLASSES:
        return list(shares)
    largest = sorted(shares, key=lambda name: abs(shares[name][0] - shares[name][1]), reverse=True)[:MAX_CLASSES]
    return [name for name in shares if name in largest]


def _png(figure: "Figure") -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=130, format="png")
    return buffer.getvalue()
