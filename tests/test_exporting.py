"""Exported generators run in processes and runtimes without kgan and Keras, with equal images."""

import subprocess
import sys

import networks
import numpy as np
import pytest

import kgan
from kgan import exporting

STRANGER = """
import sys

for name in ("kgan", "keras", "tf_keras"):
    sys.modules[name] = None  # importing it raises ModuleNotFoundError
import numpy as np
import tensorflow as tf
model = tf.saved_model.load(sys.argv[1])
labels = {"labels": tf.constant([0, 1, 2], tf.int32)} if sys.argv[3] == "True" else {}
serve, generate, cut = (model.signatures[n] for n in ("serving_default", "generate", "generate_truncated"))
latents = np.load(sys.argv[2])["latents"]
results = {
    "served": serve(latents=tf.constant(latents), **labels)["output"],
    "generated": generate(num=tf.constant(3), seed=tf.constant(7), **labels)["output"],
    "bytes": generate(num=tf.constant(3), seed=tf.constant(7), **labels)["output_uint8"],
    "truncated": cut(num=tf.constant(3), seed=tf.constant(7), truncation=tf.constant(0.5), **labels)["output"],
    "called": model.generate(num=tf.constant(3), seed=tf.constant(7), **labels)["output"],
}
assert sys.modules["keras"] is None
np.savez(sys.argv[2], **{name: value.numpy() for name, value in results.items()})
"""


def trained(num_classes=None):
    gan = networks.gan(num_classes)
    gan.compile()
    data = networks.images() if num_classes is None else (networks.images(), networks.labels())
    gan.fit(data, verbose=0)
    return gan


