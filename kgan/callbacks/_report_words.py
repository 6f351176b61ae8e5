"""The words of the report of a run: what each figure of a check means, how long things took, on which machine."""

import importlib.metadata
import os
import platform
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np

from kgan import _html, datasets
from kgan._sizes import size_text
from kgan.diagnosis import Evidence, percent

NAMED = 100  # number of left-out files that the report names


class Figure(NamedTuple):
    """A figure of a check, in words.

    Attributes:
        field: of `kgan.diagnosis.Evidence`.
        name: for readers.
        meaning: what it says, in a sentence.
        good: which values are good.
        share: whether it is a share of 1, and shown in percent.
    """

    field: str
    name: str
    meaning: str
    good: str
    share: bool = False


FIGURES = (
    Figure(
        "distance",
        "sample distance",
        "How far samples are from real images, pixel by pixel: 0 is as near as real images are to each other, 1 as far "
        "as one constant image.",
        "falls towards 0",
    ),
    Figure(
        "spread",
        "sample spread",
        "How different samples are from each other, compared with real images.",
        "near 1; below 0.35 is a mode collapse",
    ),
    Figure(
        "repetition",
        "repetition",
        "How far a sample is from the one nearest to it, compared with real images.",
        "near 1; below 0.25 samples repeat each other",
    ),
    Figure(
        "class_entropy",
        "variety of classes",
        "How evenly the samples are spread over the classes that a classifier sees in them.",
        "near 100 %; below 60 % classes are missing",
        share=True,
    ),
    Figure(
        "accuracy",
        "discriminator accuracy",
        "How often the discriminator ranks a real image above a generated one.",
        "between 50 % (it guesses: good once samples are near) and 99.5 % (too strong if samples stay far)",
        share=True,
    ),
    Figure(
        "held_out_accuracy",
        "the same on held-out images",
        "How often it ranks a real image that is not trained on above a generated one.",
        "near the figure above",
        share=True,
    ),
    Figure(
        "overfitting",
        "overfitting",
        "How far the scores of held-out images have fallen from those of training images towards those of samples.",
        "near 0; above 0.7 the discriminator knows its training images by heart",
    ),
    Figure(
        "score",
        "largest score",
        "The larger of the discriminator's mean outputs for real images and for samples, without its sign.",
        "steady; above 1,000 and growing is a divergence",
    ),
    Figure(
        "gradient",
        "gradient",
        "How strongly the discriminator tells the generator to change its images.",
        "neither near 0 nor growing without end",
    ),
    Figure(
        "not_finite",
        "skipped updates",
        "Share of the updates since the last check that were left out, since they were not finite.",
        "0 %",
        share=True,
    ),
)


def evidence_rows(history: Sequence[Evidence]) -> list[tuple[str, str, str, str, str]]:
    """Return a row for each figure that was measured: name, first value, newest value, meaning, what is good."""
    rows = []
    for figure in FIGURES:
        first, last = (getattr(evidence, figure.field) for evidence in (history[0], history[-1]))
        if not np.isnan(last):
            before, now = (percent(value, 1) if figure.share else f"{value:,.3g}" for value in (first, last))
            rows.append((figure.name, before, now, figure.meaning, figure.good))
    return rows


def duration(seconds: float) -> str:
    """Return a time in words.

    Example:
    >>> duration(7.4), duration(754), duration(7500)
    ('7 s', '12 min 34 s', '2 h 5 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def versions() -> str:
    """Return the versions of what trains, in a line."""
    names = {"keras": "Keras", "tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch", "numpy": "NumPy"}
    found = [f"kgan {sys.modules['kgan'].__version__}"]  # also where it is used from its source
    for package in dict.fromkeys(("keras", keras.backend.backend(), "numpy")):
        found.append(f"{names.get(package, package)} {importlib.metadata.version(package)}")
    return ", ".join([*found, f"Python {platform.python_version()}"])


def machine(variable: keras.Variable) -> str:
    """Return the machine in a line, with the device that holds a variable."""
    device = str(getattr(variable.value, "device", "")).upper()
    name = next((name for name in ("TPU", "GPU", "CUDA") if name in device), "CPU").replace("CUDA", "GPU")
    cores = os.cpu_count() or 1
    return f"{platform.system()} {platform.machine()}, {cores} processor cores; trained on the {name}"


def data_rows(data: Any, image_shape: Sequence[int | None], info: datasets.Info | None) -> dict[str, Any]:
    """Return what is known of the data of a run, by name.

    Args:
        data: what `fit` reads.
        image_shape: `(height, width, channels)` that is trained on.
        info: of the data; None if it is not known.
    """
    channels = image_shape[-1]
    colors = {1: "gray", 3: "color", 4: "color with transparency"}.get(channels or 0, f"{channels} channels")
    pixels = f"{size_text(image_shape)} pixels, {colors}"
    if info is None:
        return {"images": f"{pixels}, from a {type(data).__name__}"}
    rows: dict[str, Any] = {"images": f"{info.num_examples:,} of {pixels}"}
    if info.class_names:
        shown = ", ".join(map(str, info.class_names[:12]))
        more = f" and {len(info.class_names) - 12:,} more" if len(info.class_names) > 12 else ""
        rows["classes in the data"] = f"{len(info.class_names):,}: {shown}{more}"
    rows["left out"] = (
        _html.details(
            f"{len(info.left_out):,} files or folders",
            _html.bullets(*(f"{item.path}: {item.reason}" for item in info.left_out[:NAMED])),
            f"and {len(info.left_out) - NAMED:,} more" if len(info.left_out) > NAMED else "",
        )
        if info.left_out
        else "nothing"
    )
    return rows
