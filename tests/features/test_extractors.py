"""Extractors of features, and how they are found."""

import subprocess
import sys
import urllib.error

import keras
import networks
import numpy as np
import pytest

import kgan
from kgan import features


def network(shape=networks.SHAPE, rank=2):
    layers = [keras.layers.Flatten(), keras.layers.Dense(5)] if rank == 2 else [keras.layers.Conv2D(3, 3)]
    return keras.Sequential([keras.Input(shape), *layers], name="own")


def test_any_model(tmp_path):
    model = network()
    extractor = features.get(model)
    images = networks.images(25)
    found = extractor.extract(images, batch_size=10)["features"]
    np.testing.assert_allclose(found, model.predict(images, verbose=0), rtol=1e-5)
    assert extractor.dimension() == 5
    assert features.get(extractor) is extractor


@pytest.mark.parametrize("kind", ["keras", "saved_model"])
def test_files(tmp_path, kind):
    model = network()
    path = tmp_path / ("own.keras" if kind == "keras" else "own")
    if kind == "keras":
        model.save(path)
    else:
        model.export(path, verbose=False)
    extractor = features.get(str(path))
    images = networks.images(7)
    np.testing.assert_allclose(extractor.extract(images)["features"], model.predict(images, verbose=0), rtol=1e-5)
    assert extractor.name == "own"
    with pytest.raises(ValueError, match=r"Expected images of shape \(8, 8, 1\)"):
        extractor.check((None, 9, 9, 1))


def test_a_file_that_is_no_model(tmp_path):
    for name in ("text.keras", "text.h5"):
        (tmp_path / name).write_text("no model")
        with pytest.raises(ValueError, match=r"Expected a .keras file or a SavedModel folder. Received: .*text"):
            features.get(tmp_path / name)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="SavedModel folder"):
        features.get(tmp_path / "empty")
    with pytest.raises(FileNotFoundError, match="not there"):
        features.get(tmp_path / "nothing.keras")


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (networks.images(4, (9, 8, 1)), r"Expected images of shape \(8, 8, 1\)"),
        (networks.images(4, (8, 8, 3)), r"Expected images of shape \(8, 8, 1\)"),
        (networks.images(0), "at least one image"),
        (np.full((4, 8, 8, 1), np.nan, "float32"), "Expected finite features"),
    ],
)
def test_bad_images(images, message):
    with pytest.raises(ValueError, match=message):
        features.get(network()).extract(images)


def test_maps_are_no_features():
    with pytest.raises(ValueError, match=r"Expected features of shape \(batch, dimension\)"):
        features.get(network(rank=4)).check((None, *networks.SHAPE))


@pytest.mark.parametrize("identifier", [5, None])
def test_bad_identifier(identifier):
    with pytest.raises(ValueError, match="Expected features by name"):
        features.get(identifier)


def test_inception_without_network_fails_quickly(monkeypatch, tmp_path):
    def refuse(*arguments, **keywords):
        raise urllib.error.URLError("no route")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("urllib.request.urlopen", refuse)
    with pytest.raises(ValueError, match="cannot be downloaded: no route.*features=random.*classifier:DATA"):
        features.get("inception")


@pytest.mark.slow
def test_inception_takes_gray_and_color(monkeypatch, tmp_path):
    """The real network with random weights: sizes, channels, outputs."""
    monkeypatch.setattr("kgan.features.extractors.unreachable", lambda url: None)
    whole = keras.applications.InceptionV3
    monkeypatch.setattr(keras.applications, "InceptionV3", lambda weights: whole(weights=None))
    extractor = features.get("inception")
    grey = networks.images(2, (28, 28, 1))
    found = extractor.extract(grey)
    assert found["features"].shape == (2, 2048)
    np.testing.assert_allclose(found["probabilities"].sum(axis=1), 1, rtol=1e-4)
    coloured = extractor.extract(np.repeat(grey, 3, axis=-1))
    np.testing.assert_allclose(coloured["features"], found["features"], rtol=1e-3, atol=1e-5)
    with pytest.raises(ValueError, match="1 or 3 channels"):
        extractor.extract(networks.images(2, (28, 28, 4)))
    assert kgan.metrics.FrechetDistance(extractor).name == "fid"
    assert kgan.metrics.KernelDistance(extractor).name == "kid"


def test_a_new_kind_is_one_function_and_one_registration(monkeypatch):
    monkeypatch.setattr("kgan.features.extractors.REGISTRY", [*features.extractors.REGISTRY])

    @features.register
    def mean(identifier):
        if identifier != "mean":
            return None
        return features.FeatureExtractor(lambda images: keras.ops.mean(images, axis=(1, 2)), "mean")

    assert features.get("mean").extract(networks.images(3))["features"].shape == (3, 1)
    assert features.get(network()).name == "own"


def test_maps_are_refused_each_time():
    extractor = features.get(network(rank=4))
    for _ in range(2):
        with pytest.raises(ValueError, match="Expected features of shape"):
            extractor.check((None, *networks.SHAPE))


@pytest.mark.slow
def test_data_sets_are_imported_only_to_train_a_classifier():
    code = "import sys, kgan.features\nprint({'kgan.datasets', 'tensorflow_datasets'} & set(sys.modules))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"
