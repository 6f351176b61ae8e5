"""The table of an evaluation for terminals of any width: nothing in it is cut."""

import re
from collections.abc import Sequence

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from kgan.evaluation.meaning import meaning_of
from kgan.evaluation.row import Row
from kgan.evaluation.verdict import verdict_of

WIDE = 110
"""From this width on the verdicts are sentences, and the numbers of samples have a column."""

LEGEND = (
    "Real images: what as many real training images score in place of the generated ones, the best that can be "
    "expected. ±: 95 % interval over draws of samples."
)

COLORS = {"as real": "green", "close": "green", "some way off": "yellow", "far": "red"}


def table(rows: Sequence[Row], title: str, width: int = WIDE) -> Table:
    """Return the rows as a table.

    Args:
        rows: the figures.
        title: above the table.
        width: columns of the terminal.
    """
    wide = width >= WIDE
    shown = Table(
        title=Text(title, "bold"),
        caption=Text(f"{LEGEND} {numbers(rows)}"),
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    longest = 40 if wide else max(12, width - 38)
    shown.add_column("figure", overflow="fold")
    shown.add_column("generated", justify="right")
    shown.add_column("real images" if width >= 80 else "real\nimages", justify="right")
    if wide:
        shown.add_column("samples", justify="right", no_wrap=True)
    shown.add_column("verdict", min_width=8, overflow="fold")
    for row in rows:
        name, value, interval, floor, samples, _ = row.cells()
        verdict = verdict_of(row)
        figure = Text(meaning_of(name).title)
        if figure.plain != name:
            figure.append(f"\n{broken(name, longest)}", "dim")
        generated = Text(value, "bold").append(f"\n{interval}" if interval else "", "not bold")
        cells: list[RenderableType] = [figure, generated, floor]
        cells += [samples] if wide else []
        shown.add_row(*cells, Text(verdict.text if wide else verdict.label, COLORS.get(verdict.grade, "")))
    return shown


def broken(name: str, longest: int) -> str:
    r"""Return a name in lines of at most `longest` characters, broken after underscores where that is possible.

    Example:
    >>> broken("frechet_distance_mnist_classifier", 20)
    'frechet_distance_\nmnist_classifier'
    """
    lines = [""]
    for part in re.findall(r"[^_]*_|[^_]+", name):
        if lines[-1] and len(lines[-1] + part) > longest:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def numbers(rows: Sequence[Row]) -> str:
    """Return from how many generated images the figures are: one number, and which have another.

    Example:
    >>> numbers([Row("fid", 1.0, 0.1, 1.0, 9000, "lower"), Row("copied_share", 0.0, 0.0, 0.01, 1000, "like real")])
    'From 9,000 generated images; share of copies from 1,000.'
    """
    if not rows:
        return ""
    usual = rows[0].samples
    others: dict[int, list[str]] = {}
    for row in rows:
        if row.samples != usual:
            others.setdefault(row.samples, []).append(meaning_of(row.name).title.split(" (")[0].lower())
    exceptions = "".join(f"; {', '.join(names)} from {number:,}" for number, names in others.items())
    return f"From {usual:,} generated images{exceptions}."
