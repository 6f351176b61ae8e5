"""The command line: assembles the commands, each of which is a module of its own."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from kgan.cli.augment import augment
from kgan.cli.command import HELP, Command, Debug, Quiet, prepared, set_debug
from kgan.cli.doctor import doctor
from kgan.cli.edit import edit
from kgan.cli.evaluate import evaluate
from kgan.cli.export import export
from kgan.cli.generate import generate
from kgan.cli.interpolate import interpolate
from kgan.cli.restore import denoise, upscale
from kgan.cli.train import train

EPILOG = (
    "Exit status: 0 done, 1 an error that the message says how to fix, 2 wrong usage, 130 interrupted, 143 ended by "
    "the system. KGAN_VERBOSE=1 shows the messages of all libraries, KGAN_QUIET=1 no progress."
)

app = typer.Typer(
    name="kgan", no_args_is_help=True, pretty_exceptions_enable=False, context_settings=HELP, epilog=EPILOG
)

COMMANDS: tuple[Callable[..., Any], ...] = (
    train,
    generate,
    evaluate,
    edit,
    interpolate,
    augment,
    denoise,
    upscale,
    export,
    doctor,
)
for command in COMMANDS:
    app.command(cls=Command, context_settings=HELP)(prepared(command, gives_json=True))


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
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Train GANs on images, generate, edit and evaluate; export the generator; denoise and enlarge images."""
    set_debug(debug)
