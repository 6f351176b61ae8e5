"""Initial weights that depend on a seed only."""

import contextlib
import random
from collections.abc import Iterator


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Make Keras's initializers without a seed repeatable: they draw their seeds from Python's `random`.

    The state of `random` is restored afterwards.

    Args:
        seed: the same seed gives the same initial weights.

    Example:
    >>> with seeded(7):
    ...     first = random.random()
    >>> with seeded(7):
    ...     first == random.random()
    True
    """
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)
