"""Patches of pictures whose pixels tell their position."""

import numpy as np
import pytest

from kgan import datasets
from kgan.datasets import patches
from kgan.datasets.degradations import GaussianNoise


def picture(height, width, number=0):
    """Channels: row, column and the picture's number."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([rows, columns, np.full_like(rows, number)], axis=-1).astype("uint8")


def numbers(batch):
    return np.rint((np.asarray(batch) + 1) * 127.5).astype(int)


def test_patches_are_squares_in_all_eight_symmetries():
    data = patches.load([picture(9, 12, 0), picture(5, 20, 1)], size=4, batch_size=64, steps=4)
    symmetries, drawn = set(), []
    for inputs, targets in data:
        np.testing.assert_array_equal(inputs, targets)
        drawn += list(numbers(targets))
    for patch in drawn:
        rows, columns, number = patch[..., 0], patch[..., 1], patch[..., 2]
        assert len(np.unique(number)) == 1
        assert sorted(np.unique(rows) - rows.min()) == sorted(np.unique(columns) - columns.min()) == [0, 1, 2, 3]
        first, last = patch[0, 0, :2], patch[-1, -1, :2]
        symmetries.add((*np.sign(last - first), bool(rows[0, 0] == rows[0, 1])))
    assert len(symmetries) == 8
    # All 6 x 9 positions of the first picture and 2 x 17 of the second are equally likely.
    share = np.mean([patch[0, 0, 2] == 0 for patch in drawn])
    assert share == pytest.approx(54 / 88, abs=0.1)
    corners = {(*patch[..., :2].min(axis=(0, 1)), patch[0, 0, 2]) for patch in drawn}
    assert len(corners) > 75  # of 88; 83 are expected


def test_inputs_and_targets_show_the_same_area():
    small = [picture(6, 8), picture(7, 5, 1)]
    large = [image.repeat(3, axis=0).repeat(3, axis=1) for image in small]
    for inputs, targets in patches.load(large, size=12, batch_size=32, steps=2, inputs=small):
        assert inputs.shape == (32, 4, 4, 3)
        np.testing.assert_array_equal(np.asarray(inputs).repeat(3, axis=1).repeat(3, axis=2), targets)


def test_the_order_is_a_function_of_seed_and_epoch():
    def make(seed):
        return patches.load([picture(20, 20)], 8, batch_size=2, steps=3, seed=seed, degradation=GaussianNoise((0, 50)))

    def epoch(data):
        return np.stack([np.concatenate(pair, axis=-1) for pair in data.as_numpy_iterator()])

    data = make(1)
    first, second = epoch(data), epoch(data)
    assert not np.array_equal(first[..., 3:], second[..., 3:])
    assert not np.array_equal(first[..., :3], first[..., 3:])
    same = make(1)
    assert datasets.seek(same, 1)
    np.testing.assert_array_equal(epoch(same), second)
    assert not np.array_equal(epoch(make(2)), first)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 30}, "at least 30x30, the patch. Received: 1 smaller pictures"),
        ({"size": 0}, "`size` must be a positive integer"),
        ({"size": 8, "inputs": []}, "Received: 0 for 1"),
        ({"size": 8, "inputs": [picture(10, 11)]}, "smaller than their pictures by one integer factor"),
        ({"size": 9, "inputs": [picture(10, 10)]}, "a multiple of the scale 2. Received: size=9"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        patches.load([picture(20, 20)], **arguments)
