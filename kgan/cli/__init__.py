"""The command line: `kgan train`, `kgan generate` and the other commands."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # A file name or a sign that the terminal cannot encode is printed as an escape, and is no error.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        from kgan.cli.app import app

        app(prog_name="kgan")
    except KeyboardInterrupt:  # before a command could take care of it
        print("Interrupted. Nothing was written.", file=sys.stderr)
        sys.exit(130)
