"""Bicubic resampling, against the formula written out and the published figures."""

import numpy as np
import pytest
import tensorflow as tf

from kgan import images
from kgan.images import luma, resampling
from kgan.metrics import psnr


def keys(distance):
    """Keys's cubic with a = -1/2."""
    x = abs(distance)
    if x <= 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x < 2 else 0.0


def weights(size, result):
    """The matrix `(result, size)` of MATLAB's imresize along one side, weight by weight."""
    matrix = np.zeros((result, size))
    stretch = max(1.0, size / result)
    for row in range(result):
        centre = (row + 0.5) * size / result - 0.5
        for column in range(-4 * size, 5 * size):
            mirrored = column % (2 * size)
            mirrored = min(mirrored, 2 * size - 1 - mirrored)
            matrix[row, mirrored] += keys((column - centre) / stretch)
    return matrix / matrix.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", ["down", "up"])
def test_agrees_with_the_formula_to_the_border(scale, kind):
    values = np.random.default_rng(0).uniform(0, 255, (12, 24, 2)).astype("float32")
    if kind == "down":
        size, result = (12 // scale, 24 // scale), resampling.downsample(values, scale)
    else:
        size, result = (12 * scale, 24 * scale), resampling.upsample(values, scale)
    expected = np.einsum("ih,hwc,jw->ijc", weights(12, size[0]), values, weights(24, size[1]))
    np.testing.assert_allclose(result, expected, atol=1e-3)


def test_hand_worked_numbers():
    """A step between two and two pixels, halved: weights -3, -9, 29, 111, 111, 29, -9, -3 of 256."""
    step = np.float32([0, 0, 0, 0, 256, 256, 256, 256])[None, :, None].repeat(4, axis=0)
    np.testing.assert_allclose(resampling.downsample(step, 2)[0, :, 0], [-3, 17, 239, 259], atol=1e-4)
    levels = (step * 255 / 256).astype("uint8")
    np.testing.assert_array_equal(resampling.downsample(levels, 2)[0, :, 0], [0, 17, 238, 255])


@pytest.mark.parametrize("change", [resampling.downsample, resampling.upsample])
def test_constants_and_ramps_stay(change):
    assert (change(np.full((16, 20, 3), 201, "uint8"), 2) == 201).all()
    ramp = np.arange(32, dtype="float32")[:, None, None].repeat(8, axis=1)
    slopes = np.diff(change(ramp, 2)[5:-5, 0, 0])
    np.testing.assert_allclose(slopes, slopes[0], atol=1e-4)
    assert slopes[0] == pytest.approx(2.0 if change is resampling.downsample else 0.5, abs=1e-4)


def test_batches_and_maps_of_unknown_size():
    values = np.random.default_rng(0).integers(0, 256, (2, 8, 12, 3), "uint8")
    one_by_one = np.stack([resampling.downsample(each, 2) for each in values])
    np.testing.assert_array_equal(resampling.downsample(values, 2), one_by_one)
    spec = tf.TensorSpec((None, None, 3), tf.uint8)
    data = tf.data.Dataset.from_generator(lambda: iter(values), output_signature=spec)
    mapped = data.map(lambda image: resampling.downsample(resampling.crop_to_multiple(image, 2), 2))
    np.testing.assert_array_equal(np.stack(list(mapped.as_numpy_iterator())), one_by_one)


def test_crop_to_multiple():
    values = np.arange(7 * 5).reshape(7, 5, 1)
    np.testing.assert_array_equal(resampling.crop_to_multiple(values, 3), values[:6, :3])
    assert resampling.crop_to_multiple(values[None], 5).shape == (1, 5, 5, 1)
    with pytest.raises(ValueError, match="at least 6. Received: 5x7"):
        resampling.crop_to_multiple(values, 6)


def test_what_cannot_be_resampled():
    with pytest.raises(ValueError, match="multiples of 4. Received: 12x10"):
        resampling.downsample(np.zeros((10, 12, 1), "uint8"), 4)
    with pytest.raises(ValueError, match="at least 8. Received: 12x4"):
        resampling.downsample(np.zeros((4, 12, 1), "uint8"), 4)
    with pytest.raises(ValueError, match="positive integer. Received: scale=0"):
        resampling.upsample(np.zeros((4, 12, 1), "uint8"), 0)
    with pytest.raises(ValueError, match=r"Received: shape \(4, 12\)"):
        resampling.upsample(np.zeros((4, 12), "uint8"), 2)


@pytest.mark.parametrize(("scale", "published"), [(2, 33.66), (3, 30.39), (4, 28.42)])
def test_published_figures_of_set5(set5, scale, published):
    """SRCNN's table of bicubic interpolation; images in 256 levels at each step."""
    found = []
    for path in set5:
        original = resampling.crop_to_multiple(images.read(path, channels=3), scale)
        enlarged = resampling.upsample(resampling.downsample(original, scale), scale)
        found.append(float(psnr(luma(original)[None], luma(enlarged)[None], border=scale)[0]))
    assert np.mean(found) == pytest.approx(published, abs=0.02)
