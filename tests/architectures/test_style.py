"""The two halves of a style-based generator; the contract of all networks is in test_architectures.py."""

import keras
import numpy as np
import pytest
from keras import ops

from kgan.architectures import dcgan, style


@pytest.mark.parametrize("num_classes", [None, 3])
def test_joined_they_are_the_generator(num_classes, tmp_path):
    generator = style.generator((12, 8, 3), latent_dim=6, width=4, style_dim=5, num_classes=num_classes)
    generator.save(tmp_path / "generator.keras")
    for network in (generator, keras.saving.load_model(tmp_path / "generator.keras")):
        noise = np.random.default_rng(0).normal(size=(4, 6)).astype("float32")
        inputs = [noise, np.int32([0, 1, 2, 0])] if num_classes else noise
        first, second = style.mapping(network), style.synthesis(network)
        styles = first(inputs)
        assert styles.shape == (4, 5)
        assert len(second.inputs) == 1
        levels = second.input_shape[1]
        images = second(ops.repeat(styles[:, None], levels, axis=1))
        np.testing.assert_allclose(images, generator(inputs), atol=1e-6)


def test_latents_count_by_their_direction_only():
    mapping = style.mapping(style.generator((8, 8, 1), latent_dim=6, width=4))
    noise = np.random.default_rng(0).normal(size=(4, 6)).astype("float32")
    np.testing.assert_allclose(mapping(3 * noise), mapping(noise), rtol=1e-4, atol=1e-5)


def test_every_level_counts():
    generator = style.generator((28, 28, 1), latent_dim=6, width=4)
    synthesis = style.synthesis(generator)
    styles = np.ones((1, *synthesis.input_shape[1:]), "float32")
    before = ops.convert_to_numpy(synthesis(styles))
    for level in range(styles.shape[1]):
        other = styles.copy()
        other[:, level] = np.random.default_rng(level).normal(size=styles.shape[-1])
        assert np.abs(ops.convert_to_numpy(synthesis(other)) - before).max() > 1e-3


def test_a_generator_without_styles():
    for half in (style.mapping, style.synthesis):
        with pytest.raises(ValueError, match="Expected a style-based generator"):
            half(dcgan.generator((8, 8, 1), width=4))
