"""The report: a table, HTML, JSON and images."""

import json

import numpy as np
import pytest
from PIL import Image

from kgan.evaluation import Evaluation, Row

ROWS = [
    Row("frechet_distance_<pixels>", 1.23456, 0.1234, 0.5, 1000, "lower"),
    Row("density", 1.1, float("nan"), 1.0, 1000, "higher"),
]
GRID = np.random.default_rng(0).integers(0, 256, (8, 12, 1), "uint8")


@pytest.fixture
def report(tmp_path):
    settings = {"title": "a & b", "model": str(tmp_path / "model.keras"), "samples": "1,000 of seed 0"}
    return Evaluation(ROWS, settings, GRID, GRID)


def test_table(report):
    columns = [list(column.cells) for column in report.table().columns]
    assert [str(cell) for cell in columns[0]] == [
        "Frechet distance\nfrechet_distance_<pixels>",
        "Density (quality)\ndensity",
    ]
    assert [str(cell) for cell in columns[1]] == ["1.235\n± 0.123", "1.1"]
    assert columns[2:4] == [["0.5", "1"], ["1,000", "1,000"]]
    assert str(columns[4][0]) == "2.5 times the distance of real images: close"
    assert len(report.table(80).columns) == 4


def test_files(report, tmp_path):
    report.save(tmp_path / "report")
    written = json.loads((tmp_path / "report" / "report.json").read_text())
    assert written["settings"] == report.settings
    assert ROWS[0]._asdict().items() <= written["figures"][0].items()
    assert written["figures"][0]["verdict"] == "2.5 times the distance of real images: close"
    assert written["verdict"]["grade"] == "close"
    assert written["figures"][1]["interval"] is None
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert "<title>Evaluation of a &amp; b</title>" in page
    assert "frechet_distance_&lt;pixels&gt;" in page
    assert page.count("data:image/png") == 2
    for name in ("samples", "neighbors"):
        with Image.open(tmp_path / "report" / f"{name}.png") as picture:
            np.testing.assert_array_equal(np.asarray(picture), GRID[..., 0])


def test_the_curves_of_a_run_are_shown_too(report, tmp_path):
    Image.new("L", (3, 3)).save(tmp_path / "curves.png")
    report.save(tmp_path / "report")
    assert (tmp_path / "report" / "report.html").read_text(encoding="utf-8").count("data:image/png") == 3
