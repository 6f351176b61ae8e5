"""The command that exports, as a user types it."""

import networks
import numpy as np
import pytest
from commands import run
from exports import need

import kgan
from kgan.export import FORMATS


def test_export(trained, tmp_path):
    run("export", trained, tmp_path / "exported")
    assert kgan.open_model(tmp_path / "exported").image_shape == (8, 8, 1)
    assert "exists" in run("export", trained, tmp_path / "exported", code=1)
    assert "Did you mean onnx?" in run("export", trained, tmp_path / "other", "--format", "onx", code=2)
    assert "which is not there" in run("export", tmp_path / "nothing", tmp_path / "other", code=1)


@pytest.mark.slow
def test_classes(tmp_path):
    gan = networks.gan(3, class_names=["cat", "dog", "a, b"])
    gan.save(tmp_path / "model.keras")
    printed = run("export", tmp_path, tmp_path / "two", "--classes", "a, b", "--classes", "CAT")
    assert "Its labels: 0 is a, b, 1 is cat." in printed
    two = kgan.open_model(tmp_path / "two")
    assert two.class_names == ("a, b", "cat")
    np.testing.assert_allclose(two.generate(3, 1, labels="cat"), gan.generate(3, 1, labels=0), atol=1e-5)
    run("export", tmp_path / "two", tmp_path / "one", "--classes", "1")
    one = kgan.open_model(tmp_path / "one")
    np.testing.assert_allclose(one.generate(3, 1), gan.generate(3, 1, labels=0), atol=1e-5)
    wrong = run("export", tmp_path, tmp_path / "other", "--classes", "cat,dgo", code=1)
    assert "Received: 'dgo'. Did you mean 'dog'?" in wrong
    assert "--classes must be one or more different labels" in run(
        "export", tmp_path, tmp_path / "other", "--classes", "cat,cat", code=1
    )
    assert "labels in [0, 3)" in run("export", tmp_path, tmp_path / "other", "--classes", "3", code=1)
    assert not (tmp_path / "other").exists()


def test_classes_of_an_unconditional_model(trained, tmp_path):
    assert "unconditional" in run("export", trained, tmp_path / "other", "--classes", "3", code=1)


def test_the_suffix_is_the_format(trained, tmp_path):
    need("onnx")
    run("export", trained, tmp_path / "generator.onnx")
    assert FORMATS["onnx"]().is_own(tmp_path / "generator.onnx")
