"""The figures of a step."""

import numpy as np
import pytest

from kgan.training.step_metrics import StepMetrics


@pytest.fixture
def metrics():
    return StepMetrics(means=["a", "b"], sums=["c"])


def figures(metrics):
    return {name: float(value) for name, value in metrics.result().items()}


def test_weighted_means_and_sums(metrics):
    metrics.update_state({"a": 1.0, "b": 10.0, "c": 1.0}, weight=64)
    metrics.update_state({"a": 4.0, "b": 40.0, "c": 2.0}, weight=32)
    assert figures(metrics) == pytest.approx({"a": 2.0, "b": 20.0, "c": 3.0})
    metrics.reset_state()
    assert figures(metrics) == {"a": 0.0, "b": 0.0, "c": 0.0}


def test_steps_without_weight_and_figures_that_are_not_finite_leave_the_means_alone(metrics):
    metrics.update_state({"a": 3.0, "b": 3.0, "c": 0.0}, weight=2)
    metrics.update_state({"a": np.nan, "b": np.inf, "c": 1.0}, weight=0)
    assert figures(metrics) == {"a": 3.0, "b": 3.0, "c": 1.0}


def test_a_name_that_is_missing_is_not_counted(metrics):
    metrics.update_state({"a": 5.0}, weight=4)
    metrics.update_state({"b": 7.0}, weight=4)
    assert figures(metrics) == {"a": 5.0, "b": 7.0, "c": 0.0}


def test_a_figure_that_is_not_finite_weighs_nothing():
    metrics = StepMetrics(means=["a", "b"], sums=["c"])
    metrics.update_state({"a": 3.0, "b": np.nan, "c": np.nan}, weight=2)
    metrics.update_state({"a": 3.0, "b": 7.0, "c": 1.0}, weight=1)
    assert figures(metrics) == {"a": 3.0, "b": 7.0, "c": 1.0}
