"""Signals that end a process, as a wish that can wait."""

import signal
import threading

import pytest

from kgan.callbacks.interruption import Interruption


@pytest.fixture
def interruption():
    interruption = Interruption()
    yield interruption
    interruption.end()


@pytest.mark.parametrize(
    ("number", "error", "code"), [(signal.SIGINT, KeyboardInterrupt, None), (signal.SIGTERM, SystemExit, 143)]
)
def test_the_signal_waits_and_then_has_its_usual_effect(interruption, number, error, code, capfd):
    before = signal.getsignal(number)
    interruption.begin()
    assert not interruption.requested
    signal.raise_signal(number)
    assert interruption.requested
    assert "Ctrl-C again stops at once" in capfd.readouterr().err
    assert signal.getsignal(number) is before
    with pytest.raises(error) as raised:
        interruption.raise_now()
    assert getattr(raised.value, "code", None) == code


def test_the_second_ctrl_c_acts_at_once(interruption):
    interruption.begin()
    signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_new_run_forgets_the_last_ones_signal(interruption):
    interruption.begin()
    signal.raise_signal(signal.SIGINT)
    interruption.begin()
    assert not interruption.requested
    interruption.end()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_program_s_own_answer_is_left_alone(interruption):
    answers = []
    before = signal.signal(signal.SIGTERM, lambda *_: answers.append("own"))
    try:
        interruption.begin()
        signal.raise_signal(signal.SIGTERM)
        assert answers == ["own"]
        assert not interruption.requested
    finally:
        interruption.end()
        signal.signal(signal.SIGTERM, before)


def test_another_thread_has_no_signals(interruption):
    thread = threading.Thread(target=interruption.begin)
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_quiet(interruption, monkeypatch, capfd):
    monkeypatch.setenv("KGAN_QUIET", "1")
    interruption.begin()
    signal.raise_signal(signal.SIGINT)
    assert capfd.readouterr().err == ""
