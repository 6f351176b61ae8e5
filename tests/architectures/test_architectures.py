"""One contract for all architectures: shapes, ranges, gradients of first and second order, files."""

import keras
import networks
import numpy as np
import pytest
from keras import ops

import kgan
from kgan import _precision, architectures, backend
from kgan.architectures import ARCHITECTURES, conditioning, image_shapes

SMALL = {"mlp": {"units": (16,)}, "dcgan": {"width": 4}, "resnet": {"width": 4}, "style": {"width": 4}}
CASES = [
    (name, shape, classes)
    for name in ARCHITECTURES
    for shape, classes in [
        ((8, 8, 1), None),
        ((28, 28, 1), 3),
        ((32, 32, 3), None),
        ((36, 20, 4), None),
        ((12, 12, 3), 3),
    ]
]


def pair(name, shape, num_classes=None):
    module = ARCHITECTURES[name]
    return (
        module.generator(shape, latent_dim=6, num_classes=num_classes, **SMALL[name]),
        module.discriminator(shape, num_classes=num_classes, **SMALL[name]),
    )


@pytest.mark.parametrize(("name", "shape", "num_classes"), CASES)
def test_contract(name, shape, num_classes):
    generator, discriminator = pair(name, shape, num_classes)
    noise = keras.random.normal((5, 6), seed=0)
    labels = ops.convert_to_tensor(np.int32([0, 1, 2, 0, 1]))

    def given(x):
        return x if num_classes is None else [x, labels]

    images = generator(given(noise), training=True)
    assert images.shape == (5, *shape)
    assert images.dtype == "float32"
    assert np.abs(images).max() <= 1
    assert np.ptp(images, axis=0).max() > 0
    logits = discriminator(given(images))
    assert logits.shape == (5, 1)
    assert logits.dtype == "float32"
    assert discriminator.compute_output_shape([(None, *shape), (None,)] if num_classes else (None, *shape)) == (None, 1)
    assert generator.inputs[0].shape == (None, 6)
    assert len(generator.inputs) == len(discriminator.inputs) == (1 if num_classes is None else 2)

    def losses():
        """The generator's loss, and the discriminator's with a gradient penalty: a second derivative."""
        fake = generator(given(noise), training=True)
        logits, slope = backend.input_gradient(lambda x: discriminator(given(x), training=True), fake)
        return [
            -ops.mean(logits),
            ops.mean(ops.square(logits)) + ops.mean(ops.sum(ops.square(slope), axis=(1, 2, 3))),
        ], None

    networks = generator, discriminator
    for network in networks:
        # Blocks that start as the identity hide the weights behind them: look away from that start.
        for weight in network.trainable_variables:
            weight.assign_add(0.05 * keras.random.normal(weight.shape, seed=1))
    _, found, _ = backend.gradients(losses, *(network.trainable_variables for network in networks))
    for network, slopes in zip(networks, found, strict=True):
        for variable, slope in zip(network.trainable_variables, slopes, strict=True):
            assert np.isfinite(slope).all(), variable.path
            assert np.abs(slope).max() > 0, variable.path


@pytest.mark.parametrize("conditioning", conditioning.CONDITIONINGS)
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_conditionings(name, conditioning):
    """The label changes the logit, or its class is judged; what depends on no label stays as it was."""
    shape = (8, 8, 1)
    discriminator = ARCHITECTURES[name].discriminator(shape, num_classes=3, conditioning=conditioning)
    images = networks.images(4, shape)
    if conditioning == "auxiliary_classifier":
        logits, classes = discriminator(images)
        assert (logits.shape, classes.shape, classes.dtype) == ((4, 1), (4, 3), "float32")
        return
    for weight in discriminator.weights:
        weight.assign(keras.random.normal(weight.shape, stddev=0.3, seed=1))
    found = [discriminator([images, np.full(4, label, "int32")]) for label in (-1, 0, 1, 2)]
    if conditioning == "projection_and_classifier":
        found, classes = zip(*found, strict=True)
        assert (classes[0].shape, classes[0].dtype) == ((4, 3), "float32")
        np.testing.assert_array_equal(classes[0], classes[1])
    assert all((np.abs(a - b) > 1e-6).all() for i, a in enumerate(found) for b in found[:i])


