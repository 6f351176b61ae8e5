"""The order of examples, and how it is found again."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from kgan.datasets.order import flipped, from_arrays, seek, tell


def epoch(data):
    return np.concatenate([batch.numpy() for batch in data])


def test_each_epoch_is_a_permutation_of_its_own_and_can_be_found_again():
    data = from_arrays(np.arange(100.0), batch_size=10, seed=3)
    first, second = epoch(data), epoch(data)
    assert sorted(first) == sorted(second) == list(range(100))
    assert (first != second).any()
    assert tell(data) == 2
    assert seek(data, 1)
    np.testing.assert_array_equal(epoch(data), second)
    seek(data, 0)
    next(iter(data))  # an iteration that is broken off is an epoch too
    np.testing.assert_array_equal(epoch(data), second)
    np.testing.assert_array_equal(epoch(from_arrays(np.arange(100.0), batch_size=10, seed=3)), first)
    assert (epoch(from_arrays(np.arange(100.0), batch_size=10, seed=4)) != first).any()


@pytest.mark.slow
def test_the_order_is_the_same_in_another_process():
    code = "import numpy as np; from kgan.datasets import from_arrays\n"
    code += "print([int(i) for batch in from_arrays(np.arange(20), batch_size=5, seed=7) for i in batch])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    data = from_arrays(np.arange(20), batch_size=5, seed=7)
    assert printed.split("\n")[-2] == str(epoch(data).astype(int).tolist())


def test_it_looks_random():
    """Over 80 epochs each image stands in the first batch about as often: a chi-squared test at 5 deviations."""
    data = from_arrays(np.arange(20), batch_size=5)
    first_batches = list(data.repeat(80).as_numpy_iterator())[::4]
    counts = np.bincount(np.concatenate(first_batches).astype(int), minlength=20)
    assert np.sum((counts - 20) ** 2) / 15 < 19 + 5 * np.sqrt(38)


def test_last_batches():
    data = from_arrays(np.arange(7.0), batch_size=3, shuffle=False, drop_remainder=False)
    assert [batch.numpy().tolist() for batch in data] == [[0, 1, 2], [3, 4, 5], [6]]
    assert len(data) == 3
    assert len(from_arrays(np.arange(7.0), batch_size=3)) == 2


def test_labels_stay_with_their_images():
    data = from_arrays(np.arange(50.0), np.arange(50), batch_size=5)
    for batch, labels in data:
        np.testing.assert_array_equal(batch, labels)
    assert data.element_spec[1].dtype.name == "int32"


def test_targets_that_are_images_stay_floats():
    inputs = np.random.default_rng(0).normal(size=(6, 4, 4, 1)).astype("float32")
    for batch, targets in from_arrays(inputs, inputs / 2, batch_size=3):
        np.testing.assert_array_equal(targets, batch / 2)


def test_bytes_come_out_as_floats():
    (batch,) = from_arrays(np.uint8([[0, 255]]), batch_size=1)
    np.testing.assert_array_equal(batch, [[-1.0, 1.0]])


def test_other_data():
    assert not seek([1, 2], 1)
    assert tell([1, 2]) is None
    data = from_arrays(np.arange(7.0), batch_size=3).map(lambda x: x)
    assert not seek(data, 1)
    assert tell(data) is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"images": np.arange(7), "batch_size": 8}, "7 images, fewer than batch_size=8. Use batch_size=7 or less"),
        ({"images": np.arange(0), "batch_size": 8}, "Received: an empty data set"),
        ({"images": np.arange(7), "batch_size": 0}, "`batch_size` must be a positive integer"),
        ({"images": np.arange(7), "labels": np.arange(6), "batch_size": 2}, "Received: 6 labels"),
    ],
)
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        from_arrays(**options)


class TestFlipped:
    def test_half_of_the_images_are_mirrored_anew_each_epoch(self):
        images = np.random.default_rng(0).uniform(-1, 1, (64, 4, 6, 3)).astype("float32")
        data = flipped(from_arrays(images, np.arange(64), batch_size=16, shuffle=False), seed=1)
        chosen = []
        for _ in range(3):
            received, labels = (np.concatenate(arrays) for arrays in zip(*data.as_numpy_iterator(), strict=True))
            np.testing.assert_array_equal(labels, np.arange(64))
            mirrored = (received == images[:, :, ::-1]).all(axis=(1, 2, 3))
            np.testing.assert_array_equal(received[~mirrored], images[~mirrored])
            chosen.append(mirrored)
        assert 64 < np.sum(chosen) < 128
        assert (chosen[0] != chosen[1]).any()
        assert int(data.cardinality()) == 4

    def test_any_epoch_is_found_again(self):
        def make(seed=1):
            images = np.arange(32.0).reshape(4, 1, 8, 1)
            return flipped(from_arrays(images, batch_size=2, seed=seed), seed)

        data, again = make(), make()
        epochs = [list(data.as_numpy_iterator()) for _ in range(3)]
        assert seek(again, 2)
        np.testing.assert_array_equal(list(again.as_numpy_iterator()), epochs[2])
        assert tell(again) == 3
        assert any((a != b).any() for a, b in zip(epochs[0], make(seed=2).as_numpy_iterator(), strict=True))

    def test_other_data_are_repeatable(self):
        def make():
            images = tf.data.Dataset.from_tensor_slices((np.arange(64.0).reshape(8, 1, 8, 1), np.arange(8)))
            return flipped(images.batch(4), seed=1)

        first, second = ([list(data.as_numpy_iterator()) for _ in range(2)] for data in (make(), make()))
        for one, other in zip(sum(first, []), sum(second, []), strict=True):
            np.testing.assert_array_equal(one[0], other[0])
            np.testing.assert_array_equal(one[1], other[1])
        assert any((a[0] != b[0]).any() for a, b in zip(*first, strict=True))
