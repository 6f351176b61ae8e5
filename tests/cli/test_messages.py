"""Errors in the words of the command line."""

import pytest

from kgan.cli.messages import with_options


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("`size` must be positive. Received: size=-1", "--size must be positive. Received: --size -1"),
        ("Received: size=(8, 9), of 2.", "Received: --size (8, 9), of 2."),
        ("Received: size=0.5.", "Received: --size 0.5."),
        ("`image_size=8`", "`image_size=8`"),
        ("model.size=8", "model.size=8"),
        ("the size of `sizes`", "the size of `sizes`"),
    ],
)
def test_options_in_place_of_arguments(message, expected):
    assert with_options(message, {"size": "--size"}) == expected
    assert with_options(message, {}) == message