@pytest.mark.parametrize("num_classes", [None, 3])
def test_saved_model_in_a_process_that_can_import_neither_kgan_nor_keras(tmp_path, num_classes):
    gan = trained(num_classes)
    latents = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    np.savez(tmp_path / "numbers.npz", latents=latents)
    gan.export(tmp_path / "exported")
    arguments = [str(tmp_path / "exported"), str(tmp_path / "numbers.npz"), str(num_classes is not None)]
    done = subprocess.run([sys.executable, "-c", STRANGER, *arguments], capture_output=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    results = np.load(tmp_path / "numbers.npz")
    labels = None if num_classes is None else np.int32([0, 1, 2])
    served = gan.ema_generator(latents if labels is None else [latents, labels])
    np.testing.assert_allclose(results["served"], served, atol=1e-6)
    generated = gan.generate(3, seed=7, labels=labels)
    np.testing.assert_allclose(results["generated"], generated, atol=1e-6)
    np.testing.assert_allclose(results["called"], generated, atol=1e-6)
    np.testing.assert_array_equal(results["bytes"], kgan.images.to_uint8(results["generated"]))
    np.testing.assert_allclose(results["truncated"], gan.generate(3, 7, labels, truncation=0.5), atol=1e-6)
    assert np.abs(results["truncated"] - generated).max() > 1e-3

    opened = exporting.open_model(tmp_path / "exported")
    np.testing.assert_allclose(opened.generate(3, 7, labels), generated, atol=1e-6)
    assert (opened.latent_dim, opened.image_shape, opened.conditional) == (4, (8, 8, 1), num_classes is not None)
    with pytest.raises(ValueError, match="labels"):
        opened.generate(3, 7, None if num_classes else [0, 1, 2])
    with pytest.raises(ValueError, match="`num` must be positive"):
        opened.generate(0, 7, labels)


@pytest.mark.parametrize("num_classes", [None, 3])
@pytest.mark.parametrize("format", ["onnx", "litert"])
def test_other_formats_run_in_their_own_runtimes(tmp_path, format, num_classes):
    packages, suffix = exporting.FORMATS[format]
    for package in packages:
        pytest.importorskip(package)
    gan = trained(num_classes)
    path = tmp_path / f"generator{suffix}"
    gan.export(path, format=format)
    latents = np.random.default_rng(0).normal(size=(7, 4)).astype("float32")
    labels = None if num_classes is None else networks.labels(7)
    expected = gan.ema_generator(latents if labels is None else [latents, labels])
    run = {"onnx": exporting._run_onnx, "litert": exporting._run_litert}[format]
    np.testing.assert_allclose(run(path, latents, labels), expected, atol=1e-5)


@pytest.fixture(scope="module")
def generator():
    return networks.generator()


class TestPlaces:
    def test_a_new_export_replaces_the_old_one_and_keeps_the_user_s_files(self, tmp_path, generator):
        path = tmp_path / "model"
        path.mkdir()
        (path / "MODEL.md").write_text("mine")
        exporting.export(generator, path)
        first = exporting.open_model(path).generate(2, 1)
        other = networks.generator()
        exporting.export(other, path)
        assert (path / "MODEL.md").read_text() == "mine"
        assert (exporting.open_model(path).generate(2, 1) != first).any()
        with pytest.raises(FileExistsError, match="overwrite=True"):
            exporting.export(other, path, overwrite=False)
        assert [item.name for item in tmp_path.iterdir()] == ["model"]

    @pytest.mark.parametrize("format", ["tf_saved_model", "onnx"])
    def test_what_is_no_export_is_not_replaced(self, tmp_path, generator, format):
        if format == "onnx":
            pytest.importorskip("tf2onnx")
        (tmp_path / "notes.txt").write_text("precious")
        for path in (tmp_path, tmp_path / "notes.txt"):
            with pytest.raises(FileExistsError, match="which is neither"):
                exporting.export(generator, path, format=format)
        assert (tmp_path / "notes.txt").read_text() == "precious"

    def test_a_full_disk_leaves_the_old_export(self, tmp_path, generator, monkeypatch):
        path = tmp_path / "model"
        exporting.export(generator, path)
        before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}

        def full(generator, path):
            path.mkdir()
            (path / "saved_model.pb").write_bytes(b"half")
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(exporting, "_write_saved_model", full)
        with pytest.raises(OSError, match="No space left"):
            exporting.export(generator, path)
        assert {file: file.read_bytes() for file in path.rglob("*") if file.is_file()} == before
        assert [item.name for item in tmp_path.iterdir()] == ["model"]

    def test_an_export_that_gives_other_images_is_not_kept(self, tmp_path, generator, monkeypatch):
        monkeypatch.setattr(exporting, "_run_saved_model", lambda path, noise, labels: np.zeros((5, 8, 8, 1)))
        with pytest.raises(ValueError, match="Nothing was written"):
            exporting.export(generator, tmp_path / "model")
        assert not list(tmp_path.iterdir())


def test_bad_formats(tmp_path, generator, monkeypatch):
    with pytest.raises(ValueError, match="Unknown export format. Received: 'onx'. Did you mean 'onnx'"):
        exporting.export(generator, tmp_path / "x", format="onx")
    monkeypatch.setattr(exporting.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"pip install 'kgan\[export\]'"):
        exporting.export(generator, tmp_path / "x", format="onnx")


class TestOpen:
    def test_a_keras_file(self, tmp_path):
        gan = trained()
        gan.save(tmp_path / "model.keras")
        np.testing.assert_array_equal(exporting.open_model(tmp_path / "model.keras").generate(2, 5), gan.generate(2, 5))

    def test_what_is_no_model(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="which is not there"):
            exporting.open_model(tmp_path / "nothing")
        (tmp_path / "broken.keras").write_bytes(b"no zip")
        with pytest.raises(ValueError, match="cannot be read"):
            exporting.open_model(tmp_path / "broken.keras")
        with pytest.raises(ValueError, match="Expected a model.keras"):
            exporting.open_model(tmp_path)
        networks.generator().save(tmp_path / "other.keras")
        with pytest.raises(ValueError, match="which holds a Functional"):
            exporting.open_model(tmp_path / "other.keras")
