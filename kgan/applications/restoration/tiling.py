"""Large images in overlapping tiles: bounded memory, and no seams."""

from typing import NamedTuple

import numpy as np

from kgan._checks import check_positive


class Window(NamedTuple):
    """One tile along one side of an image, in pixels of it.

    Attributes:
        start: where the tile begins; below 0 and beyond the end lies the image's mirror image.
        first, last: the part of the image that this tile is kept for, `last` not included.
    """

    start: int
    first: int
    last: int


def windows(size: int, tile: int, margin: int, stride: int = 1) -> tuple[int, list[Window]]:
    """Cut one side of an image into tiles of equal length whose inner parts cover it.

    Args:
        size: of the image along this side.
        tile: the greatest length of a tile; more than twice the margin.
        margin: pixels at both ends of a tile that are not kept, since they may depend on what is outside; rounded up
            to a multiple of `stride`.
        stride: all tiles begin at a multiple of it from the image's first pixel, and have such a length.

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
    most = (tile - 2 * margin) // stride * stride
    if most < 1:
        raise ValueError(
            f"`tile` must be at least {2 * margin + stride}: its margins, {margin} pixels at each end, and {stride}. "
            f"Received: tile={tile}"
        )
    count = -(-size // most)
    kept = -(-size // (count * stride)) * stride
    starts = range(0, size, kept)
    return kept + 2 * margin, [Window(start - margin, start, min(start + kept, size)) for start in starts]


def apply(function, image, tile: int, margin: int, stride: int = 1, scale: int = 1, progress=None) -> np.ndarray:
    """Apply a function to an image, tile by tile.

    If no output pixel depends on inputs farther away than `margin`, the result is that of the whole image, mirrored at
    its borders. All tiles have one shape. Beside the image and the result, only one tile is held in memory.

    Args:
        function: takes an array `(tile height, tile width, channels)` of the image's dtype, and returns one of
            `(scale * tile height, scale * tile width, any channels)` of any dtype, always the same.
        image: array `(height, width, channels)`.
        tile, margin, stride: as in `windows`, in pixels of the image.
        scale: how many times larger the function makes a tile. Defaults to 1.
        progress: optional function of how many tiles are done, and of how many.

    Returns:
        Array `(scale * height, scale * width, ...)` of the function's dtype.

    Raises:
        ValueError: the image has another rank or is empty, or a number does not fit.

    Example:
    >>> apply(lambda part: part + 1, np.zeros((5, 9, 1)), tile=4, margin=1).mean()
    np.float64(1.0)
    """
    if image.ndim != 3 or 0 in image.shape:
        raise ValueError(f"Expected an image (height, width, channels). Received: shape {image.shape}")
    height, width = image.shape[:2]
    tall, down = windows(height, tile, margin, stride)
    wide, across = windows(width, tile, margin, stride)
    result = None
    for index, (y, x) in enumerate((y, x) for y in down for x in across):
        rows, columns = mirrored(y.start, tall, height), mirrored(x.start, wide, width)
        part = function(image[rows[:, None], columns])
        if part.shape[:2] != (scale * tall, scale * wide):
            raise ValueError(
                f"Expected a function that gives tiles of {scale * tall}x{scale * wide}. Received: shape {part.shape}"
            )
        if result is None:
            result = np.empty((scale * height, scale * width, *part.shape[2:]), part.dtype)
        top, left = scale * (y.first - y.start), scale * (x.first - x.start)
        kept = scale * (y.last - y.first), scale * (x.last - x.first)
        place = slice(scale * y.first, scale * y.last), slice(scale * x.first, scale * x.last)
        result[place] = part[top : top + kept[0], left : left + kept[1]]
        if progress is not None:
            progress(index + 1, len(down) * len(across))
    return result


def mirrored(start: int, length: int, size: int) -> np.ndarray:
    """Return which of `size` pixels stand at `start` to `start + length` if mirrors stand on the first and the last.

    Example:
    >>> mirrored(-2, 7, 3).tolist()
    [2, 1, 0, 1, 2, 1, 0]
    """
    period = max(1, 2 * (size - 1))
    places = np.arange(start, start + length) % period
    return np.minimum(places, period - places) if size > 1 else 0 * places