def test_labels_beside_the_latents():
    """The class is a vector of the latents' size and scale; the rest of the network is that without classes."""
    make = architectures.dcgan.generator
    generator = make((8, 8, 1), latent_dim=64, width=4, num_classes=3, conditioning="concatenation")
    (vectors,) = (layer.embeddings for layer in generator.layers if isinstance(layer, kgan.layers.LabelEmbedding))
    assert vectors.shape == (4, 64)  # and one for no class
    assert 0.7 < np.std(vectors) < 1.3
    rest = [weight.shape for weight in generator.weights if weight is not vectors]
    assert rest == [weight.shape for weight in make((8, 8, 1), latent_dim=128, width=4).weights]
    noise = np.ones((4, 64), "float32")
    images = generator([noise, np.array([-1, 0, 1, 2], "int32")])
    assert len(np.unique(np.round(images, 4), axis=0)) == 4
    assert kgan.training.checks.class_count(generator) == 3


@pytest.mark.parametrize("num_classes", [None, 3])
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_trained_in_a_gan_saved_and_loaded(name, num_classes, tmp_path):
    generator, discriminator = pair(name, (8, 8, 1), num_classes)
    gan = kgan.GAN(generator, discriminator)
    assert gan.num_classes == num_classes
    gan.compile()
    data = kgan.datasets.load("digits", labels=num_classes is not None, split="test")
    if num_classes:
        data = data.map(lambda images, labels: (images, labels % 3))
    gan.fit(data, verbose=0)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(again.generate(4, seed=1), gan.generate(4, seed=1))
    if num_classes:
        assert (gan.generate(4, seed=1, labels=0) != gan.generate(4, seed=1, labels=1)).any()


@pytest.mark.parametrize("size", [8, 16, 20, 64, 124, 128])
@pytest.mark.parametrize("name", ["dcgan", "resnet", "style"])
def test_any_multiple_of_four(name, size):
    generator, discriminator = pair(name, (size, size, 3))
    assert generator.output_shape == (None, size, size, 3)
    assert discriminator.output_shape == (None, 1)


def test_the_classic_is_exact():
    generator, discriminator = architectures.mlp.generator((28, 28, 1)), architectures.mlp.discriminator((28, 28, 1))
    shapes = [weight.shape for weight in generator.weights]
    assert shapes == [(100, 256), (256,), (256, 512), (512,), (512, 784), (784,)]
    shapes = [weight.shape for weight in discriminator.weights]
    assert shapes == [(784, 512), (512,), (512, 256), (256,), (256, 1), (1,)]
    activations = [layer.activation.__name__ for layer in generator.layers + discriminator.layers if layer.weights]
    assert activations == ["relu", "relu", "tanh", "relu", "relu", "linear"]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_half_precision_ends_in_float32(name):
    with _precision.computing_in("mixed_bfloat16"):
        generator, discriminator = pair(name, (28, 28, 1))
    images = generator(np.zeros((2, 6), "float32"))
    assert images.dtype == discriminator(images).dtype == "float32"


@pytest.mark.parametrize("normalization", ["batch", "spectral"])
def test_normalized_discriminators(normalization):
    model = architectures.dcgan.discriminator((16, 16, 1), width=4, normalization=normalization)
    names = [type(layer).__name__ for layer in model.layers]
    assert ("BatchNormalization" if normalization == "batch" else "SpectralNormalization") in names
    assert np.isfinite(model(np.zeros((2, 16, 16, 1), "float32"), training=True)).all()


