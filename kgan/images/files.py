"""Write image files, grids of images and animations."""

import math
import os
import pathlib
from collections.abc import Sequence

import numpy as np
from PIL import Image

from kgan import _deprecation, _files
from kgan._typing import Array, PathLike
from kgan.images import transparency
from kgan.images.conversion import MODES
from kgan.images.pixels import to_uint8
from kgan.images.reading import read

OPAQUE_SUFFIXES = (".jfif", ".jpe", ".jpeg", ".jpg", ".pgm", ".pnm", ".ppm")
"""Suffixes of files that hold no transparency."""


def grid(images: Array, columns: int | None = None, padding: int = 2, scale: int | None = None) -> Array:
    """Arrange images in rows and columns.

    Args:
        images: array `(num, height, width, channels)`, float in [-1, 1] or uint8; 1, 3 or 4 channels.
        columns: number of images in a row. Defaults to what makes the grid about square.
        padding: white pixels between images. Defaults to 2.
        scale: factor by which images are enlarged (bicubic), since small ones are hard to see. Defaults to what
            makes an image about 48 pixels wide.

    Returns:
        uint8 array `(rows, pixels, channels)`.

    Raises:
        ValueError: the images have another rank or number of channels, or there are none.

    Example:
    >>> grid(np.zeros((4, 28, 28, 1), "float32"), scale=1).shape
    (58, 58, 1)
    """
    images = np.asarray(images)
    if images.ndim != 4 or len(images) == 0 or images.shape[-1] not in MODES:
        raise ValueError(
            "Expected at least one image, an array (num, height, width, channels) with 1, 3 or 4 channels. "
            f"Received: shape {images.shape}"
        )
    if images.dtype != np.uint8:
        images = to_uint8(images)
    columns = columns or math.ceil(math.sqrt(len(images)))
    rows = math.ceil(len(images) / columns)
    scale = scale or max(1, round(48 / images.shape[2]))
    if scale > 1:
        size = images.shape[2] * scale, images.shape[1] * scale
        enlarged = [np.asarray(_pillow(image).resize(size, Image.Resampling.BICUBIC)) for image in images]
        images = np.stack(enlarged).reshape(len(images), size[1], size[0], images.shape[-1])
    _, height, width, channels = images.shape
    sheet = np.full(
        (rows * (height + padding) - padding, columns * (width + padding) - padding, channels), 255, "uint8"
    )
    for index, image in enumerate(images):
        top, left = index // columns * (height + padding), index % columns * (width + padding)
        sheet[top : top + height, left : left + width] = image
    return sheet


def side_by_side(inputs: Array, outputs: Array, padding: int = 2) -> Array:
    """Put each input to the left of its output, enlarged to the same size (nearest) if it is smaller.

    Args:
        inputs: float array `(num, height, width, channels)` in [-1, 1]; values outside are clipped.
        outputs: float array `(num, k * height, k * width, channels)`. One of the two may be gray and the other not.
        padding: white pixels between the two. Defaults to 2.

    Returns:
        uint8 array `(num, k * height, 2 * k * width + padding, channels)`.

    Raises:
        ValueError: the numbers differ, or the outputs' sides are not multiples of the inputs'.

    Example:
    >>> side_by_side(np.zeros((3, 4, 5, 1), "float32"), np.zeros((3, 8, 10, 3), "float32")).shape
    (3, 8, 22, 3)
    """
    inputs, outputs = to_uint8(np.asarray(inputs)), to_uint8(np.asarray(outputs))
    factors = [larger // side for larger, side in zip(outputs.shape[1:3], inputs.shape[1:3], strict=True)]
    inputs = inputs.repeat(factors[0], axis=1).repeat(factors[1], axis=2)
    if inputs.shape[:3] != outputs.shape[:3]:
        raise ValueError(
            "Expected outputs whose sides are multiples of those of the inputs, one for each. "
            f"Received: outputs {outputs.shape} and inputs enlarged to {inputs.shape}"
        )
    if inputs.shape[3] == 1:
        inputs = inputs.repeat(outputs.shape[3], axis=3)
    elif outputs.shape[3] == 1:
        outputs = outputs.repeat(inputs.shape[3], axis=3)
    if inputs.shape[3] != outputs.shape[3]:
        raise ValueError(f"Expected one or equal channels. Received: {inputs.shape[3]} and {outputs.shape[3]}")
    white = np.full((*outputs.shape[:2], padding, outputs.shape[3]), 255, "uint8")
    return np.concatenate([inputs, white, outputs], axis=2)


def save(path: PathLike, image: Array) -> None:
    """Write one image. The file appears when it is complete.

    Args:
        path: the file; its suffix determines the format. Missing folders are made.
        image: array `(height, width, channels)`, uint8, or float in [-1, 1]. Transparent parts become white in a file
            that holds no transparency.

    Raises:
        ValueError: the array is not an image, or the suffix is not known.
    """
    picture = _pillow(image)
    if picture.mode == "RGBA" and pathlib.Path(path).suffix.lower() in OPAQUE_SUFFIXES:
        picture = transparency.on_white(picture)
    with _files.replacing(path) as temporary:
        picture.save(temporary)


def save_grid(path: PathLike, images: Array, columns: int | None = None) -> None:
    """Write images to one file, arranged by `grid`."""
    save(path, grid(images, columns))


def save_each(folder: PathLike, images: Array) -> None:
    """Write each image to a PNG file of its own, `0000.png` and so on. The folder appears when it is complete.

    Raises:
        FileExistsError: there is a file or a folder that is not empty.
    """
    folder = pathlib.Path(folder)
    _files.check_new_folder(folder)
    digits = max(4, len(str(len(images) - 1)))
    with _files.replacing(folder) as temporary:
        temporary.mkdir()
        for index, image in enumerate(images):
            _pillow(image).save(temporary / f"{index:0{digits}d}.png")


def animate(path: PathLike, frames: Sequence[PathLike | Array], milliseconds: int = 120, hold: int = 2000) -> None:
    """Join images of one size into an animation that repeats forever.

    Args:
        path: the file, with the suffix `.gif`, `.webp` or `.png`.
        frames: image files or arrays, at least one. Transparent parts become white in a GIF file, which would let the
            frame before show through.
        milliseconds: duration of each frame. Defaults to 120.
        hold: duration of the last frame, in milliseconds. Defaults to 2000.

    Raises:
        ValueError: there are no frames.
    """
    pictures = [_pillow(read(frame) if isinstance(frame, str | os.PathLike) else frame) for frame in frames]
    if not pictures:
        raise ValueError("Expected at least one frame. Received: none.")
    if pathlib.Path(path).suffix.lower() == ".gif":
        pictures = [transparency.on_white(picture) if picture.mode == "RGBA" else picture for picture in pictures]
    durations = [milliseconds] * (len(pictures) - 1) + [hold]
    with _files.replacing(path) as temporary:
        pictures[0].save(temporary, save_all=True, append_images=pictures[1:], duration=durations, loop=0)


def _pillow(image: Array) -> Image.Image:
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[-1] not in MODES:
        raise ValueError(
            f"Expected an image (height, width, channels) with 1, 3 or 4 channels. Received: shape {image.shape}"
        )
    if image.dtype != np.uint8:
        image = to_uint8(image)
    return Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)


__getattr__ = _deprecation.old_names(
    __name__,
    fit="kgan.images.fit",
    header="kgan.images.header",
    is_gray="kgan.images.is_gray",
    is_grey="kgan.images.is_gray",
    opened="kgan.images.opened",
)
