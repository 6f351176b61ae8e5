"""Image files, grids and animations, resampling and color."""

from kgan import _deprecation
from kgan.images.colour import luma
from kgan.images.files import (
    MODES,
    animate,
    fit,
    grid,
    header,
    is_gray,
    opened,
    read,
    save,
    save_each,
    save_grid,
    side_by_side,
)
from kgan.images.folders import Found, LeftOut, find_pictures
from kgan.images.pixels import from_uint8, quantize, to_uint8
from kgan.images.resampling import crop_to_multiple, downsample, upsample

__all__ = [
    "Found",
    "LeftOut",
    "MODES",
    "animate",
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
]

__getattr__ = _deprecation.old_names(__name__, is_grey="is_gray")
