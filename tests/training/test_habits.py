"""Habits from Keras's examples and other libraries: each is an error that says what to write here."""

import inspect

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import kgan
from kgan import losses
from kgan.training import data_adapter, habits


def gan(num_classes=None):
    return kgan.GAN(
        networks.generator(num_classes), networks.discriminator(num_classes), ema_decay=None, num_classes=None
    )


@pytest.fixture(scope="module")
def model():
    return gan()


@pytest.fixture(scope="module")
def conditional():
    return gan(3)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"latent_dim": 4}, "`GAN` takes no argument `latent_dim`. Received: latent_dim=4. .*the generator's input"),
        ({"d_optimizer": "adam", "g_optimizer": "adam"}, "`generator_optimizer` and belongs to `compile`"),
        ({"discriminator_extra_steps": 5}, "`discriminator_steps` and belongs to `compile`"),
        ({"gp_weight": 10.0}, r'compile\(recipe="wgan_gp"\)'),
        ({"loss": "hinge"}, "It belongs to `compile`"),
        ({"n_classes": 10}, "if its networks take labels"),
        ({"packin": 2}, "Did you mean `packing`"),
    ],
)
def test_of_the_constructor(given, message):
    with pytest.raises(TypeError, match=message):
        kgan.GAN(generator=networks.generator(), discriminator=networks.discriminator(), **given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"optimizer": "adam"}, "pass `generator_optimizer` and `discriminator_optimizer`: two"),
        ({"d_optimizer": "adam"}, "as `discriminator_optimizer`"),
        ({"g_optimizer": "adam"}, "as `generator_optimizer`"),
        ({"loss_fn": keras.losses.BinaryCrossentropy(from_logits=True)}, 'compile.loss="non_saturating"'),
        ({"g_loss_fn": lambda fake: fake, "d_loss_fn": lambda real, fake: real}, "a subclass of kgan.losses.Loss"),
        ({"gp_weight": 10.0}, "kgan.penalties.WGANGP"),
        ({"discriminator_extra_steps": 3}, "It is called `discriminator_steps`"),
        ({"learning_rate": 1e-3}, r"generator_optimizer=keras.optimizers.Adam\(2e-4\)"),
        ({"penalty": "r1"}, r'penalties=\["r1"\]'),
        ({"generator_optimiser": "adam"}, "Did you mean `generator_optimizer`"),
        ({"d_optimizer": "adam", "loss_fn": "bce", "strange": 1}, "(?s)`d_optimizer`, `loss_fn`, `strange`.*It takes"),
    ],
)
def test_of_compile(model, given, message):
    with pytest.raises(TypeError, match=message):
        model.compile(**given)


def test_of_image_to_image_models():
    image = keras.Input((8, 8, 1))
    to_image = keras.Model(image, layers.Conv2D(1, 3, padding="same")(image))
    with pytest.raises(TypeError, match="`ImageToImageGAN` takes no argument `latent_dim`"):
        kgan.ImageToImageGAN(to_image, networks.discriminator(), latent_dim=3)
    with pytest.raises(ValueError, match="seem to be swapped"):
        kgan.ImageToImageGAN(networks.discriminator(), to_image)
    with pytest.raises(TypeError, match="two optimizers"):
        kgan.ImageToImageGAN(to_image, networks.discriminator(), ema_decay=None).compile(optimizer="adam")


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        ("binary_crossentropy", "non_saturating"),
        ("mse", "least_squares"),
        (keras.losses.BinaryCrossentropy(from_logits=True), "non_saturating"),
        (keras.losses.MeanSquaredError, "least_squares"),
        (keras.losses.binary_crossentropy, "non_saturating"),
        (keras.losses.KLDivergence(), "non_saturating"),
    ],
)
def test_losses_of_keras(loss, name):
    with pytest.raises(ValueError, match=f'Expected a loss of kgan.*is loss="{name}"'):
        losses.get(loss)


def test_losses_with_the_two_methods_stay():
    own = type("Own", (), {"discriminator": lambda *_: 0.0, "generator": lambda *_: 0.0})()
    assert losses.get(own) is own
    assert type(losses.get("hinge")) is losses.Hinge
    with pytest.raises(ValueError, match="Did you mean 'hinge'"):
        losses.get("hing")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"iterations": 5}, "It is called `epochs`"),
        ({"dataset": 1}, "Pass it first, as `x`"),
        ({"labels": 1}, "Pass them as `y`"),
        ({"epoch": 5}, "Did you mean `epochs`"),
        ({"step_per_epoch": 5}, "Did you mean `steps_per_epoch`"),
    ],
)
def test_of_fit(model, given, message):
    with pytest.raises(TypeError, match=f"`fit` takes no argument.*{message}"):
        model.fit(networks.images(4), **given)


def test_swapped_networks():
    with pytest.raises(ValueError, match=r"the `generator` takes images \(8, 8, 1\) and gives \(1,\), the `discr"):
        kgan.GAN(networks.discriminator(), networks.generator())
    with pytest.raises(ValueError, match="swapped"):
        kgan.GAN(networks.discriminator(3), networks.generator(3))


