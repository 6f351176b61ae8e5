"""What the tests of the commands share."""

import pytest
from commands import SMALL, run


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A run folder, for reading only."""
    folder = tmp_path_factory.mktemp("runs") / "digits"
    run("train", "digits", "--out", folder, *SMALL)
    return folder
