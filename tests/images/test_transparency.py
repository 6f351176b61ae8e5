"""Colors that nobody sees."""

import numpy as np
import pytest

from kgan.images import transparency


def test_without_hidden_colors():
    pixels = np.random.default_rng(0).integers(0, 256, (5, 6, 4), "uint8")
    pixels[2:, :, 3] = 0
    clean = transparency.without_hidden_colors(pixels)
    np.testing.assert_array_equal(clean[:2], pixels[:2])
    assert clean[2:].max() == 0
    assert pixels[2:, :, :3].max() > 0  # the input is as it was


class TestFilled:
    def test_opaque_pictures_are_as_they_were(self):
        pixels = np.random.default_rng(0).integers(0, 256, (5, 6, 3), "uint8")
        assert transparency.filled(pixels, np.full((5, 6), transparency.VISIBLE, "uint8")) is pixels

    @pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 5), (32, 33)])
    def test_one_visible_color_fills_all(self, shape):
        rng = np.random.default_rng(0)
        pixels, alpha = rng.integers(0, 256, (*shape, 3), "uint8"), np.zeros(shape, "uint8")
        pixels[0, 0], alpha[0, 0] = (10, 120, 250), 255
        assert (transparency.filled(pixels, alpha) == (10, 120, 250)).all()

    def test_each_takes_the_colors_next_to_it(self):
        pixels, alpha = np.full((16, 16, 1), 99, "uint8"), np.zeros((16, 16), "uint8")
        pixels[:, :4], pixels[:, 12:] = 200, 40
        alpha[:, :4], alpha[:, 12:] = 255, 255
        filled = transparency.filled(pixels, alpha)[..., 0]
        assert (filled[:, :6] == 200).all()
        assert (filled[:, 10:] == 40).all()
        assert (filled <= 200).all()
        assert (filled >= 40).all()

    def test_a_color_that_is_hardly_visible_counts_little(self):
        pixels, alpha = np.full((8, 8, 1), 200, "uint8"), np.full((8, 8), 255, "uint8")
        pixels[:, 4:], alpha[:, 4:] = 0, 1
        filled = transparency.filled(pixels, alpha)[..., 0]
        assert (filled[:, :4] == 200).all()
        assert filled[:, 4].min() > 180

    def test_faint_pictures_keep_their_colors(self):
        pixels = np.random.default_rng(0).integers(0, 256, (5, 6, 3), "uint8")
        assert transparency.filled(pixels, np.full((5, 6), 9, "uint8")) is pixels

    def test_nothing_visible(self):
        assert transparency.filled(np.full((3, 5, 3), 77, "uint8"), np.zeros((3, 5), "uint8")).max() == 0
