"""Initial weights that are a function of a seed."""

import contextlib
import random


@contextlib.contextmanager
def seeded(seed: int):
    """Let Keras, which draws the seeds of its initializers from Python's `random`, do so from `seed`.

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
