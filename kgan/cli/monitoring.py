"""How `kgan train` watches a run: its verdicts in the log, at the end and in the report."""

import math
import pathlib
import shlex
from collections.abc import Sequence
from itertools import starmap
from typing import Any

from kgan.cli.console import printable, say, show

NUM_CHECKS, UPDATES_PER_CHECK = 50, 20  # of a long run, and of a short one
FEWEST_GRIDS, MOST_GRIDS = 12, 50
MAX_IMAGES, MIN_IMAGES = 256, 32
MAX_NUMBERS = MAX_IMAGES * 64 * 64 * 3
"""Real images of a check, and numbers in all of them: so the largest images need no more memory than usual batches."""


def num_images(image_shape: Sequence[int], packing: int = 1) -> int:
    """Return how many real images each check looks at.

    Args:
        image_shape: `(height, width, channels)`.
        packing: images that the discriminator sees together; the number is a multiple of it.

    Example:
    >>> num_images((28, 28, 1)), num_images((128, 128, 3)), num_images((512, 512, 3))
    (256, 64, 32)
    """
    num = min(MAX_IMAGES, max(MIN_IMAGES, MAX_NUMBERS // math.prod(image_shape)))
    return num - num % packing


def grid_every(epochs: int) -> float:
    """Return the number of epochs between two grids of samples: about fifty in long runs, a dozen in short ones.

    Example:
    >>> grid_every(500), grid_every(20), grid_every(3)
    (10, 1, 0.25)
    """
    return max(1, epochs // MOST_GRIDS) if epochs >= FEWEST_GRIDS else 1 / math.ceil(FEWEST_GRIDS / epochs)


def held_out(data: Any, image_shape: Sequence[int], labels: bool, num: int, skip_unreadable: bool) -> Any:
    """Return images that are not trained on, as a data set; None if the data have no split `test`.

    A folder has one if it has subfolders `train` and `test`; else all of it is trained on.

    Args:
        data: what the user named, or its `kgan.datasets.Source`.
        image_shape: `(height, width, channels)` that is trained on.
        labels: whether the GAN is trained with the labels of the data.
        num: number of images.
        skip_unreadable: leave out pictures that cannot be read.
    """
    import kgan

    source = kgan.datasets.find(data, skip_unreadable=skip_unreadable)
    test = source.other_split("test") if source.has_split("train") else None
    if test is None:
        return None
    height, width, channels = image_shape
    return kgan.datasets.load(
        test,
        batch_size=min(num, test.num_examples),
        image_size=(height, width),
        channels=channels,
        labels=labels,
        skip_unreadable=skip_unreadable,
    )


def watch(gan: Any, images: Any, updates: int | None = None) -> Any:
    """Return the callback that watches a run.

    Args:
        gan: a compiled `kgan.GAN`.
        images: those that are not trained on, or None.
        updates: of the whole run; None if it is long.
    """
    import kgan

    watching = kgan.callbacks.Watch(
        images,
        num_checks=NUM_CHECKS if updates is None else min(NUM_CHECKS, max(2, updates // UPDATES_PER_CHECK)),
        num=num_images(gan.image_shape, gan.packing),
        on_change=lambda change: _log(
            f"Step {change.step:,}: {words(change.verdict, watching.in_use)}", change.verdict
        ),
    )
    return watching


def words(verdict: Any, in_use: Any) -> str:
    """Return a verdict with advice that names options.

    Args:
        verdict: a `kgan.diagnosis.Verdict`.
        in_use: the parts of the run, as in `kgan.diagnosis.advice`.
    """
    from kgan import diagnosis

    advice = diagnosis.advice(verdict.name, in_use, command_line=True)
    return f"{verdict.name}: {verdict.reason}" + (f" {advice}" if advice else "")


def report(folder: pathlib.Path, title: str, settings: dict[str, Any], command: str, data: str) -> Any:
    """Return the callback that writes the report of a run.

    Args:
        folder: the run folder.
        title: of the report.
        settings: the options of the run by their names in Python.
        command: the command line of the run, which goes on with it.
        data: what the user named.
    """
    import kgan

    path = shlex.quote(str(folder))
    commands = [
        ("Go on with a run that was stopped, or make it longer with --epochs:", command),
        ("Generate images:", f"kgan generate {path} -n 64 --seed 7 -o grid.png"),
        ("Score the images against real ones:", f"kgan evaluate {path} {shlex.quote(data)}"),
        ("Export the generator for use without kgan:", f"kgan export {path} exported_generator"),
    ]
    return kgan.callbacks.RunReport(
        folder / "report.html",
        title=title,
        settings={"options": ", ".join(starmap(_option, settings.items())), "run folder": str(folder)},
        commands=commands,
        command_line=True,
    )


def _option(name: str, value: Any) -> str:
    """Return an option as it is written on the command line.

    Example:
    >>> _option("batch_size", 32), _option("flip", True), _option("penalty", ["r1", "r2"]), _option("data", "faces")
    ('--batch-size 32', '--flip', '--penalty r1 --penalty r2', 'faces')
    """
    option = {"start_from": "--from", "data": ""}.get(name, f"--{name.replace('_', '-')}")
    values = value if isinstance(value, list | tuple) else [value]
    return " ".join(option if value is True else f"{option} {value}".strip() for value in values)


def conclude(watching: Any) -> None:
    """Print the verdict at the end of a run.

    Args:
        watching: what `watch` returned, after training.
    """
    if not watching.history:
        return
    num = len(watching.history)
    if watching.verdict.name != "healthy":
        _log(f"Verdict: {words(watching.verdict, watching.in_use)}", watching.verdict)
        return
    text = f"Verdict: healthy: nothing suspicious ({num:,} check{'' if num == 1 else 's'})."
    before = [change.verdict.name for change in watching.changes if change.verdict.name != "healthy"]
    if before:
        text += f" Earlier in the run: {', '.join(dict.fromkeys(before))}."
    if watching.held_out is None:
        text += " Overfitting was not checked: the data have no split `test`."
    say(text)


def _log(text: str, verdict: Any) -> None:
    from rich.text import Text

    style = "green" if verdict.name == "healthy" else "yellow"
    show(Text(printable(text), style=style))
