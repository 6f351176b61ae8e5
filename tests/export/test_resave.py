"""A SavedModel is written again, with its weights in another precision."""

import pathlib
import zipfile

import numpy as np
import pytest
import tensorflow as tf
from exports import convolutional, trained

from kgan import architectures
from kgan.export import export, resave
from kgan.models.open_model import open_model

VERSION_0_1 = pathlib.Path(__file__).parents[1] / "data" / "version_0_1"


def kernels(folder):
    """Return the types of the weights in a SavedModel."""
    return {variable.dtype.name for variable in tf.saved_model.load(folder).weights}


@pytest.mark.slow
def test_half_precision_and_back(tmp_path):
    generator = trained(architectures.mlp.generator((8, 8, 1), latent_dim=4, num_classes=3, units=(16, 800)))
    export(generator, tmp_path / "whole", label_dropout=0.25, class_names=["a", "ä", "b c"])
    resave(tmp_path / "whole", tmp_path / "half")
    resave(tmp_path / "half", tmp_path / "back", weights_dtype="float32")
    assert kernels(tmp_path / "whole") == {"float32"}
    assert kernels(tmp_path / "half") == {"float16", "float32"}
    whole, half, back = (open_model(tmp_path / name) for name in ("whole", "half", "back"))
    for model in (half, back):
        assert (model.num_classes, model.label_dropout, model.class_names) == (3, 0.25, ("a", "ä", "b c"))
        for options in ({}, {"labels": -1}, {"truncation": 0.5}):
            images = whole.generate(8, seed=3, **options)
            np.testing.assert_allclose(model.generate(8, seed=3, **options), images, rtol=0, atol=2e-3)
    signatures = [
        {name: str(function.structured_input_signature) for name, function in loaded.signatures.items()}
        for loaded in (tf.saved_model.load(tmp_path / name) for name in ("whole", "half"))
    ]
    assert signatures[0] == signatures[1]


@pytest.mark.slow
def test_checks_of_arguments_stay(tmp_path):
    export(convolutional(3), tmp_path / "whole")
    resave(tmp_path / "whole", tmp_path / "half")
    model = tf.saved_model.load(tmp_path / "half")
    with pytest.raises(tf.errors.InvalidArgumentError, match="Expected labels from 0 up"):
        model.generate(num=tf.constant(1), seed=tf.constant(0), labels=tf.constant([-1]))


@pytest.mark.slow
def test_a_folder_over_itself_keeps_the_user_s_files(tmp_path):
    export(convolutional(), tmp_path / "model")
    (tmp_path / "model" / "MODEL.md").write_text("mine")
    images = open_model(tmp_path / "model").generate(4, seed=0)
    resave(tmp_path / "model", tmp_path / "model")
    np.testing.assert_allclose(open_model(tmp_path / "model").generate(4, seed=0), images, rtol=0, atol=2e-3)
    assert (tmp_path / "model" / "MODEL.md").read_text() == "mine"
    with pytest.raises(FileExistsError, match="overwrite=True"):
        resave(tmp_path / "model", tmp_path / "model", overwrite=False)


@pytest.mark.slow
def test_images_from_images(tmp_path):
    network = trained(architectures.restoration.denoiser(width=8, blocks=2))
    export(network, tmp_path / "whole")
    resave(tmp_path / "whole", tmp_path / "half")
    images = np.random.default_rng(0).uniform(-1, 1, (2, 17, 33, 1)).astype("float32")
    serve = tf.saved_model.load(tmp_path / "half").signatures["serving_default"]
    np.testing.assert_allclose(serve(input=tf.constant(images))["output"], network(images), atol=1e-2)


@pytest.mark.parametrize("name", ["saved_model", "saved_model_of_images"])
def test_exports_of_version_0_1(tmp_path, name):
    with zipfile.ZipFile(VERSION_0_1 / f"{name}.zip") as archive:
        archive.extractall(tmp_path / "old")
    resave(tmp_path / "old", tmp_path / "new")
    assert (tmp_path / "new" / "saved_model.pb").exists()


def test_what_is_no_export(tmp_path):
    with pytest.raises(ValueError, match="SavedModel exported by kgan"):
        resave(tmp_path / "nothing", tmp_path / "new")
    foreign = tf.Module()
    foreign.call = tf.function(lambda x: x, input_signature=[tf.TensorSpec([])])
    tf.saved_model.save(foreign, tmp_path / "foreign")
    with pytest.raises(ValueError, match="SavedModel exported by kgan"):
        resave(tmp_path / "foreign", tmp_path / "new")
