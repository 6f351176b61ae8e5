"""The classifier whose features and probabilities the metrics use."""

import pathlib

import networks
import numpy as np
import pytest

import kgan
from kgan import features
from kgan.features.classifier import FEATURES
from kgan.features.classifier import network as build


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    return tmp_path


def test_trained_once_and_good(capsys, home):
    state = np.random.get_state()[1].copy()
    extractor = features.get("classifier:digits")
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # nobody else's random numbers are touched
    out = capsys.readouterr().out
    accuracy = float(out.split("right on ")[1].split("%")[0])
    assert accuracy > 95
    (file,) = pathlib.Path(home, "kgan").glob("*.keras")
    before = file.stat().st_mtime_ns
    images, labels = next(iter(kgan.datasets.load("digits", "test", labels=True, batch_size=360, shuffle=False)))
    again = features.get("classifier:digits")
    assert file.stat().st_mtime_ns == before
    found = again.extract(images.numpy())
    np.testing.assert_allclose(found["features"], extractor.extract(images.numpy())["features"], rtol=1e-5)
    right = np.mean(found["probabilities"].argmax(axis=1) == labels.numpy())
    assert 100 * right == pytest.approx(accuracy, abs=0.01)
    assert again.name == "digits_classifier"


def test_unlabelled_data(tmp_path):
    kgan.images.save_each(tmp_path / "pictures", networks.images(4))
    with pytest.raises(ValueError, match="Expected labelled data"):
        features.get(f"classifier:{tmp_path / 'pictures'}")


@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (64, 48, 3)])
def test_network(shape):
    network = build(shape, num_classes=7)
    outputs = network(np.zeros((2, *shape), "float32"))
    assert outputs["features"].shape == (2, FEATURES)
    assert outputs["probabilities"].shape == (2, 7)
    same, other = build(shape, 7), build(shape, 7, seed=1)
    np.testing.assert_array_equal(same.get_weights()[0], network.get_weights()[0])
    assert (other.get_weights()[0] != network.get_weights()[0]).any()
