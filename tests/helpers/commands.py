"""The command line, as tests type it."""

import re

from typer.testing import CliRunner

from kgan.cli.app import app

SMALL = ["--epochs", "1", "--architecture", "mlp"]  # a run that takes seconds


def run(*arguments, code=0):
    """Return what a command prints, in one line; it must end with this exit code, and without a traceback."""
    # Wide, so that the terminal's line breaks do not cut messages.
    result = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return re.sub(r"\s+", " ", result.output)
