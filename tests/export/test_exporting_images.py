"""Exported generators of images from images run without Keras, at sizes that they were not traced with."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan import _precision
from kgan.architectures import patch, restoration, unet
from kgan.export import exporting, exporting_images


def trained(generator):
    """Give a generator weights that are not those of the start."""
    random = np.random.default_rng(1)
    for weight in generator.weights:
        weight.assign_add(0.1 * random.normal(size=weight.shape))
    return generator


IMAGES = np.random.default_rng(0).uniform(-1, 1, (2, 17, 33, 1)).astype("float32")


@pytest.mark.parametrize("make", [restoration.denoiser, lambda **options: restoration.upscaler(2, 1, **options)])
def test_saved_model_of_any_size(tmp_path, make):
    generator = trained(make(width=4, blocks=1))
    exporting_images.export(generator, tmp_path / "exported")
    exporting_images.export(generator, tmp_path / "exported")  # over itself
    serve = tf.saved_model.load(tmp_path / "exported").signatures["serving_default"]
    (spec,) = serve.structured_input_signature[1].items()
    assert spec[0] == "input"
    assert spec[1].shape.as_list() == [None, None, None, 1]
    for images in (IMAGES, IMAGES[:1, :8, :9]):
        found = serve(input=tf.constant(images))
        expected = generator(images).numpy()
        np.testing.assert_allclose(found["output"], expected, atol=1e-5)
        assert found["output_uint8"].dtype == "uint8"
        np.testing.assert_array_equal(found["output_uint8"], kgan.images.to_uint8(found["output"]))


def test_the_gan_exports_the_average(tmp_path):
    gan = kgan.ImageToImageGAN(restoration.denoiser(width=4, blocks=1), patch.discriminator(width=4))
    trained(gan.ema_generator)
    gan.export(tmp_path / "exported")
    served = keras.layers.TFSMLayer(str(tmp_path / "exported"), call_endpoint="serving_default")(IMAGES)["output"]
    np.testing.assert_allclose(served, gan.predict(IMAGES, verbose=0), atol=1e-5)


def test_onnx_of_any_size(tmp_path):
    pytest.importorskip("onnxruntime")
    generator = trained(restoration.upscaler(3, 1, width=4, blocks=1))
    exporting_images.export(generator, tmp_path / "upscaler.onnx", format="onnx")
    found = exporting.run_onnx(tmp_path / "upscaler.onnx", {"input": IMAGES})
    np.testing.assert_allclose(found, generator(IMAGES), atol=1e-5)


def test_onnx_is_converted_again_if_it_came_with_another_rank(tmp_path, monkeypatch):
    pytest.importorskip("onnxruntime")
    ranks = [5, 5, 4]
    monkeypatch.setattr(exporting, "_onnx_rank", lambda path: ranks.pop(0))
    exporting_images.export(restoration.denoiser(width=4, blocks=1), tmp_path / "denoiser.onnx", format="onnx")
    assert ranks == []


def test_images_of_another_shape_are_refused(tmp_path):
    expected = np.zeros((3, 4, 4, 1))
    with pytest.raises(ValueError, match=r"shape \(3, 4, 4, 1\). Received: \(1, 3, 4, 4, 1\)"):
        exporting.write_checked(
            tmp_path / "new", "onnx", expected, lambda path: path.mkdir(), lambda path: expected[None]
        )
    assert not list(tmp_path.iterdir())


def test_litert_of_one_size(tmp_path):
    pytest.importorskip("ai_edge_litert")
    generator = trained(unet.generator((8, 8, 1), width=8))
    exporting_images.export(generator, tmp_path / "unet.tflite", format="litert")
    found = exporting.run_litert(tmp_path / "unet.tflite", {"input": IMAGES[:, :8, :8]})
    np.testing.assert_allclose(found, generator(IMAGES[:, :8, :8]), atol=1e-5)
    with pytest.raises(ValueError, match="generator of images of one size: LiteRT files have fixed shapes"):
        exporting_images.export(restoration.denoiser(width=4), tmp_path / "any.tflite", format="litert")


def test_half_precision_is_written_in_float32(tmp_path):
    with _precision.computing_in("mixed_bfloat16"):
        generator = trained(restoration.denoiser(width=4, blocks=1))
    exporting_images.export(generator, tmp_path / "exported")
    served = keras.layers.TFSMLayer(str(tmp_path / "exported"), call_endpoint="serving_default")(IMAGES)["output"]
    np.testing.assert_allclose(served, _precision.converted(generator)(IMAGES), atol=1e-5)


def test_what_must_not_be_written(tmp_path):
    generator = restoration.denoiser(width=4, blocks=1)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    with pytest.raises(FileExistsError, match="earlier tf_saved_model export"):
        exporting_images.export(generator, tmp_path / "mine")
    with pytest.raises(ValueError, match="Unknown export format"):
        exporting_images.export(generator, tmp_path / "other", format="tflite")
    generator.weights[0].assign(np.full(generator.weights[0].shape, np.nan))
    with pytest.raises(ValueError, match="generator of finite images"):
        exporting_images.export(generator, tmp_path / "broken")
    assert not (tmp_path / "broken").exists()
