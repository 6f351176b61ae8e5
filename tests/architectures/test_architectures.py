"""One contract for all networks: shapes, dtypes, gradients of first and second order, configurations."""

import inspect

import contracts
import keras
import networks
import numpy as np
import pytest
from keras import ops

import kgan
from kgan import _precision, architectures, backend
from kgan.architectures import ARCHITECTURES, dcgan, mlp, patch, resnet, restoration, style, unet

SMALL = {"mlp": {"units": (16,)}, "dcgan": {"width": 4}, "resnet": {"width": 4}, "style": {"width": 4}}
SHAPES = [((8, 8, 1), None), ((28, 28, 1), 3), ((36, 20, 4), None)]

# The networks from images to images: name, channels, inputs and output, of tiny networks.
IMAGE_NETWORKS = {
    "unet": (lambda channels: unet.generator((12, 8, channels), 3, width=8), [(12, 8)], (12, 8, 3)),
    "patch": (lambda channels: patch.discriminator(channels, width=2, layers=2), [(9, 12)], (3, 3, 1)),
    "patch_pair": (
        lambda channels: patch.discriminator(channels, width=2, layers=2, input_channels=channels, scale=2),
        [(10, 12), (5, 6)],
        (3, 3, 1),
    ),
    "denoiser": (lambda channels: restoration.denoiser(channels, width=4, blocks=1), [(9, 10)], (9, 10, None)),
    **{
        f"upscaler_x{scale}": (
            lambda channels, scale=scale: restoration.upscaler(scale, channels, width=4, blocks=1),
            [(9, 10)],
            (9 * scale, 10 * scale, None),
        )
        for scale in restoration.SCALES
    },
}


def pair(name, shape, num_classes=None):
    architecture = ARCHITECTURES[name]
    return (
        architecture.generator(shape, latent_dim=6, num_classes=num_classes, **SMALL[name]),
        architecture.discriminator(shape, num_classes=num_classes, **SMALL[name]),
    )


def test_every_network_is_checked():
    """Each public function of the architectures that builds a network is in one of the tables above."""
    builders = {
        function
        for module in (getattr(architectures, name) for name in architectures.__all__)
        if inspect.ismodule(module)
        for name, function in vars(module).items()
        if name in ("generator", "discriminator", "denoiser", "upscaler")
    }
    of_pairs = {function for architecture in ARCHITECTURES.values() for function in architecture}
    assert builders - of_pairs == {unet.generator, patch.discriminator, restoration.denoiser, restoration.upscaler}
    assert of_pairs == {
        function for module in (mlp, dcgan, resnet, style) for function in (module.generator, module.discriminator)
    }
    assert set(SMALL) == set(ARCHITECTURES)


@pytest.mark.parametrize(("shape", "num_classes"), SHAPES)
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_contract_of_pairs(name, shape, num_classes):
    generator, discriminator = pair(name, shape, num_classes)
    latents = keras.random.normal((5, 6), seed=0)
    labels = ops.convert_to_tensor(np.int32([0, 1, 2, 0, 1]))

    def with_labels(x):
        return x if num_classes is None else [x, labels]

    images = generator(with_labels(latents), training=True)
    assert np.abs(images).max() <= 1
    assert np.ptp(images, axis=0).max() > 0
    contracts.check_outputs(generator, with_labels(latents), [(5, *shape)])
    contracts.check_outputs(discriminator, with_labels(images), [(5, 1)])
    shapes = [(None, *shape), (None,)] if num_classes else (None, *shape)
    assert discriminator.compute_output_shape(shapes) == (None, 1)
    assert len(generator.inputs) == len(discriminator.inputs) == (1 if num_classes is None else 2)

    def losses():
        """The generator's loss, and the discriminator's with a gradient penalty: a second derivative."""
        fake = generator(with_labels(latents), training=True)
        logits, slope = backend.input_gradient(lambda x: discriminator(with_labels(x), training=True), fake)
        penalty = ops.mean(ops.sum(ops.square(slope), axis=(1, 2, 3)))
        return [-ops.mean(logits), ops.mean(ops.square(logits)) + penalty]

    contracts.check_gradients(losses, contracts.perturbed(generator), contracts.perturbed(discriminator))


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("name", IMAGE_NETWORKS)
def test_contract_of_image_networks(name, channels):
    make, sizes, (*size, out_channels) = IMAGE_NETWORKS[name]
    network = contracts.perturbed(make(channels))
    random = np.random.default_rng(0)
    inputs = [random.uniform(-1, 1, (2, *input_size, channels)).astype("float32") for input_size in sizes]
    inputs = inputs if len(inputs) > 1 else inputs[0]
    shape = (2, *size, out_channels or channels)
    contracts.check_outputs(network, inputs, [shape])
    shapes = [image.shape for image in inputs] if isinstance(inputs, list) else inputs.shape
    assert network.compute_output_shape(shapes) == shape
    contracts.check_gradients(lambda: [ops.mean(ops.square(network(inputs)))], network)


