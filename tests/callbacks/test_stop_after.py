"""Ending training after a number of updates."""

import types

import networks
import numpy as np
import pytest

from kgan.callbacks import Resume, StopAfter

IMAGES = networks.images(32)


def train(updates, *callbacks, epochs=3):
    gan = networks.gan(dropout=0.3)
    gan.compile(penalties=["lecam"])
    gan.fit(IMAGES, batch_size=8, epochs=epochs, verbose=0, callbacks=[StopAfter(updates), *callbacks])
    return gan


def test_it_counts_updates_and_not_what_a_resumed_run_passes_over():
    """Two batches in each execution; a run that had done 6 updates passes over the first 2 batches of its epoch."""
    model = types.SimpleNamespace(stop_training=False, data_position=types.SimpleNamespace(passed_over=False))
    callback = StopAfter(9)
    callback.set_model(model)
    callback.on_train_begin()
    callback.set_state(6)
    callback.on_epoch_begin(1)
    done = []
    for batch in (0, 2, 4, 6):
        model.data_position.passed_over = batch == 0
        callback.on_train_batch_end(batch + 1)
        done.append((callback.done, model.stop_training))
    assert done == [(6, False), (8, False), (10, True), (12, True)]
    assert callback.reached
    assert callback.get_state() == 12
    callback.on_train_begin()
    assert not callback.reached


@pytest.mark.slow
def test_a_longer_run_goes_on_in_the_middle_of_an_epoch_bit_for_bit(tmp_path):
    """6 updates of epochs of 4, and then 10, are 10 in one go."""
    first = train(6, Resume(tmp_path), epochs=2)
    assert int(first.generator_optimizer.iterations) == 6
    assert sorted(path.name for path in tmp_path.iterdir())[-1] == "epoch-00001-batch-00000002.keras"
    assert len(first.history.epoch) == 2
    longer = train(10, Resume(tmp_path))
    whole = train(10)
    expected, received = networks.state(whole), networks.state(longer)
    assert int(longer.generator_optimizer.iterations) == 10
    assert not [name for name in expected if not np.array_equal(expected[name], received[name])]
    again = train(10, Resume(tmp_path))  # there is nothing left to do
    assert int(again.generator_optimizer.iterations) == 10


@pytest.mark.slow
def test_it_comes_to_a_run_that_began_without(tmp_path):
    gan = networks.gan(dropout=0.3)
    gan.compile(penalties=["lecam"])
    gan.fit(IMAGES, batch_size=8, epochs=1, verbose=0, callbacks=[Resume(tmp_path)])
    assert int(train(6, Resume(tmp_path)).generator_optimizer.iterations) == 6


@pytest.mark.slow
def test_at_the_end_of_an_epoch(tmp_path):
    train(8, Resume(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir())[-1] == "epoch-00002-batch-00000000.keras"
    assert int(train(12, Resume(tmp_path)).generator_optimizer.iterations) == 12


@pytest.mark.parametrize("updates", [0, -1, 2.5])
def test_bad_arguments(updates):
    with pytest.raises(ValueError, match="`updates` must be"):
        StopAfter(updates)
