"""The command `kgan edit`."""

import pathlib
from typing import Annotated, Any

import typer

from kgan.cli import quiet
from kgan.cli.console import CommandError, say, warn
from kgan.cli.options import Label, Model, Overwrite, Seed

Direction = Annotated[
    str,
    typer.Option(
        "--direction",
        "-d",
        help="What changes: brightness, thickness, slant, size, background_brightness; component-1, factor-1 and so "
        "on (found without labels); or a file that Direction.save wrote.",
    ),
]
Image = Annotated[
    list[pathlib.Path] | None,
    typer.Option(help="An image to edit. Can be given several times.", show_default="--num new ones"),
]
Strength = Annotated[
    str, typer.Option(help="In standard deviations: -2..2 for seven steps, -2..2:9 for nine, or a list -1,0,1.")
]
Keep = Annotated[
    list[str] | None,
    typer.Option(help="What must not change: an attribute or classifier:DATA. Can be given several times."),
]
Level = Annotated[
    list[int] | None,
    typer.Option(help="For the architecture `style`: a level to change, 0 the coarsest. Can be given several times."),
]
Local = Annotated[
    bool,
    typer.Option(
        "--local",
        help="Find the direction for each image, not one for all. Use it with --keep classifier:DATA, or an image may "
        "change its class. Takes a second or two per image.",
    ),
]
Num = Annotated[int, typer.Option("--num", "-n", min=1, help="Number of new images, without --image.")]
Out = Annotated[
    pathlib.Path, typer.Option("--out", "-o", help="An image file (one row per image), or a .gif that moves.")
]


def edit(
    model: Model,
    direction: Direction,
    image: Image = None,
    strength: Strength = "-2..2",
    keep: Keep = None,
    level: Level = None,
    local: Local = False,
    num: Num = 4,
    seed: Seed = 0,
    label: Label = None,
    out: Out = pathlib.Path("edited.png"),
    overwrite: Overwrite = False,
) -> None:
    """Change one attribute of images: your own, or new ones.

    Your images are first approximated by the model; the first column shows them as they were given.

    Examples:
        kgan edit runs/mnist --direction slant -o slant.png

        kgan edit runs/mnist --image my.png --direction thickness --strength -2..2 -o strip.png
    """
    if out.exists() and not overwrite:
        raise CommandError(f"{out} exists. Name another file, or add --overwrite.")
    quiet.import_keras()
    import numpy as np

    from kgan.applications import editing

    strengths = editing.parse_strengths(strength)
    space = editing.spaces.CodeSpace(model)
    asked = None if label is None else space.label_of(label)
    given = _read(image, space.image_shape) if image else space.sample(num, seed, asked)
    labels = asked if image else space.labels_for(num, asked)
    options = {"levels": level or None, "keep": keep or ()}
    codes, directions = _directions(space, direction, given, labels, local, invert=bool(image), **options)
    edited = editing.edit(space, codes, directions, strengths, labels)
    if out.suffix == ".gif":
        editing.animate(out, edited)
    else:
        columns = [given[:, None], edited] if image else [edited]
        editing.save_strip(out, np.concatenate(columns, axis=1))
    name, scores = directions[0].name, [found.score for found in directions if found.score is not None]
    if scores and min(scores) < 0.3:
        warn(f"{name} explains little in this model (score {min(scores):.2f}).")
    say(f"{name} at {', '.join(f'{strength:g}' for strength in strengths)} in ", out)


def _directions(
    space: Any, direction: str, given: Any, labels: Any, local: bool, invert: bool, **options: Any
) -> tuple[Any, list[Any]]:
    """Return the codes (or images) to move, and a direction for each.

    Raises:
        CommandError: the attribute is an angle.
    """
    from kgan.applications import editing
    from kgan.applications.editing import attributes, inversion, supervised

    if direction in attributes.ANGLES:
        raise CommandError(
            f"`kgan edit` moves along straight lines. Received: --direction {direction}, which is an angle. See the "
            "guide to editing for how to turn it in Python."
        )
    if not local:
        return given, [editing.find_direction(space, direction, **options)] * len(given)
    attributes.get(direction)
    codes = inversion.invert(space, given, labels).codes if invert else given
    return codes, supervised.local_gradients(space, direction, codes, labels, **options)


def _read(paths: list[pathlib.Path], shape: tuple[int, int, int]) -> Any:
    """Read images at the size that the generator makes, with a note where their own is another."""
    import numpy as np

    from kgan import images

    for path in paths:
        size = images.header(path)[1]
        if size != shape[:2]:
            say(path, f" is {size[0]}x{size[1]}: resized to the model's {shape[0]}x{shape[1]}.")
    return np.stack([images.from_uint8(images.read(path, shape[2], shape[:2])) for path in paths])
