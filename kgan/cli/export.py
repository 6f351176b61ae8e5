"""The command `kgan export`."""

import pathlib
from typing import Annotated, Any

import typer

from kgan.cli import quiet
from kgan.cli.choices import FORMATS, WEIGHTS_DTYPES, choice
from kgan.cli.console import CommandError, result, say
from kgan.cli.options import Model

SUFFIXES = {".onnx": "onnx", ".tflite": "litert"}

Out = Annotated[pathlib.Path, typer.Argument(help="File or folder of the exported generator.")]
Format = Annotated[
    str | None,
    choice("Format of the file", FORMATS, show_default="by the name: .onnx, .tflite, or a folder for a SavedModel"),
]
WeightsDtype = Annotated[str, choice("How a SavedModel stores large arrays; float16 is half as large", WEIGHTS_DTYPES)]
Classes = Annotated[
    list[str] | None,
    typer.Option(
        help="Classes to keep, names or numbers: 3,5 or automobile,truck. They become 0, 1 and so on; a generator of "
        "one class takes no labels. Can be given several times, which a name with a comma needs.",
        show_default="all",
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an earlier export.")]


def export(
    model: Model,
    out: Out,
    format: Format = None,
    weights_dtype: WeightsDtype = "float32",
    classes: Classes = None,
    overwrite: Overwrite = False,
) -> None:
    """Export a generator that runs without kgan: to SavedModel, ONNX or LiteRT.

    Examples:
        kgan export runs/digits digits-generator

        kgan export runs/digits digits.onnx

        kgan export runs/clothes shoes --classes Sandal,Sneaker
    """
    if out.exists() and not overwrite:
        raise CommandError(f"{out} exists. Name another place, or add --overwrite.")
    quiet.import_keras()
    from kgan.models import open_model

    network = open_model(model)
    options = {} if classes is None else {"classes": _labels(network, classes)}
    format = format or SUFFIXES.get(out.suffix, "tf_saved_model")
    with quiet.held_back(show_on_error=False):  # LiteRT's interpreter says which delegate it uses
        network.export(out, format=format, weights_dtype=weights_dtype, overwrite=overwrite, **options)
    result(model=model, out=out, format=format, weights_dtype=weights_dtype, **options)
    say("Exported to ", out, ".")
    if classes is not None and len(options["classes"]) > 1:
        names = network.class_names or range(network.num_classes)
        kept = ", ".join(f"{label} is {names[old]}" for label, old in enumerate(options["classes"]))
        say(f"Its labels: {kept}.")


def _labels(network: Any, classes: list[str]) -> list[int]:
    """Return the labels of classes, of which one text may name several."""
    if not hasattr(network, "label_of"):
        raise CommandError(
            "Expected a class-conditional model for --classes. Received: one that turns images into images."
        )
    names = network.class_names or ()
    parts = [part for text in classes for part in ([text] if text in names else text.split(","))]
    return [network.label_of(part.strip()) for part in parts]
