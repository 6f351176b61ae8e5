"""Metrics beside independent references: SciPy, scikit-learn, and definitions written out."""

import itertools
import sys

import keras
import networks
import numpy as np
import pytest
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist
from scipy.stats import entropy
from sklearn.metrics.pairwise import polynomial_kernel

import kgan
from kgan import metrics

RANDOM = np.random.default_rng(0)
REAL = RANDOM.normal(size=(500, 12))
FAKE = RANDOM.normal(size=(500, 12)) @ RANDOM.normal(scale=0.4, size=(12, 12)) + 0.3
PROBABILITIES = RANDOM.dirichlet(np.ones(7) * 0.3, size=300)
PAIRS = [metrics.frechet_distance, metrics.kernel_distance, metrics.precision_recall]


def frechet_reference(real, fake):
    """As clean-fid and torch-fidelity define it, with SciPy's matrix root."""
    first, second = np.cov(real.T), np.cov(fake.T)
    shift = np.sum((real.mean(0) - fake.mean(0)) ** 2)
    return shift + np.trace(first + second - 2 * sqrtm(first @ second).real)


class TestFrechet:
    @pytest.mark.parametrize("scale", [1.0, 1e-3, 1e3])
    def test_reference(self, scale):
        expected = frechet_reference(scale * REAL, scale * FAKE)
        assert metrics.frechet_distance(scale * REAL, scale * FAKE) == pytest.approx(expected, rel=1e-6)

    def test_by_hand(self):
        """Diagonal covariances: the sum of squared differences of the standard deviations, and of the means."""
        corners = np.array(list(itertools.product([-1.0, 1.0], repeat=2)))
        fake = corners * [2.0, 3.0] + [1.0, 0.0]
        spread = 4 / 3  # the unbiased variance of -1, -1, 1, 1
        expected = 1 + spread * ((2 - 1) ** 2 + (3 - 1) ** 2)
        assert metrics.frechet_distance(corners, fake) == pytest.approx(expected, rel=1e-12)

    def test_of_a_set_to_itself_is_nothing(self):
        assert metrics.frechet_distance(REAL, REAL) == pytest.approx(0, abs=1e-8)

    def test_fewer_samples_than_dimensions(self):
        few, other = RANDOM.normal(size=(2, 10, 40))
        assert metrics.frechet_distance(few, other) == pytest.approx(frechet_reference(few, other), rel=1e-4)

    def test_far_from_the_origin_no_digits_are_lost(self):
        near, far = (metrics.frechet_distance(REAL + shift, FAKE + shift) for shift in (0, 1e4))
        assert far == pytest.approx(near, rel=1e-6)

    def test_merged_moments_are_those_of_all(self):
        parts = [metrics.Moments.of(part) for part in np.array_split(REAL, [1, 7, 300])]
        merged = parts[0]
        for part in parts[1:]:
            merged = merged.merge(part)
        np.testing.assert_allclose(merged.covariance, np.cov(REAL.T), rtol=1e-10)
        np.testing.assert_allclose(merged.mean, REAL.mean(0), rtol=1e-10)


class TestKernel:
    def test_reference(self):
        """The unbiased estimate as KID's paper has it, with scikit-learn's kernel."""
        expected = []
        for start in range(0, 500, 100):
            x, y = REAL[start : start + 100], FAKE[start : start + 100]
            within = [
                (gram.sum() - np.trace(gram)) / (100 * 99)
                for gram in (polynomial_kernel(z, degree=3, gamma=1 / 12, coef0=1) for z in (x, y))
            ]
            expected.append(sum(within) - 2 * polynomial_kernel(x, y, degree=3, gamma=1 / 12, coef0=1).mean())
        distance = metrics.kernel_distance(REAL, FAKE, block_size=100)
        assert distance.value == pytest.approx(np.mean(expected), rel=1e-6)
        assert distance.standard_error == pytest.approx(np.std(expected, ddof=1) / np.sqrt(5), rel=1e-6)

    def test_is_unbiased(self):
        """Of equal distributions it is 0 on average, however few the samples; the Frechet distance is not."""
        draws = RANDOM.normal(size=(2, 4000, 6))
        distance = metrics.kernel_distance(*draws, block_size=10)
        assert abs(distance.value) < 4 * distance.standard_error

    def test_bad_block(self):
        with pytest.raises(ValueError, match="`block_size` must be at least 2"):
            metrics.kernel_distance(REAL, FAKE, block_size=1)


