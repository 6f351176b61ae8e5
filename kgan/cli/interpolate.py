"""The command `kgan interpolate`."""

import pathlib
from typing import Annotated, Any

import typer

from kgan.cli import quiet
from kgan.cli.console import CommandError, result, say
from kgan.cli.options import Model, Overwrite, Seed

ANIMATIONS = (".gif", ".webp")
SMALLEST_SIDE = 128  # of an animation; smaller images are enlarged by a whole factor

Num = Annotated[int, typer.Option("--num", "-n", min=2, help="Number of random images that it passes through.")]
Steps = Annotated[int, typer.Option(min=1, help="Images from one of them to the next.")]
FromSeed = Annotated[
    int | None, typer.Option(help="Begin with the image of `kgan generate -n 1 --seed ...`; needs --to-seed.")
]
ToSeed = Annotated[int | None, typer.Option(help="End with the image of this seed; needs --from-seed.")]
Classes = Annotated[
    list[str] | None,
    typer.Option(
        "--class",
        help="Class of the images, of class-conditional models: a name or a number. Given several times, the images "
        "take them in turn, and those between are between classes.",
        show_default="all in turn",
    ),
]
Out = Annotated[
    pathlib.Path,
    typer.Option("--out", "-o", help="A .gif or .webp that moves, or a .png: a strip, a row from each to the next."),
]
Milliseconds = Annotated[int, typer.Option(min=20, help="Duration of each image of an animation.")]


def interpolate(
    model: Model,
    num: Num = 8,
    steps: Steps = 16,
    seed: Seed = 0,
    from_seed: FromSeed = None,
    to_seed: ToSeed = None,
    label: Classes = None,
    milliseconds: Milliseconds = 60,
    out: Out = pathlib.Path("interpolation.gif"),
    overwrite: Overwrite = False,
) -> None:
    """Show how one generated image turns into another: as an animation, or as a strip.

    An animation passes through random images and returns to the first, so that it repeats without a jump.

    Examples:
        kgan interpolate runs/faces -o faces.gif

        kgan interpolate runs/faces --from-seed 3 --to-seed 9 --steps 8 -o strip.png
    """
    if out.exists() and not overwrite:
        raise CommandError(f"{out} exists. Name another file, or add --overwrite.")
    if out.suffix not in (*ANIMATIONS, ".png"):
        raise CommandError(f"Expected a file that ends in .gif, .webp or .png. Received: {out}.")
    if (from_seed is None) != (to_seed is None):
        raise CommandError("Expected --from-seed and --to-seed together. Received: one of them.")
    quiet.import_keras()
    import numpy as np

    from kgan import images, latents
    from kgan.applications import editing

    space = editing.CodeSpace(model)
    seeds = None if from_seed is None or to_seed is None else (from_seed, to_seed)
    if seeds is None:
        drawn = latents.draw(num, space.latent_dim, seed)
    else:
        drawn = np.concatenate([latents.draw(1, space.latent_dim, each) for each in seeds])
    labels = _labels(space, len(drawn), label)
    closed = out.suffix in ANIMATIONS
    frames = editing.walk(space, space.codes(drawn, labels), steps, labels, closed)
    result(model=model, out=out, num=len(drawn), steps=steps, seed=seed if seeds is None else list(seeds))
    if closed:
        factor = -(-SMALLEST_SIDE // min(frames.shape[1:3]))
        frames = frames.repeat(factor, axis=1).repeat(factor, axis=2)
        images.animate(out, list(frames), milliseconds, hold=milliseconds)
        say(f"{len(frames):,} frames through {len(drawn)} images in ", out)
    else:
        rows = np.stack([frames[start : start + steps + 1] for start in range(0, len(frames) - 1, steps)])
        editing.save_strip(out, rows)
        say(f"{len(rows):,} rows of {steps + 1} images in ", out)


def _labels(space: Any, num: int, given: list[str] | None) -> Any:
    """Return the labels of the images between which to interpolate, or None for an unconditional model."""
    import numpy as np

    if given is None:
        return None if not space.conditional else np.asarray(space.labels_for(num))
    return np.asarray(space.labels_for(num, np.resize([space.label_of(one) for one in given], num)))
