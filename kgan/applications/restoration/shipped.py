"""The small restorers that come with kgan."""

import functools
import pathlib

from kgan._registry import unknown
from kgan._typing import PathLike
from kgan.applications.restoration.restorer import Restorer

PACKAGE = pathlib.Path(__file__).resolve().parents[2]

NAMES = {
    ("denoise", 1): "denoise_grey",
    ("denoise", 3): "denoise_colour",
    ("upscale", 2): "upscale_x2",
    ("upscale", 4): "upscale_x4",
}
"""The models by task, and by the channels of the picture (denoise) or the scale (upscale)."""


def folder(name: str) -> pathlib.Path:
    """Return the folder of a model that comes with kgan: in the installed package, or beside it in the source tree.

    Raises:
        FileNotFoundError: it is in neither.
        ValueError: the name is unknown.

    Example:
    >>> folder("denoise_grey").name
    'denoise_grey'
    """
    if name not in NAMES.values():
        raise unknown("model", name, NAMES.values())
    for parent in (PACKAGE, PACKAGE.parent):
        if (parent / "saved_models" / name / "model.json").is_file():
            return parent / "saved_models" / name
    raise FileNotFoundError(
        f"Expected the model {name}, which comes with kgan, in the folder saved_models. Received: a copy of kgan "
        "without it. Reinstall kgan, or name a model of your own."
    )


def resolve(model: Restorer | PathLike | None, task: str, scale: int | None, channels: int) -> Restorer:
    """Return the restorer that `model` names.

    Args:
        model: a restorer, its folder, or None for the one that comes with kgan for this task.
        task: the required task, `"denoise"` or `"upscale"`.
        scale: the required scale; None for the model's scale, or 4 without a model.
        channels: of the picture.

    Raises:
        FileNotFoundError: there is no such model.
        ValueError: the model is for another task or scale, or none comes with kgan for this scale.
    """
    if model is None:
        key = (task, channels if task == "denoise" else scale or 4)
        if key not in NAMES:
            scales = ", ".join(str(number) for known, number in NAMES if known == "upscale")
            raise ValueError(
                f"Expected scale {scales}, for which models come with kgan. Received: scale={scale}. For another scale "
                "name a model of your own."
            )
        restorer = _opened(folder(NAMES[key]))
    else:
        restorer = model if isinstance(model, Restorer) else _opened(pathlib.Path(model))
    if restorer.task != task:
        raise ValueError(f"Expected a model to {task}. Received: one to {restorer.task}.")
    if scale not in (None, restorer.scale):
        raise ValueError(f"Expected scale={restorer.scale}, which the model was trained for. Received: scale={scale}")
    return restorer


@functools.lru_cache(maxsize=len(NAMES))
def _opened(folder: pathlib.Path) -> Restorer:
    return Restorer.open(folder)
