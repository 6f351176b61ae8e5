"""What is particular to the U-Net; the contract of all networks is in test_architectures.py."""

import numpy as np
import pytest

from kgan.architectures import unet

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 3), (36, 20, 4)])
def test_sizes_and_range(shape):
    images = RANDOM.uniform(-1, 1, (2, *shape)).astype("float32")
    outputs = unet.generator(shape, out_channels=3, width=8)(images)
    assert outputs.shape == (2, *shape[:2], 3)
    assert np.abs(outputs).max() <= 1


def test_dropout_is_noise_in_training_only():
    network = unet.generator((8, 8, 1), width=8, dropout=0.5)
    images = RANDOM.uniform(-1, 1, (2, 8, 8, 1)).astype("float32")
    assert (network(images, training=True).numpy() != network(images, training=True).numpy()).any()
    np.testing.assert_array_equal(network(images), network(images))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: unet.generator((30, 30, 1)), "multiples of 4 from 8 to 128. Received: 30x30"),
        (lambda: unet.generator((32, 32, 1), out_channels=2), "Received: out_channels=2"),
        (lambda: unet.generator((32, 32, 1), width=12), "`width` must be a multiple of 8"),
        (lambda: unet.generator((32, 32, 1), dropout=1.0), r"`dropout` must be in \[0, 1\)"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()
