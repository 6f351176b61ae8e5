"""The commands: a thin layer over the library, importing it only when there is work to do."""

import json
import os
import pathlib
import shutil
from typing import Annotated

import typer
from rich.table import Table

from kgan.cli import edit, restore
from kgan.cli.console import Failure, console, failing_plainly

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Train generative adversarial networks on pictures, make new ones, hand the generator on; restore pictures.",
)

# How many updates a run makes if no number of epochs is asked for: enough for readable digits in two minutes.
DEFAULT_UPDATES = 6000


@app.command()
def train(
    data: Annotated[
        str,
        typer.Argument(
            help="What to learn: `digits` (comes with kgan), a TFDS name such as `mnist`, or a folder of pictures."
        ),
    ],
    out: Annotated[
        pathlib.Path | None, typer.Option("--out", "-o", help="Run folder.", show_default="runs/DATA")
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Passes over the data.", show_default=f"about {DEFAULT_UPDATES} updates")
    ] = None,
    architecture: Annotated[str, typer.Option(help="mlp, dcgan, resnet or style.")] = "dcgan",
    loss: Annotated[str | None, typer.Option(help="A loss by name; without it the recommended recipe is used.")] = None,
    penalty: Annotated[list[str] | None, typer.Option(help="A penalty by name; can be given several times.")] = None,
    image_size: Annotated[int | None, typer.Option(min=1, help="Resize and crop to this many pixels a side.")] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Images an update.")] = 32,
    conditional: Annotated[bool, typer.Option("--conditional", help="Learn the classes: needs labelled data.")] = False,
    conditioning: Annotated[
        str,
        typer.Option(
            help="How it learns them: projection, auxiliary_classifier, concatenation or projection_and_classifier."
        ),
    ] = "projection",
    classification_weight: Annotated[
        float,
        typer.Option(min=0, help="What such a classifier counts for the generator: more is surer, and less varied."),
    ] = 1.0,
    label_dropout: Annotated[
        float, typer.Option(help="Share of images to learn without their class, so that it can do without, too.")
    ] = 0.0,
    clusters: Annotated[
        int | None,
        typer.Option(
            min=2,
            help="Learn so many clusters of the data, found unaided, as if they were classes.",
            show_default="none",
        ),
    ] = None,
    augment: Annotated[
        bool,
        typer.Option("--augment", help="Change what the discriminator sees, more and more: against overfitting."),
    ] = False,
    decay_steps: Annotated[
        int | None,
        typer.Option(
            min=1, help="Updates in which the learning rates fall: more for longer runs.", show_default="20,000"
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same run.")] = 0,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Delete what the run folder holds and start anew.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be trained; write nothing.")] = False,
):
    """Train a GAN and leave everything in one run folder.

    The folder holds samples of each epoch and an animation of them, loss curves (PNG and CSV), the model
    (model.keras) and a SavedModel that needs no kgan. Stop it whenever you like: the same command goes on
    where it was.

    Examples:
        kgan train digits

        kgan train mnist --epochs 5

        kgan train my-pictures --image-size 64
    """
    if clusters and conditional:
        raise Failure("Choose one: --conditional learns the classes of the data, --clusters does without them.")
    classes_matter = conditional or clusters is not None
    out = out or pathlib.Path("runs") / pathlib.Path(data).name
    settings = {
        "data": data,
        "architecture": architecture,
        "loss": loss,
        "penalties": penalty,
        "image_size": image_size,
        "batch_size": batch_size,
        "conditional": conditional,
        "conditioning": conditioning if classes_matter else None,
        "classification_weight": classification_weight if classes_matter and "classifier" in conditioning else None,
        "label_dropout": label_dropout or None,
        "clusters": clusters,
        "augment": augment or None,
        "decay_steps": decay_steps,
        "seed": seed,
    }
    if not dry_run:
        _check_folder(out, settings, overwrite)
    with failing_plainly():
        import keras

        import kgan

        keras.utils.set_random_seed(seed)
        dataset = kgan.datasets.load(data, batch_size=batch_size, image_size=image_size, labels=conditional, seed=seed)
        info = kgan.datasets.describe(data)
        shape = tuple((dataset.element_spec[0] if conditional else dataset.element_spec).shape[1:])
        networks = kgan.architectures.get(architecture)
        classes = len(info.class_names) if conditional else clusters
        gan = kgan.GAN(
            networks.generator(shape, num_classes=classes),
            networks.discriminator(shape, num_classes=classes, conditioning=conditioning),
            label_dropout=label_dropout,
            clusters=clusters is not None,
            seed=seed,
        )
        rates = [decay_steps and kgan.optimizers.AnnealedAdam(decay_steps=decay_steps) for _ in range(2)]
        augmentation = kgan.augmentation.recommended() if augment else None
        gan.compile(
            *rates,
            loss=loss,
            penalties=penalty,
            augmentation=augmentation,
            classification_weight=classification_weight,
        )
        steps = int(dataset.cardinality())
        epochs = epochs or max(1, round(DEFAULT_UPDATES / steps))
        _describe(settings, gan, shape, info.count, steps, epochs, out)
        if dry_run:
            return
        if overwrite and out.exists():
            shutil.rmtree(out)
        out.mkdir(parents=True, exist_ok=True)
        (out / "run.json").write_text(json.dumps(settings, indent=2) + "\n")
        callbacks = [
            kgan.callbacks.SampleImages(out / "samples", every=max(1, epochs // 50)),
            kgan.callbacks.LossCurves(out / "curves.png", csv=out / "log.csv"),
            kgan.callbacks.Progress(batch_size),
            kgan.callbacks.Resume(out / "backup", save_freq=500),
        ]
        gan.fit(dataset, epochs=epochs, verbose=0, callbacks=callbacks)
        gan.save(out / "model.keras")
        gan.export(out / "saved_model")
        kgan.images.save_grid(out / "samples.png", gan.generate(64, seed=seed))
    console.print(f"Done. Look at [bold]{out / 'samples.png'}[/bold] and {out / 'samples' / 'animation.gif'}.")
    console.print(f"More pictures: kgan generate {out / 'model.keras'} -n 64 --seed 7 -o grid.png")


@app.command()
def generate(
    model: Annotated[pathlib.Path, typer.Argument(help="A model.keras, a SavedModel folder or a run folder.")],
    num: Annotated[int, typer.Option("--num", "-n", min=1, help="How many pictures.")] = 64,
    seed: Annotated[
        int | None, typer.Option(help="The same seed gives the same pictures.", show_default="a new one")
    ] = None,
    out: Annotated[
        pathlib.Path,
        typer.Option("--out", "-o", help="A picture (one grid), a .npy file (the numbers), or a folder (single PNGs)."),
    ] = pathlib.Path("samples.png"),
    label: Annotated[
        int | None,
        typer.Option(
            "--class", min=-1, help="For class-conditional models: this class only; -1 is none, where it was learnt."
        ),
    ] = None,
    truncation: Annotated[float | None, typer.Option(help="Less variety, fewer odd ones: 0.5 to 2.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")] = False,
):
    """Make new pictures with a trained model.

    Examples:
        kgan generate runs/digits -n 64 --seed 7 -o grid.png

        kgan generate runs/digits -n 1000 -o folder-of-pictures
    """
    if out.exists() and not overwrite:
        raise Failure(f"{out} exists. Name another file, or add --overwrite.")
    with failing_plainly():
        import numpy as np

        from kgan import _files, images
        from kgan.models.open_model import open_model

        pictures = open_model(model).generate(num, seed, labels=label, truncation=truncation)
        if out.suffix == ".npy":
            with _files.replacing(out) as temporary:
                np.save(temporary, pictures)
        elif out.suffix:
            images.save_grid(out, pictures)
        else:
            images.save_each(out, pictures)
    console.print(f"{num} pictures in [bold]{out}[/bold]")


@app.command()
def augment(
    data: Annotated[
        str, typer.Argument(help="Labelled: `digits`, a TFDS name, or a folder whose subfolders are the classes.")
    ],
    per_class: Annotated[int, typer.Option("--per-class", min=1, help="How many new pictures of each class.")] = 500,
    out: Annotated[
        pathlib.Path | None, typer.Option("--out", "-o", help="A new folder.", show_default="augmented-DATA")
    ] = None,
    updates: Annotated[int, typer.Option(min=1, help="How long the GAN trains.")] = 3000,
    threshold: Annotated[
        float,
        typer.Option(help="Classifiers must give a picture's class this probability, else it is made anew; 0: none."),
    ] = 0.5,
    image_size: Annotated[int | None, typer.Option(min=1, help="Resize and crop to this many pixels a side.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same pictures.")] = 0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier folder of this command.")] = False,
):
    """Make more labelled pictures from few: a subfolder for each class, without the real ones.

    Trains a class-conditional GAN on the training images, and three classifiers that reject what they doubt.

    Examples:
        kgan augment digits --per-class 100 -o more-digits

        kgan augment my-pictures --image-size 64 -o more-pictures
    """
    out = out or pathlib.Path(f"augmented-{pathlib.Path(data).name}")
    if out.exists() and not (overwrite and (out / "augmented.json").exists()):
        hint = "Name another folder, or add --overwrite."
        raise Failure(f"{out} exists{' and was not made by this command' if overwrite else ''}. {hint}")
    if not 0 <= threshold < 1:
        raise Failure(f"--threshold is a probability, in [0, 1). Received: {threshold}")
    with failing_plainly():
        import kgan
        from kgan.applications import data_augmentation
        from kgan.datasets import labelled

        info = kgan.datasets.describe(data)
        dataset = kgan.datasets.load(data, batch_size=info.count, image_size=image_size, labels=True, shuffle=False)
        images, labels = (part.numpy() for part in next(iter(dataset)))
        classes = len(info.class_names or ())
        gan = data_augmentation.train_gan(
            images, labels, classes, updates, seed=seed, callbacks=[kgan.callbacks.Progress(batch_size=32)]
        )
        ensemble = None
        if threshold:
            console.print("Training three classifiers to judge the pictures.")
            ensemble = data_augmentation.train_ensemble(images, labels, classes, seed=seed)
        made = [label for label in range(classes) for _ in range(per_class)]
        pictures = data_augmentation.generate(gan, made, ensemble, threshold or 0.5, seed)
        settings = {"data": data, "updates": updates, "threshold": threshold, "seed": seed}
        with kgan._files.replacing(out) as temporary:
            labelled.save(temporary, pictures, made, info.class_names)
            (temporary / "augmented.json").write_text(json.dumps(settings, indent=2) + "\n")
    console.print(f"{per_class:,} pictures of each of {classes} classes in [bold]{out}[/bold]")


app.command()(edit.edit)


@app.command()
def evaluate(
    model: Annotated[pathlib.Path, typer.Argument(help="A model.keras, a SavedModel folder or a run folder.")],
    data: Annotated[
        str, typer.Argument(help="What it was trained on: `digits`, a TFDS name, or a folder of pictures.")
    ],
    features: Annotated[
        str | None,
        typer.Option(
            help="`inception`, `classifier:DATA`, or a file with a model.",
            show_default="a classifier of DATA if it is labelled, else inception",
        ),
    ] = None,
    num: Annotated[int, typer.Option("--num", "-n", min=20, help="How many samples, and real images.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Of the samples.")] = 0,
    out: Annotated[
        pathlib.Path | None, typer.Option("--out", "-o", help="Report folder.", show_default="evaluation-MODEL")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier report.")] = False,
):
    """Score a model with every metric, beside what real images score.

    Writes report.html (open it in a browser), report.json and pictures, and prints the table.

    Examples:
        kgan evaluate runs/digits digits

        kgan evaluate saved_models/mnist mnist -o report
    """
    out = out or pathlib.Path(f"evaluation-{model.stem if model.stem != 'model' else model.parent.name}")
    if out.exists() and not overwrite:
        raise Failure(f"{out} exists. Name another folder with --out, or add --overwrite.")
    with failing_plainly():
        from kgan import evaluation

        found = evaluation.evaluate(model, data, features=features, num=num, seed=seed)
        found.save(out)
    console.print(found.table())
    if "note" in found.settings:
        console.print(f"[yellow]{found.settings['note']}[/yellow]")
    console.print(f"The report is [bold]{out / 'report.html'}[/bold].")


@app.command()
def export(
    model: Annotated[pathlib.Path, typer.Argument(help="A model.keras or a run folder.")],
    out: Annotated[pathlib.Path, typer.Argument(help="Where the exported generator goes.")],
    format: Annotated[str, typer.Option(help="tf_saved_model, onnx or litert.")] = "tf_saved_model",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier export.")] = False,
):
    """Write a generator that runs without kgan: as SavedModel, ONNX or LiteRT."""
    if out.exists() and not overwrite:
        raise Failure(f"{out} exists. Name another place, or add --overwrite.")
    with failing_plainly():
        import keras

        import kgan  # noqa: F401  (registers GAN)

        model = model / "model.keras" if model.is_dir() else model
        if not model.exists():
            raise FileNotFoundError(f"Expected a model.keras or a run folder. Received: {model}, which does not exist.")
        keras.saving.load_model(model).export(out, format=format, overwrite=overwrite)
    console.print(f"Exported to [bold]{out}[/bold]")


app.command()(restore.denoise)
app.command()(restore.upscale)


def _check_folder(out, settings, overwrite):
    """Refuse a folder that holds anything but this very run."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    record = out / "run.json"
    if not record.exists():
        raise Failure(f"{out} exists and is no run of kgan. Choose another folder with --out.")
    if overwrite:
        return
    before = json.loads(record.read_text())
    different = [
        f"{key} {before.get(key)!r} -> {value!r}" for key, value in settings.items() if before.get(key) != value
    ]
    if different:
        raise Failure(
            f"{out} holds another run ({'; '.join(different)}). Choose another folder with --out, or add --overwrite "
            "to delete it and start anew."
        )
    console.print(f"Going on with the run in {out}.")


def _describe(settings, gan, shape, count, steps, epochs, out):
    table = Table(show_header=False, box=None)
    height, width, channels = shape
    rows = {
        "data": f"{settings['data']}: {count:,} images of {height}x{width}x{channels}",
        "networks": f"{settings['architecture']}: generator {gan.generator.count_params():,}, "
        f"discriminator {gan.discriminator.count_params():,} parameters",
        "game": f"{type(gan.loss).__name__.lower()} + {', '.join(p.name for p in gan.penalties) or 'no penalty'}"
        f"{', augmented' if gan.augmentations else ''}",
        "training": f"{epochs:,} epochs of {steps:,} updates with {settings['batch_size']} images each",
        "run folder": str(out),
    }
    for name, value in rows.items():
        table.add_row(f"[bold]{name}[/bold]", value)
    console.print(table)


def main():
    """Run the command line."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow greets with pages of remarks
    app()
