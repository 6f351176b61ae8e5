"""Drawing images, with a sampler whose images are its latents: what is asked for is what is made."""

import numpy as np
import pytest
from keras import ops

from kgan import latents
from kgan.models.sampler import Sampler


class Echo(Sampler):
    """Gives back latents, and labels behind them."""

    latent_dim = 3

    def __init__(self, num_classes=None, conditional=False):
        self.num_classes, self.conditional = num_classes, conditional
        self.sizes = []

    def synthesize(self, noise, labels=None):
        self.sizes.append(noise.shape[0])
        if labels is None:
            return noise
        return ops.concatenate([noise, ops.cast(labels, "float32")[:, None]], axis=1)


def test_the_latents_are_those_of_the_seed_whatever_the_batches():
    sampler = Echo()
    images = sampler.generate(10, seed=3, batch_size=4)
    assert sampler.sizes == [4, 4, 2]
    np.testing.assert_array_equal(images, latents.draw(10, 3, seed=3))
    cut = sampler.generate(10, seed=3, truncation=0.5)
    np.testing.assert_array_equal(cut, latents.draw(10, 3, seed=3, truncation=0.5))
    assert (sampler.generate(2) != sampler.generate(2)).any()


@pytest.mark.parametrize(
    ("labels", "expected"),
    [(None, [0, 1, 2, 0, 1]), (2, [2] * 5), ([2, 1, 0, 1, 2], [2, 1, 0, 1, 2]), (np.int64(1), [1] * 5)],
)
def test_labels(labels, expected):
    images = Echo(num_classes=3, conditional=True).generate(5, seed=0, labels=labels, batch_size=2)
    assert images[:, -1].tolist() == expected


def test_names_of_classes():
    sampler = Echo(num_classes=3, conditional=True)
    sampler.class_names = ("cat", "dog", "0")
    for labels, expected in (
        ("dog", [1] * 3),
        (["dog", "cat", 2], [1, 0, 2]),
        (np.array(["cat", "0", "1"]), [0, 2, 1]),
    ):
        assert sampler.generate(3, seed=0, labels=labels)[:, -1].tolist() == expected
    assert (sampler.label_of("0"), sampler.label_of(0), sampler.label_of("CAT")) == (2, 0, 0)
    with pytest.raises(ValueError, match=r"Unknown class. Received: 'dgo'. Did you mean 'dog'\? Available: 'cat', 'd"):
        sampler.generate(3, labels=["dog", "dgo", "cat"])
    with pytest.raises(ValueError, match="Expected no labels"):
        Echo().label_of("dog")


def test_bad_labels():
    with pytest.raises(ValueError, match="Expected no labels"):
        Echo().generate(2, labels=[0, 1])
    with pytest.raises(ValueError, match="does not know how many classes"):
        Echo(conditional=True).generate(2)
    for labels in (3, [0, 1, 2], [-1, 0], [0.5, 1.0]):
        with pytest.raises((TypeError, ValueError), match="label"):
            Echo(num_classes=3, conditional=True).generate(2, labels=labels)


def test_latents_may_be_given():
    sampler = Echo()
    given = np.float32([[0.5, -1.0, 2.0], [0.1, 0.2, -0.3], [1.0, 1.0, 1.0]])
    np.testing.assert_array_equal(sampler.generate(latents=given, batch_size=2), given)
    assert sampler.sizes == [2, 1]
    np.testing.assert_array_equal(sampler.generate(3, latents=given.tolist()), given)
    labeled = Echo(num_classes=3, conditional=True).generate(latents=given, labels=[2, 0, 1])
    np.testing.assert_array_equal(labeled, np.hstack([given, [[2], [0], [1]]]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"latents": np.ones((2, 3)), "truncation": 0.7}, "Expected `latents` or `truncation`"),
        ({"latents": np.ones((2, 4))}, r"`latents` of shape \(num, 3\).*Received: shape \(2, 4\)"),
        ({"latents": np.ones(3)}, r"latents\[None\]"),
        ({"latents": np.ones((0, 3))}, r"Received: shape \(0, 3\)"),
        ({"latents": np.ones((3, 3)), "num": 2}, "3 latents and num=2"),
        ({}, "Received: neither"),
    ],
)
def test_latents_that_do_not_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        Echo().generate(**arguments)


@pytest.mark.parametrize(("name", "new"), [("n", "num"), ("noise", "latents"), ("psi", "truncation"), ("sed", "seed")])
def test_arguments_of_other_libraries(name, new):
    with pytest.raises(TypeError, match=f"takes no argument `{name}`.*`{new}`"):
        Echo().generate(**{name: 1})
