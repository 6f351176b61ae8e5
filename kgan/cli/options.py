"""Arguments and options that several commands share."""

import pathlib
from typing import Annotated

import typer

Model = Annotated[pathlib.Path, typer.Argument(help="A model.keras, a SavedModel folder or a run folder.")]
ImageSize = Annotated[int | None, typer.Option(min=1, help="Resize and crop all images to this many pixels a side.")]
Num = Annotated[int, typer.Option("--num", "-n", min=1, help="Number of images.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same result.")]
Label = Annotated[
    str | None,
    typer.Option(
        "--class",
        help="Class of the images, of class-conditional models: a name or a number; -1: none, where it was trained so.",
    ),
]
SkipUnreadable = Annotated[
    bool,
    typer.Option(
        "--skip-unreadable/--no-skip-unreadable",
        help="Leave out pictures that cannot be read, with a warning; else they are an error.",
    ),
]
