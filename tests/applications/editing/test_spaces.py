"""Codes and images of every kind of generator."""

import linear
import networks
import numpy as np
import pytest

import kgan
from kgan.applications.editing.spaces import CodeSpace, code_space
from kgan.architectures import style


def test_latents_are_the_codes_of_most_generators():
    space = CodeSpace(linear.generator())
    assert (space.name, space.shape, space.latent_dim, space.image_shape) == ("latent", (2,), 2, (4, 4, 1))
    np.testing.assert_array_equal(space.covariance_root, np.eye(2))
    np.testing.assert_array_equal(space.sample(3, seed=7), kgan.latents.draw(3, 2, 7))
    images = space.images([[1.0, 2.0], [0.0, 1.0]], batch_size=1)
    np.testing.assert_allclose(images[:, 0, :, 0], [[0.3, 0.3, 0.1, 0.1], [0.1, 0.1, 0.0, 0.0]], rtol=1e-5)
    np.testing.assert_allclose(space.images([1.0, 2.0]), images[:1])
    np.testing.assert_array_equal(space.generate(3, 7), space.images(space.sample(3, 7)))
    assert code_space(space) is space


def test_styles_of_all_levels_are_those_of_a_style_based_one(style_space):
    assert (style_space.name, style_space.shape) == ("style", (2, 5))
    noise = np.random.default_rng(0).normal(size=(4, 6)).astype("float32")
    codes = style_space.codes(noise)
    assert codes.shape == (4, 2, 5)
    np.testing.assert_array_equal(codes[:, 0], codes[:, 1])
    np.testing.assert_allclose(style_space.images(codes), style_space.generator.predict(noise, verbose=0), atol=1e-6)
    np.testing.assert_allclose(style_space.images(noise), style_space.images(codes), atol=1e-6)
    np.testing.assert_array_equal(style_space.codes(codes), codes)
    np.testing.assert_array_equal(style_space.codes(codes[0]), codes[:1])


def test_whitened_styles_have_mean_0_and_variance_1(style_space):
    whitened = style_space.whiten(style_space.sample(5000, seed=3))[:, 0]
    np.testing.assert_allclose(whitened.mean(axis=0), 0, atol=0.1)
    np.testing.assert_allclose(np.cov(whitened, rowvar=False), np.eye(5), atol=0.15)
    np.testing.assert_allclose(style_space.covariance_root @ style_space.whitening_matrix, np.eye(5), atol=1e-3)


@pytest.mark.parametrize("kind", ["plain", "style"])
def test_class_conditional_generators(kind):
    generator = (
        linear.generator(3)
        if kind == "plain"
        else style.generator((8, 8, 1), latent_dim=2, width=4, style_dim=5, num_classes=3)
    )
    space = CodeSpace(generator)
    assert space.num_classes == 3
    if kind == "plain":
        images = space.images([[1.0, 0.0], [1.0, 0.0]], labels=[0, 2])
        np.testing.assert_allclose(images[:, 0, 0, 0], [0.1, -0.3], rtol=1e-5)
        with pytest.raises(ValueError, match="Expected `labels`: the generator is class-conditional"):
            space.images([[1.0, 0.0]])
        with pytest.raises(ValueError, match=r"Expected labels in \[0, 3\)"):
            space.images([[1.0, 0.0]], labels=3)
    else:  # the styles contain the class
        noise = np.float32([[1.0, 0.0], [1.0, 0.0]])
        codes = space.codes(noise, labels=[0, 2])
        expected = generator.predict([noise, np.int32([0, 2])], verbose=0)
        np.testing.assert_allclose(space.images(codes), expected, atol=1e-6)
        assert (codes[0] != codes[1]).any()


@pytest.mark.slow
def test_one_generator_in_several_files_has_one_fingerprint(tmp_path):
    gan = networks.gan(3)
    gan.compile()
    gan.save(tmp_path / "model.keras")
    gan.export(tmp_path / "exported")
    spaces = [CodeSpace(model) for model in (gan, tmp_path / "model.keras", str(tmp_path / "exported"))]
    codes = spaces[0].sample(3, seed=1)
    for space in spaces[1:]:
        np.testing.assert_allclose(space.fingerprint, spaces[0].fingerprint, atol=1e-5)
        np.testing.assert_allclose(space.images(codes, 1), spaces[0].images(codes, 1), atol=1e-5)
    other = CodeSpace(networks.gan(3, seed=1)).fingerprint
    assert np.abs(other - spaces[0].fingerprint).max() > 0.01


def test_bad_input(style_space):
    with pytest.raises(TypeError, match="Expected a kgan.GAN, a generator or the path"):
        CodeSpace(3)
    with pytest.raises(FileNotFoundError, match="which is not there"):
        CodeSpace("nothing.keras")
    with pytest.raises(ValueError, match="Expected a Functional generator"):
        CodeSpace(networks.discriminator())
    space = CodeSpace(linear.generator())
    with pytest.raises(ValueError, match=r"Expected codes \(num, 2\) of this generator. Received: shape \(1, 3\)"):
        space.codes([[1.0, 2.0, 3.0]])
    with pytest.raises(ValueError, match="finite"):
        space.codes([[1.0, np.nan]])
    with pytest.raises(ValueError, match=r"codes \(num, 2, 5\) of this generator, or latents \(num, 6\)"):
        style_space.codes(np.zeros((1, 5)))
    with pytest.raises(ValueError, match="Expected codes"):
        space.codes(np.zeros((0, 2)))
