"""Linear regression of attributes on codes."""

import linear
import numpy as np
import pytest

from kgan.applications.editing.regression import Regression, changes, is_measured, name_of, varying_columns


@pytest.fixture
def inputs():
    return np.random.default_rng(0).normal(size=(200, 2)).astype("float32")


def test_the_direction_is_the_gradient_of_the_attribute(space, inputs):
    regression = Regression(space, inputs, lambda values: [values], None, classify=False)
    direction = regression.direction(3 * inputs[:, 0] + 4 * inputs[:, 1], (), "sum")
    np.testing.assert_allclose(direction.vector, [0.6, 0.8], atol=0.02)
    np.testing.assert_allclose(direction.normal @ direction.vector, 1, rtol=1e-6)
    assert (direction.name, direction.space) == ("sum", "latent")
    assert direction.score > 0.99


def test_two_values_are_classes_only_where_asked(space, inputs):
    values = np.where(inputs[:, 0] > 1.0, 1.0, 0.0)
    accuracy = Regression(space, inputs, lambda values: [values], None, True).direction(values, (), None).score
    determination = Regression(space, inputs, lambda values: [values], None, False).direction(values, (), None).score
    assert accuracy > 0.9 > determination


def test_what_is_kept_may_be_directions_or_attributes(space, inputs):
    regression = Regression(space, inputs, lambda values: [values], None, classify=False)
    both, second = inputs[:, 0] + inputs[:, 1], inputs[:, 1]
    for keep in (second, regression.direction(second, (), None)):
        np.testing.assert_allclose(regression.direction(both, [keep], None).vector, [1, 0], atol=0.02)


def test_an_attribute_must_have_one_column(space, inputs):
    with pytest.raises(ValueError, match="hardly any move changes"):
        Regression(space, inputs, lambda values: [], None, False).direction("slant", (), None)
    with pytest.raises(ValueError, match="one value for each image. Received: 2 columns"):
        Regression(space, inputs, list, None, False).direction(inputs.T, (), None)


def test_columns_of_an_attribute(space):
    images = space.images([[0.0, 0.0], [1.0, 0.0]])

    def attribute(images):
        return np.stack([linear.right(images), np.ones(len(images))], axis=1)

    assert len(varying_columns(attribute, lambda: images)) == 1
    assert len(varying_columns(lambda images: np.ones(len(images)), lambda: images)) == 1  # the only one is kept
    assert changes(attribute, lambda: images, lambda: images) == []
    many = np.repeat(images, 10, axis=0)
    (change,) = changes(attribute, lambda: many, lambda: many + 1)
    np.testing.assert_allclose(change, 1, rtol=1e-6)


def test_names():
    assert name_of("slant") == "slant"
    assert name_of(linear.left) == "left"
    assert name_of(np.zeros(3)) == "attribute"
    assert is_measured("slant")
    assert is_measured(linear.left)
    assert not is_measured([1.0, 2.0])
