"""The command `kgan edit`: one thing changed in pictures."""

import pathlib
from typing import Annotated

import typer

from kgan.cli.console import Failure, console, failing_plainly


def edit(
    model: Annotated[pathlib.Path, typer.Argument(help="A model.keras, a SavedModel folder or a run folder.")],
    direction: Annotated[
        str,
        typer.Option(
            "--direction",
            "-d",
            help="What changes: brightness, thickness, slant, size, background_brightness; component-1, factor-1 and "
            "so on, found unaided; or a file that Direction.save wrote.",
        ),
    ],
    image: Annotated[
        list[pathlib.Path] | None,
        typer.Option(help="A picture to edit; can be given several times.", show_default="--num new ones"),
    ] = None,
    strength: Annotated[
        str, typer.Option(help="In standard deviations: -2..2 for seven steps, -2..2:9 for nine, or a list -1,0,1.")
    ] = "-2..2",
    keep: Annotated[
        list[str] | None,
        typer.Option(
            help="What must not change along, another attribute or classifier:DATA; can be given several times."
        ),
    ] = None,
    level: Annotated[
        list[int] | None,
        typer.Option(help="For the architecture `style`: a level to move, 0 the coarsest; can be given several times."),
    ] = None,
    local: Annotated[
        bool,
        typer.Option(
            "--local",
            help="Learn what changes the attribute in each picture, not in the mean of all; best with --keep "
            "classifier:DATA, or the picture may change its class. A second or two a picture.",
        ),
    ] = False,
    num: Annotated[int, typer.Option("--num", "-n", min=1, help="How many new pictures, without --image.")] = 4,
    seed: Annotated[int, typer.Option(help="Of the new pictures.")] = 0,
    label: Annotated[
        int | None, typer.Option("--class", min=0, help="For class-conditional models: the class of the pictures.")
    ] = None,
    out: Annotated[
        pathlib.Path, typer.Option("--out", "-o", help="A picture (a row for each image), or a .gif that moves.")
    ] = pathlib.Path("edited.png"),
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")] = False,
):
    """Change one thing in pictures: your own, or new ones.

    Your pictures are first sought among those that the model can make; the first column shows them as they were given.

    Examples:
        kgan edit runs/mnist --direction slant -o slant.png

        kgan edit runs/mnist --image my.png --direction thickness --strength -2..2 -o strip.png
    """
    if out.exists() and not overwrite:
        raise Failure(f"{out} exists. Name another file, or add --overwrite.")
    with failing_plainly():
        import numpy as np

        from kgan.applications import editing
        from kgan.applications.editing import attributes, inversion, spaces, supervised

        strengths = editing.parse_strengths(strength)
        space = spaces.CodeSpace(model)
        given = _pictures(image, space.image_shape) if image else space.sample(num, seed, label)
        labels = label if image else space.sample_labels(num, label)
        codes = given
        if local:
            attributes.get(direction)
            codes = inversion.invert(space, given, labels).codes if image else given
            found = supervised.local_gradients(space, direction, codes, labels, levels=level or None, keep=keep or ())
        else:
            found = [editing.find_direction(space, direction, levels=level or None, keep=keep or ())] * len(given)
        edited = editing.edit(space, codes, found, strengths, labels)
        if out.suffix == ".gif":
            editing.animate(out, edited)
        else:
            columns = [given[:, None], edited] if image else [edited]
            editing.save_strip(out, np.concatenate(columns, axis=1))
    name, scores = found[0].name, [each.score for each in found if each.score is not None]
    if scores and min(scores) < 0.3:
        console.print(f"[yellow]{name} explains little in this model (score {min(scores):.2f}).[/yellow]")
    console.print(f"{name} at {', '.join(f'{each:g}' for each in strengths)} in [bold]{out}[/bold]")


def _pictures(paths, shape):
    """Read pictures at the size that the generator makes, with a note where that is another."""
    import numpy as np

    from kgan import images

    for path in paths:
        size = images.header(path)[1]
        if size != tuple(shape[:2]):
            console.print(f"{path} is {size[0]}x{size[1]}: resized to the model's {shape[0]}x{shape[1]}.")
    return np.stack([images.from_uint8(images.read(path, shape[2], tuple(shape[:2]))) for path in paths])
