"""What kgan 0.1.0 wrote before its modules became packages opens, and gives the same images.

`data/version_0_1/make.py` wrote the files, and says what is in them.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest

import kgan
from kgan.applications.editing.directions import Direction
from kgan.applications.editing.spaces import CodeSpace
from kgan.applications.restoration import Restorer
from kgan.architectures import mlp

FOLDER = pathlib.Path(__file__).resolve().parent / "data" / "version_0_1"
GANS = ("plain", "conditional", "clusters", "packing", "every_state", "style", "dcgan")
SHAPE = (8, 8, 1)
RENAMED = {"PrecisionRecall": {"neighbors": "num_neighbors", "samples": "num_samples"}}
LOADS_ALL = """
import pathlib, sys
import kgan
import keras
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.keras")):
    print(path.stem, type(keras.saving.load_model(path)).__name__)
"""


@pytest.fixture(scope="module")
def expected():
    with np.load(FOLDER / "expected.npz") as arrays:
        return dict(arrays)


def unpacked(name, folder):
    """Return the folder with what a packed folder holds."""
    with zipfile.ZipFile(FOLDER / f"{name}.zip") as archive:
        archive.extractall(folder)
    return folder


def inputs_of(name, expected):
    """Return latents and labels that the old version made images of, and the data that it trained on."""
    latents, labels = expected["latents"], expected["labels"]
    conditional = name in ("conditional", "dcgan")
    if name == "clusters":
        latents = np.concatenate([latents, latents[:, :2]], axis=1)
    data = (expected["images"], np.tile(labels, 4)) if conditional else (expected["images"],)
    return ([latents, labels] if conditional else latents), data


def logits_of(model, images, labels=None):
    """Return the discriminator's logits; images that it sees together have their channels stacked."""
    if model.packing > 1:
        images = images.reshape(-1, model.packing, *SHAPE)
        images = np.moveaxis(images, 1, -2).reshape(len(images), *SHAPE[:2], -1)
    logits = model.discriminator(images if labels is None else [images, labels], training=False)
    return logits[0] if isinstance(logits, list | tuple) else logits


@pytest.mark.slow
def test_every_file_loads_after_import_kgan_alone_without_a_warning():
    command = [sys.executable, "-W", "error::FutureWarning", "-W", "error::DeprecationWarning:kgan", "-c", LOADS_ALL]
    result = subprocess.run([*command, str(FOLDER)], cwd=FOLDER.parents[2], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    classes = dict(line.split() for line in result.stdout.splitlines())
    assert classes == dict.fromkeys(GANS, "GAN") | {"generator": "Functional", "image_to_image": "ImageToImageGAN"}


@pytest.mark.parametrize("name", GANS)
def test_a_gan_gives_the_same_images_and_logits(name, expected):
    model = keras.saving.load_model(FOLDER / f"{name}.keras")
    inputs, data = inputs_of(name, expected)
    np.testing.assert_allclose(model(inputs), expected[f"{name}/images"], atol=1e-6)
    np.testing.assert_allclose(model.generate(4, seed=7), expected[f"{name}/generate"], atol=1e-6)
    if f"{name}/logits" in expected:
        np.testing.assert_allclose(logits_of(model, *data), expected[f"{name}/logits"], atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("name", GANS)
def test_a_gan_goes_on_with_the_same_weights(name, expected):
    model = keras.saving.load_model(FOLDER / f"{name}.keras")
    inputs, data = inputs_of(name, expected)
    model.fit(*data, batch_size=8, verbose=0)
    np.testing.assert_allclose(model(inputs), expected[f"{name}/next"], atol=1e-5)


@pytest.mark.slow
def test_an_image_to_image_gan_gives_the_same_images_and_goes_on(expected):
    model = keras.saving.load_model(FOLDER / "image_to_image.keras")
    inputs = expected["inputs"]
    np.testing.assert_allclose(model.predict(inputs, verbose=0), expected["image_to_image/images"], atol=1e-6)
    model.fit(inputs, expected["targets"], batch_size=2, verbose=0)
    np.testing.assert_allclose(model.predict(inputs, verbose=0), expected["image_to_image/next"], atol=1e-5)


def test_a_generator_alone_opens(expected):
    model = kgan.open_model(FOLDER / "generator.keras")
    np.testing.assert_allclose(model.generate(4, seed=7), expected["generator/generate"], atol=1e-6)


def test_configurations_of_all_classes_can_be_read():
    configurations = json.loads((FOLDER / "configurations.json").read_text())
    assert len(configurations) == 36
    for configuration in configurations:
        instance = keras.saving.deserialize_keras_object(configuration)
        assert type(instance).__name__ == configuration["class_name"]
        config = json.loads(json.dumps(instance.get_config()))
        names = RENAMED.get(configuration["class_name"], {})
        for name, value in configuration["config"].items():
            assert config[names.get(name, name)] == value


def test_exports_open(expected, tmp_path):
    model = kgan.open_model(unpacked("saved_model", tmp_path / "latents"))
    assert (model.latent_dim, model.image_shape, model.num_classes) == (4, SHAPE, 3)
    np.testing.assert_allclose(model.generate(4, seed=7), expected["conditional/generate"], atol=1e-6)
    assert model.generate(1, seed=7, labels=-1).shape == (1, *SHAPE)
    images = keras.layers.TFSMLayer(unpacked("saved_model_of_images", tmp_path / "images"), "serving_default")
    np.testing.assert_allclose(images(expected["inputs"])["output"], expected["image_to_image/images"], atol=1e-6)


def test_a_restorer_opens(expected, tmp_path):
    restorer = Restorer.open(unpacked("restorer", tmp_path))
    assert (restorer.task, restorer.channels, restorer.trained_on) == ("denoise", 1, {"note": "nothing"})
    output = restorer.restore(expected["restorer/input"], fidelity=0.5)
    np.testing.assert_allclose(output, expected["restorer/output"], atol=1e-6)


def test_a_direction_opens():
    direction = Direction.load(FOLDER / "direction.npz")
    assert (direction.name, direction.vector.tolist()) == ("up", [1.0, 0.0, 2.0, 0.0])
    direction.check(CodeSpace(keras.saving.load_model(FOLDER / "plain.keras")))


def test_a_run_folder_opens(expected, tmp_path):
    run = unpacked("run", tmp_path)
    np.testing.assert_allclose(kgan.open_model(run).generate(4, seed=7), expected["run/generate"], atol=1e-6)


@pytest.mark.parametrize("name", ["epoch-00000-batch-00000004.keras", "epoch-00001-batch-00000000.keras"])
def test_a_run_goes_on_from_the_middle_and_from_the_end_of_an_epoch(name, expected, tmp_path):
    run = unpacked("run", tmp_path / "run")
    backup = tmp_path / "backup"
    backup.mkdir()
    shutil.copy(run / "backup" / name, backup)
    keras.utils.set_random_seed(5)  # all that matters is in the file
    data = kgan.datasets.load("digits", batch_size=256, seed=0)
    model = kgan.GAN(mlp.generator(SHAPE, latent_dim=4, units=(4,)), mlp.discriminator(SHAPE, units=(4,)), seed=0)
    model.compile()
    model.fit(data, epochs=2, verbose=0, callbacks=[kgan.callbacks.Resume(backup)])
    np.testing.assert_allclose(model.generate(4, seed=7), expected[f"run/{name}"], atol=1e-5)
