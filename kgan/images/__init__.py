"""Image files, grids and animations, resampling and color."""

from kgan import _deprecation
from kgan.images.colour import luma
from kgan.images.conversion import MODES, fit, is_gray
from kgan.images.files import animate, grid, save, save_each, save_grid, side_by_side
from kgan.images.folders import Found, LeftOut, find_pictures
from kgan.images.pixels import from_uint8, quantize, to_uint8
from kgan.images.reading import UnreadableError, check, header, opened, read
from kgan.images.resampling import crop_to_multiple, downsample, upsample
from kgan.images.titles import add_titles
from kgan.images.transparency import without_hidden_colors

__all__ = [
    "Found",
    "LeftOut",
    "MODES",
    "UnreadableError",
    "add_titles",
    "animate",
    "check",
    "crop_to_multiple",
    "downsample",
    "find_pictures",
    "fit",
    "from_uint8",
    "grid",
    "header",
    "is_gray",
    "luma",
    "opened",
    "quantize",
    "read",
    "save",
    "save_each",
    "save_grid",
    "side_by_side",
    "to_uint8",
    "upsample",
    "without_hidden_colors",
]

__getattr__ = _deprecation.old_names(__name__, is_grey="is_gray")
