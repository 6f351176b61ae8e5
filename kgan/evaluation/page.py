"""The page of an evaluation: verdicts, figures in words, pictures and drawings."""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from kgan import _html
from kgan._typing import Array
from kgan.evaluation import charts
from kgan.evaluation.meaning import meaning_of
from kgan.evaluation.row import Row
from kgan.evaluation.terminal import numbers
from kgan.evaluation.verdict import Verdict, summary, verdict_of

KINDS = {"as real": "good", "close": "good", "some way off": "unsure", "far": "bad", "": "unsure"}
"""The kind of box of each grade."""

CAPTIONS = {
    "samples": (
        "Samples of the model, as they came: nothing is sorted or left out. Look for pictures that are not what the "
        "data show, and for pictures that come again and again.",
        "a grid of generated images",
    ),
    "real": (
        "Real images to compare with, drawn at random: of the split `test`, or of half the data where there is none.",
        "a grid of real images",
    ),
    "neighbors": (
        "Left of each gap a generated image, right of it the three training images nearest to it, pixel by pixel. "
        "Where the nearest is the same picture, the model has learned it by heart.",
        "generated images, each beside its three nearest training images",
    ),
}


def page(
    rows: Sequence[Row],
    settings: Mapping[str, Any],
    pictures: Mapping[str, Array],
    curves: Mapping[str, Array],
    shares: Mapping[str, tuple[float, float]],
) -> str:
    """Return the page.

    Args:
        rows, settings: of the evaluation.
        pictures: uint8 grids: `samples`, `neighbors` and `real`.
        curves: precision and recall; see `kgan.evaluation.charts.trade_off`.
        shares: of the classes; see `kgan.evaluation.charts.class_shares`.
    """
    sections = [
        _html.section("Verdict", _verdict(summary(rows)), *map(_html.paragraph, settings.get("notes", ()))),
        _html.section("Pictures", *(_picture(name, pictures[name]) for name in CAPTIONS if name in pictures)),
        _html.section("Figures", *_figures(rows)),
    ]
    drawn = _drawings(curves, shares, pathlib.Path(str(settings["model"])))
    if drawn:
        sections.append(_html.section("Curves", *drawn))
    sections.append(_html.section("How it was measured", _settings(settings)))
    footer = (
        "Figures of one report can be compared with those of others only if data, features and numbers are the same."
    )
    return _html.page(f"Evaluation of {settings['title']}", *sections, footer=footer)


def _verdict(verdict: Verdict) -> str:
    return _html.verdict(f"{verdict.text}.", KINDS[verdict.grade], _html.bullets(*verdict.details))


def _picture(name: str, grid: Array) -> str:
    caption, alt = CAPTIONS[name]
    return _html.figure(grid, caption, alt)


def _figures(rows: Sequence[Row]) -> list[str]:
    """Return a table of the figures, and what each of them means."""
    cells = []
    for row in rows:
        name, value, interval, floor, samples, _ = row.cells()
        verdict = verdict_of(row)
        cells.append([meaning_of(name).title, f"{value} {interval}".strip(), floor, verdict.text, samples])
    header = ["figure", "generated", "real images", "verdict", "samples"]
    caption = "±: 95 % interval over draws of samples; it does not hold the spread over trainings."
    meanings = [
        _html.paragraph(
            _html.strong(meaning_of(row.name).title),
            " (",
            _html.code(row.name),
            "): ",
            text,
            _in_words(verdict_of(row)),
        )
        for row in rows
        if (text := meaning_of(row.name).sentence)
    ]
    return [
        _html.paragraph(
            "“Real images” is what as many real training images score in place of the generated ones: no model can be "
            f"expected to do better. {numbers(rows)}"
        ),
        _html.table(header, cells, caption),
        _html.subsection("What the figures mean", *meanings),
    ]


def _in_words(verdict: Verdict) -> str:
    """Return a verdict as a sentence that follows others; on a phone its column of the table is off the screen."""
    return _html.Html(f" {_html.strong(f'Here: {verdict.text}.')}") if verdict.text else ""


def _drawings(curves: Mapping[str, Array], shares: Mapping[str, tuple[float, float]], model: pathlib.Path) -> list[str]:
    drawn: list[str] = []
    if curves:
        caption = (
            "Quality against variety (Sajjadi et al., 2018): at each point of a curve, how much of the real images' "
            "variety is reached (to the right) at which quality (up). The nearer to the upper right corner, and to the "
            "curve of real images, the better. A curve that falls early lacks variety, one that starts low quality."
        )
        drawn.append(_html.figure(charts.trade_off(curves), caption, "precision against recall", width=560))
    if shares:
        few = "" if len(shares) <= charts.MAX_CLASSES else f" The {charts.MAX_CLASSES} that differ most are shown."
        caption = (
            "The share of each class among real and generated images, as the classifier of the features sees them. "
            f"Bars of equal length are good; a class without a blue bar is never made.{few}"
        )
        drawn.append(_html.figure(charts.class_shares(shares), caption, "bars of the shares of classes", width=640))
    folder = model if model.is_dir() else model.parent
    if (folder / "curves.png").is_file():
        caption = "The curves of the training run, from its folder; its own report explains them."
        drawn.append(_html.figure(folder / "curves.png", caption, "curves of the training"))
    return drawn


def _settings(settings: Mapping[str, Any]) -> str:
    rows = [[name, str(value)] for name, value in settings.items() if name not in ("title", "notes")]
    return _html.table([], rows)
