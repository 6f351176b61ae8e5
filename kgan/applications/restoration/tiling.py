"""Processing of large images in overlapping tiles, with bounded memory and without visible seams."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from kgan._checks import check_positive
from kgan._sizes import size_text
from kgan._typing import Array


class Window(NamedTuple):
    """One tile along one axis of an image, in pixels.

    Attributes:
        start: where the tile begins. Beyond the borders the image is mirrored.
        first: the first pixel of the part of the image that this tile determines.
        last: the end of that part, exclusive.
    """

    start: int
    first: int
    last: int


def windows(size: int, tile: int, margin: int, stride: int = 1) -> tuple[int, list[Window]]:
    """Divide one axis of an image into tiles of equal length whose inner parts cover it.

    Args:
        size: of the image along this axis.
        tile: the greatest length of a tile; more than twice the margin.
        margin: pixels at both ends of a tile that are discarded, because they may depend on pixels outside the tile;
            rounded up to a multiple of `stride`.
        stride: all tiles begin at a multiple of it, counted from the first pixel, and have a length that is one.
            Defaults to 1.

    Returns:
        The length of all tiles, and the tiles.

    Raises:
        ValueError: the tile is too small, or a number is out of range.

    Example:
    >>> windows(10, tile=8, margin=1)
    (7, [Window(start=-1, first=0, last=5), Window(start=4, first=5, last=10)])
    """
    check_positive(size=size, tile=tile, stride=stride)
    if margin < 0:
        raise ValueError(f"`margin` must be non-negative. Received: margin={margin}")
    margin = -(-margin // stride) * stride
    largest = (tile - 2 * margin) // stride * stride
    if largest < 1:
        raise ValueError(
            f"`tile` must be at least {2 * margin + stride}: margins of {margin} pixels at both ends, and {stride}. "
            f"Received: tile={tile}"
        )
    num_tiles = -(-size // largest)
    kept = -(-size // (num_tiles * stride)) * stride
    starts = range(0, size, kept)
    return kept + 2 * margin, [Window(start - margin, start, min(start + kept, size)) for start in starts]


def apply(
    function: Callable[[Array], Array],
    image: Array,
    tile: int,
    margin: int,
    stride: int = 1,
    scale: int = 1,
    progress: Callable[[int, int], object] | None = None,
) -> Array:
    """Apply a function to an image, tile by tile.

    If no output pixel depends on input pixels farther away than `margin`, the result is that of the whole image,
    mirrored at its borders. All tiles have one shape. Besides the image and the result, only one tile is in memory.

    Args:
        function: takes an array `(tile height, tile width, channels)` of the image's dtype and returns one of
            `(scale * tile height, scale * tile width, ...)`, always of the same dtype.
        image: array `(height, width, channels)`.
        tile: the greatest side of a tile in pixels of the image, more than twice the margin.
        margin: as in `windows`.
        stride: as in `windows`. Defaults to 1.
        scale: how many times the function enlarges a tile. Defaults to 1.
        progress: function of the number of finished tiles and the number of all tiles. Defaults to None.

    Returns:
        Array `(scale * height, scale * width, ...)` of the function's dtype.

    Raises:
        ValueError: the image has another rank or is empty, or a number is out of range.

    Example:
    >>> apply(lambda pixels: pixels + 1, np.zeros((5, 9, 1)), tile=4, margin=1).mean()
    np.float64(1.0)
    """
    if image.ndim != 3 or 0 in image.shape:
        raise ValueError(f"Expected an image (height, width, channels). Received: shape {image.shape}")
    height, width = image.shape[:2]
    tile_height, row_windows = windows(height, tile, margin, stride)
    tile_width, column_windows = windows(width, tile, margin, stride)
    positions = [(row, column) for row in row_windows for column in column_windows]
    result = np.empty(0)
    for index, (row, column) in enumerate(positions):
        rows = mirrored(row.start, tile_height, height)
        columns = mirrored(column.start, tile_width, width)
        processed = function(image[rows[:, None], columns])
        if processed.shape[:2] != (scale * tile_height, scale * tile_width):
            raise ValueError(
                f"Expected a function that returns tiles of {size_text((scale * tile_height, scale * tile_width))}. "
                f"Received: shape {processed.shape}"
            )
        if index == 0:
            result = np.empty((scale * height, scale * width, *processed.shape[2:]), processed.dtype)
        result[_scaled(row, scale), _scaled(column, scale)] = processed[_kept(row, scale), _kept(column, scale)]
        if progress is not None:
            progress(index + 1, len(positions))
    return result


def _scaled(window: Window, scale: int) -> slice:
    """Return where in the result the pixels of a tile belong."""
    return slice(scale * window.first, scale * window.last)


def _kept(window: Window, scale: int) -> slice:
    """Return which pixels of a processed tile are used."""
    return slice(scale * (window.first - window.start), scale * (window.last - window.start))


def mirrored(start: int, length: int, size: int) -> Array:
    """Return the indices of the pixels at `start` to `start + length` of an image mirrored at its border pixels.

    Args:
        start: the first position; it may be negative.
        length: the number of positions.
        size: of the image along this axis.

    Example:
    >>> mirrored(-2, 7, 3).tolist()
    [2, 1, 0, 1, 2, 1, 0]
    """
    if size == 1:
        return np.zeros(length, "int64")
    period = 2 * (size - 1)
    positions = np.arange(start, start + length) % period
    return np.minimum(positions, period - positions)
