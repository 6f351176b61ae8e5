"""Pixel losses against numbers worked out by hand."""

import contracts
import keras
import numpy as np
import pytest

from kgan.losses import pixel
from kgan.losses.pixel import L1, L2, PIXEL_LOSSES, Charbonnier


def test_numbers():
    targets, images = np.float32([0.0, 0.5, -1.0]), np.float32([0.0, 0.2, 1.0])
    np.testing.assert_allclose(L1()(targets, images), [0.0, 0.3, 2.0], rtol=1e-6)
    np.testing.assert_allclose(L2()(targets, images), [0.0, 0.09, 4.0], rtol=1e-6)
    np.testing.assert_allclose(Charbonnier(0.4)(targets, images), [0.4, 0.5, np.sqrt(4.16)], rtol=1e-6)
    np.testing.assert_allclose(Charbonnier()(targets, images)[0], 1e-3, rtol=1e-6)


@pytest.mark.parametrize("name", PIXEL_LOSSES)
def test_contract(name):
    loss = pixel.get(name)
    targets, images = (keras.random.uniform((2, 3, 3, 1), -1, 1, seed=seed) for seed in (0, 1))
    contracts.check_loss(loss, targets, images)
    contracts.check_loss(loss, targets, targets)
    contracts.check_config(loss)
    assert pixel.get(loss) is loss
    assert pixel.get(keras.saving.serialize_keras_object(loss)).get_config() == loss.get_config()


def test_unknown():
    with pytest.raises(ValueError, match="Unknown pixel loss. Received: 'charbonier'. Did you mean 'charbonnier'"):
        pixel.get("charbonier")
    with pytest.raises(ValueError, match=r"a function of \(targets, images\). Received: 3"):
        pixel.get(3)
    with pytest.raises(ValueError, match="`epsilon` must be positive"):
        Charbonnier(0.0)
