"""The command `kgan train`."""

import dataclasses
import os
import pathlib
from typing import Annotated, Any

import typer

from kgan.cli import config, training_run
from kgan.cli.choices import ARCHITECTURES, CONDITIONINGS, LOSSES, PENALTIES, PRECISIONS, RECIPES, choice
from kgan.cli.console import say
from kgan.cli.options import SkipUnreadable
from kgan.cli.run_folder import RunFolder
from kgan.cli.train_options import DEFAULT_ARCHITECTURE, EXCLUSIVE, Options
from kgan.cli.training_run import DEFAULT_UPDATES

DATA, NETWORKS, TRAINING, OUTPUT = "Data", "Networks", "Training", "Output"  # the panels of the help

Data = Annotated[
    str | None,
    typer.Argument(
        help="A folder of images, a TFDS name such as `mnist`, or `digits` (8x8, comes with kgan).",
        show_default="mnist, or digits without network",
    ),
]
ImageSize = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Scale and crop all images to this many pixels a side.",
        show_default="their own size",
        rich_help_panel=DATA,
    ),
]
Conditional = Annotated[
    bool,
    typer.Option("--conditional/--no-conditional", help="Learn the classes: needs labeled data.", rich_help_panel=DATA),
]
Clusters = Annotated[
    int | None,
    typer.Option(
        min=2,
        help="Number of clusters (k-means) of unlabeled data to use as classes.",
        show_default="none",
        rich_help_panel=DATA,
    ),
]
Flip = Annotated[
    bool,
    typer.Option(
        "--flip/--no-flip",
        help="Mirror images left to right at random: for data where left and right do not matter.",
        rich_help_panel=DATA,
    ),
]
Workers = Annotated[int, typer.Option(min=1, help="Number of pictures that are read at once.", rich_help_panel=DATA)]
Architecture = Annotated[
    str | None,
    choice(
        "Networks.",
        ARCHITECTURES,
        show_default=f"{DEFAULT_ARCHITECTURE}, or that of --from",
        rich_help_panel=NETWORKS,
    ),
]
Conditioning = Annotated[
    str, choice("How the discriminator sees the classes.", CONDITIONINGS, rich_help_panel=NETWORKS)
]
From = Annotated[
    pathlib.Path | None,
    typer.Option(
        "--from",
        help="Start from the networks of a trained model, a run folder or its model.keras, also with other data.",
        show_default="random weights",
        rich_help_panel=NETWORKS,
    ),
]
Precision = Annotated[
    str | None,
    choice(
        "What the networks compute in, with weights and losses in float32.",
        PRECISIONS,
        show_default="float32, or that of --from",
        rich_help_panel=NETWORKS,
    ),
]
Epochs = Annotated[
    int | None,
    typer.Option(
        min=1, help="Passes over the data.", show_default=f"about {DEFAULT_UPDATES} updates", rich_help_panel=TRAINING
    ),
]
Updates = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Updates of the networks, instead of --epochs. With more of them, the same command makes a run longer.",
        show_default="by --epochs",
        rich_help_panel=TRAINING,
    ),
]
BatchSize = Annotated[int, typer.Option(min=1, help="Images per update.", rich_help_panel=TRAINING)]
LearningRate = Annotated[
    float | None,
    typer.Option(
        help="Learning rate of both networks, at the start where it decays.",
        show_default="the recipe's",
        rich_help_panel=TRAINING,
    ),
]
DecaySteps = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Updates of the learning-rate decay; longer runs need more.",
        show_default="20,000",
        rich_help_panel=TRAINING,
    ),
]
Recipe = Annotated[
    str | None,
    choice("Loss, penalties and optimizers.", RECIPES, show_default="recommended", rich_help_panel=TRAINING),
]
Loss = Annotated[
    str | None,
    choice(
        "Adversarial loss, without the recipe's penalties if it is another one than the recipe's and neither --recipe "
        "nor --penalty is given.",
        LOSSES,
        show_default="the recipe's",
        rich_help_panel=TRAINING,
    ),
]
Penalty = Annotated[
    list[str] | None,
    choice(
        "Penalty, which can be given several times.",
        (*PENALTIES, "none"),
        show_default="those of the recipe",
        rich_help_panel=TRAINING,
    ),
]
ClassificationWeight = Annotated[
    float,
    typer.Option(
        min=0,
        help="Weight of the classification loss of the generator: more gives clearer classes, less variety.",
        rich_help_panel=TRAINING,
    ),
]
LabelDropout = Annotated[
    float,
    typer.Option(
        help="Share of images trained without their label, so that --class -1 (no class) works.",
        rich_help_panel=TRAINING,
    ),
]
Augment = Annotated[
    bool,
    typer.Option(
        "--augment/--no-augment",
        help="Augment what the discriminator sees, adaptively, against overfitting.",
        rich_help_panel=TRAINING,
    ),
]
Seed = Annotated[int, typer.Option(help="The same seed gives the same result.", rich_help_panel=TRAINING)]
Device = Annotated[
    str,
    typer.Option(
        help="auto (a GPU where there is one), cpu, gpu, or gpu:1 for the second GPU.", rich_help_panel=TRAINING
    ),
]
Out = Annotated[
    pathlib.Path | None,
    typer.Option("--out", "-o", help="Run folder.", show_default="runs/DATA", rich_help_panel=OUTPUT),
]
Config = Annotated[
    pathlib.Path | None,
    typer.Option(
        "--config",
        help="TOML file with options, such as the config.toml of a run folder. Those of the command line come first.",
        callback=config.use,
        is_eager=True,
        show_default="none",
        rich_help_panel=OUTPUT,
    ),
]
Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", help="Delete the run in the run folder and start anew.", rich_help_panel=OUTPUT),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print what would be trained; write nothing.", rich_help_panel=OUTPUT)
]


