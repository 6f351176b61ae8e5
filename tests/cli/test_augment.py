"""`kgan augment`: more labeled images."""

import importlib

import networks
import numpy as np
import pytest
from commands import run

import kgan
from kgan.applications import data_augmentation
from kgan.datasets import labelled


@pytest.fixture
def folder(tmp_path):
    """A folder with four images of each of two classes."""
    images, labels = networks.images(8), np.repeat([0, 1], 4)
    labelled.save(tmp_path / "in", images, labels, ["bird", "fish"])
    return tmp_path / "in"


def files(folder):
    return sorted((path.name, path.read_bytes()) for path in folder.rglob("*.png"))


@pytest.mark.slow
def test_a_labeled_folder(folder, tmp_path):
    arguments = ["augment", folder, "--updates", "2", "--threshold", "0", "--per-class", "3", "-o", tmp_path / "out"]
    (folder / "bird" / "torn.png").write_bytes((folder / "bird" / "0000.png").read_bytes()[:60])
    assert "torn.png" in run(*arguments, "--no-skip-unreadable", code=1)
    output = run(*arguments)
    assert "torn.png" in output  # left out, and named
    assert "Training on 8 images of 8x8 in 2 classes." in output
    info = kgan.datasets.describe(tmp_path / "out")
    assert (info.image_shape, info.class_names) == (networks.SHAPE, ("bird", "fish"))
    first = files(tmp_path / "out")
    assert len(first) == 6
    assert "exists. Name another" in run(*arguments, code=1)
    run(*arguments, "--overwrite")
    assert files(tmp_path / "out") == first


@pytest.mark.slow
def test_images_that_the_ensemble_rejects_are_not_written(folder, tmp_path, monkeypatch):
    uniform = lambda images: np.full((len(images), 2), 0.5)  # noqa: E731
    monkeypatch.setattr(data_augmentation, "train_ensemble", lambda *_, **__: [uniform])
    monkeypatch.setattr(importlib.import_module("kgan.applications.data_augmentation.augment"), "MAX_ATTEMPTS", 3)
    options = ["--updates", "1", "--threshold", "0.6", "--per-class", "1", "-o", tmp_path / "out"]
    assert "Train the GAN longer" in run("augment", folder, *options, code=1)
    assert list(tmp_path.iterdir()) == [folder]


def test_folders_of_others_are_never_replaced(tmp_path):
    (tmp_path / "precious.txt").write_text("mine")
    assert "was not made by this command" in run("augment", "digits", "-o", tmp_path, "--overwrite", code=1)
    assert (tmp_path / "precious.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "message"), [(["--threshold", "1.5"], "in [0, 1)"), (["--image-size", "30"], "multiples of 4")]
)
def test_mistakes_leave_nothing(folder, tmp_path, arguments, message):
    assert message in run("augment", folder, "-o", tmp_path / "out", *arguments, code=1)
    assert list(tmp_path.iterdir()) == [folder]


def test_images_without_labels_and_classes_with_too_few_images(tmp_path):
    kgan.images.save_each(tmp_path / "plain", networks.images(3))
    assert "Expected label" in run("augment", tmp_path / "plain", "-o", tmp_path / "out", code=1)
    kgan.images.save_each(tmp_path / "in" / "few", networks.images(1))
    kgan.images.save_each(tmp_path / "in" / "more", networks.images(2))
    assert "Received: 1 of class 0" in run("augment", tmp_path / "in", "-o", tmp_path / "out", code=1)
    assert not (tmp_path / "out").exists()
