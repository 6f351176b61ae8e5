"""Recipes: everything that `GAN.compile` chooses, as one object whose parts can be replaced."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import keras

from kgan import _registry, losses, penalties
from kgan.augmentation import Augmentation
from kgan.losses import Loss
from kgan.optimizers import AnnealedAdam
from kgan.penalties import Penalty

UPDATES = ("alternating", "simultaneous")


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What a GAN is trained with.

    Use `replace` to change parts of a published recipe, and pass the result to `kgan.GAN.compile(recipe=...)`.

    Args:
        name: the name in messages.
        loss: a name or object as in `kgan.losses.get`.
        penalties: names or objects as in `kgan.penalties.get`.
        generator_optimizer, discriminator_optimizer: Keras optimizers or their names.
        discriminator_steps: discriminator updates for each generator update.
        update: `"alternating"` or `"simultaneous"`.
        augmentation: as in `kgan.augmentation.get_all`; None for none.

    Raises:
        ValueError: an update is unknown, a number is out of range, or one optimizer is given twice.

    Example:
    >>> recipe = recommended().replace(loss="hinge", penalties=["r1"])
    >>> recipe.loss, recipe.penalties
    ('hinge', ['r1'])
    """

    name: str
    loss: str | Loss
    penalties: Sequence[str | Penalty]
    generator_optimizer: str | keras.optimizers.Optimizer
    discriminator_optimizer: str | keras.optimizers.Optimizer
    discriminator_steps: int = 1
    update: str = "alternating"
    augmentation: str | Augmentation | Sequence[str | Augmentation] | None = None

    def __post_init__(self) -> None:
        steps = self.discriminator_steps
        if self.update not in UPDATES:
            raise _registry.unknown("update", self.update, UPDATES)
        if not isinstance(steps, int) or steps < 1:
            raise ValueError(
                f"`discriminator_steps` must be a positive integer. Received: discriminator_steps={steps!r}"
            )
        if self.update == "simultaneous" and steps > 1:
            raise ValueError(
                "Expected `discriminator_steps=1` with `update='simultaneous'`, which makes one update of each network."
                f" Received: discriminator_steps={steps}. Use 'alternating'."
            )
        if isinstance(self.penalties, str):
            raise ValueError(f"`penalties` must be a list. Received: {self.penalties!r}. Use [{self.penalties!r}].")
        optimizer = self.generator_optimizer
        if isinstance(optimizer, keras.optimizers.Optimizer) and optimizer is self.discriminator_optimizer:
            raise ValueError(
                "Expected two optimizers: one object cannot hold the slots of both networks. Received: the same object "
                "twice. Pass two objects, or the name."
            )

    def replace(self, **parts: Any) -> "Recipe":
        """Return the recipe with other parts.

        Args:
            **parts: the constructor's arguments to replace.

        Raises:
            ValueError: there is no such part.
        """
        names = [field.name for field in dataclasses.fields(self)]
        for name in parts:
            if name not in names:
                raise _registry.unknown("part of a recipe", name, names)
        return dataclasses.replace(self, **parts)


def recommended() -> Recipe:
    """Return the recommended recipe: relativistic loss, R1 and R2 with a decaying gamma, and `AnnealedAdam`.

    Reference: Huang et al., The GAN is dead; long live the GAN! A Modern GAN Baseline, 2024, of which it is a smaller
    version.

    Example:
    >>> recommended().loss
    'relativistic'
    """
    return Recipe("recommended", "relativistic", penalties.recommended(), AnnealedAdam(), AnnealedAdam())


def classic() -> Recipe:
    """Return the recipe of the classic introduction: non-saturating loss, Adam with a rate of 2e-4, no penalty.

    Reference: Goodfellow et al., Generative Adversarial Networks, 2014 (the loss).

    Example:
    >>> classic().penalties
    []
    """
    return Recipe("classic", "non_saturating", [], keras.optimizers.Adam(2e-4), keras.optimizers.Adam(2e-4))


