"""Argument checks that several packages share."""


def check_positive(**arguments: int):
    """Check that each argument is a positive integer.

    Raises:
        ValueError: one is not; the message names it.
    """
    for name, value in arguments.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ValueError(f"`{name}` must be a positive integer. Received: {name}={value!r}")
