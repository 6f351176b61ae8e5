"""Attributes of images whose values are known."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from kgan.applications.editing import attributes


def blank(num=1, size=28, channels=1):
    return -np.ones((num, size, size, channels))


def bar(width, angle=0.0, scale=8):
    """An antialiased upright bar of 28x28 that leans by `angle` degrees to the right, drawn by Pillow."""
    side = 28 * scale
    picture = Image.new("L", (side, side))
    shift = np.tan(np.radians(angle)) * 10 * scale
    middle, half = side / 2, width * scale / 2
    top, bottom = 4 * scale, side - 4 * scale
    corners = [(middle + shift + x, top) for x in (-half, half)] + [(middle - shift + x, bottom) for x in (half, -half)]
    ImageDraw.Draw(picture).polygon(corners, fill=255)
    return np.asarray(picture.resize((28, 28), Image.Resampling.BOX), "float64")[None, ..., None] / 127.5 - 1


def test_foreground_is_the_distance_from_the_background_in_any_colors():
    images = np.stack([blank()[0], np.ones((28, 28, 1))])
    images[0, 10, 10] = 1.0
    images[1, 10, 10] = 0.0
    drawn = attributes.foreground(images)
    assert drawn.shape == (2, 28, 28)
    assert drawn[:, 10, 10].tolist() == [1.0, 0.5]
    assert drawn.sum() == 1.5
    colored = np.zeros((1, 8, 8, 3)) + [1.0, 0.0, -1.0]
    colored[0, 3, 3] = [0.0, 0.0, -1.0]
    np.testing.assert_allclose(attributes.foreground(colored)[0, 3, 3], np.sqrt(1 / 3) / 2)
    images[0, 0, :13] = 1.0  # a stroke that touches the border is not taken for the background
    assert attributes.background(images)[0] == -1


def test_brightness():
    images = np.zeros((1, 2, 2, 4)) + [0.3, 0.6, 0.0, -1.0]
    np.testing.assert_allclose(attributes.brightness(images), 0.3)
    np.testing.assert_allclose(attributes.background_brightness(images), 0.3)
    images = blank(size=4)
    images[0, 1, 1] = 1.0
    np.testing.assert_allclose(attributes.brightness(images), -1 + 2 / 16)
    np.testing.assert_allclose(attributes.background_brightness(images), -1)


@pytest.mark.parametrize("width", [2, 3, 4.5])
def test_thickness_of_a_bar(width):
    # Twice the area over the edge, of which the two ends are a part.
    expected = 2 * width * 20 / (2 * 20 + 2 * width)
    np.testing.assert_allclose(attributes.thickness(bar(width)), expected, rtol=0.08)
    np.testing.assert_allclose(attributes.thickness(-bar(width)), attributes.thickness(bar(width)))


@pytest.mark.parametrize("angle", [-20, 0, 10, 30])
def test_slant_of_a_bar(angle):
    np.testing.assert_allclose(attributes.slant(bar(2, angle)), angle, atol=0.5)
    np.testing.assert_allclose(attributes.slant(-bar(2, angle)[:, :, ::-1]), -angle, atol=0.5)


def test_size_is_the_distance_from_the_center():
    images = blank(size=12)
    images[0, [3, 9], [2, 10]] = 1.0  # 3 down and 4 across from the middle
    np.testing.assert_allclose(attributes.size(images), 5.0)


@pytest.mark.parametrize("degrees", [0, 30, 119, 200, 359])
def test_hues_of_motif_and_background(degrees):
    import colorsys

    def color(hue):
        return 2 * np.array(colorsys.hsv_to_rgb(hue % 360 / 360, 0.8, 0.9)) - 1

    drawn = (bar(4) + 1) / 2
    images = drawn * color(degrees) + (1 - drawn) * color(degrees + 150)
    np.testing.assert_allclose(attributes.hue(images), degrees, atol=1)
    np.testing.assert_allclose(attributes.background_hue(images), (degrees + 150) % 360, atol=1e-6)


def test_blank_and_gray_images_have_0():
    for name in ("thickness", "slant", "size"):
        assert attributes.get(name)(blank()) == 0
    assert attributes.hue(np.zeros((1, 4, 4, 3))) == 0


def test_classes_of_a_classifier():
    import keras

    images = keras.Input((2, 2, 1))
    probabilities = keras.layers.Concatenate()([keras.layers.Flatten()(images), keras.layers.Flatten()(images)[:, :1]])
    model = keras.Model(images, {"features": probabilities, "probabilities": probabilities})
    pictures = np.float32([[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0]]).reshape(3, 2, 2, 1)
    scores = attributes.class_scores(model)(pictures)
    assert scores.shape == (3, 5)
    np.testing.assert_allclose(scores[0], np.log([1.001, 0.001, 0.001, 0.001, 1.001]), rtol=1e-5)
    with pytest.raises(ValueError, match="without class probabilities"):
        attributes.class_scores(keras.Model(images, probabilities))(pictures)


def test_names_and_bad_input():
    assert attributes.get("slant") is attributes.slant
    assert attributes.get(np.sum) is np.sum
    assert set(attributes.ANGLES) < set(attributes.ATTRIBUTES)
    with pytest.raises(ValueError, match="Unknown attribute. Received: 'slent'. Did you mean 'slant'"):
        attributes.get("slent")
    with pytest.raises(TypeError, match="name of an attribute or a function"):
        attributes.get(3)
    with pytest.raises(ValueError, match="Expected images"):
        attributes.slant(np.zeros((28, 28)))
    with pytest.raises(ValueError, match="3 or 4 channels. Received: 1"):
        attributes.hue(blank())
