"""Networks in the cache: trained once. What their keys depend on is tested with the classifier."""

import keras
import pytest

import kgan
from kgan.features import cache


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))


def test_trained_once():
    path = cache.file_of(kgan.datasets.find("digits"), (1, "a"))
    assert path.parent == cache.home() / "kgan"
    assert path.name.startswith("digits-")
    trainings = []

    def train():
        trainings.append(1)
        return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]), 0.25

    first, again = (cache.load_or_train(path, train) for _ in range(2))
    assert (len(trainings), again.accuracy, again.path) == (1, 0.25, path)
    assert (first.network.get_weights()[0] == again.network.get_weights()[0]).all()
    assert cache.file_of(kgan.datasets.find("digits"), (1, "b")) != path
