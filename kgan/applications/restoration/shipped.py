"""The small restorers that come with kgan."""

import functools
import pathlib

from kgan._registry import unknown
from kgan.applications.restoration.restorer import Restorer

PACKAGE = pathlib.Path(__file__).resolve().parents[2]

# By task, and the channels of the picture or the scale.
NAMES = {
    ("denoise", 1): "denoise_grey",
    ("denoise", 3): "denoise_colour",
    ("upscale", 2): "upscale_x2",
    ("upscale", 4): "upscale_x4",
}


def folder(name: str) -> pathlib.Path:
    """Return where a model that comes with kgan is: inside the installed package, or beside it in the source tree.

    Raises:
        FileNotFoundError: it is in neither.
        ValueError: there is no such model.
    """
    if name not in NAMES.values():
        raise unknown("model", name, NAMES.values())
    for parent in (PACKAGE, PACKAGE.parent):
        if (parent / "saved_models" / name / "model.json").is_file():
            return parent / "saved_models" / name
    raise FileNotFoundError(
        f"Expected the model {name}, which comes with kgan, in its folder saved_models. Received: a copy of kgan "
        "without it. Name a model of your own."
    )


def resolve(model, task: str, scale: int | None, channels: int) -> Restorer:
    """Return the restorer that `model` stands for.

    Args:
        model: a restorer, its folder, or None for the one that comes with kgan for this task.
        task: what it must do, `"denoise"` or `"upscale"`.
        scale: what it must do it by; None for what the model does, or 4.
        channels: of the picture.

    Raises:
        FileNotFoundError: it is not there.
        ValueError: it is for another task or scale, or none comes with kgan.
    """
    if model is None:
        kind = (task, channels if task == "denoise" else scale or 4)
        if kind not in NAMES:
            scales = ", ".join(str(number) for each, number in NAMES if each == "upscale")
            raise ValueError(
                f"Expected scale {scales}, for which models come with kgan. Received: scale={scale}. For another name "
                "a model of your own."
            )
        restorer = _opened(folder(NAMES[kind]))
    else:
        restorer = model if isinstance(model, Restorer) else _opened(pathlib.Path(model))
    if restorer.task != task:
        raise ValueError(f"Expected a model to {task}. Received: one to {restorer.task}.")
    if scale not in (None, restorer.scale):
        raise ValueError(f"Expected scale={restorer.scale}, which the model was trained for. Received: scale={scale}")
    return restorer


@functools.lru_cache(maxsize=len(NAMES))
def _opened(place):
    return Restorer.open(place)
