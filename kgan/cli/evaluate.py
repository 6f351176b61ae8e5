"""The command `kgan evaluate`."""

import os
import pathlib
from typing import Annotated

import typer

from kgan.cli import quiet
from kgan.cli.console import CommandError, console, kept, result, say, show, warn
from kgan.cli.options import Model, Seed, SkipUnreadable

Data = Annotated[str, typer.Argument(help="What it was trained on: `digits`, a TFDS name, or a folder of images.")]
Features = Annotated[
    str | None,
    typer.Option(
        help="`inception`, `classifier:DATA`, `self_supervised:DATA`, `random`, or the file of a model.",
        show_default="a classifier of DATA if it is labeled, else inception, or random without network",
    ),
]
Num = Annotated[int, typer.Option("--num", "-n", min=20, help="Number of generated images, and of real ones.")]
Out = Annotated[
    pathlib.Path | None, typer.Option("--out", "-o", help="Report folder.", show_default="evaluation-MODEL")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an earlier report.")]


def evaluate(
    model: Model,
    data: Data,
    features: Features = None,
    num: Num = 10_000,
    seed: Seed = 0,
    out: Out = None,
    overwrite: Overwrite = False,
    skip_unreadable: SkipUnreadable = True,
) -> None:
    """Score a model with every metric, beside the scores of real images.

    Writes report.html (open it in a browser), report.json and images, and prints the table and what it says.

    Examples:
        kgan evaluate runs/digits digits

        kgan evaluate saved_models/mnist mnist -o report

        kgan evaluate runs/faces photos/ --features self_supervised:photos/
    """
    out = out or default_folder(model)
    if out.exists() and not overwrite:
        raise CommandError(f"{out} exists. Name another folder with --out, or add --overwrite.")
    if out.exists() and not out.is_dir():
        raise CommandError(f"{out} is a file. Name a folder with --out.")
    kept(
        "No report was written. Networks trained for the features so far are kept: the same command goes on after them."
    )
    quiet.import_keras()
    from kgan import evaluation

    report = evaluation.evaluate(model, data, features=features, num=num, seed=seed, skip_unreadable=skip_unreadable)
    report.save(out)
    result(report=out / "report.html", **report.as_json())
    show(report.table(console.width))
    say(report.verdict.text, ".")
    for detail in report.verdict.details:
        say("  ", detail)
    for note in report.notes:
        warn(note)
    say("The report is ", out / "report.html", ".")


def default_folder(model: pathlib.Path) -> pathlib.Path:
    """Return the report folder of a model without `--out`.

    Example:
    >>> default_folder(pathlib.Path("runs/mnist/model.keras")).as_posix()
    'evaluation-mnist'
    """
    model = pathlib.Path(os.path.abspath(model.expanduser()))
    return pathlib.Path(f"evaluation-{model.stem if model.stem != 'model' else model.parent.name}")
