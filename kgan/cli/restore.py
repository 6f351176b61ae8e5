"""The commands `kgan denoise` and `kgan upscale`: files or whole folders of pictures."""

import dataclasses
import functools
import pathlib
from typing import Annotated

import typer

from kgan.cli.console import Failure, bar, console, failing_plainly

Source = Annotated[pathlib.Path, typer.Argument(metavar="IN", help="A picture, or a folder of them.")]
Target = Annotated[
    pathlib.Path, typer.Argument(metavar="OUT", help="A file, its suffix being the format, or a folder.")
]
Fidelity = Annotated[
    float, typer.Option(min=0, max=1, help="1: nearest to the truth. 0: sharpest, with details that may be invented.")
]
Tile = Annotated[
    int | None,
    typer.Option(min=1, help="Side of the tiles in pixels; smaller takes less memory.", show_default="1024 / scale"),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")]
Model = Annotated[
    pathlib.Path | None,
    typer.Option(help="A folder from kgan.applications' `train`.", show_default="a small one that comes with kgan"),
]


def denoise(
    source: Source,
    target: Target,
    model: Model = None,
    fidelity: Fidelity = 1.0,
    tile: Tile = None,
    overwrite: Overwrite = False,
):
    """Take the noise out of pictures, of whatever strength it is.

    Size, 16-bit grey, transparency, colour profile and EXIF data stay. A folder is searched with its subfolders; what
    cannot be read is named and left out, and the exit status is then 1.

    Examples:
        kgan denoise noisy.jpg clean.png

        kgan denoise photographs denoised --fidelity 0.5
    """
    with failing_plainly():
        from kgan.applications.restoration import denoise, shipped

        if model is None:
            for name in ("denoise_grey", "denoise_colour"):
                shipped.folder(name)  # missing, they are missed now and not by each picture
        restorer = model and shipped.resolve(model, "denoise", None, 3)
        restore = functools.partial(denoise.denoise, restorer, fidelity=fidelity, tile=tile)
        _Work(source, target, overwrite, "denoised").run(restore)


def upscale(
    source: Source,
    target: Target,
    scale: Annotated[
        int | None, typer.Option(min=2, max=4, help="How many times larger.", show_default="the model's, or 4")
    ] = None,
    model: Model = None,
    fidelity: Fidelity = 1.0,
    tile: Tile = None,
    overwrite: Overwrite = False,
):
    """Make pictures larger, with the details that they might have had.

    16-bit grey, transparency, colour profile and EXIF data stay. A folder is searched with its subfolders; what cannot
    be read is named and left out, and the exit status is then 1.

    Examples:
        kgan upscale small.png large.png --scale 4

        kgan upscale photographs enlarged --scale 2 --fidelity 0.5
    """
    with failing_plainly():
        from kgan.applications.restoration import shipped, upscale

        restorer = shipped.resolve(model, "upscale", scale, 3)
        restore = functools.partial(upscale.upscale, restorer, fidelity=fidelity, tile=tile)
        _Work(source, target, overwrite, "enlarged").run(restore)


@dataclasses.dataclass
class _Work:
    """Pictures from one place to another.

    Attributes:
        source, target: files, or folders.
        overwrite: whether files may be replaced.
        done: what is said of the pictures afterwards.
    """

    source: pathlib.Path
    target: pathlib.Path
    overwrite: bool
    done: str

    def run(self, restore):
        """Restore all pictures; raise `Failure` if one could not be."""
        if self.source.is_dir():
            self._folder(restore)
            return
        if not self.source.exists():
            raise FileNotFoundError(f"Expected a picture or a folder. Received: {self.source}, which is not there.")
        target = self.target / self.source.name if self.target.is_dir() else self.target
        if target.exists() and not self.overwrite:
            raise Failure(f"{target} exists. Name another file, or add --overwrite.")
        self._one(restore, self.source, target)
        console.print(f"The {self.done} picture is [bold]{target}[/bold].")

    def _folder(self, restore):
        from kgan.applications.restoration import photographs

        if self.target.is_file():
            raise Failure(f"{self.target} is a file. Name a folder for the pictures of {self.source}.")
        paths = sorted(path for path in self.source.rglob("*") if path.suffix.lower() in photographs.FORMATS)
        paths = [path for path in paths if path.is_file() and not self._is_result(path)]
        if not paths:
            suffixes = ", ".join(photographs.FORMATS)
            raise Failure(f"{self.source} holds no pictures ({suffixes}).")
        failed, kept = 0, 0
        for number, path in enumerate(paths, 1):
            target = self.target / path.relative_to(self.source)
            if target.exists() and not self.overwrite:
                kept += 1
                continue
            try:
                self._one(restore, path, target, f" ({number} of {len(paths)})")
            except (ValueError, OSError) as error:
                failed += 1
                console.print(f"[yellow]Left out:[/yellow] {error}", highlight=False)
        console.print(f"{len(paths) - failed - kept:,} of {len(paths):,} pictures {self.done}, in {self.target}.")
        if kept:
            console.print(f"{kept:,} were there already, and were left as they are. Replace them with --overwrite.")
        if failed:
            raise Failure(f"{failed:,} of {len(paths):,} pictures could not be {self.done}; they are named above.")

    def _is_result(self, path):
        """Return whether a picture lies in a target folder inside of the source."""
        inside = self.target.resolve() != self.source.resolve()
        return inside and path.resolve().is_relative_to(self.target.resolve())

    def _one(self, restore, source, target, place=""):
        from kgan.applications.restoration import photographs

        photograph = photographs.read(source)
        photograph.check(target)
        with bar(f"{source.name}{place}") as progress:
            restored = restore(photograph, progress=progress)
        restored.save(target)
