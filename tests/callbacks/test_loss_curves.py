"""Curves and a table of the losses."""

import csv

import networks
import numpy as np
import pytest
from PIL import Image

from kgan.callbacks import LossCurves


def epochs_of(path):
    with open(path) as file:
        return [int(row["epoch"]) for row in csv.DictReader(file)]


@pytest.mark.slow
def test_an_image_and_a_table(tmp_path):
    gan = networks.gan()
    gan.compile(loss="non_saturating")
    callback = LossCurves(tmp_path / "curves.png", csv=tmp_path / "log.csv")
    history = gan.fit(networks.images(), epochs=3, verbose=0, callbacks=[callback]).history
    with Image.open(tmp_path / "curves.png") as picture:
        assert np.ptp(np.asarray(picture.convert("L"))) > 100
    assert epochs_of(tmp_path / "log.csv") == [1, 2, 3]
    with open(tmp_path / "log.csv") as file:
        losses = [float(row["generator_loss"]) for row in csv.DictReader(file)]
    assert losses == history["generator_loss"]


@pytest.fixture
def table(tmp_path):
    """A callback that writes a table, with those epochs in it."""

    def write(epochs, callback=None):
        callback = callback or LossCurves(tmp_path / "curves.png", csv=tmp_path / "log.csv", seconds=1e9)
        for epoch in epochs:
            callback.on_epoch_end(epoch, {"generator_loss": float(epoch)})
        return callback

    return write


class TestRows:
    def test_another_run_s_are_replaced(self, table, tmp_path):
        table([0, 1, 2, 3])
        table([0, 1])
        assert epochs_of(tmp_path / "log.csv") == [1, 2]

    def test_a_resumed_run_continues(self, table, tmp_path):
        before = table([0, 1, 2])
        after = LossCurves(tmp_path / "curves.png", csv=tmp_path / "log.csv")
        after.set_state(before.get_state())
        table([2, 3], after)  # the third epoch was not saved and is trained again
        assert epochs_of(tmp_path / "log.csv") == [1, 2, 3, 4]

    def test_a_second_fit_continues_or_starts_anew(self, table, tmp_path):
        callback = table([0, 1])
        table([2], callback)
        assert epochs_of(tmp_path / "log.csv") == [1, 2, 3]
        table([0], callback)
        assert epochs_of(tmp_path / "log.csv") == [1]

    def test_a_metric_that_comes_later(self, table, tmp_path):
        callback = table([0])
        callback.on_epoch_end(1, {"generator_loss": 1.0, "val_psnr": 20.0})
        callback.on_train_end()
        assert (tmp_path / "log.csv").read_text().splitlines()[0] == "epoch,generator_loss,val_psnr"
