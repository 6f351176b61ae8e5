"""Pixel losses against numbers worked out by hand."""

import keras
import numpy as np
import pytest
from keras import ops

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
    assert loss(ops.zeros((2, 3, 3, 1)), ops.ones((2, 3, 3, 1))).shape == (2, 3, 3, 1)
    again = pixel.get(keras.saving.serialize_keras_object(loss))
    assert type(again) is type(loss)
    assert again.get_config() == loss.get_config()
    assert pixel.get(loss) is loss


def test_unknown():
    with pytest.raises(ValueError, match="Unknown pixel loss. Received: 'charbonier'. Did you mean 'charbonnier'"):
        pixel.get("charbonier")
    with pytest.raises(ValueError, match=r"a function of \(targets, images\). Received: 3"):
        pixel.get(3)
    with pytest.raises(ValueError, match="`epsilon` must be positive"):
        Charbonnier(0.0)
