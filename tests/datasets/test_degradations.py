"""Degradations, against the numbers that follow from their definitions."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kgan import images
from kgan.datasets import degradations
from kgan.images import resampling

SEED = (3, 5)
GREY = np.full((4, 64, 64, 3), -0.2, "float32")  # 0.4 of full brightness
ALL = [*degradations.DEGRADATIONS, degradations.Chain(["gaussian_noise", "rounding", "jpeg"])]


@pytest.mark.parametrize("degradation", ALL)
def test_contract(degradation):
    """The same from the same seed, in batches and one by one, eager and in a map; another from another seed."""
    degradation = degradations.get(degradation)
    first = np.asarray(degradation(GREY, SEED))
    assert first.dtype == "float32"
    assert first.shape[:1] + first.shape[3:] == (4, 3)
    assert np.isfinite(first).all()
    np.testing.assert_array_equal(degradation(GREY, SEED), first)
    drawn = not isinstance(degradation, degradations.Downsampling | degradations.Rounding | degradations.Jpeg)
    assert np.array_equal(degradation(GREY, (3, 6)), first) != drawn
    assert np.asarray(degradation(GREY[0], SEED)).shape == first.shape[1:]
    spec = tf.TensorSpec((None, None, None, 3))
    data = tf.data.Dataset.from_generator(lambda: [GREY], output_signature=spec)
    mapped = data.map(lambda batch: degradation(batch, SEED))
    np.testing.assert_allclose(next(iter(mapped)), first, atol=1e-6)
    with pytest.raises(ValueError, match="Expected float images"):
        degradation(GREY.astype("uint8"), SEED)


def test_gaussian_noise_has_its_sigma_and_is_not_clipped():
    noise = (np.asarray(degradations.GaussianNoise(25)(GREY, SEED)) - GREY) * 127.5
    assert noise.std() == pytest.approx(25, rel=0.02)  # of 49,152 values the spread is 0.3 %
    assert noise.mean() == pytest.approx(0, abs=0.5)
    assert abs(np.corrcoef(noise[..., 0].ravel(), noise[..., 1].ravel())[0, 1]) < 0.03
    assert np.asarray(degradations.GaussianNoise(50)(np.ones_like(GREY), SEED)).max() > 1.3
    np.testing.assert_array_equal(degradations.GaussianNoise(0)(GREY, SEED), GREY)


def test_each_image_draws_its_own_sigma():
    many = np.zeros((200, 16, 16, 1), "float32")
    sigmas = np.asarray(degradations.GaussianNoise((10, 50))(many, SEED)).std(axis=(1, 2, 3)) * 127.5
    assert 8 < sigmas.min() < 15
    assert 45 < sigmas.max() < 57
    assert sigmas.mean() == pytest.approx(30, abs=3)


def test_poisson_noise_has_the_variance_of_counts():
    counts = (np.asarray(degradations.PoissonNoise(50)(GREY, SEED)) + 1) / 2 * 50
    np.testing.assert_allclose(counts, np.rint(counts), atol=1e-4)
    assert counts.mean() == pytest.approx(0.4 * 50, rel=0.01)
    assert counts.var() == pytest.approx(0.4 * 50, rel=0.04)
    np.testing.assert_array_equal(degradations.PoissonNoise()(np.full_like(GREY, -1), SEED), np.full_like(GREY, -1))


def test_salt_and_pepper_hit_whole_pixels():
    noisy = np.asarray(degradations.SaltAndPepper(0.2)(GREY, SEED))
    black, white = (noisy == -1).all(axis=-1), (noisy == 1).all(axis=-1)
    assert black.mean() == pytest.approx(0.1, abs=0.01)
    assert white.mean() == pytest.approx(0.1, abs=0.01)
    np.testing.assert_array_equal(noisy[~black & ~white], GREY[~black & ~white])


@pytest.mark.parametrize("quality", [10, 75])
def test_jpeg_is_pillow_s(quality):
    smooth = np.random.default_rng(0).integers(0, 256, (4, 5, 3), "uint8")
    picture = Image.fromarray(smooth).resize((41, 33), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, subsampling="4:2:0")
    expected = np.asarray(Image.open(file)).astype(int)
    degraded = degradations.Jpeg(quality)(images.from_uint8(picture)[None], SEED)
    assert np.abs(images.to_uint8(degraded)[0] - expected).max() <= 1
    assert np.abs(expected - np.asarray(picture)).max() > 3
    with pytest.raises(ValueError, match="Expected images of 1 or 3 channels for JPEG. Received: 4"):
        degradations.Jpeg()(np.zeros((8, 8, 4), "float32"), SEED)


def test_downsampling_and_rounding():
    values = np.random.default_rng(0).uniform(-1, 1, (8, 12, 1)).astype("float32")
    np.testing.assert_array_equal(degradations.Downsampling(4)(values), resampling.downsample(values, 4))
    rounded = np.asarray(degradations.Rounding()(2 * values, SEED))
    np.testing.assert_allclose(rounded, images.from_uint8(images.to_uint8(2 * values)), atol=1e-6)


def test_some_images_are_rounded_and_the_others_stay_as_they_are():
    values = np.random.default_rng(0).uniform(-2, 2, (400, 4, 4, 1)).astype("float32")
    degraded = np.asarray(degradations.Rounding(0.3)(values, SEED))
    whole = np.asarray(degradations.Rounding()(values, SEED))
    untouched = (degraded == values).all(axis=(1, 2, 3))
    np.testing.assert_array_equal(degraded[~untouched], whole[~untouched])
    assert untouched.mean() == pytest.approx(0.7, abs=0.07)  # three standard deviations of 400 draws
    np.testing.assert_array_equal(degradations.Rounding(0)(values, SEED), values)
    with pytest.raises(ValueError, match="`probability` must be in"):
        degradations.Rounding(1.5)


def test_pairs_are_the_same_in_every_iteration_and_differ_among_themselves():
    data = degradations.pairs(tf.data.Dataset.from_tensors(GREY).repeat(2), "gaussian_noise", seed=7)
    first, second = list(data), list(data)
    np.testing.assert_array_equal(first[1][0], second[1][0])
    np.testing.assert_array_equal(first[1][1], GREY)
    assert not np.array_equal(first[0][0], first[1][0])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: degradations.GaussianNoise(-1),
            r"`sigma` must be a number or a range in \[0, 255\]. Received: sigma=-1",
        ),
        (lambda: degradations.GaussianNoise((50, 10)), "Received: sigma="),
        (lambda: degradations.SaltAndPepper(5), "Received: amount=5"),
        (lambda: degradations.PoissonNoise(0), "Received: peak=0"),
        (lambda: degradations.Jpeg((0, 50)), "Received: quality="),
        (lambda: degradations.Downsampling(1.5), "positive integer"),
        (lambda: degradations.get("jpg"), "Did you mean 'jpeg'"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()
