"""LiteRT files run in their interpreter, with equal images."""

import networks
import numpy as np
import pytest
from exports import convolutional, need, trained

from kgan.architectures import restoration, unet
from kgan.export import export, litert


@pytest.fixture(autouse=True)
def _installed():
    need("litert")


@pytest.mark.parametrize("num_classes", [None, 3])
def test_inputs_have_names_and_any_batch_size(tmp_path, num_classes):
    from ai_edge_litert.interpreter import Interpreter

    generator, path = convolutional(num_classes), tmp_path / "generator.tflite"
    export(generator, path, format="litert")
    runner = Interpreter(model_path=str(path)).get_signature_runner("serving_default")
    types = {name: details["dtype"] for name, details in runner.get_input_details().items()}
    assert types == {"latents": np.float32} | ({"labels": np.int32} if num_classes else {})
    for batch in (1, 7):
        noise = np.random.default_rng(batch).normal(size=(batch, 6)).astype("float32")
        inputs = {"latents": noise} | ({"labels": networks.labels(batch)} if num_classes else {})
        expected = networks.images_of(generator, *inputs.values())
        np.testing.assert_allclose(runner(**inputs)["output"], expected, rtol=0, atol=1e-5)


def test_names_of_classes_are_in_the_file(tmp_path):
    import zipfile

    path = tmp_path / "generator.tflite"
    export(networks.generator(3), path, format="litert", class_names=["Käse", "b\nb", "c"])
    with zipfile.ZipFile(path) as archive:
        assert archive.read("labels.txt").decode() == "Käse\nb b\nc\n"


def test_images_of_one_size(tmp_path):
    network = trained(unet.generator((8, 8, 1), width=8))
    images = np.random.default_rng(0).uniform(-1, 1, (2, 8, 8, 1)).astype("float32")
    export(network, tmp_path / "unet.tflite", format="litert")
    received = litert.LiteRT().run(tmp_path / "unet.tflite", {"input": images})
    np.testing.assert_allclose(received, network(images), atol=1e-5)


def test_images_of_any_size_are_refused(tmp_path):
    with pytest.raises(ValueError, match="one size: LiteRT files have fixed shapes"):
        export(restoration.denoiser(width=4), tmp_path / "any.tflite", format="litert")
    assert not list(tmp_path.iterdir())
