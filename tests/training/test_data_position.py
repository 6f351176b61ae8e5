"""The position of a `fit` in its data."""

import random

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.training.data_position import DataPosition, passing_over


def opened(data, steps_per_epoch=None):
    position = DataPosition()
    position.open(data, steps_per_epoch, seed=3)
    return position


def test_it_begins_at_the_start_and_forgets_at_the_end():
    position = opened([1])
    assert not position.skipping
    position.begin_epoch(0, batch=5)
    position.close()
    assert position.data is None
    assert not position.skipping


def test_the_last_batch_that_is_passed_over_is_not_counted_again():
    position = opened([1])
    position.begin_epoch(0, batch=2)
    seen = []
    batches = iter(range(4))
    for _ in range(3):
        position.skip(batches, num_batches=1)
        seen.append((position.passed_over, position.skipping))
    assert seen == [(True, True), (True, False), (False, False)]


def test_kgan_s_data_are_found_at_once():
    data = kgan.datasets.from_arrays(networks.images(16), batch_size=8, seed=1)
    epochs = [[batch.numpy() for batch in data] for _ in range(3)]
    opened(data).begin_epoch(1, resumed=True)
    np.testing.assert_array_equal(next(iter(data)), epochs[1][0])


def test_other_data_are_read_again():
    data = tf.data.Dataset.range(8).shuffle(8, seed=5).batch(4)
    whole = [batch.numpy().tolist() for _ in range(3) for batch in data]
    again = tf.data.Dataset.range(8).shuffle(8, seed=5).batch(4)
    position = opened(again)
    position._read_again(0)
    assert [batch.numpy().tolist() for batch in again] == whole[:2]


def test_an_endless_stream_is_passed_over():
    data = tf.data.Dataset.range(100).repeat()
    position = opened(data, steps_per_epoch=3)
    position.begin_epoch(2, batch=1, resumed=True)
    iterator = iter(data)
    assert position.skip(iterator, 1)
    assert not position.skip(iterator, 1)
    assert int(next(iterator)) == 2 * 3 + 1


def test_a_finite_stream_with_steps_per_epoch_is_refused():
    with pytest.raises(ValueError, match="Expected data in which `Resume` can find its position"):
        opened(tf.data.Dataset.range(4), steps_per_epoch=2).begin_epoch(1, resumed=True)


def test_a_pydataset_is_shuffled_by_seed_and_epoch():
    class Data(keras.utils.PyDataset):
        pass

    position, drawn = opened(Data()), []
    for epoch in (0, 1, 0):
        position.begin_epoch(epoch)
        drawn.append(random.random())
    assert drawn[0] == drawn[2] != drawn[1]


def test_the_training_function_passes_over_whole_executions():
    position = opened([])
    position.begin_epoch(0, batch=4)
    seen = []
    function = passing_over(lambda iterator: seen.append(next(iterator)), position, 2, lambda: {"skipped": 1})
    iterator = iter(range(10))
    assert [function(iterator), function(iterator)] == [{"skipped": 1}] * 2
    function(iterator)
    assert seen == [4]
