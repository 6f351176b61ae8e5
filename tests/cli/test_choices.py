"""Options with names: what help lists is what the library has."""

import pytest
import typer

from kgan import architectures, export, losses, penalties, recipes
from kgan.architectures import conditioning
from kgan.cli import choices


@pytest.mark.parametrize(
    ("listed", "known"),
    [
        (choices.ARCHITECTURES, architectures.registry.ARCHITECTURES),
        (choices.RECIPES, recipes.RECIPES),
        (choices.LOSSES, losses.adversarial.LOSSES),
        (choices.PENALTIES, penalties.PENALTIES),
        (choices.CONDITIONINGS, conditioning.CONDITIONINGS),
        (choices.FORMATS, export.exporting.FORMATS),
        (choices.WEIGHTS_DTYPES, export.exporting.TOLERANCES),
    ],
)
def test_the_lists_are_those_of_the_library(listed, known):
    assert set(listed) == set(known)


@pytest.mark.parametrize("value", ["wgan-gp", "WGAN_GP", " wgan_gp"])
def test_names_are_taken_as_people_write_them(value):
    assert choices.check(value, choices.PENALTIES) == "wgan_gp"


def test_a_wrong_name_is_told_the_right_ones():
    with pytest.raises(typer.BadParameter) as error:
        choices.check("hinje", choices.LOSSES)
    assert str(error.value) == (
        "'hinje' is not one of minimax, non_saturating, least_squares, wasserstein, hinge, relativistic. "
        "Did you mean hinge?"
    )
