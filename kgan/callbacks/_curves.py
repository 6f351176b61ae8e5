"""How the curves of a training are drawn, and how they are read."""

import math
import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from kgan._typing import Array
from kgan.diagnosis import Evidence
from kgan.losses import Loss

COLORS = {
    "discriminator_loss": "#1f5fbf",
    "generator_loss": "#c4501b",
    "classification_loss": "#6b6b6b",
    "real_score": "#17703f",
    "fake_score": "#c4501b",
    "sample_distance": "#7a3fa0",
    "sample_spread": "#8a6d00",
}
LABELS = {
    "discriminator_loss": "discriminator",
    "generator_loss": "generator",
    "classification_loss": "classifier",
    "real_score": "real images",
    "fake_score": "generated images",
    "sample_distance": "distance to real images",
    "sample_spread": "spread, real images = 1",
}
LETTERS = 15.2  # of the text below the plots, for each inch of their width


class Reading(NamedTuple):
    """How the curves of one loss are read.

    Attributes:
        text: in a few sentences.
        guess: the discriminator's loss when it only guesses; None if there is no such value.
    """

    text: str
    guess: float | None


def _of_cross_entropy(guess: float, generator: str) -> Reading:
    return Reading(
        f"GAN losses do not fall like a classifier's: each network is measured by an opponent that learns too. At the "
        f"dotted line ({guess:.2f}) the discriminator only guesses; near 0 it recognizes every generated image. "
        f"{generator} Steady losses are a good sign, and say nothing about how good the images are.",
        guess,
    )


READINGS = {
    "Relativistic": _of_cross_entropy(
        math.log(2), "The generator's loss is its mirror image: above the line while the discriminator is ahead."
    ),
    "NonSaturating": _of_cross_entropy(
        2 * math.log(2),
        "The generator's loss is 0.69 where generated images look as real as not, and grows as it loses.",
    ),
    "Minimax": _of_cross_entropy(
        2 * math.log(2), "The generator's loss is -0.69 there, and near 0 (where it no longer learns) when it loses."
    ),
    "LeastSquares": Reading(
        "GAN losses do not fall like a classifier's: each network is measured by an opponent that learns too. At the "
        "dotted line (0.25) the discriminator only guesses (it gives 0.5 to all images); at 0 it recognizes every "
        "generated image. The generator's loss is 0.13 there, and 0.5 when it loses. Steady losses are a good sign.",
        0.25,
    ),
    "Hinge": Reading(
        "GAN losses do not fall like a classifier's: each network is measured by an opponent that learns too. At the "
        "dotted line (2) the discriminator only guesses; at 0 all images are beyond its margin, and it learns nothing "
        "more. The generator's loss is minus the score of its images and may drift: only the gap of the scores counts.",
        2.0,
    ),
    "Wasserstein": Reading(
        "The negative of the discriminator's loss estimates the distance of generated and real images (Wasserstein, up "
        "to a factor): here, unlike with other GAN losses, a discriminator's loss that comes nearer to the dotted line "
        "(0) means better images. The generator's loss is minus the score of its images and may drift: its level "
        "means nothing.",
        0.0,
    ),
}
"""By the name of the loss's class."""

UNKNOWN = Reading(
    "GAN losses do not fall like a classifier's: each network is measured by an opponent that learns too. Steady "
    "losses are a good sign; one that runs to an extreme and stays there means that one network has won.",
    None,
)

SCORES = (
    "The discriminator's mean output for real and for generated images. Equal curves mean that it cannot tell "
    "them apart; real ones a little above is usual; a gap that keeps growing means that the discriminator wins."
)
DISTANCE = (
    "Distance: 0 would be as near to real images as these are to each other, 1 as far as one constant image. Falling "
    "is good. Spread: how different samples are from each other, compared with real images; 1 is right, near 0 is a "
    "mode collapse."
)


class Curve(NamedTuple):
    """One curve: its name in the logs, and its points."""

    name: str
    epochs: Sequence[float]
    values: Sequence[float]


class Panel(NamedTuple):
    """One plot: what it shows, its unit, its curves, and the height of a dotted line (None for none)."""

    title: str
    unit: str
    curves: Sequence[Curve]
    line: float | None = None


def reading_of(loss: Loss | None) -> Reading:
    """Return how the curves of a loss are read.

    Example:
    >>> from kgan import losses
    >>> round(reading_of(losses.get("relativistic")).guess, 2)
    0.69
    """
    kinds = [kind.__name__ for kind in type(loss).__mro__]
    return next((READINGS[kind] for kind in kinds if kind in READINGS), UNKNOWN)


def explanations(panels: Sequence[Panel], loss: Loss | None) -> dict[str, str]:
    """Return how each panel is read, by its title."""
    texts = {"Losses": reading_of(loss).text, "Scores": SCORES, "Samples": DISTANCE}
    return {panel.title: texts[panel.title] for panel in panels}


