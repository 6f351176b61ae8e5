"""What `fit` and `evaluate` take and what they refuse."""

import keras
import networks
import numpy as np
import pytest
from keras import ops

import kgan


class AsDataset(keras.utils.PyDataset):
    def __init__(self, data):
        super().__init__()
        self.data = data

    def __len__(self):
        return 1 if len(self.data) else 0

    def __getitem__(self, index):
        return self.data


@pytest.fixture
def gan():
    gan = networks.gan()
    gan.compile(loss="non_saturating")
    return gan


def test_pydataset(gan):
    class Pictures(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return networks.images(8, seed=index)

    gan.fit(Pictures(), verbose=0)
    assert int(gan.generator_optimizer.iterations) == 2


def test_labels_are_ignored_by_unconditional_networks(gan):
    gan.fit(kgan.datasets.load("digits", labels=True), verbose=0)
    assert int(gan.generator_optimizer.iterations) == 1437 // 32


def test_validation(gan):
    gan.compile(metrics=[keras.metrics.MeanSquaredError(name="distance")])
    images = networks.images()
    history = gan.fit(images, validation_data=images[:8], epochs=2, verbose=0).history
    assert {"val_distance", "val_discriminator_loss", "val_fake_score"} <= set(history)
    history = gan.fit(images, validation_split=0.25, batch_size=8, verbose=0).history
    assert int(gan.generator_optimizer.iterations) == 2 + 3
    assert np.isfinite(history["val_distance"]).all()


def test_evaluate_uses_the_same_latents_every_time(gan):
    gan.compile(metrics=[keras.metrics.MeanSquaredError(name="distance")])
    images = networks.images()
    first = gan.evaluate(images, verbose=0, return_dict=True)
    assert gan.evaluate(images, verbose=0, return_dict=True) == first
    noise = kgan.latents.draw(32, 4, keras.random.SeedGenerator(0))
    fake = ops.convert_to_numpy(gan(noise))
    assert first["distance"] == pytest.approx(np.mean((images - fake) ** 2), rel=1e-5)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ((networks.images() + 1) * 127.5, r"Expected images in \[-1, 1\].*127.5 - 1"),
        (((networks.images() + 1) * 127.5).astype("uint8"), "Expected float images.*uint8.*127.5 - 1"),
        ((networks.images() + 1) / 2, r"which looks like \[0, 1\].*images \* 2 - 1"),
        (networks.images() * 3, "Scale them"),
        (np.where(networks.images() > 0.99, np.nan, networks.images()), "Expected finite images.*NaN"),
        (np.where(networks.images() > 0.99, np.inf, networks.images()), "Expected finite images.*infinite"),
        (networks.images()[..., 0], r"Expected a batch of rank 4.*images\[..., None\]"),
        (networks.images(shape=(8, 8, 3)), "another number of channels"),
        (networks.images(shape=(8, 12, 1)), "another size"),
        (networks.images(0), "empty"),
    ],
)
@pytest.mark.parametrize("as_dataset", [False, True])
def test_bad_images(gan, data, message, as_dataset):
    if as_dataset:
        data = AsDataset(data)
    with pytest.raises(ValueError, match=message):
        gan.fit(data, verbose=0)
    assert int(gan.generator_optimizer.iterations) == 0


@pytest.mark.slow
def test_a_batch_by_hand_is_a_step_of_fit():
    """`train_on_batch` makes the update of `fit`, before a `fit` and after it."""
    batches = [networks.images(8, seed=seed) for seed in range(3)]
    first, second = networks.gan(), networks.gan()
    for each in (first, second):
        each.compile()
    for batch in batches:
        first.fit(batch, batch_size=8, shuffle=False, verbose=0)
    second.train_on_batch(batches[0])
    second.fit(batches[1], batch_size=8, shuffle=False, verbose=0)
    second.train_on_batch(batches[2])
    for one, other in zip(first.weights, second.weights, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6, err_msg=one.path)


def test_an_empty_dataset(gan):
    data = kgan.datasets.from_arrays(networks.images(8), batch_size=8).take(0)
    with pytest.raises(ValueError, match="Received: an empty dataset"):
        gan.fit(data, verbose=0)


def test_fewer_images_than_one_batch(gan):
    with pytest.raises(ValueError, match="fewer"):
        gan.fit(networks.images(10), batch_size=16, verbose=0)


def test_no_data(gan):
    with pytest.raises(TypeError, match="Expected images as a NumPy array"):
        gan.fit("digits", verbose=0)


def test_not_compiled():
    with pytest.raises(ValueError, match="compile"):
        networks.gan().fit(networks.images(), verbose=0)


def test_after_an_error_every_callback_is_told():
    """Also where one of them fails itself, as on a full disk."""
    told = []

    class Told(keras.callbacks.Callback):
        def __init__(self, name, error=None):
            super().__init__()
            self.name, self.error = name, error

        def on_train_begin(self, logs=None):
            if self.name == "first":
                raise KeyboardInterrupt

        def after_fit(self):
            told.append(self.name)
            if self.error:
                raise self.error

    gan = networks.gan()
    gan.compile()
    with pytest.raises(OSError, match="No space left"):
        gan.fit(networks.images(), verbose=0, callbacks=[Told("first", OSError("No space left")), Told("second")])
    assert told == ["first", "second"]
