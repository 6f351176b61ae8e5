"""What is particular to the patch discriminator; the contract of all networks is in test_architectures.py."""

import numpy as np
import pytest

from kgan.architectures import patch


def test_any_size_and_scale():
    network = patch.discriminator(3, width=4, input_channels=1, scale=2)
    logits = network([np.zeros((2, 22, 34, 3), "float32"), np.zeros((2, 11, 17, 1), "float32")])
    assert logits.shape == (2, 3, 5, 1)


def test_the_receptive_field_is_54_pixels():
    network = patch.discriminator(width=2)
    images = np.zeros((120, 120, 8, 1), "float32")
    images[np.arange(120), np.arange(120)] = np.nan
    depends = np.isnan(network(images).numpy()[:, 7]).any(axis=(1, 2))
    assert depends.sum() == 54


def test_every_kernel_is_normalized():
    network = patch.discriminator(width=4)
    convolutions = [layer for layer in network.layers if layer.weights]
    assert len(convolutions) == 5
    assert {type(layer).__name__ for layer in convolutions} == {"SpectralNormalization"}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: patch.discriminator(2), "Received: channels=2"),
        (lambda: patch.discriminator(input_channels=2), "Received: input_channels=2"),
        (lambda: patch.discriminator(layers=0), "`layers` must be a positive integer"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()
