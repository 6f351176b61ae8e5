"""The command `kgan generate`."""

import pathlib
import re
import shutil
from typing import Annotated

import typer

from kgan.cli import quiet
from kgan.cli.console import CommandError, result, say
from kgan.cli.options import Label, Model, Num, Overwrite

Seed = Annotated[
    int | None, typer.Option(help="The same seed gives the same images.", show_default="another one each time")
]
Out = Annotated[
    pathlib.Path,
    typer.Option("--out", "-o", help="An image file (one grid), a .npy file (the numbers), or a folder (PNG files)."),
]
Truncation = Annotated[
    float | None,
    typer.Option(
        help="Share of the latents to use, up to 1: 0.7 leaves out the 30 % whose images are the likeliest to be odd. "
        "Less variety, and about ten times the time.",
        show_default="1: all",
    ),
]

SINGLE = re.compile(r"\d{4,}\.png")  # the files of `images.save_each`


def generate(
    model: Model,
    num: Num = 64,
    seed: Seed = None,
    out: Out = pathlib.Path("samples.png"),
    label: Label = None,
    truncation: Truncation = None,
    overwrite: Overwrite = False,
) -> None:
    """Generate images with a trained model.

    Examples:
        kgan generate runs/digits -n 64 --seed 7 -o grid.png

        kgan generate runs/digits -n 1000 -o folder-of-images
    """
    _check(out, overwrite)
    quiet.import_keras()
    import numpy as np

    from kgan import _files, images
    from kgan.models import open_model

    generator = open_model(model)
    if getattr(generator, "samples_from", "latents") == "images":
        raise CommandError(
            f"Expected a model that generates images from latents. Received: {model}, which makes images from images."
        )
    generated = generator.generate(num, seed, labels=label, truncation=truncation)
    if out.suffix == ".npy":
        with _files.replacing(out) as temporary:
            np.save(temporary, generated)
    elif out.suffix:
        images.save_grid(out, generated)
    else:
        if out.is_dir() and overwrite:
            shutil.rmtree(out)
        images.save_each(out, generated)
    result(model=model, out=out, num=num, seed=seed, shape=generated.shape)
    say(f"{num:,} images in ", out)


def _check(out: pathlib.Path, overwrite: bool) -> None:
    """Refuse to replace anything unasked, and ever to delete a folder with other files than this command writes."""
    if not out.exists():
        return
    if not overwrite:
        raise CommandError(f"{out} exists. Name another file, or add --overwrite.")
    if out.is_dir():
        others = [path.name for path in sorted(out.iterdir()) if not SINGLE.fullmatch(path.name)]
        if out.suffix or others:
            held = f" that holds {others[0]}" if others else ""
            raise CommandError(f"{out} is a folder{held}, and is not deleted. Name another file or folder.")
