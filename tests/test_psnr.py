"""The peak signal-to-noise ratio, and the luma."""

import numpy as np
import pytest

from kgan.metrics import luma, psnr


def test_hand_worked_numbers():
    """One of 16 pixels is wrong by 4: a mean squared error of 1."""
    image = np.zeros((4, 4, 1), "uint8")
    other = image.copy()
    other[0, 0] = 4
    assert psnr(image, other) == pytest.approx(20 * np.log10(255))
    assert psnr(image, other, border=1) == np.inf
    assert psnr(other / 127.5, image / 127.5, peak=2.0) == pytest.approx(20 * np.log10(255))
    np.testing.assert_allclose(psnr(np.stack([image, other]), np.stack([other, image])), 20 * np.log10(255))


def test_bad_shapes():
    with pytest.raises(ValueError, match="of one shape"):
        psnr(np.zeros((4, 4, 1)), np.zeros((4, 5, 1)))
    with pytest.raises(ValueError, match="Received: border=2"):
        psnr(np.zeros((4, 4, 1)), np.zeros((4, 4, 1)), border=2)
    with pytest.raises(ValueError, match="3 channels"):
        luma(np.zeros((4, 4, 1)))


def test_luma_of_the_primaries():
    """MATLAB's rgb2ycbcr of pure red, green and blue: 81, 145, 41 in whole levels."""
    primaries = 255 * np.eye(3, dtype="uint8")
    assert luma(primaries).ravel().tolist() == [81, 145, 41]
    np.testing.assert_allclose(luma(primaries.astype("float32")).ravel(), [81.481, 144.553, 40.966])
