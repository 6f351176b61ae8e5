"""What `kgan train` is asked for, as one object."""

import dataclasses
import os
import pathlib
from collections.abc import Mapping
from typing import Any

from kgan.cli.console import CommandError

# Two options that exclude each other. One on the command line replaces the other in a configuration file.
EXCLUSIVE = (("epochs", "updates"), ("conditional", "clusters"))

DEFAULT_ARCHITECTURE = "dcgan"


@dataclasses.dataclass(frozen=True)
class Options:
    """The options of `kgan train` that say what is trained, and how.

    Attributes:
        data, ...: as the options of the same names; `start_from` is `--from`. None where an option is not given.
    """

    data: str
    image_size: int | None
    conditional: bool
    clusters: int | None
    flip: bool
    skip_unreadable: bool
    workers: int
    architecture: str | None
    conditioning: str
    precision: str | None
    start_from: pathlib.Path | None
    epochs: int | None
    updates: int | None
    batch_size: int
    learning_rate: float | None
    decay_steps: int | None
    recipe: str | None
    loss: str | None
    penalty: list[str] | None
    classification_weight: float
    label_dropout: float
    augment: bool
    seed: int
    device: str
    out: pathlib.Path | None

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> "Options":
        """Return the options among the arguments of the command.

        Raises:
            CommandError: two of them exclude each other, or one is out of range.
        """
        options = cls(**{field.name: arguments[field.name] for field in dataclasses.fields(cls)})
        options.check()
        return options

    def check(self) -> None:
        """Refuse what cannot be, before anything is loaded."""
        if self.clusters and self.conditional:
            raise CommandError("Expected --conditional (the classes of the data) or --clusters. Received: both.")
        if self.epochs and self.updates:
            raise CommandError("Expected --epochs or --updates. Received: both.")
        if self.decay_steps and self.recipe not in (None, "recommended"):
            raise CommandError(
                f"Expected --decay-steps with the recommended recipe only. Received: --recipe {self.recipe}."
            )
        if self.learning_rate is not None and not self.learning_rate > 0:
            raise CommandError(f"Expected a positive --learning-rate. Received: {self.learning_rate:g}.")
        if self.start_from is not None and self.start_from.resolve() == self.folder.resolve():
            raise CommandError(
                f"Expected --from to name another run than the run folder. Received: {self.start_from} for both. "
                "Choose another run folder with --out."
            )

    @property
    def folder(self) -> pathlib.Path:
        """The run folder."""
        return self.out or default_folder(self.data)

    @property
    def penalties(self) -> list[str] | None:
        """The names of the penalties; an empty list for none, None for those of the recipe."""
        return [] if self.penalty == ["none"] else self.penalty or None

    def settings(self) -> dict[str, Any]:
        """Return what a run is known by in its `run.json`: the same settings go on with it.

        What changes no result is not among them: the length of the run, the device and the number of threads. An option
        without effect is None, and so are those that came later where they are not used: older runs lack them.
        """
        classes = self.conditional or self.clusters is not None
        weight = self.classification_weight if classes and "classifier" in self.conditioning else None
        architecture = self.architecture or (None if self.start_from else DEFAULT_ARCHITECTURE)
        return {
            "data": self.data,
            "architecture": architecture,
            "loss": self.loss,
            "penalties": self.penalties,
            "image_size": self.image_size,
            "batch_size": self.batch_size,
            "conditional": self.conditional,
            "conditioning": self.conditioning if classes else None,
            "classification_weight": weight,
            "label_dropout": self.label_dropout or None,
            "clusters": self.clusters,
            "augment": self.augment or None,
            "decay_steps": self.decay_steps,
            "seed": self.seed,
            "recipe": self.recipe,
            "learning_rate": self.learning_rate,
            "flip": self.flip or None,
            "precision": None if self.precision == "float32" and not self.start_from else self.precision,
            "from": self.start_from and str(self.start_from),
        }


def default_folder(data: str) -> pathlib.Path:
    """Return the run folder of data without `--out`.

    Example:
    >>> default_folder("pictures/faces/").as_posix()
    'runs/faces'
    """
    folder = pathlib.Path(data).expanduser()
    return pathlib.Path("runs") / (pathlib.Path(os.path.abspath(folder)) if folder.is_dir() else folder).name
