"""The command line: `kgan train`, `kgan generate` and the other commands."""

from kgan.cli.app import app, main

__all__ = ["app", "main"]