def test_a_discriminator_judges_images_one_by_one_but_for_the_deviations_over_the_batch():
    images = np.random.default_rng(0).uniform(-1, 1, (4, 12, 12, 1)).astype("float32")

    def change(discriminator):
        alone = discriminator(images[:1], training=True)
        return float(np.abs(discriminator(images, training=True)[:1] - alone).max() / np.abs(alone).max())

    for name in ("mlp", "resnet"):
        assert change(pair(name, (12, 12, 1))[1]) < 1e-4
    # 96 is more than the 72 features of this one: as many as divide both.
    for deviations, seen in [(0, 72), (1, 73), (96, 72 + 24)]:
        model = architectures.dcgan.discriminator((12, 12, 1), width=4, minibatch_deviations=deviations)
        assert (change(model) < 1e-4) == (deviations == 0)
        dense = [layer for layer in model.layers if layer.name.startswith("dense")][0]
        assert dense.kernel.shape[0] == seen


def test_the_residual_of_dcgan_begins_as_nothing():
    discriminator = architectures.dcgan.discriminator((12, 12, 1), width=4)
    images = np.random.default_rng(0).uniform(-1, 1, (4, 12, 12, 1)).astype("float32")
    (residual,) = [layer for layer in discriminator.layers if getattr(layer, "kernel_size", 0) == (3, 3)]
    assert not residual.kernel.numpy().any()
    before = discriminator(images).numpy()
    residual.kernel.assign(keras.ops.ones_like(residual.kernel))
    assert not np.allclose(discriminator(images), before)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: architectures.dcgan.generator((30, 30, 1)), "multiples of 4 from 8 to 128. Received: 30x30"),
        (lambda: architectures.resnet.discriminator((256, 256, 3)), "multiples of 4 from 8 to 128"),
        (lambda: architectures.dcgan.generator((4, 4, 1)), "multiples of 4 from 8 to 128"),
        (lambda: architectures.dcgan.discriminator((28, 28, 2)), "1, 3 or 4 channels. Received: channels=2"),
        (lambda: architectures.resnet.discriminator((28, 28, 1), packing=0), "`packing` must be a positive integer"),
        (lambda: architectures.mlp.generator((28, 28)), r"Expected `image_shape` to be \(height, width, channels\)"),
        (lambda: architectures.mlp.generator((28, 28, 1), latent_dim=0), "`latent_dim` must be a positive integer"),
        (lambda: architectures.resnet.generator((28, 28, 1), blocks=0), "`blocks` must be a positive integer"),
        (lambda: architectures.dcgan.generator((28, 28, 1), num_classes=2.5), "`num_classes` must be a positive"),
        (
            lambda: architectures.dcgan.generator((28, 28, 1), num_classes=3, conditioning="concat"),
            "Unknown conditioning of the generator. Received: 'concat'",
        ),
        (
            lambda: architectures.dcgan.discriminator((28, 28, 1), minibatch_deviations=-1),
            "`minibatch_deviations` must",
        ),
        (lambda: architectures.dcgan.discriminator((28, 28, 1), normalization="bach"), "Did you mean 'batch'"),
        (
            lambda: architectures.mlp.discriminator((8, 8, 1), num_classes=3, conditioning="projektion"),
            "Unknown conditioning. Received: 'projektion'. Did you mean 'projection'",
        ),
        (lambda: architectures.get("dcgna"), "Unknown architecture. Received: 'dcgna'. Did you mean 'dcgan'"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_error_names_a_size_that_works():
    with pytest.raises(ValueError, match="image_size=92"):
        image_shapes.check_image_shape((92, 91, 1))


@pytest.mark.parametrize("name", list(architectures.ARCHITECTURES))
def test_packing(name):
    module = architectures.get(name)
    gan = kgan.GAN(module.generator((8, 8, 3)), module.discriminator((8, 8, 3), packing=2), packing=2)
    gan.compile()
    gan.fit(networks.images(4, (8, 8, 3)), batch_size=4, verbose=0)
    assert gan.discriminator.inputs[0].shape == (None, 8, 8, 6)
