"""Walks from one image to the next."""

import keras
import networks
import numpy as np
import pytest

import kgan
from kgan.applications import editing
from kgan.architectures import dcgan, style
from kgan.export import export


def test_a_walk_passes_through_the_images():
    space = editing.CodeSpace(networks.generator())
    codes = space.sample(3, seed=1)
    images = space.images(codes)
    walked, closed = (editing.walk(space, codes, steps=4, closed=closed) for closed in (False, True))
    assert walked.shape == (9, 8, 8, 1)
    assert closed.shape == (12, 8, 8, 1)
    np.testing.assert_allclose(walked[::4], images, atol=1e-6)
    np.testing.assert_allclose(closed[:9], walked, atol=1e-6)
    middle = editing.interpolate(space, codes[0], codes[1], 3)[1:2]
    np.testing.assert_allclose(walked[2:3], space.images(middle), atol=1e-6)
    back = editing.interpolate(space, codes[2], codes[0], 5)[1:4]
    np.testing.assert_allclose(closed[9:], space.images(back), atol=1e-6)


@pytest.mark.parametrize("make", [networks.generator, lambda classes: dcgan.generator((8, 8, 1), 4, 4, classes)])
def test_between_classes_the_vectors_of_the_classes_are_mixed(make):
    generator = make(3)
    for weight in generator.weights:
        weight.assign_add(0.1 * keras.random.normal(weight.shape, seed=1) ** 2)
    before = generator.get_weights()
    space = editing.CodeSpace(generator)
    codes = np.repeat(space.sample(1, seed=1), 2, axis=0)
    walked = editing.walk(space, codes, steps=4, labels=[0, 2])
    for index, label in ((0, 0), (4, 2)):
        np.testing.assert_allclose(walked[index], space.images(codes[:1], label)[0], atol=1e-5)
    distance = [np.abs(walked[i] - walked[i + 1]).mean() for i in range(4)]
    whole = np.abs(walked[0] - walked[4]).mean()
    assert min(distance) > 0  # each step changes the image, and none is a jump
    assert max(distance) < 0.7 * whole
    for weight, old in zip(generator.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, old)


def test_styles_contain_the_class():
    space = editing.CodeSpace(style.generator((8, 8, 1), 4, 4, 8, num_classes=3))
    labels = [0, 2]
    walked = editing.walk(space, space.sample(2, 1, labels), steps=2)
    assert walked.shape == (3, 8, 8, 1)
    np.testing.assert_allclose(walked[2], space.generate(2, 1, labels)[1], atol=1e-5)


@pytest.mark.slow
def test_an_exported_generator_stays_within_a_class(tmp_path):
    generator = networks.generator(3)
    export(generator, tmp_path / "exported")
    space = editing.CodeSpace(tmp_path / "exported")
    codes = space.sample(2, seed=1)
    expected = editing.walk(generator, codes, steps=2, labels=1)
    np.testing.assert_allclose(editing.walk(space, codes, steps=2, labels=1), expected, atol=1e-5)
    with pytest.raises(ValueError, match="Expected a Keras generator with an embedding of its classes"):
        editing.walk(space, codes, steps=2, labels=[0, 1])


def test_bad_arguments():
    space = editing.CodeSpace(networks.generator())
    with pytest.raises(ValueError, match="at least two codes"):
        editing.walk(space, space.sample(1))
    with pytest.raises(ValueError, match="`steps` must be a positive integer"):
        editing.walk(space, space.sample(2), steps=0)
    with pytest.raises(ValueError, match="Expected `labels`"):
        editing.walk(kgan.architectures.mlp.generator((8, 8, 1), 4, num_classes=3), np.ones((2, 4)))
