"""How far the pixels of a network's output depend on those of its input."""

import contracts
import keras
import numpy as np
import pytest
from keras import layers

from kgan.architectures import receptive_field, restoration, unet
from kgan.architectures.receptive_field import margin, stride

RANDOM = np.random.default_rng(0)


@pytest.mark.slow
@pytest.mark.parametrize("scale", [1, 2])
def test_a_change_reaches_as_far_as_the_margin_and_no_further(scale):
    options = {"channels": 1, "width": 4, "blocks": 1}
    network = restoration.denoiser(**options) if scale == 1 else restoration.upscaler(scale, **options)
    contracts.perturbed(network)
    reach, step = margin(network), stride(network)
    size = 4 * reach + 8
    images = RANDOM.uniform(-1, 1, (1, size, 16, 1)).astype("float32")
    whole = network(images).numpy()
    distances = []
    for line in range(size // 2, size // 2 + step):
        changed = images.copy()
        changed[:, line] += 0.5
        differ = (network(changed).numpy() != whole).any(axis=(0, 2, 3))
        rows = np.flatnonzero(differ) // scale
        distances += [line - rows.min(), rows.max() - line]
    assert max(distances) <= reach
    assert max(distances) >= reach - step  # the last pixels may change by less than float32 can express


@pytest.mark.slow
def test_the_default_networks():
    upscaler = restoration.upscaler(2, width=4)  # the width changes no distance
    assert (margin(upscaler), stride(upscaler)) == (1 + 2 * 8 + 1 + 1, 1)
    denoiser = restoration.denoiser(width=2)
    assert (margin(denoiser), stride(denoiser)) == (96, 8)


def test_tiles_equal_the_whole():
    network = contracts.perturbed(restoration.denoiser(width=2, blocks=1))
    step = stride(network)
    reach = -(-margin(network) // step) * step
    images = RANDOM.uniform(-1, 1, (1, 2 * reach + 4 * step, 16, 1)).astype("float32")
    whole = network(images).numpy()
    tile = network(images[:, step:]).numpy()
    np.testing.assert_allclose(tile[:, reach:], whole[:, reach + step :], atol=1e-5)


def test_networks_that_see_the_whole_image(monkeypatch):
    monkeypatch.setattr(receptive_field, "LARGEST_PROBE", 64)
    images = keras.Input((None, None, 1))
    whole = keras.Model(images, layers.GroupNormalization(1)(images), name="normal")
    with pytest.raises(ValueError, match="output pixels depend on a part of the image. Received: 'normal'"):
        margin(whole)


def test_networks_of_one_size():
    with pytest.raises(ValueError, match="any size. Received: one for 8x8"):
        stride(unet.generator((8, 8, 1), width=8))
