"""ONNX files run in ONNX Runtime, with equal images."""

import networks
import numpy as np
import pytest
from exports import convolutional, need, trained

from kgan.architectures import restoration
from kgan.export import export, onnx

IMAGES = np.random.default_rng(0).uniform(-1, 1, (2, 17, 33, 1)).astype("float32")


@pytest.fixture(autouse=True)
def _installed():
    need("onnx")


@pytest.mark.parametrize("num_classes", [None, 3])
def test_inputs_have_names_and_any_batch_size(tmp_path, capfd, num_classes):
    import onnxruntime

    generator, path = convolutional(num_classes), tmp_path / "generator.onnx"
    before = generator.get_config()
    export(generator, path, format="onnx")
    assert generator.get_config() == before
    assert capfd.readouterr().out == ""
    session = onnxruntime.InferenceSession(path)
    types = {entry.name: entry.type for entry in session.get_inputs()}
    assert types == {"latents": "tensor(float)"} | ({"labels": "tensor(int32)"} if num_classes else {})
    for batch in (1, 7):
        noise = np.random.default_rng(batch).normal(size=(batch, 6)).astype("float32")
        inputs = {"latents": noise} | ({"labels": networks.labels(batch)} if num_classes else {})
        expected = networks.images_of(generator, *inputs.values())
        np.testing.assert_allclose(session.run(["output"], inputs)[0], expected, rtol=0, atol=1e-5)


def test_names_of_classes_are_metadata(tmp_path):
    import json

    import onnxruntime

    export(networks.generator(3), tmp_path / "generator.onnx", format="onnx", class_names=["Käse", "b", "c"])
    metadata = onnxruntime.InferenceSession(tmp_path / "generator.onnx").get_modelmeta().custom_metadata_map
    assert json.loads(metadata["class_names"]) == ["Käse", "b", "c"]


def test_images_of_any_size(tmp_path):
    network = trained(restoration.upscaler(3, 1, width=4, blocks=1))
    export(network, tmp_path / "upscaler.onnx", format="onnx")
    received = onnx.ONNX().run(tmp_path / "upscaler.onnx", {"input": IMAGES})
    np.testing.assert_allclose(received, network(IMAGES), atol=1e-5)


@pytest.mark.slow
def test_a_graph_of_another_rank_is_converted_again(tmp_path, monkeypatch):
    ranks = [5, 5, 4]
    monkeypatch.setattr(onnx, "output_rank", lambda path: ranks.pop(0))
    export(restoration.denoiser(width=4, blocks=1), tmp_path / "denoiser.onnx", format="onnx")
    assert ranks == []
