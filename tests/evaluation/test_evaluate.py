import json

import keras
import networks
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import kgan
from kgan import evaluation
from kgan.cli import app
from kgan.evaluation.evaluate import _jackknife


@pytest.fixture(scope="module")
def pixels(tmp_path_factory):
    """Features that need no training: the first pixels, and probabilities of three made-up classes."""
    inputs = keras.Input(networks.SHAPE)
    x = keras.layers.Flatten()(inputs)
    outputs = {"features": x[:, 20:40], "probabilities": keras.layers.Softmax()(3 * x[:, 26:29])}
    path = tmp_path_factory.mktemp("features") / "pixels.keras"
    keras.Model(inputs, outputs).save(path)
    return path


@pytest.fixture(scope="module")
def found(pixels):
    return evaluation.evaluate(networks.gan(), "digits", features=pixels, num=300)


def test_rows(found):
    rows = {row.name: row for row in found.rows}
    assert {"frechet_distance_pixels", "kernel_distance_pixels", "recall_pixels", "modes_pixels"} <= set(rows)
    distance = rows["frechet_distance_pixels"]
    assert distance.value > 10 * distance.floor > 0
    assert 0 < distance.interval < distance.value
    assert rows["recall_pixels"].floor > 0.9
    assert rows["recall_pixels"].value < 0.2
    assert rows["modes_pixels"].floor == 3
    assert all(row.samples <= 300 for row in found.rows)
    assert "features" in found.settings


def test_the_value_is_that_of_the_function(pixels):
    gan = networks.gan()
    found = evaluation.evaluate(gan, "digits", features=pixels, num=360)
    real = next(iter(kgan.datasets.load("digits", "test", batch_size=360, shuffle=False))).numpy()
    extractor = kgan.features.get(pixels)
    features = [extractor.extract(images)["features"] for images in (real, gan.generate(360, seed=0))]
    assert found.rows[0].value == pytest.approx(kgan.metrics.frechet_distance(*features), rel=1e-4)


def test_jackknife_of_a_mean():
    """Its standard error is known: the deviation of the groups' means over the root of their number."""
    values = np.random.default_rng(0).normal(size=(10, 50))
    error = _jackknife(lambda groups: np.mean(groups), list(values))
    assert error == pytest.approx(values.mean(axis=1).std(ddof=1) / np.sqrt(10))


def test_fewer_samples_than_features_is_said():
    network = keras.Sequential([keras.Input(networks.SHAPE), keras.layers.Flatten()], name="all")
    found = evaluation.evaluate(networks.gan(), "digits", features=network, num=40)
    assert "fewer than the 64 features" in found.settings["note"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num": 5}, "`num` must be at least"),
        ({"features": "nothing"}, "not there"),
        ({"data": "digit"}, "digits"),
    ],
)
def test_bad(options, message, pixels):
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        evaluation.evaluate(networks.gan(), **{"data": "digits", "features": pixels, **options})


@pytest.mark.parametrize("count", [1, 10])
def test_too_few_real_images(count, tmp_path, pixels):
    kgan.images.save_each(tmp_path / "pictures", networks.images(count))
    with pytest.raises(ValueError, match="Expected at least 40 images"):
        evaluation.evaluate(networks.gan(), tmp_path / "pictures", features=pixels)


def test_a_folder_is_cut_into_halves(tmp_path, pixels):
    kgan.images.save_each(tmp_path / "pictures", networks.images(60))
    found = evaluation.evaluate(networks.gan(), tmp_path / "pictures", features=pixels)
    assert found.rows[0].samples == 30


def test_command(tmp_path, pixels):
    gan = networks.gan()
    gan.compile()
    gan.save(tmp_path / "model.keras")
    command = ["evaluate", str(tmp_path), "digits", "--features", str(pixels), "-n", "100", "-o", str(tmp_path / "out")]
    done = CliRunner().invoke(app, command, env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    assert "frechet_distance_pixels" in done.output
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["figures"][0]["samples"] == 100
    page = (tmp_path / "out" / "report.html").read_text()
    assert page.count("data:image/png") == 2
    for name in ("samples", "neighbors"):
        with Image.open(tmp_path / "out" / f"{name}.png") as picture:
            assert np.ptp(np.asarray(picture)) > 100
    again = CliRunner().invoke(app, command)
    assert again.exit_code == 1
    assert "exists" in again.output
