"""Edit images through their latent vectors."""

from kgan.applications.editing import attributes, directions, inversion, spaces, supervised, unsupervised
from kgan.applications.editing.edit import (
    animate,
    arithmetic,
    edit,
    interpolate,
    mix,
    move,
    parse_strengths,
    save_strip,
    truncate,
    turn,
)

__all__ = [
    "animate",
    "arithmetic",
    "attributes",
    "directions",
    "edit",
    "interpolate",
    "inversion",
    "mix",
    "move",
    "parse_strengths",
    "save_strip",
    "spaces",
    "supervised",
    "truncate",
    "turn",
    "unsupervised",
]
