"""The command line, as tests type it."""

import os
import pathlib
import re
import subprocess
import sys

from typer.testing import CliRunner

import kgan
from kgan.cli.app import app

SMALL = ["--epochs", "1", "--architecture", "mlp"]  # a run that takes seconds


def run(*arguments, code=0):
    """Return what a command prints, in one line; it must end with this exit code, and without a traceback."""
    # Wide, so that the terminal's line breaks do not cut messages.
    result = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert result.exit_code == code, (result.output, result.exception)
    assert "Traceback" not in result.output
    return re.sub(r"\s+", " ", result.output)


def process(*command, folder=None, **environment):
    """Return the finished process of `python ...`, as a user without settings for TensorFlow starts it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "ABSL_", "_TYPER"))}
    inherited["PYTHONPATH"] = str(pathlib.Path(kgan.__file__).resolve().parents[1])
    return subprocess.run(
        [sys.executable, *map(str, command)],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**inherited, "COLUMNS": "400", **environment},
        check=False,
    )
