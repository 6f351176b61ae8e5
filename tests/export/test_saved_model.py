"""A SavedModel runs in a process without kgan and Keras, with equal images."""

import subprocess
import sys

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf
from exports import convolutional, trained

import kgan
from kgan import _precision
from kgan.architectures import patch, restoration
from kgan.export import exporting
from kgan.models.open_model import KerasGenerator, open_model

STRANGER = """
import sys

for name in ("kgan", "keras", "tf_keras"):
    sys.modules[name] = None  # importing it raises ModuleNotFoundError
import numpy as np
import tensorflow as tf
results = {}
for kind in ("plain", "conditional"):
    model = tf.saved_model.load(kind)
    labels = {"labels": tf.constant([0, 1, 2], tf.int32)} if kind == "conditional" else {}
    serve, generate, cut = (model.signatures[n] for n in ("serving_default", "generate", "generate_truncated"))
    ask = {"num": tf.constant(3), "seed": tf.constant(7), **labels}
    answers = {
        "served": serve(latents=tf.constant(np.load("latents.npy")), **labels)["output"],
        "generated": generate(**ask)["output"],
        "bytes": generate(**ask)["output_uint8"],
        "truncated": cut(truncation=tf.constant(0.2), **ask)["output"],
        "called": model.generate(**ask)["output"],
    }
    results.update({f"{kind}_{name}": value.numpy() for name, value in answers.items()})
    if kind == "conditional":
        results["num_classes"] = model.num_classes[0].numpy()
assert sys.modules["keras"] is None and sys.modules["kgan"] is None
np.savez("results.npz", **results)
"""


@pytest.fixture(scope="module")
def generators():
    return {"plain": convolutional(), "conditional": convolutional(3)}


@pytest.fixture(scope="module")
def exported(tmp_path_factory, generators):
    """A folder with the SavedModels of both generators."""
    folder = tmp_path_factory.mktemp("exported")
    for kind, generator in generators.items():
        exporting.export(generator, folder / kind)
    return folder


class TestSavedModel:
    @pytest.mark.slow
    def test_in_a_process_that_can_import_neither_kgan_nor_keras(self, exported, generators):
        noise = np.random.default_rng(0).normal(size=(3, 6)).astype("float32")
        np.save(exported / "latents.npy", noise)
        done = subprocess.run([sys.executable, "-c", STRANGER], capture_output=True, cwd=exported)
        assert done.returncode == 0, done.stderr.decode()
        with np.load(exported / "results.npz") as archive:
            results = dict(archive)
        drawn = keras.random.normal((3, 6), seed=7)
        for kind, labels in (("plain", None), ("conditional", np.int32([0, 1, 2]))):
            generated = networks.images_of(generators[kind], drawn, labels)
            assert generated.std() > 0.1  # images that could be told apart
            truncated = KerasGenerator(generators[kind]).generate(3, 7, truncation=0.2)
            assert np.abs(truncated - generated).max() > 0.1
            served = networks.images_of(generators[kind], noise, labels)
            np.testing.assert_allclose(results[f"{kind}_served"], served, rtol=0, atol=1e-6)
            np.testing.assert_allclose(results[f"{kind}_generated"], generated, rtol=0, atol=1e-6)
            np.testing.assert_allclose(results[f"{kind}_called"], generated, rtol=0, atol=1e-6)
            np.testing.assert_allclose(results[f"{kind}_truncated"], truncated, rtol=0, atol=1e-6)
            expected = kgan.images.to_uint8(results[f"{kind}_generated"])
            np.testing.assert_array_equal(results[f"{kind}_bytes"], expected)
        assert results["num_classes"] == 3

    def test_signatures_have_the_documented_names_and_types(self, exported):
        model = tf.saved_model.load(exported / "conditional")
        signatures = model.signatures
        received = {
            name: {
                key: (spec.dtype.name, spec.shape.as_list()) for key, spec in f.structured_input_signature[1].items()
            }
            for name, f in signatures.items()
        }
        served = {"latents": ("float32", [None, 6]), "labels": ("int32", [None])}
        generated = {"num": ("int32", []), "seed": ("int32", []), "labels": ("int32", [None])}
        assert received == {
            "serving_default": served,
            "serve": served,
            "generate": generated,
            "generate_truncated": {**generated, "truncation": ("float32", [])},
        }
        for function in signatures.values():
            outputs = {name: spec.dtype.name for name, spec in function.structured_outputs.items()}
            assert outputs == {"output": "float32", "output_uint8": "uint8"}

    @pytest.mark.parametrize("seed", [-5, 0, 2**31 - 2, 2**31 - 1])
    def test_any_seed_gives_the_images_of_keras_s_latents(self, exported, generators, seed):
        model = tf.saved_model.load(exported / "plain")
        received = model.generate(num=tf.constant(2), seed=tf.constant(seed))
        expected = networks.images_of(generators["plain"], keras.random.normal((2, 6), seed=seed))
        np.testing.assert_allclose(received["output"], expected, rtol=0, atol=1e-6)

    def test_bad_arguments_are_refused_without_kgan_too(self, exported):
        model = tf.saved_model.load(exported / "conditional")
        good = {"num": tf.constant(2), "seed": tf.constant(0), "labels": tf.constant([0, 1])}
        with pytest.raises(tf.errors.InvalidArgumentError, match="`num` must be positive"):
            model.generate(**{**good, "num": tf.constant(0), "labels": tf.zeros([0], tf.int32)})
        with pytest.raises(tf.errors.InvalidArgumentError, match="Expected `num` labels"):
            model.generate(**{**good, "labels": tf.constant([0])})
        for truncation in (0.0, -1.0, 1.5):
            with pytest.raises(tf.errors.InvalidArgumentError, match="`truncation` must be in"):
                model.generate_truncated(**good, truncation=tf.constant(truncation))

    def test_a_gan_exports_its_averaged_generator(self, tmp_path):
        gan = networks.gan(3)
        gan.generator.set_weights([weight + 1 for weight in gan.generator.get_weights()])
        gan.export(tmp_path / "model")
        opened = open_model(tmp_path / "model")
        np.testing.assert_allclose(opened.generate(5, 7), gan.generate(5, 7), rtol=0, atol=1e-6)
        assert (
            np.abs(
                opened.generate(5, 7) - networks.images_of(gan.generator, kgan.latents.draw(5, 4, 7), np.arange(5) % 3)
            ).max()
            > 0.1
        )


