"""The peak signal-to-noise ratio, and the luma."""

import numpy as np
import pytest

from kgan import images as pictures
from kgan.metrics import luma, psnr


def test_hand_worked_numbers():
    """One of 16 pixels is wrong by 4: a mean squared error of 1."""
    image = np.zeros((1, 4, 4, 1), "uint8")
    other = image.copy()
    other[0, 0, 0] = 4
    expected = 20 * np.log10(255)
    assert psnr(image, other).numpy() == pytest.approx([expected], abs=1e-3)
    assert psnr(image, other, border=1).numpy() == pytest.approx([100], abs=1e-3)
    assert psnr(pictures.from_uint8(image), pictures.from_uint8(other)).numpy() == pytest.approx([expected], abs=1e-3)
    both = psnr(np.concatenate([image, image]), np.concatenate([other, image])).numpy()
    assert both == pytest.approx([expected, 100], abs=1e-3)


def test_bad_shapes():
    with pytest.raises(ValueError, match="of one shape"):
        psnr(np.zeros((1, 4, 4, 1)), np.zeros((1, 4, 5, 1)))
    with pytest.raises(ValueError, match="Received: border=2"):
        psnr(np.zeros((1, 4, 4, 1)), np.zeros((1, 4, 4, 1)), border=2)
    with pytest.raises(ValueError, match="3 channels"):
        luma(np.zeros((4, 4, 1)))


def test_luma_of_the_primaries():
    """MATLAB's rgb2ycbcr of pure red, green and blue: 81, 145, 41 in whole levels."""
    primaries = 255 * np.eye(3, dtype="uint8")
    assert luma(primaries).ravel().tolist() == [81, 145, 41]
    levels = (luma(pictures.from_uint8(primaries)) + 1) * 127.5
    np.testing.assert_allclose(levels.ravel(), [81.481, 144.553, 40.966], atol=1e-4)
