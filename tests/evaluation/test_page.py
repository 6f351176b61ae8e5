"""The page of an evaluation."""

import html
import re

import numpy as np
import pytest
from PIL import Image

from kgan.evaluation import Row
from kgan.evaluation.page import page

ROWS = [
    Row("frechet_distance_<pixels>", 2.1, 0.1, 1.0, 1000, "lower"),
    Row("recall_<pixels>", 0.5, 0.01, 0.9, 1000, "higher"),
]
GRID = np.zeros((8, 12, 1), "uint8")
PICTURES = {"samples": GRID, "neighbors": GRID, "real": GRID}


@pytest.fixture
def settings(tmp_path):
    return {"title": "a & b", "model": str(tmp_path / "model.keras"), "samples": "1,000", "notes": ["Few <images>."]}


def text_of(made):
    return " ".join(html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", made, flags=re.S)).split())


def test_all_is_explained_and_escaped(settings):
    made = page(ROWS, settings, PICTURES, {}, {})
    assert "<pixels>" not in made
    text = text_of(made)
    for words in (
        "Evaluation of a & b",
        "some way off",
        "2.1 times the distance of real images: close",
        "56 % of that of real images",
        "Few <images>.",
        "Recall (variety) ( recall_<pixels> ): The share of real images that the model could make",
        "Left of each gap a generated image",
        "Real images to compare with, drawn at random",
        "samples 1,000",
    ):
        assert words in text
    assert made.count("<img") == 3
    assert "notes" not in text


def test_drawings(settings, tmp_path):
    line = np.ones((3, 2))
    made = page(ROWS, settings, {}, {"real": line, "generated": line}, {"cat": (1.0, 1.0)})
    assert made.count("<img") == 2
    Image.new("L", (3, 3)).save(tmp_path / "curves.png")
    assert page(ROWS, settings, {}, {}, {}).count("<img") == 1
    assert page(ROWS, {**settings, "model": str(tmp_path)}, {}, {}, {}).count("<img") == 1
