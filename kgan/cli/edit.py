"""The command `kgan edit`."""

import pathlib
from typing import Annotated, Any

import typer

from kgan.cli import quiet
from kgan.cli.console import CommandError, result, say, warn
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
    typer.Option(help="A picture to edit. Can be given several times.", show_default="--num new images"),
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
Steps = Annotated[
    int, typer.Option(min=1, help="Updates by which a picture is approximated: more may come nearer to it.")
]
Force = Annotated[bool, typer.Option("--force", help="Edit pictures that the model does not recognize, too.")]
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
    steps: Steps = 300,
    force: Force = False,
    num: Num = 4,
    seed: Seed = 0,
    label: Label = None,
    out: Out = pathlib.Path("edited.png"),
    overwrite: Overwrite = False,
) -> None:
    """Change one attribute of images: your own, or new ones.

    Your pictures are first approximated by the model ("inverted"): the first two columns show each as it was given and
    as the model makes it, and edits begin from the latter. Pictures that cannot be read, and those that the model does
    not recognize, are named and left out; the exit status is then 1.

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
    space = editing.CodeSpace(model)
    labels = None if label is None else space.label_of(label)
    options: dict[str, Any] = {"levels": level or None, "keep": keep or ()}
    pictures = _read(image or [], space.image_shape)
    shared = _shared_direction(space, direction, local, options)  # before the inversion, which takes longer
    if image:
        codes, beside = _inverted(space, pictures, labels, steps, force)
    else:
        codes, beside = space.sample(num, seed, labels), None
        labels = space.labels_for(num, labels)
    if shared is None:
        directions = editing.supervised.local_gradients(space, direction, codes, labels, **options)
    else:
        directions = [shared] * len(codes)
    edited = editing.edit(space, codes, directions, strengths, labels)
    titles = [*(("given", "inverted") if image else ()), *(f"{value:.3g}" for value in strengths)]
    write = editing.animate if out.suffix.lower() == ".gif" else editing.save_strip
    write(out, edited, beside=beside, titles=titles)
    name, scores = directions[0].name, [found.score for found in directions if found.score is not None]
    if scores and min(scores) < 0.3:
        warn(f"{name} explains little in this model (score {np.min(scores):.2f}).")
    result(model=model, out=out, direction=name, strengths=strengths, scores=scores)
    say(f"{name} at {', '.join(f'{value:g}' for value in strengths)} in ", out)
    if image and len(codes) < len(image):
        raise typer.Exit(1)


def _shared_direction(space: Any, direction: str, local: bool, options: dict[str, Any]) -> Any:
    """Return the direction for all images; with `local`, None, after what can be checked without images.

    Raises:
        CommandError: the attribute is an angle.
        ValueError: the attribute is unknown, the generator has no such levels, or the file belongs to another one.
    """
    from kgan.applications import editing

    if direction in editing.attributes.ANGLES:
        raise CommandError(
            f"`kgan edit` moves along straight lines. Received: --direction {direction}, which is an angle. See the "
            "guide to editing for how to turn it in Python."
        )
    if not local:
        return editing.find_direction(space, direction, **options)
    editing.attributes.get(direction)
    if options["levels"]:
        space.check_levels(options["levels"])
    return None


def _inverted(
    space: Any, pictures: list[tuple[pathlib.Path, Any]], label: int | None, steps: int, force: bool
) -> tuple[Any, Any]:
    """Return the codes of the pictures that the model recognizes, and these pictures beside their inversions.

    Raises:
        CommandError: there are none.
    """
    import numpy as np

    from kgan.applications.editing import inversion

    images = np.stack([picture for _, picture in pictures])
    found = inversion.invert(space, images, label, steps=steps)
    for index, (path, _) in enumerate(pictures):
        reached, required = found.psnr[index], found.required_psnr[index]
        if found.recognized[index]:
            say(path, f": inverted at {reached:.1f} dB.")
        else:
            warn(
                f"{path} is not recognized by the model, which makes something else of it: {reached:.1f} dB, where at "
                f"least {required:.1f} are expected.{'' if force else ' It is left out.'}"
            )
    kept = found.recognized | force
    if not kept.any():
        raise CommandError(
            "no picture is left, and nothing was written. The model can only edit pictures like those that it was "
            "trained on. Add --force to see what it makes of others, or --steps 1000 to try longer."
        )
    return found.codes[kept], np.stack([images, found.images], axis=1)[kept]


def _read(paths: list[pathlib.Path], shape: tuple[int, int, int]) -> list[tuple[pathlib.Path, Any]]:
    """Return the pictures that can be read, at the size that the generator makes; say what is done to them.

    Raises:
        CommandError: none can be read.
    """
    from kgan import images
    from kgan._sizes import crop_text, size_text

    read = []
    for path in paths:
        try:
            gray, size = images.header(path)
            picture = images.from_uint8(images.read(path, shape[2], shape[:2]))
        except OSError as error:
            warn(f"{path} is left out: {error.strerror or error}.")
            continue
        except ValueError as error:  # it names the file
            warn(f"{error} It is left out.")
            continue
        changes = [crop_text(size, shape)]
        changes += [f"resized to the model's {size_text(shape)}"] if size != shape[:2] else []
        changes += ["made gray"] if shape[2] == 1 and not gray else []
        if any(changes):
            say(path, f" is {size_text(size)}: {', '.join(filter(None, changes))}.")
        read.append((path, picture))
    if paths and not read:
        raise CommandError("none of the pictures can be read, and nothing was written.")
    return read
