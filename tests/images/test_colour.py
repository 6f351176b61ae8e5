"""The luma."""

import numpy as np
import pytest

from kgan import images
from kgan.images import luma


def test_primaries():
    """MATLAB's rgb2ycbcr of pure red, green and blue: 81, 145, 41 in whole levels."""
    primaries = 255 * np.eye(3, dtype="uint8")
    assert luma(primaries).ravel().tolist() == [81, 145, 41]
    levels = (luma(images.from_uint8(primaries)) + 1) * 127.5
    np.testing.assert_allclose(levels.ravel(), [81.481, 144.553, 40.966], atol=1e-4)


def test_grey_has_none():
    with pytest.raises(ValueError, match="3 channels"):
        luma(np.zeros((4, 4, 1)))
