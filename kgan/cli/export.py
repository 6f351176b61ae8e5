"""The command `kgan export`."""

import pathlib
from typing import Annotated

import typer

from kgan.cli import quiet
from kgan.cli.console import CommandError, say

Model = Annotated[pathlib.Path, typer.Argument(help="A model.keras or a run folder.")]
Out = Annotated[pathlib.Path, typer.Argument(help="File or folder of the exported generator.")]
Format = Annotated[str, typer.Option(help="tf_saved_model, onnx or litert.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an earlier export.")]


def export(model: Model, out: Out, format: Format = "tf_saved_model", overwrite: Overwrite = False) -> None:
    """Export a generator that runs without kgan: to SavedModel, ONNX or LiteRT.

    Examples:
        kgan export runs/digits digits-generator

        kgan export runs/digits digits.onnx --format onnx
    """
    if out.exists() and not overwrite:
        raise CommandError(f"{out} exists. Name another place, or add --overwrite.")
    path = model / "model.keras" if model.is_dir() else model
    if not path.exists():
        raise CommandError(f"Expected a model.keras or a run folder. Received: {path}, which does not exist.")
    quiet.import_keras()
    import keras

    import kgan  # noqa: F401  (Keras finds the classes of kgan)

    keras.saving.load_model(path).export(out, format=format, overwrite=overwrite)
    say("Exported to ", out, ".")
