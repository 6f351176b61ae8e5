"""The table in terminals: nothing is cut."""

import io

import pytest
from rich.console import Console

from kgan.evaluation import Row
from kgan.evaluation.terminal import broken, table

ROWS = [
    Row("frechet_distance_fashion_mnist_classifier", 1234.5678, 0.1234, 0.00012346, 10_000, "lower"),
    Row("kernel_distance_fashion_mnist_classifier", -0.0012345678, 0.00012, -0.00212345, 10_000, "lower"),
    Row("memorization_z", 12.5, float("nan"), 0.0, 1000, "above -3"),
]


def printed(width):
    output = io.StringIO()
    Console(file=output, width=width).print(table(ROWS, "runs/a/very/long/name/of/a/model on fashion_mnist", width))
    return output.getvalue()


@pytest.mark.parametrize("width", [50, 60, 80, 100, 120, 200])
def test_all_is_there(width):
    text = printed(width)
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width
    for value in ("1235", "0.0001235", "± 0.123", "-0.001235", "-0.002123", "12.5"):
        assert value in text.replace("\n", " ")
    for word in ("Frechet", "Kernel", "memorization_", "generated", "real", "images", "far"):
        assert word in text
    for part in ("frechet_", "kernel_", "distance_", "fashion_", "mnist_", "classifier"):  # broken only between parts
        assert part in text


def test_verdicts_are_sentences_where_there_is_space():
    assert "no nearer to training images" in " ".join(printed(140).split())
    assert "share" not in printed(80)


def test_the_numbers_of_samples_are_said_in_every_width():
    for width in (60, 140):
        said = " ".join(printed(width).split())
        assert "From 10,000 generated images; nearness to training images from 1,000." in said


def test_a_part_longer_than_the_line_is_not_lost():
    assert broken("a_verylongname_b", 4).replace("\n", "") == "a_verylongname_b"
