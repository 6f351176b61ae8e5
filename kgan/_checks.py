"""Argument checks that several packages share."""

from collections.abc import Sequence


def check_positive(**arguments: int) -> None:
    """Check that each argument is a positive integer.

    Raises:
        ValueError: one is not; the message names it.
    """
    for name, value in arguments.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ValueError(f"`{name}` must be a positive integer. Received: {name}={value!r}")


def shapes_fit(shape: Sequence[int | None], expected: Sequence[int | None]) -> bool:
    """Return whether two shapes have the same rank and the same sizes, where None fits any size.

    Example:
    >>> shapes_fit((28, 28, 1), (None, None, 1)), shapes_fit((28, 28, 3), (None, None, 1))
    (True, False)
    """
    return len(shape) == len(expected) and all(
        size is None or other is None or size == other for size, other in zip(shape, expected, strict=True)
    )
