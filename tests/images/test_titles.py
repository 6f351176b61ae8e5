"""Titles above the columns of a grid."""

import numpy as np
import pytest

from kgan.images import add_titles, grid


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_the_grid_stays_below_the_titles(channels):
    sheet = grid(np.zeros((6, 28, 28, channels), "uint8"), columns=3)
    titled = add_titles(sheet, ["one", "-1.33", "three"])
    height = len(titled) - len(sheet)
    assert 8 < height < 24
    assert titled.dtype == np.uint8
    np.testing.assert_array_equal(titled[height:], sheet)
    above = titled[:height]
    assert above[..., :3].min() < 80 < 250 < above[..., :3].max()  # dark letters on white
    assert (above[..., 3:] == 255).all()


def test_each_title_is_above_the_middle_of_its_column():
    sheet = grid(np.zeros((3, 60, 60, 1), "uint8"), columns=3, padding=2, scale=1)
    ink = 255.0 - add_titles(sheet, ["0", "", "0"])[: -len(sheet), :, 0]
    for start, drawn in ((0, True), (62, False), (124, True)):
        column = ink[:, start : start + 60].sum(axis=0)
        assert (column.sum() > 0) == drawn
        if drawn:
            assert abs((column * np.arange(60)).sum() / column.sum() - 30) < 1.5


def test_long_titles_are_made_smaller_and_then_cut():
    sheet = grid(np.zeros((2, 48, 48, 1), "uint8"), columns=2, padding=2, scale=1)
    heights = [
        len(add_titles(sheet, [title, "b"])) - len(sheet) for title in ("a", "inverted", "background_brightness")
    ]
    assert heights[0] > heights[2]
    ink = 255 - add_titles(sheet, ["background_brightness", ""])[: heights[2], :, 0]
    assert ink[:, :48].any()
    assert not ink[:, 48:].any()  # nothing of it in the next column


@pytest.mark.parametrize("titles", [[], ["one"] * 3, ["one"] * 60])
def test_there_is_a_title_for_each_column(titles):
    with pytest.raises(ValueError, match=f"as many titles as .* has columns. Received: {len(titles)}"):
        add_titles(np.zeros((48, 98, 1), "uint8"), titles)
