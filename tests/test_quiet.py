"""TensorFlow's messages do not reach the user."""

import os
import sys

import pytest
from commands import process

from kgan import _quiet


def test_what_is_written_meanwhile_is_not_shown(capfd):
    with _quiet.held_back():
        os.write(2, b"from C++\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"


@pytest.mark.parametrize(("show", "shown"), [(True, "why\n"), (False, "")])
def test_unless_the_block_fails(capfd, show, shown):
    def fail():
        with _quiet.held_back(show):
            os.write(2, b"why\n")
            raise ImportError

    with pytest.raises(ImportError):
        fail()
    assert capfd.readouterr().err == shown


def test_or_all_is_wanted(capfd, monkeypatch):
    monkeypatch.setenv("KGAN_VERBOSE", "1")
    with _quiet.held_back():
        os.write(2, b"from C++\n")
    assert capfd.readouterr().err == "from C++\n"


@pytest.fixture
def uninstalled(monkeypatch):
    """As before `import kgan`."""
    for name in _quiet.LEVELS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(_quiet, "_set_here", [])
    monkeypatch.delenv("KGAN_VERBOSE", raising=False)


@pytest.mark.usefixtures("uninstalled")
class TestInstallation:
    def test_sets_what_the_user_has_not_set(self, monkeypatch):
        monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "1")
        _quiet.install()
        assert {name: os.environ[name] for name in _quiet.LEVELS} == {**_quiet.LEVELS, "TF_CPP_MIN_LOG_LEVEL": "1"}
        _quiet.uninstall()
        assert [name in os.environ for name in _quiet.LEVELS] == [True, False, False]

    def test_does_nothing_where_all_is_wanted(self, monkeypatch):
        monkeypatch.setenv("KGAN_VERBOSE", "1")
        _quiet.install()
        assert not set(_quiet.LEVELS) & set(os.environ)


STAND_IN = """
import os, sys
os.write(2, b"from C++\\n")
print("from Python", file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("verbose", "failing", "shown"),
    [("", "", ""), ("1", "", "from C++\nfrom Python\n"), ("", "raise ImportError('no')", "from C++\nfrom Python\n")],
)
def test_the_import_of_tensorflow_prints_nothing_unless_it_fails(tmp_path, verbose, failing, shown):
    """With a stand-in for TensorFlow, which is found before it."""
    (tmp_path / "tensorflow.py").write_text(STAND_IN + failing)
    code = "import kgan, os\ntry:\n    import tensorflow\nexcept ImportError: pass\nos.write(2, b'after')"
    done = process("-c", code, folder=tmp_path, KGAN_VERBOSE=verbose)
    assert done.stderr == shown + "after"