def panels_of(rows: Sequence[dict[str, Any]], loss: Loss | None, checks: Sequence[Curve] = ()) -> list[Panel]:
    """Return what is drawn.

    Args:
        rows: the logs of each epoch, with the key `"epoch"`, from 1.
        loss: the adversarial loss, or None if it is not known.
        checks: curves of `kgan.callbacks.Watch`, finer than those of the epochs.
    """

    def curves(*names: str) -> list[Curve]:
        found = []
        for name in names:
            points = [(row["epoch"], row[name]) for row in rows if name in row]
            if points:
                found.append(Curve(name, *map(list, zip(*points, strict=True))))
        return found

    names = sorted(dict.fromkeys(name for row in rows for name in row), key=_order)
    losses = [name for name in names if name.endswith("loss")]
    scores = [name for name in names if name.endswith("score")]
    panels = [Panel("Losses", "loss (no unit)", curves(*losses), reading_of(loss).guess)]
    if scores:
        panels.append(Panel("Scores", "mean output of the discriminator (logit)", curves(*scores)))
    samples = list(checks) or curves("sample_distance", "sample_spread")
    if samples:
        panels.append(Panel("Samples", "relative to real images", samples))
    return panels


def of_checks(history: Sequence[Evidence], steps: int | None) -> list[Curve]:
    """Return the distance and the spread of samples at each check of a run.

    Args:
        history: of a `kgan.callbacks.Watch`.
        steps: updates of an epoch; None if they are not known, which gives no curves.
    """
    if not steps or len(history) < 2:
        return []
    epochs = [evidence.step / steps for evidence in history]
    return [
        Curve("sample_distance", epochs, [evidence.distance for evidence in history]),
        Curve("sample_spread", epochs, [evidence.spread for evidence in history]),
    ]


def draw(panels: Sequence[Panel], title: str, texts: Sequence[str] = ()) -> Any:
    """Return a `matplotlib.figure.Figure` of panels side by side, with texts below them."""
    from matplotlib.figure import Figure

    width = max(9.0, 4.4 * len(panels)) if texts else 4.2 * len(panels)
    text = "\n".join("\n".join(textwrap.wrap(part, int(LETTERS * width))) for part in texts)
    lines = text.count("\n") + 1 if text else 0
    height = (3.7 if texts else 3.2) + 0.3 * bool(title) + 0.19 * lines
    figure = Figure(figsize=(width, height), layout="constrained")
    below, above = 0.19 * (lines + 0.7 * bool(lines)) / height, 0.07 / height
    engine: Any = figure.get_layout_engine()
    engine.set(rect=(0, below, 1, 1 - below - above))
    if title:
        figure.suptitle(title, fontsize=12, x=0.012, ha="left", fontweight="bold")
    figure.text(0.012, 0.1 / height, text, fontsize=9, color="#333333", va="bottom", linespacing=1.35)
    for axes, panel in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        _draw_panel(axes, panel)
    return figure


def _draw_panel(axes: Any, panel: Panel) -> None:
    for curve in panel.curves:
        marker = "o" if len(curve.values) <= 15 else ""
        axes.plot(
            curve.epochs,
            curve.values,
            label=LABELS.get(curve.name, curve.name.replace("_", " ")),
            color=COLORS.get(curve.name),
            linestyle="--" if curve.name.startswith("val_") else "-",
            linewidth=1.4,
            marker=marker,
            markersize=3.5,
        )
    if panel.line is not None:
        axes.axhline(panel.line, color="#888888", linestyle=":", linewidth=1.4, label="discriminator guesses")
    values = np.concatenate([np.asarray(curve.values, "float64") for curve in panel.curves] or [np.zeros(0)])
    threshold = explosion(values)
    if threshold is not None:
        finite = values[np.isfinite(values)]
        axes.set_yscale("symlog", linthresh=threshold)
        axes.set_ylim(min(1.3 * finite.min(), -0.1 * threshold), max(1.3 * finite.max(), 0.1 * threshold))
    axes.set_title(panel.title + (" (logarithmic scale)" if threshold is not None else ""), fontsize=11, loc="left")
    axes.set_xlabel("epoch")
    axes.set_ylabel(panel.unit, fontsize=9)
    if values.size:
        axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)
    if axes.lines:
        axes.legend(frameon=False, fontsize=9)


def _order(name: str) -> int:
    """Return the place of a name in the legend; names that are not known come last."""
    return list(LABELS).index(name) if name in LABELS else len(LABELS)


def explosion(values: Array) -> float | None:
    """Return up to which size values are usual if others are far larger, else None.

    Example:
    >>> explosion(np.array([0.5, 0.7, 0.6, 900.0])), explosion(np.array([0.5, 0.7, 2.0]))
    (1.0, None)
    """
    sizes = np.abs(values[np.isfinite(values)])
    if not sizes.size:
        return None
    usual = max(1.0, float(np.median(sizes)))
    return usual if sizes.max() > 30 * usual else None
