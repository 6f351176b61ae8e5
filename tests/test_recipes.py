"""Recipes, and how `compile` chooses among them."""

import keras
import networks
import pytest

from kgan import recipes
from kgan.optimizers import AnnealedAdam


def compiled(**options):
    gan = networks.gan()
    gan.compile(**options)
    return type(gan.loss).__name__, [penalty.name for penalty in gan.penalties]


@pytest.mark.slow
@pytest.mark.parametrize("name", recipes.RECIPES)
def test_each_recipe_trains(name):
    gan = networks.gan()
    gan.compile(recipe=name)
    logs = gan.fit(networks.images(16), batch_size=16, verbose=0).history
    assert logs["skipped_updates"] == [0]
    recipe = recipes.get(name)
    assert gan.discriminator_steps == recipe.discriminator_steps
    assert type(gan.generator_optimizer) is type(recipe.generator_optimizer)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ("Relativistic", ["r1", "r2"])),
        ({"loss": "relativistic"}, ("Relativistic", ["r1", "r2"])),  # naming the default changes nothing
        ({"loss": "relativistic", "penalties": []}, ("Relativistic", [])),
        ({"penalties": ["r1"]}, ("Relativistic", ["r1"])),
        ({"loss": "hinge"}, ("Hinge", [])),  # as published
        ({"recipe": "recommended", "loss": "hinge"}, ("Hinge", ["r1", "r2"])),
        ({"recipe": "wgan_gp"}, ("Wasserstein", ["wgan_gp"])),
        ({"recipe": recipes.wgan}, ("Wasserstein", ["weight_clipping"])),
        ({"recipe": recipes.recommended().replace(penalties=["lecam"])}, ("Relativistic", ["lecam"])),
    ],
)
def test_what_is_named_replaces_a_part(options, expected):
    assert compiled(**options) == expected


def test_one_recipe_serves_several_models():
    recipe = recipes.classic()
    first, second = networks.gan(), networks.gan()
    first.compile(recipe=recipe)
    second.compile(recipe=recipe)
    assert first.generator_optimizer is not second.generator_optimizer
    assert float(second.generator_optimizer.learning_rate) == pytest.approx(2e-4)


def test_the_same_name_for_both_optimizers_and_never_the_same_object():
    gan = networks.gan()
    gan.compile("adam", "adam")
    assert gan.generator_optimizer is not gan.discriminator_optimizer
    optimizer = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="one object cannot hold the slots of both"):
        gan.compile(optimizer, optimizer)


def test_fit_says_what_is_trained(capsys):
    gan = networks.gan()
    gan.compile(recipe="wgan_gp")
    gan.fit(networks.images(16), batch_size=16, verbose=2)
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("Training gan"))
    assert line == gan.recipe_summary()
    for part in ("Wasserstein loss", "wgan_gp (weight=10.0)", "5 discriminator steps", "Adam(0.0001)"):
        assert part in line
    gan.fit(networks.images(16), batch_size=16, verbose=0)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: recipes.get("recomended"), "Unknown recipe.*Did you mean 'recommended'"),
        (lambda: recipes.get(7), "Expected a recipe: a name"),
        (lambda: recipes.recommended().replace(penalty=[]), "Unknown part of a recipe. Received: 'penalty'"),
    ],
)
def test_bad(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_recommended_optimizers():
    recipe = recipes.recommended()
    assert isinstance(recipe.generator_optimizer, AnnealedAdam)
    assert recipe.generator_optimizer is not recipe.discriminator_optimizer
