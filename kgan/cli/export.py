"""The command `kgan export`."""

import pathlib
from typing import Annotated

import typer

from kgan.cli import quiet
from kgan.cli.choices import FORMATS, WEIGHTS_DTYPES, choice
from kgan.cli.console import CommandError, result, say
from kgan.cli.options import Model

Out = Annotated[pathlib.Path, typer.Argument(help="File or folder of the exported generator.")]
Format = Annotated[str, choice("Format of the file", FORMATS)]
WeightsDtype = Annotated[str, choice("How a SavedModel stores large arrays; float16 is half as large", WEIGHTS_DTYPES)]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an earlier export.")]


def export(
    model: Model,
    out: Out,
    format: Format = "tf_saved_model",
    weights_dtype: WeightsDtype = "float32",
    overwrite: Overwrite = False,
) -> None:
    """Export a generator that runs without kgan: to SavedModel, ONNX or LiteRT.

    Examples:
        kgan export runs/digits digits-generator

        kgan export runs/digits digits.onnx --format onnx
    """
    if out.exists() and not overwrite:
        raise CommandError(f"{out} exists. Name another place, or add --overwrite.")
    quiet.import_keras()
    from kgan.models import open_model

    network = open_model(model)
    with quiet.held_back(show_on_error=False):  # LiteRT's interpreter says which delegate it uses
        network.export(out, format=format, weights_dtype=weights_dtype, overwrite=overwrite)
    result(model=model, out=out, format=format, weights_dtype=weights_dtype)
    say("Exported to ", out, ".")