class TestInceptionScore:
    def test_reference(self):
        parts = [
            np.exp(np.mean([entropy(row, part.mean(0)) for row in part])) for part in np.array_split(PROBABILITIES, 3)
        ]
        score = metrics.inception_score(PROBABILITIES, splits=3)
        assert score.value == pytest.approx(np.mean(parts), rel=1e-6)
        assert score.standard_error == pytest.approx(np.std(parts, ddof=1) / np.sqrt(3), rel=1e-6)

    def test_extremes(self):
        assert metrics.inception_score(np.full((10, 4), 0.25), splits=1).value == pytest.approx(1)
        assert metrics.inception_score(np.eye(4), splits=1).value == pytest.approx(4)

    @pytest.mark.parametrize(("probabilities", "message"), [(REAL, "probabilities"), (PROBABILITIES[:3], "`splits`")])
    def test_bad(self, probabilities, message):
        with pytest.raises(ValueError, match=message):
            metrics.inception_score(probabilities)


class TestPrecisionRecall:
    @pytest.mark.parametrize("neighbors", [1, 5])
    @pytest.mark.parametrize("shift", [0, 100])
    def test_reference(self, neighbors, shift):
        """As the package prdc defines it, with SciPy's distances."""
        real, fake = REAL + shift, FAKE[:400] + shift
        between = cdist(real, fake)
        real_radii, fake_radii = (np.sort(cdist(each, each), axis=1)[:, neighbors] for each in (real, fake))
        expected = {
            "precision": (between < real_radii[:, None]).any(axis=0).mean(),
            "recall": (between < fake_radii[None, :]).any(axis=1).mean(),
            "density": (between < real_radii[:, None]).sum(axis=0).mean() / neighbors,
            "coverage": (between.min(axis=1) < real_radii).mean(),
        }
        assert 0 < expected["precision"] < 1
        assert metrics.precision_recall(real, fake, neighbors) == pytest.approx(expected, rel=1e-6)

    def test_in_chunks(self, monkeypatch):
        whole = metrics.precision_recall(REAL, FAKE)
        monkeypatch.setattr(sys.modules["kgan.metrics.precision_recall"], "CHUNK", 70)
        assert metrics.precision_recall(REAL, FAKE) == pytest.approx(whole, rel=1e-12)

    def test_collapse_and_invention(self):
        """One mode only: precise, no recall. Everywhere: recall, not precise."""
        collapsed = metrics.precision_recall(REAL, REAL[:1] + RANDOM.normal(scale=1e-3, size=(500, 12)))
        spread = metrics.precision_recall(REAL, REAL * 5)
        assert collapsed["precision"] > 0.9 > 0.1 > collapsed["recall"]
        assert spread["precision"] < 0.1 < 0.9 < spread["recall"]


class TestModes:
    def test_reference(self):
        shares, real = np.array([0.5, 0.25, 0.25, 0.0]), np.array([0.1, 0.2, 0.3, 0.4])
        found = metrics.mode_coverage([0, 0, 1, 2, -1], 4, real)
        assert found == pytest.approx(
            {"modes": 3, "reverse_kl": entropy(shares, real), "class_entropy": entropy(shares) / np.log(4)}
        )

    def test_equal_shares(self):
        found = metrics.mode_coverage(np.arange(10), 10)
        assert found == pytest.approx({"modes": 10, "reverse_kl": 0, "class_entropy": 1})

    @pytest.mark.parametrize(
        ("modes", "share", "message"),
        [
            ([], None, "integers"),
            ([-1], None, "at least one sample"),
            ([4], None, "Expected modes from"),
            ([0.5], None, "Expected integers"),
            ([0], [0.5, 0.5], "`real_share` of shape"),
        ],
    )
    def test_bad(self, modes, share, message):
        with pytest.raises(ValueError, match=message):
            metrics.mode_coverage(modes, 4, share)


class TestMemorization:
    def test_new_samples_and_copies(self):
        train, held_out, new = RANDOM.normal(size=(3, 300, 8))
        honest = metrics.memorization(new, train, held_out)
        copies = metrics.memorization(train[:100] + 0.01, train, held_out)
        assert abs(honest.z_score) < 4
        assert honest.copied_share < 0.05
        assert copies.z_score < -10
        assert copies.copied_share == 1
        np.testing.assert_array_equal(copies.neighbors[:, 0], np.arange(100))
        np.testing.assert_allclose(copies.distances[:, 0], 0.01 * np.sqrt(8), rtol=1e-6)


@pytest.mark.parametrize("function", PAIRS)
@pytest.mark.parametrize(
    ("real", "message"),
    [
        (REAL[:, :5], "of one dimension"),
        (REAL[:1], "at least"),
        (REAL[:0], "at least"),
        (REAL[0], "shape"),
        (np.where(REAL > 2, np.nan, REAL), "finite"),
    ],
)
def test_bad_features(function, real, message):
    with pytest.raises(ValueError, match=message):
        function(real, FAKE)


def one_value(metric):
    return {metric.name: float(metric.result())}


