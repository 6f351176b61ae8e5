"""Precision, recall, density and coverage beside definitions with SciPy's distances."""

import sys

import numpy as np
import pytest
from samples import FAKE, REAL
from scipy.spatial.distance import cdist

from kgan import metrics

RANDOM = np.random.default_rng(0)


class TestFunction:
    @pytest.mark.parametrize("num_neighbors", [1, 5])
    @pytest.mark.parametrize("shift", [0, 100])
    def test_reference(self, num_neighbors, shift):
        """As the package prdc defines it, with SciPy's distances."""
        real, fake = REAL + shift, FAKE[:400] + shift
        between = cdist(real, fake)
        real_radii, fake_radii = (np.sort(cdist(kind, kind), axis=1)[:, num_neighbors] for kind in (real, fake))
        expected = {
            "precision": (between < real_radii[:, None]).any(axis=0).mean(),
            "recall": (between < fake_radii[None, :]).any(axis=1).mean(),
            "density": (between < real_radii[:, None]).sum(axis=0).mean() / num_neighbors,
            "coverage": (between.min(axis=1) < real_radii).mean(),
        }
        assert 0 < expected["precision"] < 1
        assert metrics.precision_recall(real, fake, num_neighbors) == pytest.approx(expected, rel=1e-6)

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

    def test_the_argument_s_old_name(self):
        with pytest.warns(FutureWarning, match="num_neighbors"):
            metrics.precision_recall(REAL[:20], FAKE[:20], neighbors=3)


class TestAsAKerasMetric:
    @pytest.mark.parametrize("batch_size", [37, 100])
    def test_batch_by_batch_it_has_the_values_of_the_function(self, batch_size):
        metric = metrics.PrecisionRecall(num_samples=450)
        for _ in range(2):
            metric.reset_state()
            for start in range(0, 500, batch_size):
                metric.update_state(REAL[start : start + batch_size], FAKE[start : start + batch_size])
        expected = metrics.precision_recall(np.float32(REAL[:450]), np.float32(FAKE[:450]))
        received = {name: float(value) for name, value in metric.result().items()}
        assert received == pytest.approx(expected, rel=1e-5)

    def test_empty_is_nan(self):
        assert all(np.isnan(value) for value in metrics.PrecisionRecall().result().values())

    def test_configurations_of_now_and_of_version_0_1(self):
        config = {"features": None, "name": "p"}
        old = metrics.PrecisionRecall.from_config({**config, "neighbors": 2, "samples": 10})
        new = metrics.PrecisionRecall.from_config({**config, "num_neighbors": 2, "num_samples": 10})
        assert old.get_config() == new.get_config() == {**config, "num_neighbors": 2, "num_samples": 10}

    def test_the_arguments_old_names(self):
        with pytest.warns(FutureWarning, match="num_neighbors"):
            assert metrics.PrecisionRecall(neighbors=2).num_neighbors == 2

    def test_more_neighbors_than_samples(self):
        with pytest.raises(ValueError, match="Received: num_neighbors=10, num_samples=10"):
            metrics.PrecisionRecall(num_neighbors=10, num_samples=10)
