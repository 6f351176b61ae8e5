"""The command `kgan augment`."""

import json
import os
import pathlib
from typing import Annotated, Any

import typer

from kgan.cli import quiet
from kgan.cli.console import CommandError, result, say
from kgan.cli.options import ImageSize, Seed, SkipUnreadable

Data = Annotated[
    str, typer.Argument(help="Labeled: `digits`, a TFDS name, or a folder whose subfolders are the classes.")
]
PerClass = Annotated[int, typer.Option("--per-class", min=1, help="Number of new images of each class.")]
Out = Annotated[pathlib.Path | None, typer.Option("--out", "-o", help="A new folder.", show_default="augmented-DATA")]
Updates = Annotated[int, typer.Option(min=1, help="Number of updates of the GAN.")]
Threshold = Annotated[
    float,
    typer.Option(
        help="Probability of its class that the classifiers must give an image, or it is generated anew; 0: none."
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an earlier folder of this command.")]


def augment(
    data: Data,
    per_class: PerClass = 500,
    out: Out = None,
    updates: Updates = 3000,
    threshold: Threshold = 0.5,
    image_size: ImageSize = None,
    seed: Seed = 0,
    skip_unreadable: SkipUnreadable = True,
    overwrite: Overwrite = False,
) -> None:
    """Generate more labeled images from few: a subfolder for each class, without the real ones.

    Trains a class-conditional GAN on the training images, and three classifiers that reject doubtful images.

    Examples:
        kgan augment digits --per-class 100 -o more-digits

        kgan augment my-images --image-size 64 -o more-images
    """
    out = out or pathlib.Path(f"augmented-{pathlib.Path(os.path.abspath(data)).name}")
    if out.exists() and not (overwrite and (out / "augmented.json").exists()):
        hint = "Name another folder, or add --overwrite."
        raise CommandError(f"{out} exists{' and was not made by this command' if overwrite else ''}. {hint}")
    if not 0 <= threshold < 1:
        raise CommandError(f"--threshold is a probability, in [0, 1). Received: {threshold}")
    quiet.import_keras()
    import kgan
    from kgan import _files
    from kgan._sizes import size_text
    from kgan.datasets import labelled

    source = kgan.datasets.find(data, skip_unreadable=skip_unreadable)
    dataset = kgan.datasets.load(
        source, batch_size=source.num_examples, image_size=image_size, labels=True, shuffle=False
    )
    info = source.info  # as it is once the pictures have been read
    images, labels = (part.numpy() for part in next(iter(dataset)))
    num_classes = len(info.class_names or ())
    say(f"Training on {len(images):,} images of {size_text(images.shape[1:])} in {num_classes} classes.")
    new_labels = [label for label in range(num_classes) for _ in range(per_class)]
    generated = _generate(images, labels, num_classes, new_labels, updates, threshold, seed)
    settings = {"data": data, "updates": updates, "threshold": threshold, "seed": seed}
    with _files.replacing(out) as temporary:
        labelled.save(temporary, generated, new_labels, info.class_names)
        (temporary / "augmented.json").write_text(json.dumps(settings, indent=2) + "\n")
    result(out=out, per_class=per_class, num_classes=num_classes, class_names=info.class_names, **settings)
    say(f"{per_class:,} images of each of {num_classes} classes in ", out)


def _generate(
    images: Any, labels: Any, num_classes: int, new_labels: list[int], updates: int, threshold: float, seed: int
) -> Any:
    """Train the GAN and, if there is a threshold, the classifiers; return images of the new labels."""
    from kgan import callbacks
    from kgan.applications import data_augmentation

    progress = callbacks.Progress(batch_size=32)
    gan = data_augmentation.train_gan(images, labels, num_classes, updates, seed=seed, callbacks=[progress])
    ensemble = None
    if threshold:
        say("Training three classifiers that reject doubtful images.")
        ensemble = data_augmentation.train_ensemble(images, labels, num_classes, seed=seed)
    return data_augmentation.generate(gan, new_labels, ensemble, threshold or 0.5, seed)
