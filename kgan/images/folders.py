"""Search for the picture files in a folder, with an account of the files that are left out."""

import collections
import os
import pathlib
import re
from collections.abc import Collection
from typing import NamedTuple

from kgan._typing import PathLike
from kgan.images import formats

SYSTEM_FILES = frozenset(["desktop.ini", "ehthumbs.db", "icon\r", "thumbs.db"])
"""Files that operating systems keep beside pictures, in lower case; hidden files are recognized by their dot."""

SYSTEM_FOLDERS = frozenset(["$recycle.bin", "@eadir", "__macosx", "lost+found", "system volume information"])
"""Folders that operating systems and archivers leave behind, in lower case."""

RESULT_FILES = frozenset(["augmented.json", "report.json", "run.json"])
"""Files by which a folder of kgan's results is known: of `kgan augment`, `kgan evaluate` and `kgan train`."""

RESULT_PATTERN = re.compile(r"epoch-\d{4,}\.png")
"""Files of `kgan.callbacks.SampleImages`."""


class LeftOut(NamedTuple):
    """A file or a folder that holds no pictures to use.

    Attributes:
        path: where it is.
        reason: why it is left out, for example `"unknown suffix"` or `"it is damaged (truncated)"`.
    """

    path: pathlib.Path
    reason: str


class Found(NamedTuple):
    """The pictures in a folder.

    Attributes:
        pictures: the files, sorted.
        left_out: the files and folders that are not used, sorted. Hidden files, those of the operating system and
            the settings of kgan's results are not among them.
    """

    pictures: list[pathlib.Path]
    left_out: list[LeftOut]

    def summary(self, most: int = 5) -> str:
        """Return a sentence for each reason, with the number of files and the names of the first.

        Args:
            most: how many are named. Defaults to 5.

        Returns:
            The sentences, or an empty string if nothing is left out.

        Example:
        >>> Found([], [LeftOut(pathlib.Path("a.gif"), "unknown suffix")]).summary()
        'Left out: 1 (unknown suffix): a.gif.'
        """
        by_reason: dict[str, list[str]] = collections.defaultdict(list)
        for path, reason in self.left_out:
            by_reason[reason].append(path.name)
        return " ".join(
            f"Left out: {len(names):,} ({reason}): {', '.join(names[:most])}{', ...' if len(names) > most else '.'}"
            for reason, names in by_reason.items()
        )


def find_pictures(folder: PathLike, suffixes: Collection[str] | None = None) -> Found:
    """Find the pictures in a folder and its subfolders.

    Hidden files and folders (`.ipynb_checkpoints`, `._1.png`), those of operating systems (`Thumbs.db`, `__MACOSX`)
    and the settings that kgan keeps beside its results (`augmented.json`) are passed over. Left out, with a reason,
    are files of other suffixes, links to nothing, links to folders, and subfolders with results of kgan, which would
    otherwise become data. A file without a suffix is a picture if it begins like one.

    Args:
        folder: the folder. It may itself be hidden or hold results: it was asked for.
        suffixes: the suffixes of pictures in lower case, for example `[".png", ".jpg"]`. Defaults to those of all
            formats that `kgan.images.read` reads.

    Raises:
        FileNotFoundError: there is no such folder.

    Example:
    >>> for name in ("a.png", "b.webp", "notes.txt"):
    ...     pathlib.Path(name).touch()
    >>> found = find_pictures(".")
    >>> [path.name for path in found.pictures], found.summary()
    (['a.png', 'b.webp'], 'Left out: 1 (text, not a picture): notes.txt.')
    """
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"Expected a folder of pictures. Received: {folder}, which is not there.")
    pictures: list[pathlib.Path] = []
    left_out: list[LeftOut] = []
    for parent, subfolders, names in os.walk(folder):
        place = pathlib.Path(parent)
        kept = []
        for name in subfolders:
            reason = _reason_against_folder(place / name)
            if reason:
                left_out.append(LeftOut(place / name, reason))
            elif not is_ignored(name):
                kept.append(name)
        subfolders[:] = kept
        for name in names:
            if name.startswith(".") or name.lower() in SYSTEM_FILES or name in RESULT_FILES:
                continue
            reason = _reason_against_file(place / name, suffixes)
            if reason:
                left_out.append(LeftOut(place / name, reason))
            else:
                pictures.append(place / name)
    return Found(sorted(pictures), sorted(left_out))


def is_ignored(name: str) -> bool:
    """Return whether `find_pictures` passes over folders of this name.

    Example:
    >>> is_ignored(".cache"), is_ignored("cats")
    (True, False)
    """
    return name.startswith(".") or name.lower() in SYSTEM_FOLDERS


def holds_results(folder: PathLike) -> bool:
    """Return whether a folder holds what kgan wrote: a run, samples of a training, a report or an augmented set.

    Example:
    >>> pathlib.Path("run.json").touch()
    >>> holds_results(".")
    True
    """
    return any(name in RESULT_FILES or RESULT_PATTERN.fullmatch(name) for name in os.listdir(folder))


def _reason_against_folder(folder: pathlib.Path) -> str | None:
    if is_ignored(folder.name):
        return None
    if folder.is_symlink():
        return "link to a folder"
    try:
        return "results of kgan" if holds_results(folder) else None
    except PermissionError:
        return "not readable"


def _reason_against_file(file: pathlib.Path, suffixes: Collection[str] | None) -> str | None:
    reason = _reason_against_name(file, suffixes)
    if reason is None or not file.suffix:
        if not file.is_file():
            return "broken link" if file.is_symlink() else "not a file"
        if reason and suffixes is None and _begins_like_a_picture(file):
            return None
    return reason


def _reason_against_name(file: pathlib.Path, suffixes: Collection[str] | None) -> str | None:
    readable = formats.readable()
    suffix = file.suffix.lower()
    if suffix in (readable if suffixes is None else suffixes):
        return None
    return f"{readable[suffix]}, a format that is not used here" if suffix in readable else formats.reason_against(file)


def _begins_like_a_picture(file: pathlib.Path) -> bool:
    try:
        with open(file, "rb") as content:
            return formats.looks_like_a_picture(content.read(16))
    except OSError:
        return False
