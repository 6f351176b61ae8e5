"""Edit images through the codes of a generator: directions, inversion, interpolation, style mixing, truncation."""

from kgan import _deprecation
from kgan.applications.editing import attributes, directions, inversion, spaces, supervised, unsupervised
from kgan.applications.editing.directions import Direction
from kgan.applications.editing.edit import (
    arithmetic,
    edit,
    interpolate,
    mix,
    move,
    parse_strengths,
    set_angle,
    truncate,
)
from kgan.applications.editing.find import find_direction
from kgan.applications.editing.spaces import CodeSpace
from kgan.applications.editing.strips import animate, save_strip
from kgan.applications.editing.walk import walk

__all__ = [
    "CodeSpace",
    "Direction",
    "animate",
    "arithmetic",
    "attributes",
    "directions",
    "edit",
    "find_direction",
    "interpolate",
    "inversion",
    "mix",
    "move",
    "parse_strengths",
    "save_strip",
    "set_angle",
    "spaces",
    "supervised",
    "truncate",
    "unsupervised",
    "walk",
]

__getattr__ = _deprecation.old_names(__name__, turn="set_angle")