def wgan() -> Recipe:
    """Return the recipe of the first Wasserstein GAN: RMSprop with a rate of 5e-5, clipped weights, five steps.

    Reference: Arjovsky et al., Wasserstein GAN, 2017, algorithm 1.

    Example:
    >>> wgan().discriminator_steps
    5
    """
    generator_optimizer, discriminator_optimizer = (keras.optimizers.RMSprop(5e-5) for _ in range(2))
    return Recipe(
        "wgan", "wasserstein", ["weight_clipping"], generator_optimizer, discriminator_optimizer, discriminator_steps=5
    )


def wgan_gp() -> Recipe:
    """Return the recipe of WGAN-GP: Adam with a rate of 1e-4 and betas 0 and 0.9, a gradient penalty, five steps.

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, algorithm 1.

    Example:
    >>> wgan_gp().loss
    'wasserstein'
    """
    generator_optimizer, discriminator_optimizer = (
        keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9) for _ in range(2)
    )
    return Recipe(
        "wgan_gp", "wasserstein", ["wgan_gp"], generator_optimizer, discriminator_optimizer, discriminator_steps=5
    )


RECIPES: dict[str, Callable[[], Recipe]] = {
    "recommended": recommended,
    "classic": classic,
    "wgan": wgan,
    "wgan_gp": wgan_gp,
}


def get(identifier: str | Recipe | Callable[[], Recipe]) -> Recipe:
    """Return the recipe that `identifier` names.

    Args:
        identifier: `"recommended"`, `"classic"`, `"wgan"` or `"wgan_gp"`, a `Recipe`, or a function that returns one.

    Raises:
        ValueError: the name is unknown, or the object is not a recipe.

    Example:
    >>> get("wgan_gp").name
    'wgan_gp'
    """
    if isinstance(identifier, str):
        if identifier not in RECIPES:
            raise _registry.unknown("recipe", identifier, RECIPES)
        return RECIPES[identifier]()
    recipe = identifier() if callable(identifier) else identifier
    if not isinstance(recipe, Recipe):
        raise ValueError(
            f"Expected a recipe: a name ({', '.join(map(repr, RECIPES))}) or a `kgan.recipes.Recipe`. "
            f"Received: {identifier!r}"
        )
    return recipe


def fresh(optimizer: str | keras.optimizers.Optimizer) -> str | keras.optimizers.Optimizer:
    """Return a new optimizer with the settings of a recipe's, so that one recipe can serve several models.

    Example:
    >>> optimizer = keras.optimizers.Adam(1e-3)
    >>> fresh(optimizer) is optimizer, fresh("adam")
    (False, 'adam')
    """
    return optimizer if isinstance(optimizer, str) else type(optimizer).from_config(optimizer.get_config())


def choose(recipe: str | Recipe | Callable[[], Recipe] | None, **parts: Any) -> Recipe:
    """Return the recipe of a `compile`, with the parts that it names.

    Without a recipe, the recommended one is meant. A loss other than its own is then used as published, without the
    recommended penalties.

    Args:
        recipe: as in `get`, or None.
        **parts: parts of a `Recipe`; None where they are not given.

    Raises:
        ValueError: a name is unknown.

    Example:
    >>> choose(None, loss="relativistic").name, choose(None, loss="hinge").penalties
    ('recommended', [])
    >>> [penalty.name for penalty in choose("recommended", loss="hinge").penalties]
    ['r1', 'r2']
    """
    chosen = get("recommended" if recipe is None else recipe)
    given = {name: part for name, part in parts.items() if part is not None}
    if "loss" in given:
        given["loss"] = losses.get(given["loss"])
        if recipe is None and type(given["loss"]) is not type(losses.get(chosen.loss)):
            chosen = chosen.replace(name="as published", penalties=[])
    optimizers = {name: fresh(getattr(chosen, name)) for name in ("generator_optimizer", "discriminator_optimizer")}
    return chosen.replace(**{**optimizers, **given})
