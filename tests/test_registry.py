"""Look-up by name."""

import pytest

from kgan._registry import resolve, unknown


class Thing:
    pass


KNOWN = {"thing": Thing, "other": Thing}


def test_resolve():
    assert isinstance(resolve("thing", "thing", KNOWN), Thing)
    assert isinstance(resolve("thing", Thing, KNOWN), Thing)
    thing = Thing()
    assert resolve("thing", thing, KNOWN) is thing


@pytest.mark.parametrize("name", ["thnig", None])
def test_unknown(name):
    with pytest.raises(ValueError, match="Unknown thing. Received"):
        resolve("thing", name, KNOWN)


def test_long_lists_are_not_listed():
    message = str(unknown("thing", "name_7", [f"name_{i}" for i in range(100)]))
    assert "Did you mean 'name_7'" in message
    assert "Available" not in message
