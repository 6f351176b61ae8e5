"""Verdicts: what the figures of an evaluation say, each beside that of real images, and all together."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from kgan.evaluation.meaning import kind_of, meaning_of
from kgan.evaluation.row import Row

GRADES = ("as real", "close", "some way off", "far")
"""From the best to the worst."""

DISTANCE_RATIOS = (5.0, 30.0)
"""A Frechet distance up to 5 times that of real images is close, one up to 30 times some way off."""

SHARE_RATIOS = (0.95, 0.85, 0.5)
"""A share of at least 95 % of that of real images is as real, of 85 % close, of 50 % some way off."""

COPIES_Z = -3.0
FEW_SAMPLES = 1000


class Verdict(NamedTuple):
    """What a figure, or all of them, says.

    Attributes:
        grade: one of `GRADES`, or `""` where there is none to give.
        text: a sentence without its period.
        details: more sentences, with periods; of one figure there are none.
    """

    grade: str
    text: str
    details: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The grade, or one word where there is a difference without a grade."""
        return self.grade or ("differs" if self.text.startswith("above") else "")


def verdict_of(row: Row) -> Verdict:
    """Return what one figure says.

    A grade is given for the worse end of the 95 % interval. Where the interval reaches the value of real images, the
    figure cannot tell the two apart, and the verdict says so.

    Args:
        row: a row of an evaluation.

    Example:
    >>> verdict_of(Row("fid", 2.1, 0.1, 1.0, 10_000, "lower")).text
    '2.1 times the distance of real images: close'
    """
    judge = JUDGES.get(kind_of(row.name))
    if judge is None or not (math.isfinite(row.value) and math.isfinite(row.floor) or row.name == "memorization_z"):
        return Verdict("", "")
    return judge(row)


def _interval(row: Row) -> float:
    return row.interval if math.isfinite(row.interval) else 0.0


def _distance(row: Row) -> Verdict:
    if row.value - _interval(row) <= row.floor:
        return Verdict("as real", "not told apart from real images by this figure")
    if row.floor <= 0:
        return Verdict("", "above that of real images, which is 0")
    ratio, worst = row.value / row.floor, (row.value + _interval(row)) / row.floor
    close, off = DISTANCE_RATIOS
    grade = "close" if worst <= close else "some way off" if worst <= off else "far"
    return Verdict(grade, f"{_number(ratio)} times the distance of real images: {grade}")


def _kernel(row: Row) -> Verdict:
    if not math.isfinite(row.interval):
        return Verdict("", "no interval: too few samples to say")
    if row.value - row.interval <= max(row.floor, 0.0):
        return Verdict("as real", "not told apart from real images by this figure")
    return Verdict("", "above that of real images, by more than chance")


def _share(row: Row) -> Verdict:
    if row.floor <= 0:
        return Verdict("", "")
    if row.value + math.sqrt(2) * _interval(row) >= row.floor:  # the value of real images varies as much
        return Verdict("as real", "as high as that of real images")
    worst = (row.value - _interval(row)) / row.floor
    grade = next((grade for grade, limit in zip(GRADES, SHARE_RATIOS, strict=False) if worst >= limit), "far")
    words = "as high as that of real images" if grade == "as real" else grade
    return Verdict(grade, f"{row.value / row.floor:.0%} of that of real images: {words}".replace("%", " %"))


def _modes(row: Row) -> Verdict:
    missing = round(row.floor - row.value)
    if missing <= 0:
        return Verdict("as real", "all classes occur")
    grade = "some way off" if missing <= 0.2 * row.floor else "far"
    return Verdict(grade, f"{missing} of {round(row.floor)} classes missing: {grade}")


def _balance(row: Row) -> Verdict:
    for grade, limit in zip(GRADES, (max(0.01, 2 * row.floor), 0.05, 0.3), strict=False):
        if row.value <= limit:
            return Verdict(grade, "as balanced as real images" if grade == "as real" else f"{grade} from the balance")
    return Verdict("far", "far from the balance of real images")


def _entropy(row: Row) -> Verdict:
    gap = abs(row.value - row.floor)
    grade = next((grade for grade, limit in zip(GRADES, (0.01, 0.05, 0.2), strict=False) if gap <= limit), "far")
    return Verdict(grade, "as even as real images" if grade == "as real" else f"{gap:.2g} from that of real images")


def _nearness(row: Row) -> Verdict:
    if row.value < COPIES_Z:
        return Verdict("far", "nearer to training images than new images are: copies, or simpler images")
    return Verdict("as real", "no nearer to training images than new images are")


def _copies(row: Row) -> Verdict:
    chance = 3 * math.sqrt(2 * row.floor * (1 - row.floor) / row.samples)  # of the samples, and of new images
    if row.value <= row.floor + chance:
        return Verdict("as real", "no more than among new images")
    grade = "some way off" if row.value < 0.1 else "far"
    return Verdict(grade, f"{row.value:.1%} are copies or nearly so".replace("%", " %"))


JUDGES: dict[str, Callable[[Row], Verdict]] = {
    "frechet_distance": _distance,
    "kernel_distance": _kernel,
    "precision": _share,
    "recall": _share,
    "density": _share,
    "coverage": _share,
    "inception_score": _share,
    "modes": _modes,
    "reverse_kl": _balance,
    "class_entropy": _entropy,
    "memorization_z": _nearness,
    "copied_share": _copies,
}


def _number(value: float) -> str:
    """Return a number with two digits, or all before the point."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


HEADLINES = {
    "as real": "These figures do not tell the samples from real images",
    "close": "The samples are close to real images",
    "some way off": "The samples are like real images, but some way off",
    "far": "The samples are far from real images",
    "": "There is nothing to compare",
}

ASPECTS = {
    "Distance": ("frechet_distance",),
    "Quality": ("precision", "density"),
    "Variety": ("recall", "coverage"),
    "Classes": ("modes", "reverse_kl"),
    "Copies": ("memorization_z", "copied_share"),
}
"""What a summary speaks of, each with the kinds of figures that tell it; the worst of them counts."""


def summary(rows: Sequence[Row]) -> Verdict:
    """Return what all figures say together: the grade is that of the worst aspect.

    A model that copies its training images can be perfect otherwise: then the text says so, and the grade is at best
    `"some way off"`.

    Args:
        rows: the rows of an evaluation.
    """
    aspects = {}
    for aspect, kinds in ASPECTS.items():
        graded = [(verdict_of(row), row) for row in rows if kind_of(row.name) in kinds and verdict_of(row).grade]
        if graded:
            aspects[aspect] = max(graded, key=lambda pair: GRADES.index(pair[0].grade))
    grades = [verdict.grade for aspect, (verdict, _) in aspects.items() if aspect != "Copies"]
    grade = max(grades, key=GRADES.index) if grades else ""
    headline = HEADLINES[grade]
    if "Copies" in aspects and aspects["Copies"][0].grade == "far":
        headline += ", but copied from training images, or simpler than new ones"
        grade = max(grade or "as real", "some way off", key=GRADES.index)
    details = [f"{aspect} ({_in_text(row.name)}): {verdict.text}." for aspect, (verdict, row) in aspects.items()]
    few = min((row.samples for row in rows), default=0)
    if 0 < few < FEW_SAMPLES and grade in ("as real", "close"):
        details.append(f"With {few} samples only large differences show.")
    return Verdict(grade, headline, tuple(details))


def _in_text(name: str) -> str:
    """Return the title of a figure as it is written within a sentence."""
    title = meaning_of(name).title.split(" (")[0]
    return title if title.startswith("Frechet") else title[0].lower() + title[1:]
