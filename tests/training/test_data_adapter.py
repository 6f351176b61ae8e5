"""The data that `fit` takes: arrays, `tf.data` and `PyDataset`."""

import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.training import data_adapter

IMAGES, LABELS = networks.images(20), networks.labels(20)


@pytest.fixture
def gan():
    gan = networks.gan()
    gan.compile(loss="non_saturating")
    return gan


def test_the_first_images_of_any_data():
    whole = kgan.datasets.from_arrays(IMAGES, LABELS, batch_size=8, shuffle=False, drop_remainder=False)
    for data in ((IMAGES, LABELS), whole, tf.data.Dataset.from_tensor_slices((IMAGES, LABELS)).batch(3)):
        images, labels = data_adapter.first(data, 10)
        np.testing.assert_array_equal(images, IMAGES[:10])
        np.testing.assert_array_equal(labels, LABELS[:10])
    images, labels = data_adapter.first(IMAGES, 100)
    assert len(images) == 20
    assert labels is None


def test_looking_does_not_move_the_order():
    data = kgan.datasets.from_arrays(IMAGES, batch_size=8, seed=2)
    expected = next(iter(kgan.datasets.from_arrays(IMAGES, batch_size=8, seed=2)))
    data_adapter.first(data, 8)
    data_adapter.check(data, None, lambda images, labels: None)
    np.testing.assert_array_equal(next(iter(data)), expected)


def test_the_part_held_out_is_the_last():
    (kept, kept_labels), (held_out, held_out_labels) = data_adapter.hold_out(IMAGES, LABELS, 0.25)
    np.testing.assert_array_equal(np.concatenate([kept, held_out]), IMAGES)
    assert (len(kept_labels), len(held_out_labels)) == (15, 5)


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (tf.data.Dataset.from_tensor_slices(IMAGES), ValueError, r"one image without a batch: use dataset.batch\(32\)"),
        (IMAGES[0], ValueError, r"one image without a batch: .*images\[None\]"),
        (IMAGES[..., 0], ValueError, r"Add the channels with images\[..., None\]"),
        (
            tf.data.Dataset.from_tensor_slices({"image": IMAGES, "label": LABELS}).batch(4),
            TypeError,
            r"Received: dictionaries with 'image', 'label'. Choose from them with dataset.map",
        ),
        (tf.data.Dataset.from_tensor_slices(IMAGES).batch(4).take(0), ValueError, "an empty dataset"),
    ],
)
def test_advice_for_other_data(gan, data, error, message):
    with pytest.raises(error, match=message):
        gan.fit(data, verbose=0)


@pytest.mark.parametrize("dtype", ["float64", "int32"])
def test_advice_for_one_hot_labels(dtype):
    gan = networks.gan(num_classes=3)
    gan.compile()
    one_hot = np.eye(3, dtype=dtype)[LABELS]
    for data in ((IMAGES, one_hot), tf.data.Dataset.from_tensor_slices((IMAGES, one_hot)).batch(4)):
        with pytest.raises(ValueError, match=r"looks like one-hot labels. Convert them with labels.argmax\(axis=-1\)"):
            gan.fit(data, verbose=0)


def test_advice_for_a_dictionary_in_validation(gan):
    validation = tf.data.Dataset.from_tensor_slices({"image": IMAGES}).batch(4)
    with pytest.raises(TypeError, match="dictionaries"):
        gan.fit(IMAGES, validation_data=validation, verbose=0)
    with pytest.raises(TypeError, match="dictionaries"):
        gan.evaluate(validation, verbose=0)