class TestImagesFromImages:
    IMAGES = np.random.default_rng(0).uniform(-1, 1, (2, 17, 33, 1)).astype("float32")

    @pytest.mark.slow
    @pytest.mark.parametrize("make", [restoration.denoiser, lambda **options: restoration.upscaler(2, 1, **options)])
    def test_any_size(self, tmp_path, make):
        network = trained(make(width=4, blocks=1))
        exporting.export(network, tmp_path / "exported")
        exporting.export(network, tmp_path / "exported")  # over itself
        signatures = tf.saved_model.load(tmp_path / "exported").signatures
        assert set(signatures) == {"serving_default", "serve"}
        serve = signatures["serving_default"]
        (spec,) = serve.structured_input_signature[1].items()
        assert spec[0] == "input"
        assert spec[1].shape.as_list() == [None, None, None, 1]
        for images in (self.IMAGES, self.IMAGES[:1, :8, :9]):
            outputs = serve(input=tf.constant(images))
            np.testing.assert_allclose(outputs["output"], network(images).numpy(), atol=1e-5)
            assert outputs["output_uint8"].dtype == "uint8"
            np.testing.assert_array_equal(outputs["output_uint8"], kgan.images.to_uint8(outputs["output"]))

    @pytest.mark.slow
    def test_the_gan_exports_the_average(self, tmp_path):
        gan = kgan.ImageToImageGAN(restoration.denoiser(width=4, blocks=1), patch.discriminator(width=4))
        trained(gan.ema_generator)
        gan.export(tmp_path / "exported")
        layer = keras.layers.TFSMLayer(str(tmp_path / "exported"), call_endpoint="serving_default")
        np.testing.assert_allclose(layer(self.IMAGES)["output"], gan.predict(self.IMAGES, verbose=0), atol=1e-5)

    def test_half_precision_is_written_in_float32(self, tmp_path):
        with _precision.computing_in("mixed_bfloat16"):
            network = trained(restoration.denoiser(width=4, blocks=1))
        exporting.export(network, tmp_path / "exported")
        layer = keras.layers.TFSMLayer(str(tmp_path / "exported"), call_endpoint="serving_default")
        np.testing.assert_allclose(layer(self.IMAGES)["output"], _precision.converted(network)(self.IMAGES), atol=1e-5)
