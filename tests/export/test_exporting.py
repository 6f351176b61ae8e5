"""Exports are checked, and there whole or not at all."""

import errno
import importlib.util

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf
from exports import contents, convolutional, need
from keras import layers

import kgan
from kgan.export import exporting
from kgan.models.open_model import open_model


@pytest.mark.slow
@pytest.mark.parametrize("format", exporting.FORMATS)
def test_styles_noise_and_no_class(tmp_path, format):
    """`export` runs what it wrote and compares."""
    generator = kgan.architectures.style.generator((12, 8, 3), latent_dim=6, width=4, num_classes=3)
    for weight in generator.weights:  # the noise counts, too
        weight.assign_add(0.1 * keras.random.normal(weight.shape, seed=1))
    path = tmp_path / f"generator{need(format)}"
    exporting.export(generator, path, format=format, label_dropout=0.1)
    assert path.exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("policy", "format"),
    [("mixed_bfloat16", "tf_saved_model"), ("mixed_float16", "onnx"), ("bfloat16", "litert"), ("float64", "litert")],
)
def test_other_precisions_are_exported_in_float32(tmp_path, policy, format):
    path = tmp_path / f"model{need(format)}"
    mixed = convolutional(3, policy)
    single = convolutional(3)
    single.set_weights(mixed.get_weights())  # a bfloat16 network has rounded ones
    exporting.export(mixed, path, format=format)
    noise, labels = np.asarray(kgan.latents.draw(5, 6, seed=0)), networks.labels(5)
    received = exporting.FORMATS[format]().run(path, {"latents": noise, "labels": labels})
    assert received.dtype == np.float32
    np.testing.assert_allclose(received, networks.images_of(single, noise, labels), rtol=0, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("format", exporting.FORMATS)
def test_some_classes_in_another_order(tmp_path, format):
    generator, noise = networks.generator(4), np.asarray(kgan.latents.draw(5, 4, seed=0))
    suffix = need(format)
    labels, old = np.int32([1, 0, 1, 1, 0]), np.int32([1, 3, 1, 1, 3])
    exporting.export(generator, tmp_path / f"two{suffix}", format=format, classes=[3, 1])
    received = exporting.FORMATS[format]().run(tmp_path / f"two{suffix}", {"latents": noise, "labels": labels})
    np.testing.assert_allclose(received, networks.images_of(generator, noise, old), rtol=0, atol=1e-5)
    exporting.export(generator, tmp_path / f"one{suffix}", format=format, classes=[2])
    received = exporting.FORMATS[format]().run(tmp_path / f"one{suffix}", {"latents": noise})
    np.testing.assert_allclose(received, networks.images_of(generator, noise, np.full(5, 2)), rtol=0, atol=1e-5)


def test_classes_that_are_not_there(tmp_path):
    for classes, message in (([], "one or more different"), ([1, 1], "one or more different"), ([3], r"in \[0, 3\)")):
        with pytest.raises(ValueError, match=message):
            exporting.export(networks.generator(3), tmp_path / "model", classes=classes)
    with pytest.raises(ValueError, match="takes no labels"):
        exporting.export(networks.generator(), tmp_path / "model", classes=[0])
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def generator():
    return networks.generator()


class TestPlaces:
    def test_a_new_export_replaces_the_old_one_and_keeps_the_user_s_files(self, tmp_path, generator):
        path = tmp_path / "model"
        path.mkdir()
        (path / "MODEL.md").write_text("mine")
        exporting.export(generator, path, overwrite=False)  # no export is there yet
        (path / "pictures").mkdir()
        (path / "pictures" / "grid.png").write_bytes(b"mine too")
        first = open_model(path).generate(2, 1)
        other = networks.generator()
        with pytest.raises(FileExistsError, match="overwrite=True"):
            exporting.export(other, path, overwrite=False)
        exporting.export(other, path)
        assert (path / "MODEL.md").read_text() == "mine"
        assert (path / "pictures" / "grid.png").read_bytes() == b"mine too"
        assert (open_model(path).generate(2, 1) != first).any()
        assert [item.name for item in tmp_path.iterdir()] == ["model"]

    def test_what_is_no_earlier_export_is_not_replaced(self, tmp_path, generator):
        (tmp_path / "notes").mkdir()
        (tmp_path / "notes" / "notes.txt").write_text("precious")
        (tmp_path / "file").write_text("precious")
        (tmp_path / "torn").mkdir()
        (tmp_path / "torn" / "saved_model.pb").write_bytes(b"\xff precious")
        foreign = tf.Module()
        foreign.call = tf.function(lambda x: x, input_signature=[tf.TensorSpec([])])
        tf.saved_model.save(foreign, tmp_path / "foreign")
        before = contents(tmp_path)
        for name in ("notes", "file", "torn", "foreign"):
            with pytest.raises(FileExistsError, match="which is neither"):
                exporting.export(generator, tmp_path / name)
        assert contents(tmp_path) == before

    @pytest.mark.slow
    @pytest.mark.parametrize("format", ["onnx", "litert"])
    def test_files_of_other_formats(self, tmp_path, generator, format, monkeypatch):
        path = tmp_path / f"model{need(format)}"
        for precious in (b"precious notes", b""):
            path.write_bytes(precious)
            with pytest.raises(FileExistsError, match="which is neither"):
                exporting.export(generator, path, format=format)
            assert path.read_bytes() == precious
        path.unlink()
        exporting.export(generator, path, format=format)
        before = path.read_bytes()
        with pytest.raises(FileExistsError, match="overwrite=True"):
            exporting.export(generator, path, format=format, overwrite=False)

        def full(writer, portable, path, weights_dtype):
            path.write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(exporting.FORMATS[format], "write", full)
            with pytest.raises(OSError, match="No space left"):
                exporting.export(generator, path, format=format)
        assert contents(tmp_path) == {path.relative_to(tmp_path): before}
        exporting.export(networks.generator(), path, format=format)
        assert path.read_bytes() != before

    def test_a_full_disk_leaves_the_old_export(self, tmp_path, generator, monkeypatch):
        path = tmp_path / "model"
        exporting.export(generator, path)
        before = contents(tmp_path)

        def full(writer, portable, path, weights_dtype):
            path.mkdir()
            (path / "saved_model.pb").write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(exporting.SavedModel, "write", full)
        with pytest.raises(OSError, match="No space left"):
            exporting.export(generator, path)
        assert contents(tmp_path) == before

    @pytest.mark.parametrize(
        ("wrong", "shape", "message"),
        [
            (0.0, (5, 8, 8, 1), "a difference of"),
            (float("nan"), (5, 8, 8, 1), "a difference of"),
            (0.0, (1, 5, 8, 8, 1), r"shape \(5, 8, 8, 1\). Received: \(1, 5, 8, 8, 1\)"),
        ],
    )
    def test_an_export_that_gives_other_images_is_not_kept(
        self, tmp_path, generator, monkeypatch, wrong, shape, message
    ):
        monkeypatch.setattr(exporting.SavedModel, "run", lambda writer, path, inputs: np.full(shape, wrong))
        with pytest.raises(ValueError, match=f"{message}.*Nothing was written"):
            exporting.export(generator, tmp_path / "model")
        assert not list(tmp_path.iterdir())

    def test_images_that_move_are_not_kept_in_half_precision(self, tmp_path):
        steep = keras.Sequential([keras.Input((1000,)), layers.Dense(64), layers.Reshape((8, 8, 1))])
        steep.set_weights([1e5 * np.ones((1000, 64)), np.zeros(64)])  # more than float16 can hold
        with pytest.raises(ValueError, match="Nothing was written"):
            exporting.export(steep, tmp_path / "model", weights_dtype="float16")
        assert not list(tmp_path.iterdir())

    def test_a_diverged_generator(self, tmp_path):
        diverged = networks.generator()
        diverged.set_weights([weight * np.nan for weight in diverged.get_weights()])
        with pytest.raises(ValueError, match="diverged to NaN"):
            exporting.export(diverged, tmp_path / "model")
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize(
        ("format", "name", "message"),
        [
            ("onnx", "model", "ends in .onnx"),
            ("litert", "model.onnx", "ends in .tflite"),
            ("tf_saved_model", "model.onnx", "format='onnx'"),
            ("tf_saved_model", "model.keras", "use `save`"),
        ],
    )
    def test_suffixes_of_other_formats(self, tmp_path, generator, format, name, message, monkeypatch):
        monkeypatch.setattr(importlib.util, "find_spec", lambda name, *_: name)  # packages do not matter
        with pytest.raises(ValueError, match=message):
            exporting.export(generator, tmp_path / name, format=format)


def test_bad_formats(tmp_path, generator, monkeypatch):
    with pytest.raises(ValueError, match="Unknown export format. Received: 'onx'. Did you mean 'onnx'"):
        exporting.export(generator, tmp_path / "x", format="onx")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *_: None)
    for format, package in (("onnx", "tf2onnx, onnx, onnxruntime"), ("litert", "ai_edge_litert")):
        with pytest.raises(ImportError, match=rf"needs {package}: pip install 'kgan\[export\]'"):
            exporting.export(None, tmp_path / "x", format=format)  # before anything is done with the generator


@pytest.mark.parametrize(("format", "received"), [("tf_saved_model", "int8"), ("litert", "float16")])
def test_bad_types_of_weights(tmp_path, format, received, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *_: name)
    with pytest.raises(ValueError, match=f"`weights_dtype` must be 'float32'.*Received: '{received}'"):
        exporting.export(None, tmp_path / "model.tflite", format=format, weights_dtype=received)


def test_the_argument_s_old_name(tmp_path, generator):
    with pytest.warns(FutureWarning, match=r"`export\(generator=\)` is now `export\(network=\)`"):
        exporting.export(generator=generator, path=tmp_path / "model")
