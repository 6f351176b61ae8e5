"""The commands `kgan denoise` and `kgan upscale`: image files, or whole folders of them."""

import dataclasses
import functools
import mimetypes
import pathlib
from collections.abc import Callable
from typing import Annotated, Any

import typer

from kgan import _progress
from kgan.cli import console, quiet
from kgan.cli.console import CommandError, result, say, warn

Source = Annotated[pathlib.Path, typer.Argument(metavar="IN", help="An image, or a folder of them.")]
Target = Annotated[
    pathlib.Path, typer.Argument(metavar="OUT", help="A file, its suffix being the format, or a folder.")
]
Scale = Annotated[
    int | None, typer.Option(min=2, max=4, help="How many times larger.", show_default="the model's, or 4")
]
Fidelity = Annotated[
    float,
    typer.Option(min=0, max=1, help="1: nearest to the true image. 0: sharpest, with details that may be invented."),
]
Tile = Annotated[
    int | None,
    typer.Option(min=1, help="Side of the tiles in pixels; smaller takes less memory.", show_default="1024 / scale"),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")]
Model = Annotated[
    pathlib.Path | None,
    typer.Option(help="A folder that Restorer.save wrote.", show_default="a small one that comes with kgan"),
]

# Suffixes of images that Python does not know. A folder's files of a kind that is no image need no restoring.
IMAGE_SUFFIXES = frozenset(
    [".arw", ".avif", ".cr2", ".cr3", ".dng", ".heic", ".heif", ".jfif", ".jp2", ".jxl", ".nef", ".orf", ".psd", ".raf"]
)


def denoise(
    source: Source,
    target: Target,
    model: Model = None,
    fidelity: Fidelity = 1.0,
    tile: Tile = None,
    overwrite: Overwrite = False,
) -> None:
    """Remove the noise from images, whatever its strength.

    Size, 16-bit gray, transparency, color profile and EXIF data stay. A folder is searched with its subfolders; images
    that cannot be denoised are named and left out, and the exit status is then 1.

    Examples:
        kgan denoise noisy.jpg clean.png

        kgan denoise photographs denoised --fidelity 0.5
    """
    quiet.import_keras()
    from kgan.applications import restoration

    if model is None:
        for name in ("denoise_grey", "denoise_colour"):
            restoration.shipped.folder(name)  # raises now, not with each image, if it is missing
    restorer = model and restoration.shipped.resolve(model, "denoise", None, 3)
    restore = functools.partial(restoration.denoise, restorer, fidelity=fidelity, tile=tile)
    Work(restore, source, target, overwrite, "denoised").run()


def upscale(
    source: Source,
    target: Target,
    scale: Scale = None,
    model: Model = None,
    fidelity: Fidelity = 1.0,
    tile: Tile = None,
    overwrite: Overwrite = False,
) -> None:
    """Enlarge images, with plausible details.

    16-bit gray, transparency, color profile and EXIF data stay. A folder is searched with its subfolders; images that
    cannot be enlarged are named and left out, and the exit status is then 1.

    Examples:
        kgan upscale small.png large.png --scale 4

        kgan upscale photographs enlarged --scale 2 --fidelity 0.5
    """
    quiet.import_keras()
    from kgan.applications import restoration

    restorer = restoration.shipped.resolve(model, "upscale", scale, 3)
    restore = functools.partial(restoration.upscale, restorer, fidelity=fidelity, tile=tile)
    Work(restore, source, target, overwrite, "enlarged").run()


@dataclasses.dataclass
class Work:
    """Images to restore.

    Attributes:
        restore: a function `(photograph, progress=) -> photograph`.
        source, target: files, or folders.
        overwrite: whether files may be replaced.
        done: what the images are afterwards, for example `"denoised"`.
    """

    restore: Callable[..., Any]
    source: pathlib.Path
    target: pathlib.Path
    overwrite: bool
    done: str

    def run(self) -> None:
        """Restore all images.

        Raises:
            CommandError: at least one could not be restored.
        """
        if self.source.is_dir():
            self._folder()
            return
        if not self.source.exists():
            raise CommandError(f"Expected an image or a folder. Received: {self.source}, which is not there.")
        target = self.target / self.source.name if self.target.is_dir() else self.target
        if target.exists() and not self.overwrite:
            raise CommandError(f"{target} exists. Name another file, or add --overwrite.")
        self._one(self.source, target)
        result(out=target, num=1)
        say(f"The {self.done} image is ", target, ".")

    def _folder(self) -> None:
        from kgan import images
        from kgan.applications.restoration import photographs

        if self.target.is_file():
            raise CommandError(f"{self.target} is a file. Name a folder for the images of {self.source}.")
        found = images.find_pictures(self.source, photographs.FORMATS)
        paths = [path for path in found.pictures if not self._is_result(path)]
        others = found._replace(left_out=[other for other in found.left_out if not self._is_result(other.path)])
        not_done = sum(_is_image(other.path) for other in others.left_out)
        if not paths and not not_done:
            raise CommandError(f"{self.source} holds no images ({', '.join(photographs.FORMATS)}).")
        kept, failed = 0, 0
        for number, path in enumerate(paths, 1):
            target = self.target / path.relative_to(self.source)
            console.kept(
                f"{number - 1 - failed:,} of {len(paths):,} images are {self.done}, in {self.target}. Run the same "
                "command again to do the rest."
            )
            if target.exists() and not self.overwrite:
                kept += 1
                continue
            try:
                self._one(path, target, f" ({number} of {len(paths)})")
            except (ValueError, OSError) as error:
                failed += 1
                warn(f"left out: {error}")
        self._report(len(paths), kept, failed, others.summary(), not_done)

    def _report(self, total: int, kept: int, failed: int, left_out: str, not_done: int) -> None:
        """Print how many images were restored, and fail if any was not.

        Args:
            total: images of formats that can be written.
            kept: of them, those whose result was there already.
            failed: of them, those that could not be restored.
            left_out: what else the folder holds, in words.
            not_done: how much of it are images.
        """
        everything = total + not_done
        result(out=self.target, num=total - failed - kept, kept=kept, failed=failed + not_done)
        say(f"{total - failed - kept:,} of {everything:,} images {self.done}, in ", self.target, ".")
        if kept:
            say(f"{kept:,} were there already, and were left as they are. Replace them with --overwrite.")
        if left_out:
            warn(left_out)
        if failed or not_done:
            raise CommandError(f"{failed + not_done:,} of {everything:,} images were not {self.done}; see above.")

    def _is_result(self, path: pathlib.Path) -> bool:
        """Return whether a file lies in a target folder inside of the source."""
        inside = self.target.resolve() != self.source.resolve()
        return inside and path.absolute().resolve().is_relative_to(self.target.resolve())

    def _one(self, source: pathlib.Path, target: pathlib.Path, place: str = "") -> None:
        from kgan.applications.restoration import photographs

        photograph = photographs.read(source)
        photograph.check(target)
        with _progress.bar(f"{source.name}{place}", None, "tiles") as bar:
            restored = self.restore(photograph, progress=bar.to)
        restored.save(target)


def _is_image(path: pathlib.Path) -> bool:
    """Return whether a file is an image by its suffix."""
    kind = mimetypes.guess_type(path.name)[0] or ""
    return kind.startswith("image/") or path.suffix.lower() in IMAGE_SUFFIXES
