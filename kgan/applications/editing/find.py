"""Directions by name."""

import copy
from collections.abc import Callable, Sequence

from kgan._typing import PathLike
from kgan.applications.editing.directions import Direction, orthogonalize
from kgan.applications.editing.spaces import CodeSpace, Model, code_space
from kgan.applications.editing.supervised import average_gradient, average_gradients_of_columns
from kgan.applications.editing.unsupervised import closed_form, principal_components

UNSUPERVISED: dict[str, Callable[..., list[Direction]]] = {"component": principal_components, "factor": closed_form}
"""Methods that find directions without an attribute, by the name of their directions."""


def find_direction(
    model: Model, name: PathLike, levels: int | Sequence[int] | None = None, keep: Sequence[str] = ()
) -> Direction:
    """Return the direction that a name stands for; the command `kgan edit` finds its directions so.

    Args:
        model: as in `CodeSpace`.
        name: name of an attribute (its `supervised.average_gradient`), `"component-3"` or `"factor-3"` (the third
            direction of `unsupervised.principal_components` or `unsupervised.closed_form`), or the path of a file that
            `Direction.save` wrote.
        levels: as in `supervised.boundary`.
        keep: names of what must not change along the direction.

    Raises:
        ValueError: if the name is unknown, or the direction belongs to another model.
        FileNotFoundError: if there is no such file.

    Example:
    >>> from kgan.architectures import dcgan
    >>> find_direction(dcgan.generator((8, 8, 1), width=4), "factor-2").name
    'factor 2'
    """
    space = code_space(model)
    direction = _known_direction(space, name, levels)
    if direction is None:
        return average_gradient(space, str(name), levels=levels, keep=keep)
    others = []
    for other in keep:
        known = _known_direction(space, other, levels)
        others += average_gradients_of_columns(space, other, levels=levels) if known is None else [known]
    return orthogonalize(direction, others)


def _known_direction(space: CodeSpace, name: PathLike, levels: int | Sequence[int] | None) -> Direction | None:
    """Return the direction of a component, a factor or a file; None if the name is that of an attribute."""
    kind, _, number = str(name).partition("-")
    if kind in UNSUPERVISED and number.isdecimal():
        direction = UNSUPERVISED[kind](space, int(number))[-1]
    elif str(name).endswith(".npz"):
        direction = Direction.load(name)
        direction.check(space)
    else:
        return None
    if levels is not None:
        direction = copy.copy(direction)
        direction.levels = tuple(space.check_levels(levels))
    return direction
