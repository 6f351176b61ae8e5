"""Progress of `fit`."""

import keras
import pytest

from kgan import _fit_progress, _progress
from kgan._fit_progress import FitProgress, fit_progress, in_a_log


class Model:
    """What a callback reads of a model."""


@pytest.fixture
def shown(monkeypatch):
    """The text of the bar after each update."""
    texts = []

    class Recorder(_progress.Bar):
        def to(self, done, total=None):
            super().to(done, total)
            texts.append(f"{self.title}: {self.done}/{self.total}")

        def close(self):
            super().close()
            texts.append("closed")

    monkeypatch.setattr(_progress, "Bar", Recorder)
    return texts


def train(callback, steps, epochs, known=True, first=0):
    callback.set_params({"steps": steps if known else None, "epochs": epochs})
    callback.set_model(Model())
    callback.on_train_begin()
    for epoch in range(first, epochs):
        callback.on_epoch_begin(epoch)
        for batch in range(steps):
            callback.on_train_batch_end(batch, {})


def test_it_counts_the_updates_of_all_epochs(shown):
    callback = FitProgress()
    train(callback, 2, 2)
    callback.on_train_end()
    callback.after_fit()
    assert shown == ["epoch 1/2: 1/4", "epoch 1/2: 2/4", "epoch 2/2: 3/4", "epoch 2/2: 4/4", "closed"]


def test_a_resumed_run_begins_where_it_was(shown):
    train(FitProgress(), 2, 3, first=2)
    assert shown == ["epoch 3/3: 5/6", "epoch 3/3: 6/6"]


def test_an_unknown_number_of_steps(shown):
    train(FitProgress("training"), 2, 2, known=False)
    assert shown == ["training: 1/None", "training: 2/None", "training: 3/None", "training: 4/None"]


def test_batches_that_are_only_read_again_do_not_count(shown):
    callback = FitProgress()
    train(callback, 1, 1)
    callback.model.data_position = type("Position", (), {"passed_over": True})
    callback.on_train_batch_end(1)
    assert len(shown) == 1


def test_a_bar_left_by_an_error_is_closed_by_the_next_run(shown):
    callback = FitProgress()
    train(callback, 1, 1)
    train(callback, 1, 1)
    assert shown == ["epoch 1/1: 1/1", "closed", "epoch 1/1: 1/1"]


def test_losses_are_read_only_to_be_shown(monkeypatch):
    read = []

    class Loss(float):
        def __float__(self):
            read.append(True)
            return 0.5

    callback = FitProgress()
    callback.set_params({"steps": 1, "epochs": 1})
    callback.set_model(Model())
    callback.on_train_begin()
    callback.on_epoch_begin(0)
    callback.on_train_batch_end(0, {"generator_loss": Loss()})
    assert read == []
    assert callback._shown.text().endswith(" elapsed, G 0.500")
    callback.close()


def test_a_block_closes_its_bar_after_an_error(shown):
    def fail():
        with fit_progress("training") as (callback,):
            train(callback, 1, 1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert shown == ["training: 1/1", "closed"]


def test_the_users_own_progress_is_enough():
    own = FitProgress()
    with fit_progress("training", [own]) as callbacks:
        assert callbacks == [own]


class TestVerbosity:
    """Of `fit(verbose="auto")`; the tests themselves run without a terminal."""

    def test_a_log_gets_a_line_for_each_epoch_and_more_in_long_ones(self):
        verbose, callbacks = in_a_log("auto", None)
        assert (verbose, [type(callback) for callback in callbacks]) == (2, [FitProgress])
        other = keras.callbacks.TerminateOnNaN()
        assert in_a_log("auto", other)[1][0] is other

    def test_the_users_own_progress_is_enough(self):
        own = FitProgress()
        assert in_a_log("auto", [own]) == (2, [own])

    @pytest.mark.parametrize("verbose", [0, 1, 2])
    def test_what_the_user_says_counts(self, verbose):
        assert in_a_log(verbose, None) == (verbose, None)

    @pytest.mark.parametrize("place", ["in_notebook", "is_terminal"])
    def test_terminals_and_notebooks_get_the_bar_of_keras(self, monkeypatch, place):
        monkeypatch.setattr(_fit_progress._progress, place, lambda *stream: True)
        assert in_a_log("auto", None) == (1, None)

    def test_silence(self, monkeypatch):
        monkeypatch.setenv("KGAN_QUIET", "1")
        assert in_a_log("auto", None) == (0, None)