IMAGES = networks.images(6)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        ((IMAGES + 1) / 2, r"looks like \[0, 1\]. Multiply by 2 and subtract 1: .* end in tanh, not in sigmoid"),
        (np.uint8(127.5 * IMAGES + 127.5), r"kgan.images.from_uint8\(images\)"),
        (127.5 * IMAGES + 127.5, "kgan.images.from_uint8"),
        (IMAGES[..., 0], r"images\[..., None\]"),
        (np.moveaxis(IMAGES, -1, 1), r"channels first. Move them with images.transpose\(0, 2, 3, 1\)"),
        (np.where(IMAGES > 0.9, np.nan, IMAGES), "NaN"),
        (np.array([IMAGES[0], IMAGES[0, :4]], dtype=object), "an array of objects|Expected a batch of rank"),
        (np.array(list(IMAGES[:, :, :, :].tolist()), dtype=object), "an array of objects"),
        (IMAGES[0], "one image without a batch"),
    ],
)
def test_images(model, images, message):
    with pytest.raises(ValueError, match=message):
        data_adapter.check(images, None, model.check_batch)


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (tf.data.Dataset.from_tensor_slices(IMAGES), ValueError, r"dataset.batch\(32\)"),
        (tf.data.Dataset.from_tensor_slices({"image": IMAGES}).batch(2), TypeError, "dictionaries with 'image'"),
        ({"image": IMAGES}, TypeError, r"data\['image'\]"),
        (list(IMAGES), TypeError, r"np.stack\(images\)"),
        ("folder/of/pictures", TypeError, r"kgan.datasets.load\('folder/of/pictures'"),
        ((image for image in IMAGES), TypeError, "from_generator"),
        (type("DataLoader", (), {"__iter__": lambda self: iter(())})(), TypeError, "channels last: images.transpose"),
        (None, TypeError, "Received: builtins.NoneType"),
    ],
    ids=["no batch", "dictionaries", "a dictionary", "list", "folder", "generator", "torch", "nothing"],
)
def test_data(model, data, error, message):
    with pytest.raises(error, match=message):
        data_adapter.check(data, None, model.check_batch)


def test_pictures_of_pillow(model):
    from PIL import Image

    with pytest.raises(TypeError, match=r"np.asarray\(picture\) for picture in pictures"):
        data_adapter.check([Image.new("L", (8, 8))] * 4, None, model.check_batch)


@pytest.mark.parametrize("targets", [np.ones((6, 1)), np.ones(6, "float32"), np.full((6, 1), 0.9)])
def test_targets_of_the_discriminator(model, targets):
    with pytest.raises(ValueError, match=r"part of the loss: call fit\(images\)"):
        data_adapter.check(IMAGES, targets, model.check_batch)
    data_adapter.check(IMAGES, np.zeros(6, "int64"), model.check_batch)


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        (np.eye(3)[[0, 1, 2, 0, 1, 2]], ValueError, "argmax"),
        (np.float32([0, 1, 2, 0, 1, 2]), TypeError, r"labels.astype\('int32'\)"),
        (np.int32([1, 2, 3, 1, 2, 3]), ValueError, "begin at 1: subtract 1"),
        (np.int32([0, 5, 9, 0, 5, 9]), ValueError, "return_inverse=True"),
        (np.int32([[0], [1], [2], [0], [1], [2]]), ValueError, r"labels\[:, 0\].*tf.squeeze"),
        (None, ValueError, "images without labels"),
    ],
    ids=["one-hot", "floats", "from 1", "gaps", "column", "none"],
)
def test_labels(conditional, labels, error, message):
    with pytest.raises(error, match=message):
        data_adapter.check(IMAGES, labels, conditional.check_batch)
    if labels is not None:
        with pytest.raises(error, match=message):
            conditional.generate(6, labels=labels)


def test_tables_name_no_argument_that_exists():
    """Else an argument that works would be said not to."""
    for table, function in (
        (habits.CONSTRUCTOR, kgan.GAN.__init__),
        (habits.COMPILE, kgan.GAN.compile),
        (habits.FIT, kgan.GAN.fit),
        (habits.GENERATE, kgan.GAN.generate),
    ):
        assert not set(table) & set(inspect.signature(function).parameters)
    assert not set(habits.FIT) & set(habits.keras_arguments("fit"))


def test_accuracy_is_no_metric(model):
    for metric in ("accuracy", "acc", keras.metrics.BinaryAccuracy()):
        with pytest.raises(ValueError, match="Expected metrics of real and generated images"):
            model.compile(metrics=[metric])


def test_images_are_no_inputs(model, conditional):
    with pytest.raises(ValueError, match=r"of shape \(None, 4\).*Received: \(6, 8, 8, 1\). Real images are for"):
        model(IMAGES)
    with pytest.raises(ValueError, match=r"of shape \(None, 4\), \(None,\), .*Received: \(2, 4\)"):
        conditional(np.zeros((2, 4), "float32"))
    assert conditional([np.zeros((2, 4), "float32"), np.int32([0, 2])]).shape == (2, *networks.SHAPE)


def test_what_people_call(model):
    latents = np.random.default_rng(0).standard_normal((3, 4)).astype("float32")
    images = model.generate(latents=latents)
    np.testing.assert_allclose(model(latents), images, atol=1e-6)
    np.testing.assert_allclose(model.predict(latents, verbose=0), images, atol=1e-6)
    np.testing.assert_allclose(model.generator.predict(latents, verbose=0), images, atol=1e-6)
