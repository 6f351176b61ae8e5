"""Read and write image files, grids of images and animations."""

import contextlib
import math
import os
import pathlib
from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from kgan import _deprecation, _files
from kgan._typing import Array, PathLike
from kgan.images.pixels import to_uint8

MODES = {1: "L", 3: "RGB", 4: "RGBA"}
"""Pillow's modes by the number of channels."""


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
        image: array `(height, width, channels)`, uint8, or float in [-1, 1].

    Raises:
        ValueError: the array is not an image, or the suffix is not known.
    """
    with _files.replacing(path) as temporary:
        _pillow(image).save(temporary)


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


def animate(path: PathLike, frames: Sequence[PathLike | Array], milliseconds: int = 120) -> None:
    """Join images of one size into an animation that repeats forever and holds its last frame for two seconds.

    Args:
        path: the file, with the suffix `.gif`, `.webp` or `.png`.
        frames: image files or arrays, at least one.
        milliseconds: duration of each frame. Defaults to 120.

    Raises:
        ValueError: there are no frames.
    """
    pictures = [_pillow(read(frame) if isinstance(frame, str | os.PathLike) else frame) for frame in frames]
    if not pictures:
        raise ValueError("Expected at least one frame. Received: none.")
    durations = [milliseconds] * (len(pictures) - 1) + [2000]
    with _files.replacing(path) as temporary:
        pictures[0].save(temporary, save_all=True, append_images=pictures[1:], duration=durations, loop=0)


def read(path: PathLike, channels: int | None = None, size: tuple[int, int] | None = None) -> Array:
    """Read an image of any format and mode that Pillow knows, upright.

    Args:
        path: the file.
        channels: 1 (gray), 3 (RGB) or 4 (RGBA); transparent parts become white where there is no fourth
            channel. Defaults to 1 for gray images, else 3.
        size: `(height, width)`: the image is scaled, with antialiasing, and cropped in its center to this
            size. Defaults to its own.

    Returns:
        uint8 array `(height, width, channels)`.

    Raises:
        ValueError: the file is not an image, or is damaged; the message names it.

    Example:
    >>> save("picture.png", np.zeros((6, 4, 3), "uint8"))
    >>> read("picture.png", channels=1, size=(2, 2)).shape
    (2, 2, 1)
    """
    with opened(path) as image:
        return fit(ImageOps.exif_transpose(image), channels, size)


def header(path: PathLike) -> tuple[bool, tuple[int, int]]:
    """Return whether an image is gray, and its `(height, width)`, upright, without decoding it.

    Raises:
        ValueError: the file is not an image; the message names it.
    """
    with opened(path) as image:
        width, height = image.size
        turned = image.getexif().get(0x0112, 1) >= 5  # the EXIF orientations that swap the sides
        return is_gray(image), (width, height) if turned else (height, width)


def fit(image: Image.Image, channels: int | None = None, size: tuple[int, int] | None = None) -> Array:
    """Convert a Pillow image to an array as `read` does."""
    channels = channels or (1 if is_gray(image) else 3)
    image = _eight_bits(image)
    if channels < 4 and image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    image = image.convert(MODES[channels])
    if size is not None:
        image = ImageOps.fit(image, (size[1], size[0]), Image.Resampling.LANCZOS)
    return np.asarray(image, "uint8").reshape(image.height, image.width, channels)


@contextlib.contextmanager
def opened(path: PathLike) -> Iterator[Image.Image]:
    """Open an image file with Pillow while the block runs.

    Raises:
        FileNotFoundError, PermissionError, IsADirectoryError: there is no file to read.
        ValueError: it is not an image, or is damaged, also where only the block finds out; the message names it.
    """
    try:
        with Image.open(path) as image:
            yield image
    except (FileNotFoundError, PermissionError, IsADirectoryError):
        raise
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"Expected a picture. Received: {path}, which cannot be read: {error}") from error


def is_gray(image: Image.Image) -> bool:
    """Return whether a Pillow image is of a mode without colors."""
    return image.mode in ("1", "L", "LA", "La", "F") or image.mode.startswith("I")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Reduce 16-bit and float images to 8 bits."""
    if image.mode.startswith("I"):  # 16 bits, whatever Pillow calls it
        return Image.fromarray((np.clip(np.asarray(image, "float64"), 0, 65535) / 257).round().astype("uint8"))
    if image.mode == "F":  # no range is agreed on: stretch what is there
        values = np.asarray(image, "float64")
        span = np.ptp(values) or 1.0
        return Image.fromarray(((values - values.min()) / span * 255).round().astype("uint8"))
    return image


def _pillow(image: Array) -> Image.Image:
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[-1] not in MODES:
        raise ValueError(
            f"Expected an image (height, width, channels) with 1, 3 or 4 channels. Received: shape {image.shape}"
        )
    if image.dtype != np.uint8:
        image = to_uint8(image)
    return Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)


__getattr__ = _deprecation.old_names(__name__, is_grey="is_gray")