def train(
    ctx: typer.Context,
    data: Data = None,
    image_size: ImageSize = None,
    conditional: Conditional = False,
    clusters: Clusters = None,
    flip: Flip = False,
    skip_unreadable: SkipUnreadable = True,
    workers: Workers = 2,
    architecture: Architecture = None,
    conditioning: Conditioning = "projection",
    start_from: From = None,
    precision: Precision = None,
    epochs: Epochs = None,
    updates: Updates = None,
    batch_size: BatchSize = 32,
    learning_rate: LearningRate = None,
    decay_steps: DecaySteps = None,
    recipe: Recipe = None,
    loss: Loss = None,
    penalty: Penalty = None,
    classification_weight: ClassificationWeight = 1.0,
    label_dropout: LabelDropout = 0.0,
    augment: Augment = False,
    seed: Seed = 0,
    device: Device = "auto",
    out: Out = None,
    config_file: Config = None,
    overwrite: Overwrite = False,
    dry_run: DryRun = False,
) -> None:
    """Train a GAN; everything about it is written to one run folder.

    The folder holds samples of each epoch and an animation of them, loss curves (PNG and CSV), the model
    (model.keras) and a SavedModel that needs no kgan. A run can be stopped at any time: the same command goes on.

    Examples:
        kgan train digits

        kgan train my-images --image-size 64 --flip --updates 20000

        kgan train my-images --from runs/other-images

        kgan train --config runs/my-images/config.toml --out runs/again
    """
    arguments = dict(locals())  # only what the command was given: nothing else is defined yet
    chosen = Options.of(one_of_each(ctx, {**arguments, "data": data or training_run.default_data()}))
    folder = RunFolder(chosen.folder)
    try:
        goes_on = not dry_run and folder.check(chosen.settings(), overwrite)
        if goes_on:
            say("Going on with the run in ", folder.path, ".")
        run = training_run.Run(chosen, folder)
        run.build()
        run.describe()
        if not dry_run:
            folder.begin(chosen.settings(), config_text(ctx, chosen), overwrite)
            run.fit()
            run.finish()
    finally:
        folder.unlock()


def one_of_each(ctx: typer.Context, arguments: dict[str, Any]) -> dict[str, Any]:
    """Let an option of the command line replace the one in a configuration file that it excludes."""
    on_command_line = {name for name in arguments if source_of(ctx, name) == "COMMANDLINE"}
    for pair in EXCLUSIVE:
        given = on_command_line.intersection(pair)
        if len(given) == 1:
            other = next(name for name in pair if name not in given)
            if source_of(ctx, other) == "DEFAULT_MAP":
                arguments = {**arguments, other: None if other != "conditional" else False}
    return arguments


def source_of(ctx: typer.Context, name: str) -> str:
    """Return where an argument is from: `"COMMANDLINE"`, `"DEFAULT_MAP"` (a file) or `"DEFAULT"`."""
    source = ctx.get_parameter_source(name)
    return "" if source is None else source.name


def config_text(ctx: typer.Context, chosen: Options) -> str:
    """Return the text of the configuration file that repeats a run."""
    values = dataclasses.asdict(chosen)
    for name in ("data", "start_from"):  # found from any folder
        if values[name] is not None and pathlib.Path(values[name]).expanduser().exists():
            values[name] = os.path.abspath(pathlib.Path(values[name]).expanduser())
    values["out"] = None
    header = (
        "All options of this run of `kgan train`. To repeat it exactly in another folder:\n"
        "kgan train --config config.toml --out OTHER"
    )
    return config.written(values, config.options_of(ctx.command), header)