@pytest.mark.slow
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
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(loaded.generate(4, seed=1), gan.generate(4, seed=1))
    if num_classes:
        assert (gan.generate(4, seed=1, labels=0) != gan.generate(4, seed=1, labels=1)).any()


@pytest.mark.parametrize("size", [8, 20, 124])
@pytest.mark.parametrize("name", ["dcgan", "resnet", "style"])
def test_any_multiple_of_four(name, size):
    generator, discriminator = pair(name, (size, size, 3))
    assert generator.output_shape == (None, size, size, 3)
    assert discriminator.output_shape == (None, 1)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_half_precision_ends_in_float32(name):
    with _precision.computing_in("mixed_bfloat16"):
        generator, discriminator = pair(name, (28, 28, 1))
    images = generator(np.zeros((2, 6), "float32"))
    assert images.dtype == discriminator(images).dtype == "float32"


def test_discriminators_see_images_one_by_one_but_for_the_deviations_over_the_batch():
    images = np.random.default_rng(0).uniform(-1, 1, (4, 12, 12, 1)).astype("float32")

    def change(discriminator):
        alone = discriminator(images[:1], training=True)
        return float(np.abs(discriminator(images, training=True)[:1] - alone).max() / np.abs(alone).max())

    for name in ("mlp", "resnet"):
        assert change(pair(name, (12, 12, 1))[1]) < 1e-4
    # 96 is more than the 72 features of this one: as many as divide both.
    for deviations, num_features in [(0, 72), (1, 73), (96, 72 + 24)]:
        model = dcgan.discriminator((12, 12, 1), width=4, minibatch_deviations=deviations)
        assert (change(model) < 1e-4) == (deviations == 0)
        dense = [layer for layer in model.layers if layer.name.startswith("dense")][0]
        assert dense.kernel.shape[0] == num_features


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: dcgan.generator((30, 30, 1)), "multiples of 4 from 8 to 128. Received: 30x30"),
        (lambda: resnet.discriminator((256, 256, 3)), "multiples of 4 from 8 to 128"),
        (lambda: dcgan.discriminator((28, 28, 2)), "1, 3 or 4 channels. Received: channels=2"),
        (lambda: resnet.discriminator((28, 28, 1), packing=0), "`packing` must be a positive integer"),
        (lambda: mlp.generator((28, 28)), r"Expected `image_shape` to be \(height, width, channels\)"),
        (lambda: mlp.generator((28, 28, 1), latent_dim=0), "`latent_dim` must be a positive integer"),
        (lambda: resnet.generator((28, 28, 1), blocks=0), "`blocks` must be a positive integer"),
        (lambda: dcgan.generator((28, 28, 1), num_classes=2.5), "`num_classes` must be a positive"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_packing_stacks_channels(name):
    discriminator = ARCHITECTURES[name].discriminator((8, 8, 3), packing=2, **SMALL[name])
    assert discriminator.inputs[0].shape == (None, 8, 8, 6)
    assert discriminator(networks.images(4, (8, 8, 6))).shape == (4, 1)
