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
    assert (sampler.generate(2) != sampler.generate(2)).any()


class Steep(Echo):
    """Images of equal contrast, which change fast where the first latent is near 0, or near the label."""

    def synthesize(self, noise, labels=None):
        first = noise[:, :1] if labels is None else noise[:, :1] - ops.cast(labels, "float32")[:, None]
        angle = ops.arctan(first)
        return ops.concatenate([ops.cos(angle), noise / 1e3, ops.sin(angle), -ops.cos(angle), -ops.sin(angle)], axis=1)


def test_truncation_leaves_out_the_latents_at_which_the_image_changes_fast():
    whole, cut = (Steep().generate(200, seed=3, truncation=share) for share in (None, 0.7))
    edge = np.quantile(np.abs(np.asarray(latents.draw(10_000, 3, seed=0))[:, 0]), 0.3)
    first = np.abs(cut[:, 1] * 1e3)
    assert (np.abs(whole[:, 1] * 1e3) < edge).mean() == pytest.approx(0.3, abs=0.1)
    assert (first < 0.8 * edge).mean() < 0.02
    assert (first < 1.2 * edge).mean() > 0.03  # those beside are kept
    np.testing.assert_array_equal(whole, Steep().generate(200, seed=3, truncation=1.0))
    np.testing.assert_allclose(cut, Steep().generate(200, seed=3, truncation=0.7, batch_size=33), atol=1e-6)
    assert (cut[:10] != Steep().generate(10, seed=4, truncation=0.7)).any()


def test_truncation_keeps_the_share_of_each_class():
    sampler = Steep(num_classes=3, conditional=True)
    images = sampler.generate(90, seed=3, truncation=0.5)
    distance = np.abs(images[:, 1] * 1e3 - np.arange(90) % 3)
    everything = np.asarray(latents.draw(10_000, 3, seed=0))[:, 0]
    for label in range(3):
        edge = np.quantile(np.abs(everything - label), 0.5)
        assert (distance[label::3] < 0.7 * edge).mean() < 0.05
    one = sampler.generate(1, seed=3, labels=2, truncation=0.5)
    assert abs(one[0, 1] * 1e3 - 2) > 0.7 * np.quantile(np.abs(everything - 2), 0.5)


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
        ({"num": np.ones((2, 3))}, "Pass it as `latents`"),
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
