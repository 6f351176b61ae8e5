"""What is drawn of a training, and how it is explained."""

import numpy as np
import pytest
from keras import ops

from kgan import losses
from kgan.callbacks import _curves
from kgan.diagnosis import Evidence

ROWS = [
    {"epoch": epoch, "discriminator_loss": 1.0, "generator_loss": 0.5, "fake_score": 0.1, "real_score": 0.2, "r1": 9.0}
    for epoch in (1, 2, 3)
]


class TestReadings:
    @pytest.mark.parametrize("name", losses.LOSSES)
    def test_the_line_is_the_loss_of_a_discriminator_that_guesses(self, name):
        """The least loss of a discriminator that gives the same logit to all images."""
        loss = losses.get(name)
        logits = ops.convert_to_tensor(np.linspace(-3, 3, 601, dtype="float32"))
        values = ops.convert_to_numpy(loss.discriminator(logits, logits))
        assert _curves.reading_of(loss).guess == pytest.approx(float(values.min()), abs=1e-4)

    @pytest.mark.parametrize(
        ("name", "value"), [("non_saturating", "0.69"), ("minimax", "-0.69"), ("least_squares", "0.13")]
    )
    def test_the_generator_s_loss_there(self, name, value):
        loss = losses.get(name)
        logit = np.float32([0.5 if name == "least_squares" else 0.0])
        assert f"{float(ops.convert_to_numpy(loss.generator(logit, logit))[0]) + 1e-9:.2f}" == value
        assert f"loss is {value}" in _curves.reading_of(loss).text

    def test_of_a_subclass_and_of_an_unknown_loss(self):
        class Mine(losses.Hinge):
            pass

        assert _curves.reading_of(Mine()) == _curves.READINGS["Hinge"]
        assert _curves.reading_of(object()) == _curves.reading_of(None) == _curves.UNKNOWN


class TestPanels:
    def test_losses_and_scores(self):
        panels = _curves.panels_of(ROWS, losses.get("relativistic"))
        assert [panel.title for panel in panels] == ["Losses", "Scores"]
        assert [curve.name for curve in panels[0].curves] == ["discriminator_loss", "generator_loss"]
        assert [curve.name for curve in panels[1].curves] == ["real_score", "fake_score"]
        assert panels[0].curves[1] == _curves.Curve("generator_loss", [1, 2, 3], [0.5, 0.5, 0.5])
        assert set(_curves.explanations(panels, None)) == {"Losses", "Scores"}

    def test_samples_of_the_checks_or_of_the_log(self):
        rows = [{**row, "sample_distance": 0.3} for row in ROWS[1:]]  # from the second epoch on
        (curve,) = _curves.panels_of([ROWS[0], *rows], None)[2].curves
        assert curve == _curves.Curve("sample_distance", [2, 3], [0.3, 0.3])
        history = [Evidence(step, distance=step / 100, spread=1.0) for step in (5, 15)]
        checks = _curves.of_checks(history, steps=10)
        assert checks[0] == _curves.Curve("sample_distance", [0.5, 1.5], [0.05, 0.15])
        assert _curves.panels_of(rows, None, checks)[2].curves == checks
        assert _curves.of_checks(history, None) == _curves.of_checks(history[:1], 10) == []

    def test_image_to_image_models_have_more_losses(self):
        rows = [{"epoch": 1, "pixel_loss": 1.0, "val_generator_loss": 2.0}]
        (panel,) = _curves.panels_of(rows, None)
        assert {curve.name for curve in panel.curves} == {"pixel_loss", "val_generator_loss"}


class TestDrawing:
    def axes(self, rows, *arguments):
        panels = _curves.panels_of(rows, losses.get("relativistic"))
        return _curves.draw(panels, "Training", *arguments).axes

    def test_axes_have_labels_units_and_legends(self):
        for axes in self.axes(ROWS):
            assert axes.get_xlabel() == "epoch"
            assert "(" in axes.get_ylabel()
            assert len(axes.get_legend().get_texts()) >= 2
        labels = [text.get_text() for text in self.axes(ROWS)[0].get_legend().get_texts()]
        assert labels == ["discriminator", "generator", "discriminator guesses"]

    def test_what_explodes_is_on_a_logarithmic_scale_and_says_so(self):
        exploding = [{**row, "generator_loss": 10.0 ** row["epoch"]} for row in ROWS]
        axes = self.axes(exploding)
        assert [one.get_yscale() for one in axes] == ["symlog", "linear"]
        assert axes[0].get_title(loc="left") == "Losses (logarithmic scale)"
        low, high = axes[0].get_ylim()
        assert low < 0 < 1000 < high < 2000

    def test_values_that_are_not_finite_do_not_hurt(self):
        (first, *_) = self.axes([{**row, "generator_loss": np.nan} for row in ROWS])
        first.figure.draw_without_rendering()

    def test_the_texts_do_not_cover_the_plots(self):
        panels = _curves.panels_of(ROWS, losses.get("relativistic"))
        texts = [f"{name}: {text}" for name, text in _curves.explanations(panels, losses.get("relativistic")).items()]
        figure = _curves.draw(panels, "Training", texts)
        figure.draw_without_rendering()
        (below,) = [text for text in figure.texts if text.get_text().startswith("Losses: ")]
        box = below.get_window_extent()
        assert box.y0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert box.y1 < min(axes.get_tightbbox().y0 for axes in figure.axes)

    def test_one_epoch_is_visible(self):
        assert self.axes(ROWS[:1])[0].lines[0].get_marker() == "o"
