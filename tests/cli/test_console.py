"""How commands print and fail."""

import pathlib
import warnings

import pytest
import typer
from typer.testing import CliRunner

from kgan.cli import console, quiet
from kgan.cli.console import Command, CommandError, bar, printable, say, warn, with_options


def invoke(function, *arguments):
    app = typer.Typer()
    app.command(cls=Command)(function)
    return CliRunner().invoke(app, arguments)


class TestErrors:
    @pytest.mark.parametrize(
        ("error", "message"),
        [
            (CommandError("Name another file."), "Error: Name another file.\n"),
            (ValueError("Expected this."), "Error: Expected this.\n"),
            (OSError(2, "No such file", "a [b].png"), "Error: [Errno 2] No such file: 'a [b].png'\n"),
            (KeyboardInterrupt(), "Error: interrupted.\n"),
        ],
    )
    def test_those_raised_on_purpose_become_a_line(self, error, message):
        def command():
            raise error

        result = invoke(command)
        assert (result.exit_code, result.stderr, result.stdout) == (1, message, "")

    def test_all_others_keep_their_traceback(self):
        def command():
            raise ZeroDivisionError

        assert isinstance(invoke(command).exception, ZeroDivisionError)

    def test_they_name_options_and_not_arguments(self):
        def command(image_size: int = 1, label: int = typer.Option(0, "--class"), penalty: str = ""):
            raise ValueError("Pass `image_size=8`, not `penalties` or `other`. Received: labels=3 and size=1.")

        expected = "Error: Pass --image-size 8, not --penalty or `other`. Received: --class 3 and size=1.\n"
        assert invoke(command).stderr == expected


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


STRANGE = "cat [final] [/b] :smile: {x} \x1b[31m\udce9.png"


class TestPrinting:
    def test_names_are_printed_as_they_are(self, capsys):
        say("In ", pathlib.Path("x [/b].png"), ".")
        warn("[red]no[/red]")
        assert capsys.readouterr().out == "In x [/b].png.\nWarning: [red]no[/red]\n"

    def test_what_cannot_be_printed_is_escaped(self, capsys):
        say(STRANGE)
        assert capsys.readouterr().out == "cat [final] [/b] :smile: {x} \\x1b[31m\\udce9.png\n"
        assert printable("a\tb\nc é") == "a\tb\nc é"

    def test_a_bar_is_for_terminals_only(self, capsys):
        with bar("Working") as progress:
            progress(1, 2)
        assert capsys.readouterr().out == ""

    def test_a_bar_takes_any_name(self, monkeypatch, capsys):
        terminal = console.Console(force_terminal=True, markup=False)
        monkeypatch.setattr(console, "console", terminal)
        with bar(STRANGE) as progress:
            progress(1, 2)
        assert "cat [final] [/b] :smile: {x}" in capsys.readouterr().out


class TestWarnings:
    def test_those_of_kgan_are_printed_plainly(self, capsys):
        with quiet.own_warnings(warn):
            warnings.simplefilter("always")
            exec("import warnings; warnings.warn('Look [here].')", {"__name__": "kgan.datasets.load"})
        assert capsys.readouterr().out == "Warning: Look [here].\n"

    def test_those_of_other_libraries_are_not(self, capsys):
        with quiet.own_warnings(warn):
            warnings.simplefilter("always")
            exec("import warnings; warnings.warn('Look here.')", {"__name__": "keras.src.losses"})
        assert capsys.readouterr() == ("", "")
