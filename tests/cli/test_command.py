"""What all commands have in common."""

import json
import os
import pathlib
import signal
import warnings

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from kgan import _progress, _quiet
from kgan.callbacks.interruption import Interruption
from kgan.cli import console
from kgan.cli.command import HELP, Command, prepared
from kgan.cli.console import CommandError, Interrupted, kept, result, say, warn


def invoke(function, *arguments, gives_json=True):
    app = typer.Typer(context_settings=HELP)
    app.command(cls=Command, context_settings=HELP)(prepared(function, gives_json))
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})


@pytest.fixture
def quietly(monkeypatch):
    """Undo `--debug` after the test."""
    monkeypatch.setenv("KGAN_VERBOSE", "0")
    monkeypatch.setattr(_quiet, "uninstall", lambda: None)


def raising(error):
    def command():
        raise error

    return command


class TestErrors:
    @pytest.mark.parametrize(
        ("error", "message", "status"),
        [
            (CommandError("Name another file."), "Error: Name another file.\n", 1),
            (ValueError("Expected this."), "Error: Expected this.\n", 1),
            (OSError(2, "No such file", "a [b].png"), "Error: [Errno 2] No such file: 'a [b].png'\n", 1),
            (KeyboardInterrupt(), "Interrupted. Nothing was written.\n", 130),
            (Interrupted("Half is kept."), "Half is kept.\n", 130),
            (SystemExit(143), "Ended by the system. Nothing was written.\n", 143),
            (SystemExit(129), "Ended by the system. Nothing was written.\n", 129),
        ],
    )
    def test_those_raised_on_purpose_become_a_line(self, error, message, status):
        done = invoke(raising(error))
        assert (done.exit_code, done.stderr, done.stdout) == (status, message, "")

    @pytest.mark.parametrize("error", [ZeroDivisionError(), BrokenPipeError(32, "Broken pipe")])
    def test_all_others_keep_their_traceback(self, error):
        assert invoke(raising(error)).exception is not None
        assert "Error:" not in invoke(raising(error)).stderr

    def test_they_name_options_and_not_arguments(self):
        def command(image_size: int = 1, label: int = typer.Option(0, "--class"), penalty: str = ""):
            raise ValueError("Pass `image_size=8`, not `penalties` or `other`. Received: labels=3 and size=1.")

        expected = "Error: Pass --image-size 8, not --penalty or other. Received: --class 3 and size=1.\n"
        assert invoke(command).stderr == expected

    @pytest.mark.usefixtures("quietly")
    def test_debug_shows_where_they_came_from(self):
        done = invoke(raising(ValueError("Expected this.")), "--debug")
        assert done.exit_code == 1
        assert "Traceback (most recent call last):" in done.stderr
        assert done.stderr.endswith("Error: Expected this.\n")


class TestInterruption:
    def test_it_says_what_is_kept(self):
        def command():
            kept("3 of 5 images are there. Run the same command again.")
            raise KeyboardInterrupt

        assert invoke(command).stderr == "Interrupted. 3 of 5 images are there. Run the same command again.\n"

    @pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
    def test_the_system_ends_it_with_its_files_whole(self, number, status):
        signal.signal(number, signal.SIG_DFL)  # nohup ignores SIGHUP, and kgan then does so too
        left = []

        def command():
            try:
                os.kill(os.getpid(), number)
            finally:
                left.append("cleared")

        done = invoke(command)
        assert (done.exit_code, left) == (status, ["cleared"])
        assert signal.getsignal(number) == signal.SIG_DFL

    def test_training_may_put_it_off(self):
        waited = []

        def command():
            interruption = Interruption()
            interruption.begin()
            os.kill(os.getpid(), signal.SIGTERM)
            waited.append(interruption.requested)
            interruption.raise_now()

        assert invoke(command).exit_code == 143
        assert waited == [True]

    def test_the_bars_of_failed_loops_are_ended(self, monkeypatch):
        ended = []
        monkeypatch.setattr(_progress, "close_all", lambda: ended.append(True))
        invoke(raising(KeyboardInterrupt()))
        assert ended == [True]


def working():
    print("from the library")
    say("done")
    warn("look")
    result(num=3, out=pathlib.Path("x.png"))


class TestOutput:
    def test_plain(self):
        done = invoke(working)
        assert (done.stdout, done.stderr) == ("from the library\ndone\n", "Warning: look\n")

    @pytest.mark.parametrize("option", ["--quiet", "-q"])
    def test_quiet_is_warnings_only(self, option, monkeypatch):
        def command():
            silent.append(_progress.is_quiet())
            working()

        silent = []
        done = invoke(command, option)
        assert (done.stdout, done.stderr, silent) == ("", "Warning: look\n", [True])
        assert not _progress.is_quiet()

    def test_json_is_all_of_the_output(self):
        done = invoke(working, "--json")
        assert json.loads(done.stdout) == {"num": 3, "out": "x.png"}
        assert done.stderr == "from the library\ndone\nWarning: look\n"

    def test_json_has_numbers_of_all_kinds(self):
        def command():
            result(array=np.array([1.5, np.nan]), scalar=np.int64(3), infinite=float("inf"), pair=(1, {2: None}))

        done = invoke(command, "--json")
        assert json.loads(done.stdout) == {
            "array": [1.5, None],
            "scalar": 3,
            "infinite": None,
            "pair": [1, {"2": None}],
        }
        assert "NaN" not in done.stdout

    def test_json_of_an_error(self):
        def command():
            result(num=3)
            raise ValueError("No.")

        done = invoke(command, "--json", "--quiet")
        assert (done.exit_code, json.loads(done.stdout)) == (1, {"num": 3, "error": "Error: No."})

    def test_commands_without_a_result_have_no_json(self):
        assert invoke(working, "--json", gives_json=False).exit_code == 2

    def test_options_before_the_command_count_too(self):
        app = typer.Typer()
        app.command("work", cls=Command)(prepared(working))
        app.callback()(lambda quiet=False: None)

        @app.callback()
        def _app(quiet: bool = False):
            pass

        assert CliRunner().invoke(app, ["--quiet", "work"]).stdout == ""

    def test_the_help_of_each_command_is_short_too(self):
        assert "--quiet" in invoke(working, "-h").stdout


class TestWarnings:
    def command(self):
        warnings.simplefilter("always")
        exec("import warnings; warnings.warn('Look [here].')", {"__name__": "kgan.datasets.load"})
        exec("import warnings; warnings.warn('Look there.')", {"__name__": "keras.src.losses"})

    def test_those_of_kgan_are_printed_plainly_and_no_others(self):
        done = invoke(self.command)
        assert (done.stdout, done.stderr) == ("", "Warning: Look [here].\n")

    @pytest.mark.usefixtures("quietly")
    def test_debug_shows_all(self):
        with warnings.catch_warnings(record=True) as seen:
            assert "Warning:" not in invoke(self.command, "--debug").stderr
        assert [str(warning.message) for warning in seen] == ["Look [here].", "Look there."]


def test_a_result_is_the_commands_own():
    invoke(working)
    invoke(lambda: None)
    assert console.state.result == {}
