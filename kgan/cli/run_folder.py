"""The folder of a run of `kgan train`: whose it is, who writes to it, and what is in it."""

import json
import os
import pathlib
import shutil
import socket
from collections.abc import Mapping
from typing import Any, TextIO

from kgan import _files
from kgan.cli.config import ENCODING_ERRORS
from kgan.cli.console import CommandError

RECORD = "run.json"
LOCK = ".lock"
WRITTEN = (
    *(RECORD, "config.toml", "samples", "samples.png", "curves.png", "log.csv", "log.txt", "report.html"),
    *("backup", "model.keras", "saved_model"),
)
"""What a run writes, and all that `--overwrite` deletes."""


class RunFolder:
    """A run folder, which one process at a time writes to.

    Args:
        path: the folder. It need not exist.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self._lock: TextIO | None = None

    @property
    def states(self) -> pathlib.Path:
        """The folder of the states from which a stopped run goes on."""
        return self.path / "backup"

    def check(self, settings: Mapping[str, Any], overwrite: bool) -> bool:
        """Refuse a folder that holds anything but this very run, and lock it.

        Args:
            settings: what the run is known by.
            overwrite: whether another run may be deleted.

        Returns:
            Whether a run is there to go on with.

        Raises:
            CommandError: the folder is not this run's, another process trains there, or it cannot be written to.
        """
        path = self.path
        if path.exists() and not path.is_dir():
            raise CommandError(f"{path} is a file. Choose another run folder with --out.")
        self._check_access()
        if not path.exists() or all(file.name.startswith(".") for file in path.iterdir()):
            return False
        before = self._record(overwrite)
        changes = [
            f"{key} {before.get(key)!r} -> {value!r}"
            for key, value in settings.items()
            if not _same(key, before.get(key), value)
        ]
        if changes and not overwrite:
            raise CommandError(
                f"{path} holds another run ({'; '.join(changes)}). Choose another folder with --out, or add "
                "--overwrite to delete it and start anew."
            )
        self.lock()
        return not overwrite

    def _check_access(self) -> None:
        """Refuse a place that cannot be written to, before anything is loaded."""
        present = pathlib.Path(os.path.abspath(self.path))
        while not present.exists():
            present = present.parent
        if not present.is_dir() or not os.access(present, os.W_OK | os.X_OK):
            why = "cannot be written to" if present.is_dir() else "is a file"
            raise CommandError(f"{self.path} cannot be a run folder: {present} {why}. Choose another one with --out.")

    def _record(self, overwrite: bool) -> dict[str, Any]:
        """Return what is recorded of the run in the folder."""
        record = self.path / RECORD
        foreign = CommandError(f"{self.path} exists and is no run of kgan. Choose another folder with --out.")
        if not record.exists():
            raise foreign
        try:
            before = json.loads(record.read_text(encoding="utf-8"))
        except ValueError as error:
            if overwrite:
                return {}
            raise CommandError(f"{record} cannot be read: {error}. Start anew with --overwrite.") from error
        if not isinstance(before, dict) or "data" not in before:
            raise foreign
        return before

    def lock(self) -> None:
        """Keep other processes out until this one ends; the system frees the lock of one that was killed.

        Raises:
            CommandError: another process has locked the folder.
        """
        try:
            import fcntl
        except ImportError:  # Windows
            return
        if self._lock is not None:
            return
        file = open(self.path / LOCK, "a+", encoding="utf-8")  # noqa: SIM115 (open as long as it is locked)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            owner = file.read().strip()
            file.close()
            raise CommandError(
                f"{self.path} is in use: another `kgan train`{owner and f' ({owner})'} trains there. Wait for it, stop "
                "it, or choose another folder with --out."
            ) from error
        except OSError:  # a file system without locks
            pass
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        file.flush()
        self._lock = file

    def unlock(self) -> None:
        """Let other processes in."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def begin(self, settings: Mapping[str, Any], config: str, overwrite: bool) -> None:
        """Make the folder and write down what is trained.

        Args:
            settings: what the run is known by.
            config: the text of its configuration file.
            overwrite: whether to delete the run that is there.

        Raises:
            CommandError: another process was faster.
            OSError: the folder cannot be written to.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        self.lock()
        if overwrite:
            self._clear()
        _write(self.path / RECORD, json.dumps(settings, indent=2) + "\n")
        _write(self.path / "config.toml", config)

    def _clear(self) -> None:
        """Delete what a run wrote, and nothing else."""
        for name in WRITTEN:
            path = self.path / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def _same(key: str, before: Any, value: Any) -> bool:
    """Return whether a setting is what it was; a folder may be named in another way."""
    if key not in ("data", "from") or not before or not value or before == value:
        return before == value
    paths = [pathlib.Path(name).expanduser() for name in (before, value)]
    return all(path.exists() for path in paths) and paths[0].samefile(paths[1])


def _write(path: pathlib.Path, text: str) -> None:
    with _files.replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors=ENCODING_ERRORS)
