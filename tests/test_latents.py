"""Latent vectors."""

import keras
import numpy as np
import pytest

from kgan import latents


def test_a_seed_is_a_seed():
    first = latents.draw(1000, 8, seed=3)
    np.testing.assert_array_equal(first, latents.draw(1000, 8, seed=3))
    assert (np.asarray(first) != np.asarray(latents.draw(1000, 8, seed=4))).any()
    assert np.mean(first) == pytest.approx(0, abs=0.05)
    assert np.std(first) == pytest.approx(1, abs=0.05)
    generator = keras.random.SeedGenerator(3)
    assert (np.asarray(latents.draw(5, 8, generator)) != np.asarray(latents.draw(5, 8, generator))).any()


@pytest.mark.parametrize("truncation", [0.5, 1.0, 2.0])
def test_truncation_is_the_truncated_normal_distribution(truncation):
    from scipy.stats import kstest, truncnorm

    drawn = np.asarray(latents.draw(2000, 4, seed=0, truncation=truncation)).ravel()
    assert np.abs(drawn).max() <= truncation
    assert kstest(drawn, truncnorm(-truncation, truncation).cdf).pvalue > 1e-3


@pytest.mark.parametrize("options", [{"num": 0}, {"num": 2, "truncation": 0}, {"num": 2, "truncation": -1.0}])
def test_bad_arguments(options):
    with pytest.raises(ValueError, match="must be positive"):
        latents.draw(latent_dim=4, seed=0, **options)
