"""The command `kgan train`."""

import dataclasses
import json
import os
import pathlib
import shlex
import shutil
from typing import Annotated, Any

import typer

from kgan.cli import quiet
from kgan.cli.console import CommandError, console, printable, say
from kgan.cli.options import ImageSize, Seed

# Updates of a run without --epochs: enough for readable digits in two minutes.
DEFAULT_UPDATES = 6000

Data = Annotated[
    str, typer.Argument(help="`digits` (comes with kgan), a TFDS name such as `mnist`, or a folder of images.")
]
Out = Annotated[pathlib.Path | None, typer.Option("--out", "-o", help="Run folder.", show_default="runs/DATA")]
Epochs = Annotated[
    int | None, typer.Option(min=1, help="Passes over the data.", show_default=f"about {DEFAULT_UPDATES} updates")
]
Architecture = Annotated[str, typer.Option(help="mlp, dcgan, resnet or style.")]
Recipe = Annotated[
    str | None,
    typer.Option(
        help="Loss, penalties and optimizers: recommended, classic, wgan or wgan_gp.", show_default="recommended"
    ),
]
Loss = Annotated[
    str | None,
    typer.Option(
        help="Adversarial loss. Another one than the recipe's is used without penalties, unless --recipe or --penalty "
        "is given.",
        show_default="the recipe's",
    ),
]
Penalty = Annotated[
    list[str] | None,
    typer.Option(
        help="Penalty, for example r1, or none. Can be given several times.", show_default="those of the recipe"
    ),
]
BatchSize = Annotated[int, typer.Option(min=1, help="Images per update.")]
Conditional = Annotated[bool, typer.Option("--conditional", help="Learn the classes: needs labeled data.")]
Conditioning = Annotated[
    str,
    typer.Option(
        help="How the discriminator sees the classes: projection, auxiliary_classifier, concatenation or "
        "projection_and_classifier."
    ),
]
ClassificationWeight = Annotated[
    float,
    typer.Option(
        min=0, help="Weight of the classification loss of the generator: more gives clearer classes, less variety."
    ),
]
LabelDropout = Annotated[
    float, typer.Option(help="Share of images trained without their label, so that --class -1 (no class) works.")
]
Clusters = Annotated[
    int | None,
    typer.Option(min=2, help="Number of clusters (k-means) of unlabeled data to use as classes.", show_default="none"),
]
Augment = Annotated[
    bool, typer.Option("--augment", help="Augment what the discriminator sees, adaptively, against overfitting.")
]
DecaySteps = Annotated[
    int | None,
    typer.Option(min=1, help="Updates of the learning-rate decay; longer runs need more.", show_default="20,000"),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Delete the run in the run folder and start anew.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what would be trained; write nothing.")]


@dataclasses.dataclass(frozen=True)
class Settings:
    """What a run is known by in its `run.json`: the same settings go on with it.

    Attributes:
        data, architecture, loss, penalties, image_size, batch_size, conditional, conditioning, classification_weight,
            label_dropout, clusters, augment, decay_steps, seed, recipe: as given; None where an option does not matter.
    """

    data: str
    architecture: str
    loss: str | None
    penalties: list[str] | None
    image_size: int | None
    batch_size: int
    conditional: bool
    conditioning: str | None
    classification_weight: float | None
    label_dropout: float | None
    clusters: int | None
    augment: bool | None
    decay_steps: int | None
    seed: int
    recipe: str | None = None


def train(
    data: Data,
    out: Out = None,
    epochs: Epochs = None,
    architecture: Architecture = "dcgan",
    recipe: Recipe = None,
    loss: Loss = None,
    penalty: Penalty = None,
    image_size: ImageSize = None,
    batch_size: BatchSize = 32,
    conditional: Conditional = False,
    conditioning: Conditioning = "projection",
    classification_weight: ClassificationWeight = 1.0,
    label_dropout: LabelDropout = 0.0,
    clusters: Clusters = None,
    augment: Augment = False,
    decay_steps: DecaySteps = None,
    seed: Seed = 0,
    overwrite: Overwrite = False,
    dry_run: DryRun = False,
) -> None:
    """Train a GAN; everything about it is written to one run folder.

    The folder holds samples of each epoch and an animation of them, loss curves (PNG and CSV), the model
    (model.keras) and a SavedModel that needs no kgan. A run can be stopped at any time: the same command goes on.

    Examples:
        kgan train digits

        kgan train mnist --epochs 5

        kgan train my-images --image-size 64
    """
    if clusters and conditional:
        raise CommandError("Expected --conditional (the classes of the data) or --clusters. Received: both.")
    if decay_steps and recipe not in (None, "recommended"):
        raise CommandError(f"Expected --decay-steps with the recommended recipe only. Received: --recipe {recipe}.")
    classes = conditional or clusters is not None
    weight = classification_weight if classes and "classifier" in conditioning else None
    # An option without effect is recorded as None, and so are those that came later, where they are not used.
    recorded = (conditioning if classes else None, weight, label_dropout or None, clusters, augment or None)
    penalties = [] if penalty == ["none"] else penalty or None
    options = (architecture, loss, penalties, image_size, batch_size, conditional, *recorded, decay_steps, seed, recipe)
    settings = Settings(data, *options)
    run = Run(settings, out or default_folder(data), epochs)
    if not dry_run:
        run.check_folder(overwrite)
    run.build(conditioning, classification_weight)
    run.describe()
    if not dry_run:
        run.fit(overwrite)


def default_folder(data: str) -> pathlib.Path:
    """Return the run folder of data without `--out`.

    Example:
    >>> default_folder("pictures/faces/").as_posix()
    'runs/faces'
    """
    folder = pathlib.Path(data).expanduser()
    return pathlib.Path("runs") / (pathlib.Path(os.path.abspath(folder)) if folder.is_dir() else folder).name


class Run:
    """A run and its folder.

    Args:
        settings: what is trained.
        folder: the run folder.
        epochs: how long; None for about `DEFAULT_UPDATES` updates.
    """

    def __init__(self, settings: Settings, folder: pathlib.Path, epochs: int | None) -> None:
        self.settings = settings
        self.folder = folder
        self.epochs = epochs
        self.gan: Any = None
        self.dataset: Any = None
        self.info: Any = None

    def check_folder(self, overwrite: bool) -> None:
        """Refuse a folder that holds anything but this very run."""
        folder, record = self.folder, self.folder / "run.json"
        if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
            return
        if not record.exists():
            raise CommandError(f"{folder} exists and is no run of kgan. Choose another folder with --out.")
        if overwrite:
            return
        try:
            before = json.loads(record.read_text())
        except ValueError as error:
            raise CommandError(f"{record} cannot be read: {error}. Start anew with --overwrite.") from error
        changes = [
            f"{key} {before.get(key)!r} -> {value!r}"
            for key, value in dataclasses.asdict(self.settings).items()
            if before.get(key) != value
        ]
        if changes:
            raise CommandError(
                f"{folder} holds another run ({'; '.join(changes)}). Choose another folder with --out, or add "
                "--overwrite to delete it and start anew."
            )
        say("Going on with the run in ", folder, ".")

    def build(self, conditioning: str, classification_weight: float) -> None:
        """Load the data, build the networks and compile the GAN."""
        quiet.import_keras()
        import keras

        import kgan

        settings = self.settings
        keras.utils.set_random_seed(settings.seed)
        self.dataset = kgan.datasets.load(
            settings.data,
            batch_size=settings.batch_size,
            image_size=settings.image_size,
            labels=settings.conditional,
            seed=settings.seed,
        )
        self.info = kgan.datasets.info_of(self.dataset)
        element = self.dataset.element_spec[0] if settings.conditional else self.dataset.element_spec
        shape = tuple(element.shape[1:])
        networks = kgan.architectures.get(settings.architecture)
        num_classes = len(self.info.class_names) if settings.conditional else settings.clusters
        self.gan = kgan.GAN(
            networks.generator(shape, num_classes=num_classes),
            networks.discriminator(shape, num_classes=num_classes, conditioning=conditioning),
            label_dropout=settings.label_dropout or 0.0,
            clusters=settings.clusters is not None,
            seed=settings.seed,
        )
        steps = settings.decay_steps
        optimizers = [steps and kgan.optimizers.AnnealedAdam(decay_steps=steps) for _ in range(2)]
        self.gan.compile(
            *optimizers,
            loss=settings.loss,
            penalties=settings.penalties,
            augmentation=kgan.augmentation.recommended() if settings.augment else None,
            classification_weight=classification_weight,
            recipe=settings.recipe,
        )
        self.epochs = self.epochs or max(1, round(DEFAULT_UPDATES / self.steps))

    @property
    def steps(self) -> int:
        """Updates per epoch."""
        return int(self.dataset.cardinality())

    def describe(self) -> None:
        """Print what is trained."""
        from rich.table import Table

        gan, settings = self.gan, self.settings
        height, width, channels = gan.image_shape
        rows = {
            "data": f"{settings.data}: {self.info.num_examples:,} images of {height}x{width}x{channels}",
            "networks": f"{settings.architecture}: generator {gan.generator.count_params():,}, "
            f"discriminator {gan.discriminator.count_params():,} parameters",
            "recipe": gan.recipe_summary().removeprefix(f"Training {gan.name}: "),
            "training": f"{_plural(self.epochs or 1, 'epoch')} of {_plural(self.steps, 'update')} with "
            f"{_plural(settings.batch_size, 'image')} each",
            "run folder": str(self.folder),
        }
        table = Table("", "", show_header=False, box=None)
        table.columns[0].style = "bold"
        for name, value in rows.items():
            table.add_row(name, printable(value))
        console.print(table)

    def fit(self, overwrite: bool) -> None:
        """Train, with everything written to the run folder."""
        import kgan

        folder, gan, settings = self.folder, self.gan, self.settings
        if overwrite and folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "run.json").write_text(json.dumps(dataclasses.asdict(settings), indent=2) + "\n")
        epochs = self.epochs or 1
        progress = kgan.callbacks.Progress(settings.batch_size)
        callbacks = [
            kgan.callbacks.SampleImages(folder / "samples", every=max(1, epochs // 50)),
            kgan.callbacks.LossCurves(folder / "curves.png", csv=folder / "log.csv"),
            progress,
            kgan.callbacks.Resume(folder / "backup", save_freq=500),
        ]
        try:
            gan.fit(self.dataset, epochs=epochs, verbose=0, callbacks=callbacks)
        except KeyboardInterrupt as error:
            raise CommandError("interrupted. Run the same command again to go on.") from error
        finally:
            progress.close()
        gan.save(folder / "model.keras")
        gan.export(folder / "saved_model")
        kgan.images.save_grid(folder / "samples.png", gan.generate(64, seed=settings.seed))
        say("Done. Look at ", folder / "samples.png", " and ", folder / "samples" / "animation.gif", ".")
        model = shlex.quote(str(folder / "model.keras"))
        say(f"More images: kgan generate {model} -n 64 --seed 7 -o grid.png")


def _plural(num: int, thing: str) -> str:
    return f"{num:,} {thing}{'s' if num != 1 else ''}"
