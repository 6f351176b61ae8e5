"""Files and folders that are written completely or not at all."""

import contextlib
import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it imports NumPy, which `kgan --help` does without
    from kgan._typing import PathLike


def check_new_folder(folder: "PathLike") -> None:
    """Check that nothing is at a path but perhaps an empty folder.

    Raises:
        FileExistsError: there is a file, or a folder that is not empty.
    """
    folder = pathlib.Path(folder)
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(f"Expected a new or empty folder. Received: {folder}, which is a file.")
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"Expected a new or empty folder. Received: {folder}, which is not empty.")


@contextlib.contextmanager
def replacing(path: "PathLike") -> Iterator[pathlib.Path]:
    """Write a file or a folder under a temporary name beside `path`, and rename it when it is complete.

    The temporary path keeps the suffix of `path`, by which libraries choose the format. If the block fails (a full
    disk, an interrupt), what was at `path` before remains, and nothing else is left behind.

    Args:
        path: where the finished file or folder belongs. Missing parent folders are made.

    Yields:
        The temporary `pathlib.Path` to write to; it does not exist yet.

    Example:
    >>> with replacing("runs/notes.txt") as temporary:
    ...     _ = temporary.write_text("complete")
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        temporary = folder / path.name
        yield temporary
        if temporary.is_dir():
            if path.exists():
                path.rename(folder / "before")  # a folder cannot be renamed onto one that is not empty
        else:
            with open(temporary, "rb+") as file:
                os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
