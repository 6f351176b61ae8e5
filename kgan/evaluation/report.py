"""The report of an evaluation: a table for the terminal, HTML, JSON and images."""

import base64
import html
import json
import pathlib
from typing import Any, NamedTuple

import numpy as np
from rich.table import Column, Table

from kgan import _files, images
from kgan._typing import Array, PathLike

STYLE = (
    "body{font:16px sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
    "td,th{padding:.2em 1em .2em 0;text-align:left}img{max-width:100%}"
)


class Row(NamedTuple):
    """One value of an evaluation.

    Attributes:
        name: name of the value.
        value: of the generated images.
        interval: half the width of its 95 % interval over draws of samples; nan if it is not known.
        floor: the value of real images in place of generated ones.
        samples: number of generated images, and of real ones, that it was computed from.
        better: `"lower"`, `"higher"`, `"above -3"` or `"like real"`.
    """

    name: str
    value: float
    interval: float
    floor: float
    samples: int
    better: str

    def cells(self) -> tuple[str, str, str, str, str, str]:
        """Return the row as text."""
        interval = "" if np.isnan(self.interval) else f"± {self.interval:.3g}"
        return self.name, f"{self.value:.4g}", interval, f"{self.floor:.4g}", f"{self.samples:,}", self.better


class Evaluation(NamedTuple):
    """The result of `evaluate`: values, and the images that belong to them.

    Attributes:
        rows: the values.
        settings: model, data, features, numbers, seed and machine.
        samples: uint8 grid of generated images.
        neighbors: uint8 grid of generated images, each beside its nearest training images.
    """

    rows: list[Row]
    settings: dict[str, Any]
    samples: Array
    neighbors: Array

    def table(self) -> Table:
        """Return the values as a table for the terminal."""
        first = Column("figure", no_wrap=True, overflow="fold")  # names are not cut in a narrow terminal
        table = Table(first, "generated", "95 %", "real", "samples", "better", title=self.settings["title"])
        for row in self.rows:
            table.add_row(*row.cells())
        return table

    def save(self, folder: PathLike) -> None:
        """Write `report.html` (with the images inside), `report.json`, `samples.png` and `neighbors.png`.

        Args:
            folder: where to write them; it is created if it is missing.
        """
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        images.save(folder / "samples.png", self.samples)
        images.save(folder / "neighbors.png", self.neighbors)
        values = [{key: _json_value(value) for key, value in row._asdict().items()} for row in self.rows]
        with _files.replacing(folder / "report.json") as temporary:
            temporary.write_text(json.dumps({"settings": self.settings, "figures": values}, indent=1) + "\n")
        with _files.replacing(folder / "report.html") as temporary:
            temporary.write_text(self._page(folder), encoding="utf-8")

    def _page(self, folder: pathlib.Path) -> str:
        title = html.escape(self.settings["title"])
        rows = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}" for cell in row.cells()) for row in self.rows)
        pictures = [
            ("Samples", folder / "samples.png"),
            ("Samples and their nearest training images", folder / "neighbors.png"),
        ]
        curves = pathlib.Path(self.settings["model"]).parent / "curves.png"
        if curves.is_file():
            pictures.append(("Training", curves))
        figures = "".join(f"<h2>{heading}</h2>{_image(path, heading)}" for heading, path in pictures)
        settings = "".join(
            f"<tr><td>{html.escape(str(name))}<td>{html.escape(str(value))}" for name, value in self.settings.items()
        )
        return (
            f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{STYLE}</style>"
            f"<h1>{title}</h1><table><tr><th>figure<th>generated<th>95 %<th>real<th>samples<th>better{rows}</table>"
            f"{figures}<h2>How it was measured</h2><table>{settings}</table>\n"
        )


def _image(path: pathlib.Path, description: str) -> str:
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<img alt="{description}" src="data:image/png;base64,{data}">'


def _json_value(value: Any) -> Any:
    """Return a value that JSON has; it has no nan."""
    return None if isinstance(value, float) and np.isnan(value) else value
