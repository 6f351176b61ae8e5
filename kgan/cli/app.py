"""The command line: assembles the commands, each of which is a module of its own."""

import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from kgan.cli.augment import augment
from kgan.cli.console import Command
from kgan.cli.edit import edit
from kgan.cli.evaluate import evaluate
from kgan.cli.export import export
from kgan.cli.generate import generate
from kgan.cli.restore import denoise, upscale
from kgan.cli.train import train

app = typer.Typer(name="kgan", no_args_is_help=True, pretty_exceptions_enable=False)

COMMANDS: tuple[Callable[..., Any], ...] = (train, generate, evaluate, edit, augment, denoise, upscale, export)
for command in COMMANDS:
    app.command(cls=Command)(command)


def _version(asked: bool) -> None:
    if asked:
        from kgan import __version__

        typer.echo(f"kgan {__version__}")
        raise typer.Exit


@app.callback()
def _app(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Train GANs on images, generate, edit and evaluate; export the generator; denoise and enlarge images."""


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # A file name or a sign that the terminal cannot encode is printed as an escape, and is no error.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="kgan")
