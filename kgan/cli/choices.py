"""Options that take one of a few names, which help, errors and completion list without importing the library."""

import difflib
from collections.abc import Callable, Sequence
from typing import Any

import typer

# The names of the library's registries, which take seconds to import; a test compares them.
ARCHITECTURES = ("mlp", "dcgan", "resnet", "style")
RECIPES = ("recommended", "classic", "wgan", "wgan_gp")
LOSSES = ("minimax", "non_saturating", "least_squares", "wasserstein", "hinge", "relativistic")
PENALTIES = ("r1", "r2", "wgan_gp", "dragan", "lecam", "weight_clipping")
CONDITIONINGS = ("projection", "auxiliary_classifier", "projection_and_classifier", "concatenation")
FORMATS = ("tf_saved_model", "onnx", "litert")
WEIGHTS_DTYPES = ("float32", "float16")
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")


def choice(help: str, names: Sequence[str], *flags: str, **options: Any) -> Any:
    """Return an option that takes one of some names, and lists them.

    Args:
        help: what the option is; the names are added.
        names: the values that it takes.
        *flags: as in `typer.Option`.
        **options: as in `typer.Option`.
    """
    listed = f"{help.removesuffix('.')}: {', '.join(names[:-1])} or {names[-1]}."
    return typer.Option(
        *flags,
        help=listed,
        callback=_checks(names),
        autocompletion=_completes(names),
        metavar="NAME",
        **options,
    )


def check(value: str, names: Sequence[str]) -> str:
    """Return the name that is meant: in lower case, and with underscores.

    Raises:
        typer.BadParameter: there is no such name; the message lists them, and the most similar one.

    Example:
    >>> check("Non-Saturating", LOSSES)
    'non_saturating'
    """
    meant = value.strip().lower().replace("-", "_")
    if meant in names:
        return meant
    similar = difflib.get_close_matches(meant, names, n=1, cutoff=0.5)
    hint = f" Did you mean {similar[0]}?" if similar else ""
    raise typer.BadParameter(f"{value!r} is not one of {', '.join(names)}.{hint}")


def _checks(names: Sequence[str]) -> Callable[[Any], Any]:
    def callback(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [check(one, names) for one in value]
        return None if value is None else check(value, names)

    return callback


def _completes(names: Sequence[str]) -> Callable[[str], list[str]]:
    def complete(incomplete: str) -> list[str]:
        return [name for name in names if name.startswith(incomplete)]

    return complete
