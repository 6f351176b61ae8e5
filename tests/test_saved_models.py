"""The models in saved_models/ open, and are small."""

import pathlib

import numpy as np
import pytest

import kgan

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "saved_models"
GENERATORS = {
    "coloured_style": (28, 28, 3),
    "digits": (8, 8, 1),
    "fashion_mnist": (28, 28, 1),
    "fashion_mnist_conditional": (28, 28, 1),
    "mnist": (28, 28, 1),
    "mnist_conditional": (28, 28, 1),
    "mnist_style": (28, 28, 1),
}


def test_all_are_at_most_25_mib():
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 25 * 2**20


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generator_opens_and_generates_the_same_images_for_a_seed(name):
    model = kgan.open_model(FOLDER / name)
    images = model.generate(4, seed=7)
    assert images.shape == (4, *GENERATORS[name])
    assert np.abs(images).max() <= 1
    assert images.std() > 0.3
    np.testing.assert_array_equal(model.generate(4, seed=7), images)
    assert model.num_classes == (10 if name.endswith("_conditional") else None)


@pytest.mark.parametrize("name", ["mnist_conditional", "fashion_mnist_conditional"])
def test_class_conditional_generators_can_do_without_a_class(name):
    assert kgan.open_model(FOLDER / name).generate(2, seed=0, labels=-1).shape == (2, 28, 28, 1)
