"""Tiled processing, against processing of the whole image."""

import numpy as np
import pytest
import scipy.ndimage

from kgan.applications.restoration import tiling


@pytest.mark.parametrize("size", [1, 2, 7, 8, 9, 40, 101])
@pytest.mark.parametrize(("tile", "margin", "stride"), [(8, 0, 1), (9, 2, 1), (16, 3, 4), (64, 5, 8), (20, 4, 4)])
def test_windows_cover_each_pixel_once(size, tile, margin, stride):
    length, windows = tiling.windows(size, tile, margin, stride)
    assert length <= tile
    assert length % stride == 0
    assert [pixel for window in windows for pixel in range(window.first, window.last)] == list(range(size))
    for window in windows:
        assert window.start % stride == 0
        assert window.first - window.start >= margin
        assert window.start + length - window.last >= margin


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 50, 2), (37, 23, 3)])
def test_equal_to_the_whole_mirrored_at_its_borders(shape):
    image = np.random.default_rng(0).uniform(size=shape)
    kernel = np.random.default_rng(1).uniform(size=(5, 5, 1))

    def blur(part):
        return scipy.ndimage.convolve(part, kernel, mode="constant")

    whole = scipy.ndimage.convolve(image, kernel, mode="mirror")
    np.testing.assert_allclose(tiling.apply(blur, image, tile=12, margin=2), whole)
    if min(shape[:2]) > 5:
        assert not np.allclose(tiling.apply(blur, image, tile=12, margin=1), whole)


def test_tiles_start_at_multiples_of_the_stride():
    """A function that replaces each pair of pixels, from even positions, by its mean."""
    image = np.random.default_rng(0).uniform(size=(2, 21, 1))

    def pairs(part):
        return part.reshape(len(part), -1, 2, 1).mean(axis=2).repeat(2, axis=1)

    result = tiling.apply(pairs, image, tile=6, margin=1, stride=2)
    np.testing.assert_allclose(result[:, :20], pairs(image[:, :20]))


def test_larger_results_of_another_dtype_and_progress():
    image = np.arange(7 * 9, dtype="uint8").reshape(7, 9, 1)
    calls, shapes = [], set()

    def enlarge(part):
        shapes.add(part.shape)
        return part.repeat(3, axis=0).repeat(3, axis=1).astype("uint16") * 100

    result = tiling.apply(enlarge, image, 5, 1, scale=3, progress=lambda *counts: calls.append(counts))
    np.testing.assert_array_equal(result, enlarge(image))
    assert result.dtype == np.uint16
    assert calls == [(number, 9) for number in range(1, 10)]
    assert len(shapes) == 2  # of the tiles, and of the whole image


def test_mirror_is_numpy_s_reflect():
    expected = np.pad(np.arange(4), (7, 9), mode="reflect")
    np.testing.assert_array_equal(tiling.mirrored(-7, 20, 4), expected)


def test_bad_arguments():
    with pytest.raises(ValueError, match="`tile` must be at least 17: margins of 8 pixels at both ends, and 1"):
        tiling.windows(100, tile=16, margin=8)
    with pytest.raises(ValueError, match="`margin` must be non-negative"):
        tiling.windows(100, tile=16, margin=-1)
    with pytest.raises(ValueError, match=r"Expected an image .* Received: shape \(0, 4, 1\)"):
        tiling.apply(lambda part: part, np.zeros((0, 4, 1)), 8, 1)
    with pytest.raises(ValueError, match="returns tiles of 8x8. Received"):
        tiling.apply(lambda part: part, np.zeros((4, 4, 1)), 8, 0, scale=2)
