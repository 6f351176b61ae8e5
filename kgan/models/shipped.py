"""The small generators that come with kgan, by name."""

import pathlib

PACKAGE = pathlib.Path(__file__).resolve().parents[1]

NAMES = ("coloured_style", "mnist_style")
"""Style-based generators of handwritten digits, in color and in gray: to try editing with."""


def resolve(path: pathlib.Path) -> pathlib.Path:
    """Return the folder of the generator that comes with kgan if `path` is its name, and `path` otherwise.

    What is at the path goes first. The generators are in the installed package, or beside it in the source tree.

    Example:
    >>> resolve(pathlib.Path("mnist_style")).name, resolve(pathlib.Path("runs/mine"))
    ('mnist_style', PosixPath('runs/mine'))
    """
    if str(path) in NAMES and not path.exists():
        for parent in (PACKAGE, PACKAGE.parent):
            folder = parent / "saved_models" / path
            if (folder / "model.keras").is_file():
                return folder
    return path
