"""Libraries' messages are held back."""

import os

import pytest

from kgan.cli import quiet


def test_what_is_written_meanwhile_is_not_shown(capfd):
    with quiet.held_back():
        os.write(2, b"from C++\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"


@pytest.mark.parametrize(("show", "shown"), [(True, "why\n"), (False, "")])
def test_unless_the_block_fails(capfd, show, shown):
    def fail():
        with quiet.held_back(show):
            os.write(2, b"why\n")
            raise ImportError

    with pytest.raises(ImportError):
        fail()
    assert capfd.readouterr().err == shown


def test_settings_of_the_user_stay(monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    quiet.import_keras()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"
