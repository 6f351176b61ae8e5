"""Codes are recovered from their images."""

import keras
import linear
import numpy as np
import pytest

from kgan.applications.editing.inversion import Inversion, invert, prepare_images
from kgan.applications.editing.spaces import CodeSpace
from kgan.architectures import style
from kgan.export import exporting
from kgan.metrics import psnr

CODES = np.float32([[0.5, -1.0], [1.0, 1.0], [-2.0, 0.3]])


def test_codes_are_recovered(space):
    inversion = invert(space, space.images(CODES), prior=0, steps=200, batch_size=2)  # a batch is left over
    np.testing.assert_allclose(inversion.codes, CODES, atol=0.02)
    np.testing.assert_allclose(inversion.images, space.images(inversion.codes))
    assert (inversion.psnr > 50).all()


def test_the_prior_pulls_codes_to_the_mean(space):
    # Images 0.1 (z0 + z1) on the left and 0.1 z0 on the right; minimize the mean square error + 0.01 (z0^2 + z1^2) / 2.
    # With z1 = 0 in the target, (0.01 + 0.01 / 2 * 2 ...) by the normal equations:
    weights = np.array([[0.1, 0.1], [0.1, 0.0]]) / 2**0.5  # of the two halves, each half of the mean
    target = weights @ [1.0, 0.0]
    expected = np.linalg.solve(weights.T @ weights + 0.01 / 2 * np.eye(2), weights.T @ target)
    inversion = invert(space, space.images([[1.0, 0.0]]), prior=0.01, steps=400)
    np.testing.assert_allclose(inversion.codes[0], expected, atol=0.01)


def test_each_level_gets_its_own_style():
    keras.utils.set_random_seed(0)
    space = CodeSpace(style.generator((8, 8, 1), latent_dim=6, width=4, style_dim=5))
    codes = space.sample(4, seed=9)
    codes[:, 1] = codes[::-1, 1]  # images that no single style makes
    start = np.asarray(psnr(space.images(codes), space.images(np.broadcast_to(space.mean, codes.shape))))
    inversion = invert(space, space.images(codes), prior=0, steps=200)
    assert inversion.codes.shape == (4, 2, 5)
    assert (inversion.psnr > start + 10).all()
    assert np.abs(inversion.codes[:, 0] - inversion.codes[:, 1]).max() > 0.01


@pytest.mark.slow
def test_an_exported_generator_and_labels(tmp_path):
    exporting.export(linear.generator(3), tmp_path / "exported", num_classes=3)
    space = CodeSpace(tmp_path / "exported")
    images = space.images(CODES, labels=[0, 1, 2])
    inversion = invert(space, images, labels=[0, 1, 2], prior=0, steps=200)
    np.testing.assert_allclose(inversion.codes, CODES, atol=0.02)
    with pytest.raises(ValueError, match="Expected `labels`: the generator is class-conditional"):
        invert(space, images)
    with pytest.raises(ValueError, match="one label for each image"):
        invert(space, images, labels=[0, 1])


@pytest.mark.slow
def test_images_that_the_generator_cannot_make_are_not_recognized(monkeypatch):
    space = CodeSpace(linear.generator(3))
    own = space.images(CODES[:2], labels=[0, 2])
    checks = np.indices((4, 4)).sum(axis=0)[None, ..., None] % 2 * 2.0 - 1
    images, labels = np.concatenate([own, checks]), [0, 2, 1]
    inversion = invert(space, images, labels, steps=50)
    assert inversion.recognized.tolist() == [True, True, False]
    assert inversion.psnr[2] < 6.1 < 30 == inversion.required_psnr[2]
    monkeypatch.setattr("kgan.applications.editing.inversion.RESTARTS", 0)
    assert (inversion.psnr >= invert(space, images, labels, steps=50).psnr).all()


def test_what_is_required_of_an_inversion():
    inversion = Inversion(None, None, np.array([18.0, 21.0, 24.0, 30.0]), np.array([15.0, 12.0, 9.0, 0.0]), 15.0)
    np.testing.assert_allclose(inversion.required_psnr, [17.0, 20.0, 23.0, 30.0])  # 2 (15 + 1) - nearest, at most 30
    assert inversion.recognized.all()
    assert not inversion._replace(psnr=inversion.psnr - 1.1).recognized.any()


def test_the_two_ratios_that_set_what_is_required(space):
    inversion = invert(space, space.images(CODES[:1]), steps=1)
    codes = space.sample(4000, seed=0)
    images = space.images(codes).reshape(4000, -1)
    distances = np.linalg.norm(images - space.images(CODES[:1]).reshape(1, -1), axis=1)
    np.testing.assert_allclose(inversion.nearest_psnr, 10 * np.log10(4 * 16 / distances.min() ** 2), rtol=1e-3)
    of_each = np.sort(np.linalg.norm(images[:500, None] - images[None], axis=2), axis=1)[:, 1]
    np.testing.assert_allclose(inversion.neighbor_psnr, 10 * np.log10(4 * 16 / np.median(of_each) ** 2), rtol=1e-3)


def test_images_of_another_size_are_resized_with_a_warning():
    images = np.full((2, 8, 6, 3), 0.5, "float32")
    with pytest.warns(UserWarning, match="Images of 6x8 were resized to the generator's 4x4"):
        resized = prepare_images(images, (4, 4, 3))
    np.testing.assert_allclose(resized, np.full((2, 4, 4, 3), 0.5), rtol=1e-6)
    assert prepare_images(images, (8, 6, 3)).dtype == np.float32


@pytest.mark.parametrize(
    ("images", "options", "message"),
    [
        (np.zeros((2, 4, 4, 3), "float32"), {}, r"Expected images \(num, 4, 4, 1\). Received: shape \(2, 4, 4, 3\)"),
        (np.zeros((4, 4, 1), "float32"), {}, "Expected images"),
        (np.zeros((0, 4, 4, 1), "float32"), {}, "Expected images"),
        (np.full((1, 4, 4, 1), 200, "uint8"), {}, "astype"),
        (np.full((1, 4, 4, 1), np.nan, "float32"), {}, "finite"),
        (-np.ones((1, 4, 4, 1), "float32"), {"steps": 0}, "`steps` must be a positive integer"),
        (-np.ones((1, 4, 4, 1), "float32"), {"prior": -1}, "`prior` must be non-negative"),
    ],
)
def test_bad_input(space, images, options, message):
    with pytest.raises(ValueError, match=message):
        invert(space, images, **options)
