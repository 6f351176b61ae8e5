"""Verdicts: one for each side of every threshold."""

import math

import pytest

from kgan.evaluation import Row, summary, verdict_of

NAN = float("nan")


def row(name, value, floor, interval=NAN, samples=10_000):
    return Row(name, value, interval, floor, samples, "")


@pytest.mark.parametrize(
    ("given", "grade", "text"),
    [
        (row("fid", 2.1, 1.0, 0.1), "close", "2.1 times the distance of real images: close"),
        (row("fid", 4.8, 1.0, 0.3), "some way off", "4.8 times the distance of real images: some way off"),  # 5.1
        (row("fid", 31.0, 1.0, 0.1), "far", "31 times the distance of real images: far"),
        (row("fid", 1.05, 1.0, 0.1), "as real", "not told apart from real images by this figure"),
        (row("fid", 0.9, 1.0), "as real", "not told apart from real images by this figure"),
        (row("fid", 0.9, 0.0), "", "above that of real images, which is 0"),
        (row("kid", 0.010, -0.001, 0.02), "as real", "not told apart from real images by this figure"),
        (row("kid", 0.030, -0.001, 0.02), "", "above that of real images, by more than chance"),
        (row("precision_x", 0.95, 0.96, 0.01), "as real", "as high as that of real images"),
        (row("precision_x", 0.89, 0.95, 0.01), "close", "94 % of that of real images: close"),
        (row("recall_x", 0.81, 0.95, 0.01), "some way off", "85 % of that of real images: some way off"),
        (row("recall_x", 0.10, 0.95, 0.01), "far", "11 % of that of real images: far"),
        (row("density_x", 1.4, 1.0), "as real", "as high as that of real images"),
        (row("modes_x", 10, 10), "as real", "all classes occur"),
        (row("modes_x", 9, 10), "some way off", "1 of 10 classes missing: some way off"),
        (row("modes_x", 3, 10), "far", "7 of 10 classes missing: far"),
        (row("reverse_kl_x", 0.004, 0.003), "as real", "as balanced as real images"),
        (row("reverse_kl_x", 0.5, 0.003), "far", "far from the balance of real images"),
        (row("class_entropy_x", 0.995, 0.999), "as real", "as even as real images"),
        (row("class_entropy_x", 0.59, 0.999), "far", "0.41 from that of real images"),
        (row("memorization_z", -2.9, 0.0), "as real", "no nearer to training images than new images are"),
        (row("copied_share", 0.02, 0.01, samples=1000), "as real", "no more than among new images"),
        (row("copied_share", 0.06, 0.01, samples=1000), "some way off", "6.0 % are copies or nearly so"),
        (row("own", 1.0, 1.0), "", ""),
        (row("fid", NAN, 1.0), "", ""),
    ],
)
def test_one_figure(given, grade, text):
    assert verdict_of(given)[:2] == (grade, text)


GOOD = [
    row("fid", 2.1, 1.0, 0.1),
    row("precision_x", 0.95, 0.95, 0.01),
    row("recall_x", 0.95, 0.95, 0.01),
    row("memorization_z", 0.5, 0.0),
]


def test_the_worst_aspect_counts():
    together = summary(GOOD)
    assert (together.grade, together.text) == ("close", "The samples are close to real images")
    assert together.details[0] == "Distance (Frechet distance): 2.1 times the distance of real images: close."
    assert len(together.details) == 4
    worse = summary([*GOOD, row("coverage_x", 0.2, 0.9, 0.01)])
    assert worse.grade == "far"
    assert "Variety (coverage): 22 % of that of real images: far." in worse.details


def test_copies_are_never_good():
    copies = summary([*GOOD, row("copied_share", 0.5, 0.01, samples=1000)])
    assert copies.grade == "some way off"
    assert "copied from training images" in copies.text


def test_few_samples_are_said():
    few = summary([given._replace(samples=360) for given in GOOD])
    assert few.details[-1] == "With 360 samples only large differences show."
    assert not math.isnan(len(summary([]).text))
    assert summary([]).grade == ""
