"""TensorFlow Datasets."""

import os
import time

import numpy as np
import pytest

from kgan.datasets import describe, load, seek, source, tensorflow_datasets


def test_mnist(prepared):
    prepared("mnist")
    data = load("mnist", labels=True, batch_size=100, split="test", shuffle=False)
    pictures, labels = next(iter(data))
    assert pictures.shape == (100, 28, 28, 1)
    assert len(data) == 100
    assert set(np.unique(labels)) == set(range(10))
    assert describe("mnist").num_examples == 60_000
    with pytest.raises(ValueError, match="Unknown split of mnist. Received: 'tst'. Did you mean 'test'"):
        load("mnist", "tst")


def test_a_share_resized_to_colour(prepared):
    prepared("fashion_mnist")
    assert next(iter(load("fashion_mnist", "train[:1%]", image_size=16, channels=3))).shape == (32, 16, 16, 3)


def test_too_large_for_memory_is_streamed_and_equal(prepared, monkeypatch):
    prepared("mnist")
    options = {"split": "test[:200]", "labels": True, "batch_size": 50, "shuffle": False}
    whole = [(a.numpy(), b.numpy()) for a, b in load("mnist", **options)]
    monkeypatch.setattr(source, "MEMORY_LIMIT", 0)
    streamed = load("mnist", **options)
    assert not seek(streamed, 0)
    for (a, label_a), (b, label_b) in zip(whole, streamed, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
        np.testing.assert_array_equal(label_a, label_b)
    monkeypatch.setattr(source, "MEMORY_LIMIT", 0)
    options["shuffle"] = True
    assert next(iter(load("mnist", **options)))[0].shape == (50, 28, 28, 1)


def test_not_prepared_and_no_network(tmp_path, monkeypatch):
    """Real time-outs are covered by `unreachable`; here no server answers, on any machine."""
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(tensorflow_datasets, "unreachable", lambda url: "no route to host")
    start = time.monotonic()
    with pytest.raises(ValueError, match=r"'cifar10' is not prepared.*use 'digits', which needs no network"):
        load("cifar10")
    assert time.monotonic() - start < 10
    assert not any(os.scandir(tmp_path))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mnits", "Unknown data set. Received: 'mnits'. Did you mean 'mnist'.*Expected 'digits', a name in"),
        ("digit", "Did you mean 'digits'"),
        ("huggingface:mnist", "Unknown data set. Received: 'huggingface:mnist'"),
        ("a b", "Unknown data set. Received: 'a b'"),
        ("mnist:9.9.9", "cannot be loaded at version 9.9.9"),
        ("mnist/none", "BuilderConfig none not found"),
        ("imdb_reviews", "which has no feature 'image'"),
    ],
)
def test_unknown_names(name, message):
    with pytest.raises(ValueError, match=message):
        load(name)


@pytest.fixture
def local(tmp_path, monkeypatch):
    """A data set that is prepared in TFDS_DATA_DIR, but whose code is not in the catalog; returns its folder."""
    import tensorflow as tf
    import tensorflow_datasets as tfds

    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))

    def make(value=0, data_dir=tmp_path):
        pictures = np.full((8, 8, 8, 1), value, "uint8")
        rows = tf.data.Dataset.from_tensor_slices({"image": pictures, "label": np.arange(8) % 2})
        features = {"image": tfds.features.Image(shape=(8, 8, 1)), "label": tfds.features.ClassLabel(num_classes=2)}
        tfds.dataset_builders.store_as_tfds_dataset(
            name="my_set",
            version="1.0.0",
            data_dir=str(data_dir),
            split_datasets={"train": rows},
            features=tfds.features.FeaturesDict(features),
            disable_shuffling=True,
        )
        return data_dir / "my_set" / "1.0.0"

    return make


@pytest.mark.parametrize("as_folder", [True, False])
def test_prepared_by_other_code(local, as_folder):
    folder = local(value=255)
    pictures, labels = next(iter(load(folder if as_folder else "my_set", labels=True, batch_size=4, shuffle=False)))
    np.testing.assert_array_equal(pictures, np.ones((4, 8, 8, 1)))
    assert labels.numpy().tolist() == [0, 1, 0, 1]
    assert describe(folder if as_folder else "my_set").class_names == ("0", "1")


def test_unknown_with_others_prepared(local):
    local()
    with pytest.raises(ValueError, match="Unknown data set. Received: 'my_sets'"):
        load("my_sets")


def test_fingerprints_of_equal_names_differ_by_content(local, tmp_path):
    one, same, other = (
        tensorflow_datasets.TensorFlowDatasets(local(value, tmp_path / name), "train").fingerprint()
        for name, value in (("a", 0), ("b", 0), ("c", 1))
    )
    assert one == same != other
