"""Networks of images from images: exact sizes, the start, gradients, and how far a pixel looks."""

import keras
import numpy as np
import pytest
from keras import layers

from kgan import backend
from kgan.architectures import patch, receptive_field, restoration, unet

RANDOM = np.random.default_rng(0)
NETWORKS = {
    "denoiser": (lambda channels: restoration.denoiser(channels, width=4, blocks=1), 1),
    "upscaler_x2": (lambda channels: restoration.upscaler(2, channels, width=4, blocks=1), 2),
    "upscaler_x3": (lambda channels: restoration.upscaler(3, channels, width=4, blocks=1), 3),
    "upscaler_x4": (lambda channels: restoration.upscaler(4, channels, width=4, blocks=1), 4),
}


def moved(network, seed=1):
    """Move all weights from their start, which hides those behind a zero."""
    random = np.random.default_rng(seed)
    for weight in network.weights:
        weight.assign_add(0.1 * random.normal(size=weight.shape))
    return network


@pytest.mark.parametrize(("height", "width"), [(8, 8), (9, 14), (13, 11), (21, 40)])
@pytest.mark.parametrize("name", NETWORKS)
def test_any_size_gives_an_exact_size(name, height, width):
    make, scale = NETWORKS[name]
    network = make(3)
    images = RANDOM.uniform(-1, 1, (2, height, width, 3)).astype("float32")
    made = network(images)
    assert made.shape == (2, scale * height, scale * width, 3)
    assert network.compute_output_shape((None, height, width, 3)) == (None, scale * height, scale * width, 3)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("name", NETWORKS)
def test_contract(name, channels):
    make, scale = NETWORKS[name]
    network = make(channels)
    images = RANDOM.uniform(-1, 1, (2, 9, 10, channels)).astype("float32")
    if scale == 1:
        np.testing.assert_array_equal(network(images), images)
    else:
        small = network(images).numpy().reshape(2, 9, scale, 10, scale, channels).mean(axis=(2, 4))
        assert np.abs(small - images).mean() < 0.15  # enlarged, and in its place
    moved(network)
    _, (slopes,), _ = backend.gradients(
        lambda: ([keras.ops.mean(keras.ops.square(network(images)))], None), network.trainable_variables
    )
    for variable, slope in zip(network.trainable_variables, slopes, strict=True):
        assert np.abs(slope).max() > 0, variable.path
    again = keras.Model.from_config(network.get_config())
    again.set_weights(network.get_weights())
    np.testing.assert_array_equal(again(images), network(images))


