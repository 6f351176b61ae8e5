"""Files that are there whole or not at all."""

import contextlib
import os
import pathlib
import shutil
import tempfile


@contextlib.contextmanager
def replacing(path):
    """Write a file or folder under a temporary name beside `path`; put it there only when it is complete.

    The temporary path keeps the suffix of `path`, since libraries choose the format by it. Should the
    block fail (a full disk, an interrupt), what stood at `path` before still does, and nothing is left over.

    Args:
        path: where the finished file or folder belongs. Missing parent folders are made.

    Yields:
        The temporary `pathlib.Path` to write to; it does not exist yet.

    Example:
    >>> with replacing("runs/notes.txt") as temporary:
    ...     _ = temporary.write_text("whole")
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    room = pathlib.Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        temporary = room / path.name
        yield temporary
        if temporary.is_dir():
            if path.exists():
                path.rename(room / "before")  # a folder cannot be renamed onto one that is not empty
        else:
            with open(temporary, "rb+") as file:
                os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        shutil.rmtree(room, ignore_errors=True)
