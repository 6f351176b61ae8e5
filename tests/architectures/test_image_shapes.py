"""Image shapes, valid and invalid, and the sizes of feature maps."""

import keras
import pytest

from kgan.architectures import image_shapes


@pytest.mark.parametrize("shape", [(8, 8, 1), (128, 64, 3), [28, 28, 4]])
def test_valid_shapes_are_tuples(shape):
    assert image_shapes.check_image_shape(shape) == tuple(shape)


def test_dense_networks_take_any_size():
    assert image_shapes.check_image_shape((5, 200, 2), convolutional=False) == (5, 200, 2)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((4, 4, 1), "multiples of 4 from 8 to 128. Received: 4x4"),
        ((28, 30, 1), "Received: 28x30"),
        ((28, 28, 2), "1, 3 or 4 channels. Received: channels=2"),
        ((28, 28), r"`image_shape` to be \(height, width, channels\). Received: \(28, 28\)"),
        ((28, 0, 1), "Received: "),
        ((92, 91, 1), "image_size=92"),  # the error names a size that works
    ],
)
def test_invalid_shapes(shape, message):
    with pytest.raises(ValueError, match=message):
        image_shapes.check_image_shape(shape)


def test_map_sizes_are_halved_down_to_four():
    assert image_shapes.map_sizes(128, 12) == [(128, 12), (64, 6), (32, 3), (16, 2), (8, 1), (4, 1)]


def test_cropped_takes_the_last_rows_and_columns():
    maps = keras.ops.reshape(keras.ops.arange(9.0), (1, 3, 3, 1))
    assert keras.ops.convert_to_numpy(image_shapes.cropped(maps, (3, 2)))[0, :, :, 0].tolist() == [
        [0, 1],
        [3, 4],
        [6, 7],
    ]
    assert image_shapes.cropped(maps, (3, 3)) is maps
