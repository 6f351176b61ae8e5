"""How commands print."""

import pathlib

from kgan.cli import console
from kgan.cli.console import printable, say, warn

STRANGE = "cat [final] [/b] :smile: {x} \x1b[31m\udce9.png"


def test_names_are_printed_as_they_are(capsys):
    say("In ", pathlib.Path("x [/b].png"), ".")
    warn("[red]no[/red]")
    console.fail("Error: [b]")
    assert capsys.readouterr() == ("In x [/b].png.\n", "Warning: [red]no[/red]\nError: [b]\n")


def test_what_cannot_be_printed_is_escaped(capsys):
    say(STRANGE)
    assert capsys.readouterr().out == "cat [final] [/b] :smile: {x} \\x1b[31m\\udce9.png\n"
    assert printable("a\tb\nc é") == "a\tb\nc é"


def test_what_a_command_leaves_is_forgotten_with_the_next():
    console.result(num=1)
    console.result(out="x")
    console.kept("All is kept.")
    assert (console.state.result, console.state.kept) == ({"num": 1, "out": "x"}, "All is kept.")
    console.begin()
    assert (console.state.result, console.state.kept) == ({}, "Nothing was written.")
