"""Arguments that a function does not take."""

import inspect

import pytest

from kgan._keywords import explained


@explained({"count": "Pass `num`.", "total": "Pass `num`."}, passed_on=lambda: ["verbose"])
def draw(num, seed=None, **kwargs):
    return num, seed, kwargs


def test_what_is_known_is_passed_on():
    assert draw(1, seed=2, verbose=3, _own=4) == (1, 2, {"verbose": 3, "_own": 4})
    assert list(inspect.signature(draw).parameters) == ["num", "seed", "kwargs"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"count": 3}, r"^`draw` takes no argument `count`. Received: count=3. Pass `num`.$"),
        ({"count": 3, "total": 4}, r"^`draw` takes no arguments `count`, `total`. Received: .*. Pass `num`.$"),
        ({"sead": 3}, "Did you mean `seed`. It takes `num`, `seed`, `verbose`.$"),
        ({"verbos": 3}, "Did you mean `verbose`"),
        ({"strange": list(range(100))}, r"Received: strange=list\(...\). It takes"),
        ({"strange": "a\nb" * 40}, r"Received: strange=str\(...\). It takes"),
    ],
)
def test_what_is_not_known_is_explained(given, message):
    with pytest.raises(TypeError, match=message):
        draw(1, **given)


def test_a_constructor_has_the_name_of_its_class():
    class Model:
        @explained({"latent_dim": "It is that of the generator."})
        def __init__(self, generator):
            self.generator = generator

    with pytest.raises(TypeError, match="^`Model` takes no argument `latent_dim`. .* It is that of the generator.$"):
        Model(generator=1, latent_dim=3)
    assert Model(generator=1).generator == 1
