"""The result of an evaluation: values, verdicts, and the files that hold them."""

import json
import pathlib
from typing import Any, NamedTuple

import numpy as np
from rich.table import Table

from kgan import _files, images
from kgan._typing import Array, PathLike
from kgan.evaluation import page, terminal
from kgan.evaluation.meaning import meaning_of
from kgan.evaluation.row import Row
from kgan.evaluation.verdict import Verdict, summary, verdict_of


class Evaluation(NamedTuple):
    """The result of `evaluate`: values, and the images that belong to them.

    Attributes:
        rows: the values.
        settings: model, data, features, numbers, seed and machine; and under `"notes"`, if it is there, what the
            reader of the values must know.
        samples: uint8 grid of generated images.
        neighbors: uint8 grid of generated images, each beside its nearest training images.
        real: uint8 grid of real images, for comparison; None if there is none.
        curve: precision and recall as one is traded for the other, by what is compared: arrays `(num, 2)`; see
            `kgan.metrics.precision_recall_curve`.
        shares: the share of each class, by its name: of real and of generated images.
    """

    rows: list[Row]
    settings: dict[str, Any]
    samples: Array
    neighbors: Array
    real: Array | None = None
    curve: dict[str, Array] = {}
    shares: dict[str, tuple[float, float]] = {}

    @property
    def verdict(self) -> Verdict:
        """What all values say together."""
        return summary(self.rows)

    @property
    def notes(self) -> list[str]:
        """What the reader of the values must know."""
        return list(self.settings.get("notes", ()))

    def table(self, width: int = terminal.WIDE) -> Table:
        """Return the values as a table for the terminal.

        Args:
            width: columns of the terminal; narrow ones get a table in which nothing is cut. Defaults to 120.
        """
        return terminal.table(self.rows, self.settings["title"], width)

    def as_json(self) -> dict[str, Any]:
        """Return the values, settings and verdicts as what JSON has."""
        figures = []
        for row in self.rows:
            values = {key: _json_value(value) for key, value in row._asdict().items()}
            means, says = meaning_of(row.name), verdict_of(row)
            texts = {"title": means.title, "meaning": means.sentence, "grade": says.grade, "verdict": says.text}
            figures.append({**values, **texts})
        return {
            "settings": self.settings,
            "verdict": self.verdict._asdict(),
            "figures": figures,
            "shares": {name: list(values) for name, values in self.shares.items()},
        }

    def save(self, folder: PathLike) -> None:
        """Write `report.html` (with the images inside), `report.json`, `samples.png`, `neighbors.png` and `real.png`.

        Args:
            folder: where to write them; it is created if it is missing.
        """
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name, grid in (("samples", self.samples), ("neighbors", self.neighbors), ("real", self.real)):
            if grid is not None:
                images.save(folder / f"{name}.png", grid)
        with _files.replacing(folder / "report.json") as temporary:
            temporary.write_text(json.dumps(self.as_json(), indent=1) + "\n")
        with _files.replacing(folder / "report.html") as temporary:
            temporary.write_text(self._page(), encoding="utf-8")

    def _page(self) -> str:
        pictures = {"samples": self.samples, "neighbors": self.neighbors}
        if self.real is not None:
            pictures["real"] = self.real
        return page.page(self.rows, self.settings, pictures, self.curve, self.shares)


def _json_value(value: Any) -> Any:
    """Return a value that JSON has; it has no nan."""
    return None if isinstance(value, float) and not np.isfinite(value) else value
