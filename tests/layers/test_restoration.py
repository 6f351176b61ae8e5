"""Layers of image-to-image networks."""

import contracts
import keras
import numpy as np
import pytest
from keras import ops

from kgan.layers.restoration import BicubicUpSampling, CropLike, DepthToSpace

RANDOM = np.random.default_rng(0)


def test_crop_like_leaves_the_first_rows_and_columns():
    maps = RANDOM.normal(size=(2, 6, 8, 3)).astype("float32")
    cropped = CropLike()([maps, np.zeros((2, 5, 7, 1), "float32")])
    np.testing.assert_array_equal(cropped, maps[:, :5, :7])
    inputs = [keras.Input((6, 8, 3)), keras.Input((5, 7, 1))]
    assert CropLike()(inputs).shape == (None, 5, 7, 3)


def test_depth_to_space_makes_a_block_of_each_pixel():
    pixel = np.arange(8, dtype="float32").reshape(1, 1, 1, 8)
    block = DepthToSpace(2)(pixel)
    np.testing.assert_array_equal(block[0, :, :, 0], [[0, 2], [4, 6]])
    np.testing.assert_array_equal(block[0, :, :, 1], [[1, 3], [5, 7]])
    assert DepthToSpace(2)(keras.Input((None, 5, 8))).shape == (None, None, 10, 2)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_bicubic_equals_keras_but_at_the_edges(scale):
    images = RANDOM.uniform(-1, 1, (2, 7, 9, 3)).astype("float32")
    expected = ops.image.resize(images, (7 * scale, 9 * scale), interpolation="bicubic")
    inner = (slice(None), slice(2 * scale, -2 * scale), slice(2 * scale, -2 * scale))
    upsampled = ops.convert_to_numpy(BicubicUpSampling(scale)(images))
    assert upsampled.shape == (2, 7 * scale, 9 * scale, 3)
    # TensorFlow's weights come from a table of 1024 positions, between which thirds fall.
    tolerance = 3e-3 if scale == 3 else 1e-5
    np.testing.assert_allclose(upsampled[inner], ops.convert_to_numpy(expected)[inner], atol=tolerance)
    np.testing.assert_allclose(BicubicUpSampling(scale)(np.ones((1, 2, 2, 1), "float32")), 1.0, atol=1e-6)


@pytest.mark.parametrize(
    ("layer", "inputs", "shape"),
    [
        (CropLike(), [np.ones((2, 6, 8, 3), "float32"), np.ones((2, 5, 7, 1), "float32")], (2, 5, 7, 3)),
        (DepthToSpace(3), np.ones((2, 4, 5, 18), "float32"), (2, 12, 15, 2)),
        (BicubicUpSampling(2), np.ones((2, 4, 5, 3), "float32"), (2, 8, 10, 3)),
    ],
)
def test_contract(layer, inputs, shape):
    contracts.check_layer(layer, inputs, shape)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DepthToSpace(1), "`block_size` must be an integer of at least 2. Received: block_size=1"),
        (
            lambda: DepthToSpace(2)(keras.Input((4, 4, 6))),
            "channels that 4 divides, the square of `block_size`. Received: 6",
        ),
        (lambda: BicubicUpSampling(1.5), "`scale` must be an integer of at least 2. Received: scale=1.5"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()