class TestReach:
    @pytest.mark.parametrize("name", ["denoiser", "upscaler_x2"])
    def test_a_change_reaches_as_far_as_the_margin_and_no_further(self, name):
        make, scale = NETWORKS[name]
        network = moved(make(1))
        margin, stride = restoration.margin(network), restoration.stride(network)
        size = 4 * margin + 8
        images = RANDOM.uniform(-1, 1, (1, size, 16, 1)).astype("float32")
        distances = []
        for line in range(size // 2, size // 2 + stride):
            changed = images.copy()
            changed[:, line] += 0.5
            differ = (network(changed).numpy() != network(images).numpy()).any(axis=(0, 2, 3))
            rows = np.flatnonzero(differ) // scale
            distances += [line - rows.min(), rows.max() - line]
        assert max(distances) <= margin
        assert max(distances) >= margin - stride  # the last pixels may change by less than float32 can say

    def test_of_the_default_networks(self):
        upscaler = restoration.upscaler(2)
        assert (restoration.margin(upscaler), restoration.stride(upscaler)) == (1 + 2 * 8 + 1 + 1, 1)
        small = restoration.denoiser(width=2)  # the width changes no distance
        assert (restoration.margin(small), restoration.stride(small)) == (96, 8)

    def test_tiles_equal_the_whole(self):
        network = moved(restoration.denoiser(width=2, blocks=1))
        margin, stride = restoration.margin(network), restoration.stride(network)
        margin = -(-margin // stride) * stride
        images = RANDOM.uniform(-1, 1, (1, 2 * margin + 4 * stride, 16, 1)).astype("float32")
        whole = network(images).numpy()
        tile = network(images[:, stride:]).numpy()
        np.testing.assert_allclose(tile[:, margin:], whole[:, margin + stride :], atol=1e-5)

    def test_networks_that_see_the_whole_image(self, monkeypatch):
        monkeypatch.setattr(receptive_field, "LARGEST_PROBE", 64)
        images = keras.Input((None, None, 1))
        whole = keras.Model(images, layers.GroupNormalization(1)(images), name="normal")
        with pytest.raises(ValueError, match="output pixels depend on a part of the image. Received: 'normal'"):
            restoration.margin(whole)

    def test_networks_of_one_size(self):
        with pytest.raises(ValueError, match="any size. Received: one for 8x8"):
            restoration.stride(unet.generator((8, 8, 1), width=8))


class TestUNet:
    @pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 3), (36, 20, 4)])
    def test_contract(self, shape):
        network = moved(unet.generator(shape, out_channels=3, width=8))
        images = RANDOM.uniform(-1, 1, (2, *shape)).astype("float32")
        made = network(images)
        assert made.shape == (2, *shape[:2], 3)
        assert np.abs(made).max() <= 1
        _, (slopes,), _ = backend.gradients(
            lambda: ([keras.ops.mean(keras.ops.square(network(images)))], None), network.trainable_variables
        )
        assert all(np.abs(slope).max() > 0 for slope in slopes)

    def test_dropout_is_noise_in_training_only(self):
        network = unet.generator((8, 8, 1), width=8, dropout=0.5)
        images = RANDOM.uniform(-1, 1, (2, 8, 8, 1)).astype("float32")
        assert (network(images, training=True).numpy() != network(images, training=True).numpy()).any()
        np.testing.assert_array_equal(network(images), network(images))


class TestPatch:
    def test_any_size_and_scale(self):
        network = patch.discriminator(3, width=4, input_channels=1, scale=2)
        logits = network([np.zeros((2, 22, 34, 3), "float32"), np.zeros((2, 11, 17, 1), "float32")])
        assert logits.shape == (2, 3, 5, 1)

    def test_a_logit_sees_54_pixels(self):
        network = patch.discriminator(width=2)
        images = np.zeros((120, 120, 8, 1), "float32")
        images[np.arange(120), np.arange(120)] = np.nan
        seen = np.isnan(network(images).numpy()[:, 7]).any(axis=(1, 2))
        assert seen.sum() == 54

    def test_every_kernel_is_normalised(self):
        network = patch.discriminator(width=4)
        convolutions = [layer for layer in network.layers if layer.weights]
        assert len(convolutions) == 5
        assert {type(layer).__name__ for layer in convolutions} == {"SpectralNormalization"}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: restoration.denoiser(2), "1, 3 or 4 channels. Received: channels=2"),
        (lambda: restoration.denoiser(width=0), "`width` must be a positive integer"),
        (lambda: restoration.upscaler(5), "Unknown scale. Received: 5.*Available: '2', '3', '4'"),
        (lambda: restoration.upscaler(2, blocks=1.5), "`blocks` must be a positive integer"),
        (lambda: patch.discriminator(2), "Received: channels=2"),
        (lambda: patch.discriminator(input_channels=2), "Received: input_channels=2"),
        (lambda: patch.discriminator(layers=0), "`layers` must be a positive integer"),
        (lambda: unet.generator((30, 30, 1)), "multiples of 4 from 8 to 128. Received: 30x30"),
        (lambda: unet.generator((32, 32, 1), out_channels=2), "Received: out_channels=2"),
        (lambda: unet.generator((32, 32, 1), width=12), "`width` must be a multiple of 8"),
        (lambda: unet.generator((32, 32, 1), dropout=1.0), r"`dropout` must be in \[0, 1\)"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()
