"""What every export format is given, and that each keeps the contract."""

import keras
import networks
import numpy as np
import pytest
from exports import convolutional, need

from kgan.architectures import restoration
from kgan.export import FORMATS, Format
from kgan.export._format import prepare


def test_a_generator_of_latents():
    portable = prepare(networks.generator())
    assert [tensor.name for tensor in portable.model.inputs] == ["latents"]
    np.testing.assert_array_equal(portable.inputs["latents"], keras.random.normal((5, 4), seed=0))
    assert portable.images().shape == (5, 8, 8, 1)
    assert (portable.num_classes, portable.label_dropout) == (None, 0.0)


def test_a_class_conditional_generator_tells_its_number_of_classes():
    portable = prepare(networks.generator(num_classes=3), label_dropout=0.5)
    assert portable.inputs["labels"].tolist() == [0, 1, 2, 0, 1]
    assert (portable.num_classes, portable.label_dropout) == (3, 0.5)
    assert prepare(networks.generator(num_classes=3), num_classes=2).num_classes == 2


def test_images_from_images_are_checked_at_an_odd_size():
    portable = prepare(restoration.denoiser(width=4, blocks=1))
    assert portable.inputs["input"].shape == (3, 21, 30, 1)
    assert portable.images().shape == (3, 21, 30, 1)


def test_mixed_precision_is_prepared_in_float32():
    mixed, single = convolutional(3, "mixed_bfloat16"), convolutional(3)
    np.testing.assert_allclose(prepare(mixed).images(), prepare(single).images(), atol=1e-6)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_keeps_the_contract(name, tmp_path):
    suffix = need(name)
    writer = FORMATS[name]()
    assert isinstance(writer, Format)
    assert writer.name == name
    portable = prepare(networks.generator(num_classes=3))
    path = tmp_path / f"model{suffix}"
    writer.write(portable, path, "float32")
    assert writer.is_own(path)
    np.testing.assert_allclose(writer.run(path, portable.inputs), portable.images(), rtol=0, atol=1e-5)
    (tmp_path / "other").write_text("precious")
    assert not writer.is_own(tmp_path / "other")


def test_packages_that_are_missing_are_named():
    class Other(Format):
        packages = ("json", "no_such_package")

    assert Other().missing_packages() == ["no_such_package"]
