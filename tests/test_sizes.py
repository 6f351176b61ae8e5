"""Sizes in messages: width first, and what a crop costs."""

import pytest

from kgan._sizes import crop_text, size_text


def test_the_width_comes_first():
    assert size_text((112, 92)) == size_text([112, 92, 1]) == "92x112"


@pytest.mark.parametrize(
    ("size", "target", "text"),
    [
        ((480, 640), (64, 64), "cropped to its middle square (25 % is cut off)"),
        ((640, 480), (64, 64), "cropped to its middle square (25 % is cut off)"),
        ((640, 480), (32, 48), "cropped to its middle (50 % is cut off)"),
        ((640, 480), (64, 48), ""),
        ((333, 332), (28, 28), ""),  # a third of a percent
        ((28, 28), (28, 28), ""),
    ],
)
def test_what_is_cut_off(size, target, text):
    assert crop_text(size, target) == text
