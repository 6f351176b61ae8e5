"""Pictures in and out: files to arrays, arrays to grids, files and animations."""

import contextlib
import math
import pathlib

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from kgan import _files
from kgan.images.pixels import to_uint8

MODES = {1: "L", 3: "RGB", 4: "RGBA"}


def grid(images, columns: int | None = None, padding: int = 2, scale: int | None = None) -> np.ndarray:
    """Arrange images in rows and columns.

    Args:
        images: array `(n, height, width, channels)`, float in [-1, 1] or uint8; 1, 3 or 4 channels.
        columns: how many stand in a row. Defaults to a square.
        padding: pixels between them. Defaults to 2.
        scale: how many times images are enlarged, smoothly (bicubic): people read small digits better without
            the squares. Defaults to what makes an image about 48 wide.

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
            "Expected images (n, height, width, channels) with 1, 3 or 4 channels and n at least 1. "
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
    count, height, width, channels = images.shape
    sheet = np.full(
        (rows * (height + padding) - padding, columns * (width + padding) - padding, channels), 255, "uint8"
    )
    for index, image in enumerate(images):
        top, left = index // columns * (height + padding), index % columns * (width + padding)
        sheet[top : top + height, left : left + width] = image
    return sheet


def side_by_side(inputs, outputs, padding: int = 2) -> np.ndarray:
    """Put each input to the left of its output, enlarged to its size (nearest) if it is smaller.

    Args:
        inputs: float array `(n, height, width, channels)` in [-1, 1]; values outside are clipped.
        outputs: float array `(n, k * height, k * width, channels)`; channels may be others.
        padding: white pixels between the two. Defaults to 2.

    Returns:
        uint8 array `(n, k * height, 2 * k * width + padding, channels)`.

    Raises:
        ValueError: the numbers differ, or the outputs' sides are no multiples of the inputs'.

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


def save(path, image):
    """Write one image; the file is there whole or not at all.

    Args:
        path: file name; its suffix chooses the format. Missing folders are made.
        image: array `(height, width, channels)`, uint8, or float in [-1, 1].

    Raises:
        ValueError: the array is no image, or the suffix no format.
    """
    with _files.replacing(path) as temporary:
        _pillow(image).save(temporary)


def save_grid(path, images, columns: int | None = None):
    """Write images as one picture, as arranged by `grid`."""
    save(path, grid(images, columns))


def save_each(folder, images):
    """Write each image to a PNG file of its own, `0000.png` and so on, into a folder that appears when complete.

    Raises:
        FileExistsError: there is a file or a folder that is not empty.
    """
    folder = pathlib.Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"Expected a new or empty folder. Received: {folder}, which is not empty.")
    digits = max(4, len(str(len(images) - 1)))
    with _files.replacing(folder) as temporary:
        temporary.mkdir()
        for index, image in enumerate(images):
            _pillow(image).save(temporary / f"{index:0{digits}d}.png")


def animate(path, frames, milliseconds: int = 120):
    """Join pictures of one size into an animation that repeats for ever, its last frame held for two seconds.

    Args:
        path: file name ending in `.gif`, `.webp` or `.png`.
        frames: picture files or image arrays, at least one.
        milliseconds: how long each is shown. Defaults to 120.

    Raises:
        ValueError: there are no frames.
    """
    frames = [_pillow(read(frame)) if isinstance(frame, str | pathlib.Path) else _pillow(frame) for frame in frames]
    if not frames:
        raise ValueError("Expected at least one frame. Received: none.")
    durations = [milliseconds] * (len(frames) - 1) + [2000]
    with _files.replacing(path) as temporary:
        frames[0].save(temporary, save_all=True, append_images=frames[1:], duration=durations, loop=0)


def read(path, channels: int | None = None, size: tuple[int, int] | None = None) -> np.ndarray:
    """Read a picture of any format and mode that Pillow knows, the right way up.

    Args:
        path: the file.
        channels: 1 (grey), 3 (RGB) or 4 (RGBA); transparent parts become white where there is no fourth
            channel. Defaults to 1 for grey pictures, else 3.
        size: `(height, width)`: the picture is scaled, with antialiasing, and cropped in its centre to this
            size. Defaults to its own.

    Returns:
        uint8 array `(height, width, channels)`.

    Raises:
        ValueError: the file is no picture, or a damaged one; the message names it.

    Example:
    >>> save("picture.png", np.zeros((6, 4, 3), "uint8"))
    >>> read("picture.png", channels=1, size=(2, 2)).shape
    (2, 2, 1)
    """
    with opened(path) as image:
        return fit(ImageOps.exif_transpose(image), channels, size)


def header(path) -> tuple[bool, tuple[int, int]]:
    """Return whether a picture is grey and its `(height, width)`, the right way up, without decoding it.

    Raises:
        ValueError: the file is no picture; the message names it.
    """
    with opened(path) as image:
        turned = image.getexif().get(0x0112, 1) >= 5  # the EXIF orientations that swap the sides
        return is_grey(image), image.size if turned else image.size[::-1]


def fit(image: Image.Image, channels: int | None = None, size: tuple[int, int] | None = None) -> np.ndarray:
    """Convert a Pillow image to an array as `read` does."""
    channels = channels or (1 if is_grey(image) else 3)
    image = _eight_bits(image)
    if channels < 4 and image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    image = image.convert(MODES[channels])
    if size is not None:
        image = ImageOps.fit(image, (size[1], size[0]), Image.Resampling.LANCZOS)
    return np.asarray(image, "uint8").reshape(image.height, image.width, channels)


@contextlib.contextmanager
def opened(path):
    """Open a picture file with Pillow while the block runs.

    Raises:
        FileNotFoundError, PermissionError, IsADirectoryError: there is no file to read.
        ValueError: it is no picture, or a damaged one, also where only the block finds out; the message names it.
    """
    try:
        with Image.open(path) as image:
            yield image
    except (FileNotFoundError, PermissionError, IsADirectoryError):
        raise
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"Expected a picture. Received: {path}, which cannot be read: {error}") from error


def is_grey(image: Image.Image) -> bool:
    """Return whether a Pillow image is of a mode without colours."""
    return image.mode in ("1", "L", "LA", "La", "F") or image.mode.startswith("I")


def _eight_bits(image):
    if image.mode.startswith("I"):  # 16 bits, whatever Pillow calls it
        return Image.fromarray((np.clip(np.asarray(image, "float64"), 0, 65535) / 257).round().astype("uint8"))
    if image.mode == "F":  # no range is agreed on: stretch what is there
        values = np.asarray(image, "float64")
        span = np.ptp(values) or 1.0
        return Image.fromarray(((values - values.min()) / span * 255).round().astype("uint8"))
    return image


def _pillow(image):
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[-1] not in MODES:
        raise ValueError(
            f"Expected an image (height, width, channels) with 1, 3 or 4 channels. Received: shape {image.shape}"
        )
    if image.dtype != np.uint8:
        image = to_uint8(image)
    return Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
