"""Libraries' messages are kept away."""

import os
import signal

import pytest

from kgan.cli import quiet


def test_settings_of_the_user_stay(monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    quiet.import_keras()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"


def test_ctrl_c_ends_the_process_at_once_while_libraries_are_imported(monkeypatch, capfd):
    ends = []
    monkeypatch.setattr(os, "_exit", ends.append)
    before = signal.getsignal(signal.SIGINT)
    with quiet.ending_at_once():
        os.kill(os.getpid(), signal.SIGINT)
    assert ends == [130]
    assert capfd.readouterr().err == "Interrupted. Nothing was written.\n"
    assert signal.getsignal(signal.SIGINT) is before


def test_a_program_that_ignores_ctrl_c_goes_on_to_do_so():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with quiet.ending_at_once():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(("verbose", "shown"), [("0", []), ("1", [])])
def test_warnings_of_others_are_left_to_python_where_all_is_shown(monkeypatch, verbose, shown):
    import warnings

    monkeypatch.setenv("KGAN_VERBOSE", verbose)
    messages = []
    before = warnings.showwarning
    with quiet.own_warnings(messages.append):
        assert (warnings.showwarning is before) == (verbose == "1")
    assert messages == shown
