"""The files that `kgan.callbacks.Resume` writes: the states of a run in one folder, the newest last."""

import pathlib
import re
import zipfile
from typing import NamedTuple

from kgan._typing import PathLike

PATTERN = re.compile(r"epoch-(\d+)-batch-(\d+)\.keras")


class Position(NamedTuple):
    """How far a run has come.

    Attributes:
        epoch: number of epochs that are done.
        batch: number of batches of the next epoch that are done.
    """

    epoch: int
    batch: int

    def __str__(self) -> str:
        """Return the position in words, where the first epoch is epoch 1.

        Example:
        >>> str(Position(2, 0)), str(Position(2, 500))
        ('the end of epoch 2', 'epoch 3, step 500')
        """
        return f"epoch {self.epoch + 1}, step {self.batch}" if self.batch else f"the end of epoch {self.epoch}"


def name_of(position: Position) -> str:
    """Return the name of the file of a position.

    Example:
    >>> name_of(Position(2, 500))
    'epoch-00002-batch-00000500.keras'
    """
    return f"epoch-{position.epoch:05d}-batch-{position.batch:08d}.keras"


def position_of(path: PathLike) -> Position:
    """Return the position of a file, by its name."""
    match = PATTERN.fullmatch(pathlib.Path(path).name)
    if match is None:
        raise ValueError(f"Expected a file that `kgan.callbacks.Resume` wrote. Received: {path}")
    return Position(*map(int, match.groups()))


def files(folder: PathLike) -> list[pathlib.Path]:
    """Return the files of a folder, the newest last; none if there is no folder."""
    folder = pathlib.Path(folder)
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted((path for path in found if PATTERN.fullmatch(path.name)), key=position_of)


def damage_of(path: PathLike) -> str | None:
    """Return what is wrong with a `.keras` file, or None if it is whole.

    Raises:
        FileNotFoundError: there is no such file.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            member = archive.testzip()
    except FileNotFoundError:
        raise
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
        return str(error) or type(error).__name__
    return None if member is None else f"bad checksum of {member}"
