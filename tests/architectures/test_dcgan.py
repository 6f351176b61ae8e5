"""What is particular to the DCGAN pair; the contract of all networks is in test_architectures.py."""

import keras
import numpy as np
import pytest

import kgan
from kgan.architectures import dcgan
from kgan.layers import LabelEmbedding


def test_labels_concatenated_with_the_latents():
    """The class is a vector of the latents' size and scale; the rest of the network is that without classes."""
    generator = dcgan.generator((8, 8, 1), latent_dim=64, width=4, num_classes=3, conditioning="concatenation")
    (vectors,) = (layer.embeddings for layer in generator.layers if isinstance(layer, LabelEmbedding))
    assert vectors.shape == (4, 64)  # and one for no class
    assert 0.7 < np.std(vectors) < 1.3
    rest = [weight.shape for weight in generator.weights if weight is not vectors]
    assert rest == [weight.shape for weight in dcgan.generator((8, 8, 1), latent_dim=128, width=4).weights]
    images = generator([np.ones((4, 64), "float32"), np.array([-1, 0, 1, 2], "int32")])
    assert len(np.unique(np.round(images, 4), axis=0)) == 4
    discriminator = dcgan.discriminator((8, 8, 1), width=4, num_classes=3)
    assert kgan.GAN(generator, discriminator).num_classes == 3


@pytest.mark.parametrize("normalization", ["batch", "spectral"])
def test_normalized_discriminators(normalization):
    model = dcgan.discriminator((16, 16, 1), width=4, normalization=normalization)
    names = [type(layer).__name__ for layer in model.layers]
    assert ("BatchNormalization" if normalization == "batch" else "SpectralNormalization") in names
    assert np.isfinite(model(np.zeros((2, 16, 16, 1), "float32"), training=True)).all()


def test_the_first_layer_has_no_batch_normalization():
    model = dcgan.discriminator((28, 28, 1), width=4, normalization="batch")
    biased = [layer.use_bias for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert biased == [True, False, False, False]


def test_the_residual_starts_at_zero():
    discriminator = dcgan.discriminator((12, 12, 1), width=4)
    images = np.random.default_rng(0).uniform(-1, 1, (4, 12, 12, 1)).astype("float32")
    (residual,) = [layer for layer in discriminator.layers if getattr(layer, "kernel_size", 0) == (3, 3)]
    assert not residual.kernel.numpy().any()
    before = discriminator(images).numpy()
    residual.kernel.assign(keras.ops.ones_like(residual.kernel))
    assert not np.allclose(discriminator(images), before)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: dcgan.generator((28, 28, 1), num_classes=3, conditioning="concat"),
            "Unknown conditioning of the generator. Received: 'concat'",
        ),
        (lambda: dcgan.discriminator((28, 28, 1), minibatch_deviations=-1), "`minibatch_deviations` must"),
        (lambda: dcgan.discriminator((28, 28, 1), normalization="bach"), "Did you mean 'batch'"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()
