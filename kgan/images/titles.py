"""Titles above the columns of a grid of images."""

import typing
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from kgan._typing import Array

SIZES = range(14, 7, -1)
"""Heights of the letters in pixels, from the largest that looks well to the smallest that can be read."""


def add_titles(grid: Array, titles: Sequence[str], padding: int = 2) -> Array:
    """Write a title above each column of a grid.

    The letters are as large as the longest title allows; a title that does not fit even in the smallest ones is cut.

    Args:
        grid: uint8 array `(rows, pixels, channels)`, from `grid`.
        titles: one text for each column, in letters of the Latin alphabet.
        padding: white pixels between the columns, as in `grid`. Defaults to 2.

    Returns:
        uint8 array, `grid` with more rows at the top: black letters on white.

    Raises:
        ValueError: the columns that the titles stand for are not of one whole width.

    Example:
    >>> sheet = add_titles(np.zeros((48, 98, 1), "uint8"), ["before", "after"])
    >>> sheet.shape[1:], bool((sheet[0] == 255).all())
    ((98, 1), True)
    """
    width, rest = divmod(grid.shape[1] + padding, len(titles) or 1)
    if rest or not titles or width <= padding:
        raise ValueError(
            f"Expected as many titles as the grid of {grid.shape[1]} pixels has columns. Received: {len(titles)}"
        )
    font, texts = _fitting(titles, width - padding)
    height = sum(font.getmetrics()) + 2
    row = Image.new("L", (grid.shape[1], height), "white")
    draw = ImageDraw.Draw(row)
    for index, text in enumerate(texts):
        left = index * width + (width - padding - draw.textlength(text, font=font)) / 2
        draw.text((round(left), 1), text, font=font, fill="black")
    above = np.asarray(row)[..., None].repeat(grid.shape[2], axis=2)
    if grid.shape[2] == 4:
        above[..., 3] = 255
    return np.concatenate([above, grid])


def _fitting(titles: Sequence[str], width: int) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """Return the largest font in which all titles are at most `width` pixels wide, and the titles, cut if need be."""
    for size in SIZES:
        font = typing.cast(ImageFont.FreeTypeFont, ImageFont.load_default(size))  # since a size is asked for
        if all(font.getlength(title) <= width for title in titles):
            return font, list(titles)
    return font, [_cut(title, font, width) for title in titles]


def _cut(title: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """Return the beginning of a title that fits, followed by a dot; the title itself, if it fits."""
    if font.getlength(title) <= width:
        return title
    while title and font.getlength(f"{title}.") > width:
        title = title[:-1]
    return f"{title}." if title else ""