class TestAsKerasMetrics:
    """Fed batch by batch they give the figures of the functions."""

    @pytest.mark.parametrize("batch_size", [37, 100])
    @pytest.mark.parametrize(
        ("metric", "expected"),
        [
            (metrics.FrechetDistance, lambda: {"frechet_distance": metrics.frechet_distance(REAL, FAKE)}),
            (
                lambda: metrics.KernelDistance(block_size=120),
                lambda: {"kernel_distance": metrics.kernel_distance(REAL, FAKE, block_size=120).value},
            ),
            (
                lambda: metrics.PrecisionRecall(samples=450),
                lambda: metrics.precision_recall(*(np.float32(each[:450]) for each in (REAL, FAKE))),
            ),
        ],
        ids=["frechet", "kernel", "precision_recall"],
    )
    def test_of_features(self, metric, expected, batch_size):
        metric = metric()
        for _ in range(2):
            metric.reset_state()
            for start in range(0, 500, batch_size):
                metric.update_state(REAL[start : start + batch_size], FAKE[start : start + batch_size])
        result = metric.result()
        found = result if isinstance(result, dict) else {metric.name: result}
        assert {name: float(value) for name, value in found.items()} == pytest.approx(expected(), rel=1e-5)

    def test_of_probabilities(self):
        score, modes = metrics.InceptionScore(), metrics.ModeCoverage()
        for part in np.array_split(PROBABILITIES, 4):
            for metric in (score, modes):
                metric.update_state(part, part[::-1])
        assert float(score.result()) == pytest.approx(metrics.inception_score(PROBABILITIES, splits=1).value, rel=1e-6)
        share = np.bincount(PROBABILITIES.argmax(1), minlength=7) / 300
        assert modes.result() == pytest.approx(metrics.mode_coverage(PROBABILITIES.argmax(1), 7, share), abs=1e-6)

    @pytest.mark.parametrize("metric", [metrics.FrechetDistance, metrics.KernelDistance, metrics.InceptionScore])
    def test_empty_is_nan(self, metric):
        assert np.isnan(metric().result())
        metric = metric()
        metric.build(PROBABILITIES, PROBABILITIES)
        assert np.isnan(metric.result())

    def test_config(self):
        again = metrics.KernelDistance.from_config(metrics.KernelDistance(block_size=7, name="k").get_config())
        assert (again.block_size, again.name, again._direction) == (7, "k", "down")


def extractor():
    network = keras.Sequential([keras.Input(networks.SHAPE), keras.layers.Flatten(), keras.layers.Dense(5)])
    return kgan.features.FeatureExtractor(network, "dense")


class TestInFit:
    def test_validation_shows_them_and_keras_callbacks_use_them(self, tmp_path):
        gan, features = networks.gan(), extractor()
        chosen = [metrics.FrechetDistance(features), metrics.PrecisionRecall(features, samples=50)]
        gan.compile(metrics=chosen)
        path = tmp_path / "best.keras"
        callbacks = [
            keras.callbacks.ModelCheckpoint(path, monitor="val_frechet_distance_dense", save_best_only=True),
            keras.callbacks.EarlyStopping(monitor="val_frechet_distance_dense", patience=10, restore_best_weights=True),
        ]
        images = networks.images(64)
        history = gan.fit(images, validation_data=images[:40], epochs=4, verbose=0, callbacks=callbacks).history
        assert {"val_recall_dense", "val_precision_dense", "val_frechet_distance_dense"} <= set(history)
        best = min(history["val_frechet_distance_dense"])
        assert best == callbacks[0].best == callbacks[1].best
        # The saved model is the best one: measured again, it has the same figure.
        again = keras.saving.load_model(path)
        again.compile(metrics=[metrics.FrechetDistance(features)])
        logs = again.evaluate(images[:40], verbose=0, return_dict=True)
        assert logs["frechet_distance_dense"] == pytest.approx(best, rel=1e-5)

    def test_the_figure_is_that_of_all_batches(self):
        gan, features = networks.gan(), extractor()
        gan.compile(metrics=[metrics.FrechetDistance(features)])
        images = networks.images(50)
        logs = gan.evaluate(images, batch_size=16, verbose=0, return_dict=True)
        keras_seed = keras.random.SeedGenerator(0)
        noise = [kgan.latents.draw(count, 4, keras_seed) for count in (16, 16, 16, 2)]
        fake = np.concatenate([gan(each) for each in noise])
        expected = metrics.frechet_distance(*(features.extract(each)["features"] for each in (images, fake)))
        assert logs["frechet_distance_dense"] == pytest.approx(expected, rel=1e-4)

    def test_images_that_do_not_fit_are_refused_by_compile(self):
        network = keras.Sequential([keras.Input((9, 9, 1)), keras.layers.Flatten()])
        with pytest.raises(ValueError, match=r"Expected images of shape \(9, 9, 1\)"):
            networks.gan().compile(metrics=[metrics.FrechetDistance(network)])

    def test_probabilities_are_asked_for_by_compile(self):
        with pytest.raises(ValueError, match="Expected features with class probabilities"):
            networks.gan().compile(metrics=[metrics.InceptionScore(extractor())])
