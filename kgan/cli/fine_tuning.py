"""Starting a run from the networks of a trained model: `kgan train --from`."""

import pathlib
from collections.abc import Sequence
from typing import Any

from kgan.cli.console import CommandError
from kgan.cli.train_options import Options


def open_gan(path: pathlib.Path) -> Any:
    """Return the `kgan.GAN` at a path.

    Args:
        path: a `.keras` file or a run folder.

    Raises:
        CommandError: it is something else, for example an export, which has no discriminator.
    """
    import kgan
    from kgan.models import KerasGenerator, SavedGenerator

    model = kgan.open_model(path)
    if isinstance(model, kgan.GAN):
        return model
    what = f"{path}, which is a {type(model).__name__}"
    if isinstance(model, SavedGenerator | KerasGenerator):
        what = f"{path}, which holds a generator alone"
    raise CommandError(
        f"Expected --from to name a trained GAN with its discriminator: a run folder or its model.keras. "
        f"Received: {what}."
    )


def check(model: Any, options: Options, path: str, class_names: Sequence[str] | None) -> None:
    """Refuse options that do not fit the networks of a model.

    Args:
        model: the `kgan.GAN` to start from.
        options: those of the run.
        path: where the model is from.
        class_names: of the data, or None.
    """
    clusters = None if model.clusters is None else model.clusters.num_clusters
    classes = model.num_classes if model.conditional else None
    if options.clusters != clusters or options.conditional != model.conditional:
        needed = f"--clusters {clusters}" if clusters else "--conditional" if classes else "neither of the two"
        raise CommandError(
            f"Expected --conditional and --clusters as {path} was trained with them: {needed}. Received: "
            f"{'--conditional' if options.conditional else f'--clusters {options.clusters}'.replace(' None', ' none')}."
        )
    if options.conditional and class_names is not None and len(class_names) != classes:
        raise CommandError(
            f"Expected data of {classes} classes, as {path} was trained with. Received: {options.data} with "
            f"{len(class_names)}."
        )
    precision = model.generator.dtype_policy.name
    if options.architecture is None and options.precision not in (None, precision):
        raise CommandError(
            f"Expected --precision {precision}, in which the networks of {path} compute. Received: --precision "
            f"{options.precision}. Name their --architecture, too, to build them anew in another precision."
        )


def networks_of(model: Any) -> tuple[Any, Any]:
    """Return the generator and the discriminator that a `kgan.GAN` was made of."""
    generator = model.generator if model.clusters is None else model.generator.layers[-1]
    return generator, model.discriminator


def copy_weights(model: Any, gan: Any, options: Options) -> None:
    """Give a new GAN the weights of a trained one: both networks and the averaged generator.

    Raises:
        CommandError: the networks are not of the same layers and sizes.
    """
    for role in ("generator", "discriminator", "ema_generator"):
        source, target = getattr(model, role), getattr(gan, role)
        shapes = [[(weight.name, tuple(weight.shape)) for weight in network.weights] for network in (source, target)]
        if shapes[0] != shapes[1]:
            raise CommandError(
                f"Expected the networks of {options.start_from}. Received: --architecture {options.architecture}, "
                f"whose {role} has other layers: {target.count_params():,} parameters, there "
                f"{source.count_params():,}. "
                "Leave --architecture out to take the networks as they are."
            )
        target.set_weights(source.get_weights())
