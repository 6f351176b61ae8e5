"""Latent vectors."""

import keras
import numpy as np
import pytest

from kgan import latents


def test_a_seed_is_a_seed():
    first = latents.draw(1000, 8, seed=3)
    np.testing.assert_array_equal(first, keras.random.normal((1000, 8), seed=3))
    np.testing.assert_array_equal(first, latents.draw(np.int32(1000), 8, seed=np.int64(3)))
    assert (np.asarray(first) != np.asarray(latents.draw(1000, 8, seed=4))).any()
    assert np.mean(first) == pytest.approx(0, abs=0.05)
    assert np.std(first) == pytest.approx(1, abs=0.05)
    generator = keras.random.SeedGenerator(3)
    assert (np.asarray(latents.draw(5, 8, generator)) != np.asarray(latents.draw(5, 8, generator))).any()


@pytest.mark.parametrize("truncation", [0.5, 1.0, 2.0])
def test_truncation_is_the_truncated_normal_distribution(truncation):
    from scipy.stats import kstest, truncnorm

    with pytest.warns(FutureWarning, match="Use `generate"):
        drawn = np.asarray(latents.draw(2000, 4, seed=0, truncation=truncation)).ravel()
    assert np.abs(drawn).max() <= truncation
    assert kstest(drawn, truncnorm(-truncation, truncation).cdf).pvalue > 1e-3


@pytest.mark.parametrize("truncation", [0.5, 4.0, 50.0])
def test_truncation_at_chosen_points(truncation, monkeypatch):
    from scipy.stats import truncnorm

    # -1 comes once in some millions of draws; for a wide range it must not become minus infinity.
    uniform = np.array([[-1.0, -0.5, 0.0, 0.5, 0.999]], "float32")
    monkeypatch.setattr(keras.random, "uniform", lambda shape, **options: keras.ops.convert_to_tensor(uniform))
    expected = truncnorm(-truncation, truncation).ppf((uniform.astype("float64") + 1) / 2)
    expected[0, 0] = -truncation
    with pytest.warns(FutureWarning, match="Use `generate"):
        drawn = latents.draw(1, 5, seed=0, truncation=truncation)
    np.testing.assert_allclose(drawn, expected, rtol=2e-4, atol=1e-6)


@pytest.mark.parametrize(
    "options",
    [
        {"num": 0},
        {"num": 2.5},
        {"num": np.int64(-1)},
        {"num": 2, "truncation": 0},
        {"num": 2, "truncation": np.float32(-1)},
        {"num": 2, "truncation": float("nan")},
        {"num": 2, "truncation": float("inf")},
    ],
)
def test_bad_arguments(options):
    with pytest.raises(ValueError, match="must be (a )?positive"):
        latents.draw(latent_dim=4, seed=0, **options)
