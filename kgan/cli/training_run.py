"""One run of `kgan train`: its data, its networks, its training and what it leaves behind."""

import dataclasses
import math
import shlex
from typing import Any

from kgan._sizes import crop_text, size_text
from kgan.cli import console, fine_tuning, monitoring, quiet
from kgan.cli.console import CommandError, printable, say
from kgan.cli.run_folder import RunFolder
from kgan.cli.train_options import DEFAULT_ARCHITECTURE, Options

# Updates of a run whose length is not given: enough for readable digits in two minutes.
DEFAULT_UPDATES = 6000

SAVED_EVERY = 500
"""Updates between two saved states. Ctrl-C saves one, too."""


def default_data() -> str:
    """Return what is trained on without DATA: MNIST where it can be had, else the digits that come with kgan."""
    quiet.import_keras()
    import kgan

    try:
        kgan.datasets.find("mnist")
    except (ValueError, OSError):
        say("MNIST is not on this machine and cannot be downloaded: training on the digits that come with kgan.")
        return "digits"
    say("Training on MNIST. To train on something else: kgan train DATA.")
    return "mnist"


class Run:
    """A run and its folder.

    Args:
        options: what is trained, and how.
        folder: its folder.
    """

    def __init__(self, options: Options, folder: RunFolder) -> None:
        self.options = options
        self.folder = folder
        self.gan: Any = None
        self.source: Any = None
        self.dataset: Any = None
        self.info: Any = None
        self.device = ""
        self.cropped = ""
        self.watching: Any = None

    @property
    def steps(self) -> int:
        """Updates per epoch."""
        return int(self.dataset.cardinality())

    @property
    def updates(self) -> int:
        """Updates of the whole run."""
        if self.options.updates:
            return self.options.updates
        return self.steps * (self.options.epochs or max(1, round(DEFAULT_UPDATES / self.steps)))

    @property
    def epochs(self) -> int:
        """Epochs of the whole run, of which the last may be cut."""
        return math.ceil(self.updates / self.steps)

    def build(self) -> None:
        """Load the data, build the networks and compile the GAN."""
        quiet.import_keras()
        import keras

        import kgan
        from kgan import backend

        options = self.options
        self.device = backend.use_device(options.device)
        if options.precision == "mixed_float16":
            console.warn(
                "The loss is not scaled in mixed_float16, so that the smallest gradients are lost. mixed_bfloat16 "
                "needs no scaling."
            )
        keras.utils.set_random_seed(options.seed)
        start = self._start()
        self._load(start)
        self.gan = self._networks(start)
        steps = options.decay_steps
        optimizers = [steps and kgan.optimizers.AnnealedAdam(decay_steps=steps) for _ in range(2)]
        self.gan.compile(
            *optimizers,
            loss=options.loss,
            penalties=options.penalties,
            augmentation=kgan.augmentation.recommended() if options.augment else None,
            classification_weight=options.classification_weight,
            recipe=options.recipe,
        )
        if options.learning_rate is not None:
            self.gan.optimizer.learning_rate = options.learning_rate

    def _start(self) -> Any:
        """Return the model to start from, or None. A run that goes on has the networks in its states."""
        if self.options.start_from is None:
            return None
        from kgan.training import backups

        states = backups.files(self.folder.states)
        return fine_tuning.open_gan(self.folder.states if states else self.options.start_from)

    def _load(self, start: Any) -> None:
        import kgan

        options = self.options
        size: Any = options.image_size
        if start is not None:
            *own_size, channels = start.image_shape
            size = size or tuple(own_size)
        source = self.source = kgan.datasets.find(options.data, skip_unreadable=options.skip_unreadable)
        self.dataset = kgan.datasets.load(
            source,
            batch_size=options.batch_size,
            image_size=size,
            channels=None if start is None else channels,
            labels=options.conditional,
            seed=options.seed,
            flip=options.flip,
            workers=options.workers,
        )
        self.info = kgan.datasets.info_of(self.dataset)
        height, width, _ = source.image_shape
        self.cropped = "scaled and cropped to their middle"
        if height is not None and width is not None:  # all have one size
            self.cropped = crop_text((height, width), self.info.image_shape[:2])

    def _networks(self, start: Any) -> Any:
        """Return the GAN, not compiled."""
        import kgan
        from kgan import _precision

        options = self.options
        shape = tuple(self.info.image_shape)
        num_classes = len(self.info.class_names) if options.conditional else options.clusters
        if start is not None:
            if shape != tuple(start.image_shape):
                raise CommandError(
                    f"Expected images of the shape {start.image_shape} that {options.start_from} makes. Received: "
                    f"{shape}. Leave --image-size out: the images are scaled to it."
                )
            fine_tuning.check(start, options, str(options.start_from), self.info.class_names)
        if start is None or options.architecture is not None:
            architecture = kgan.architectures.get(options.architecture or DEFAULT_ARCHITECTURE)
            with _precision.computing_in(options.precision or "float32"):
                generator = architecture.generator(shape, num_classes=num_classes)
                discriminator = architecture.discriminator(
                    shape, num_classes=num_classes, conditioning=options.conditioning
                )
        else:
            generator, discriminator = fine_tuning.networks_of(start)
        gan = kgan.GAN(
            generator,
            discriminator,
            packing=1 if start is None else start.packing,
            label_dropout=options.label_dropout,
            clusters=options.clusters is not None,
            seed=options.seed,
        )
        if start is not None:
            fine_tuning.copy_weights(start, gan, options)
        return gan

    def describe(self) -> None:
        """Print what is trained."""
        from rich.table import Table

        gan, options = self.gan, self.options
        colors = {1: "gray", 3: "color", 4: "color with transparency"}[gan.image_shape[-1]]
        length = _plural(self.epochs, "epoch")
        if self.updates < self.epochs * self.steps:
            length = f"{_plural(self.updates, 'update')}, {self.updates / self.steps:.1f} epochs"
        networks = options.architecture or (f"of {options.start_from}" if options.start_from else DEFAULT_ARCHITECTURE)
        rows = {
            "data": f"{options.data}: {self.info.num_examples:,} images of {size_text(gan.image_shape)}, {colors}"
            + (f", {self.cropped}" if self.cropped else "")
            + (", mirrored at random" if options.flip else ""),
            "networks": f"{networks}: generator {gan.generator.count_params():,}, "
            f"discriminator {gan.discriminator.count_params():,} parameters",
            "recipe": gan.recipe_summary().removeprefix(f"Training {gan.name}: "),
            "training": f"{length} of {_plural(self.steps, 'update')} with {_plural(options.batch_size, 'image')} each"
            + f", {gan.generator.dtype_policy.name}",
            "device": self.device,
            "run folder": str(self.folder.path),
        }
        table = Table("", "", show_header=False, box=None)
        table.columns[0].style = "bold"
        for name, value in rows.items():
            table.add_row(name, printable(value))
        console.show(table)

    def fit(self) -> None:
        """Train, with everything written to the run folder."""
        if self._finished():
            say(f"All {_plural(self.updates, 'update')} are done. For more of them: --updates or --epochs.")
            return
        try:
            self.gan.fit(self.dataset, epochs=self.epochs, verbose=0, callbacks=self._callbacks())
        except (KeyboardInterrupt, SystemExit):
            console.kept(self._kept())
            raise
        except OSError as error:
            raise CommandError(f"{error}. {self._kept()}") from error

    def _callbacks(self) -> list[Any]:
        import kgan

        folder, gan, options = self.folder.path, self.gan, self.options
        num = monitoring.num_images(gan.image_shape, gan.packing)
        test = monitoring.held_out(
            self.source, gan.image_shape, options.conditional, num, skip_unreadable=options.skip_unreadable
        )
        self.watching = monitoring.watch(gan, test, self.updates)
        path = shlex.quote(str(folder))
        settings = {name: value for name, value in dataclasses.asdict(options).items() if value not in (None, False)}
        command = f"kgan train --config {path}/config.toml --out {path}"
        return [
            kgan.callbacks.SampleImages(folder / "samples", every=monitoring.grid_every(self.epochs)),
            self.watching,
            kgan.callbacks.LossCurves(folder / "curves.png", csv=folder / "log.csv"),
            kgan.callbacks.Progress(options.batch_size),
            kgan.callbacks.StopAfter(self.updates),
            monitoring.report(folder, f"Run {folder.name}", settings, command, options.data),
            kgan.callbacks.Resume(self.folder.states, save_freq=SAVED_EVERY),
        ]

    def _finished(self) -> bool:
        """Return whether the newest state of the folder is the end of the run; the GAN then has it."""
        from kgan.training import backups

        found = backups.files(self.folder.states)
        if not found or backups.damage_of(found[-1]):
            return False
        position = backups.position_of(found[-1])
        if position.epoch * self.steps + position.batch < self.updates:
            return False
        self.gan.load_weights(found[-1])
        return True

    def _kept(self) -> str:
        """Return what is left of a run that was stopped, and how to go on."""
        from kgan.training import backups

        found = backups.files(self.folder.states)
        if not found:
            return "Nothing is saved yet. The same command begins anew."
        position = backups.position_of(found[-1])
        done = position.epoch * self.steps + position.batch
        return (
            f"Saved: {position} ({done:,} of {_plural(self.updates, 'update')}). The same command goes on from there; "
            f"kgan generate {shlex.quote(str(self.folder.path))} shows what it can already."
        )

    def finish(self) -> None:
        """Write the trained model and samples of it, and say where they are."""
        import kgan

        folder, gan = self.folder.path, self.gan
        done = "The training is done and saved. The same command writes what is missing in the run folder."
        console.kept(done)
        try:
            gan.save(folder / "model.keras")
            gan.export(folder / "saved_model")
            kgan.images.save_grid(folder / "samples.png", gan.generate(64, seed=self.options.seed))
        except OSError as error:
            raise CommandError(f"{error}. {done}") from error
        if self.watching is not None:
            monitoring.conclude(self.watching)
        console.result(
            run_folder=folder,
            model=folder / "model.keras",
            epochs=self.epochs,
            updates=self.updates,
            verdict=None if self.watching is None else self.watching.verdict.name,
            report=folder / "report.html",
            losses={name: values[-1] for name, values in self._history().items() if name.endswith("loss")},
        )
        say("Done. The report is ", folder / "report.html", ", samples are in ", folder / "samples.png", ".")
        say(f"More images: kgan generate {shlex.quote(str(folder))} -n 64 --seed 7 -o grid.png")

    def _history(self) -> dict[str, list[float]]:
        """Return the means of the epochs by name."""
        return dict(self.gan.progress.get("history", {}))


def _plural(num: int, thing: str) -> str:
    return f"{num:,} {thing}{'s' if num != 1 else ''}"
