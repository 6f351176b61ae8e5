"""The page of a run, without training."""

import networks
import numpy as np
import pages
import pytest

import kgan
from kgan import diagnosis, images
from kgan.callbacks import Change, SampleImages, Watch, _report_page

NASTY = "<b>&'\"</b>"
ROW = {"discriminator_loss": 0.6, "generator_loss": 0.8, "real_score": 0.2, "fake_score": 0.1, "skipped_updates": 2.0}


@pytest.fixture(scope="module")
def gan():
    """A compiled GAN, never trained."""
    gan = networks.gan()
    gan.compile()
    return gan


@pytest.fixture
def run(gan):
    """A run of which nothing is known yet; the function replaces parts."""

    def make(**parts):
        whole = {
            "model": gan,
            "title": "A run",
            "settings": {},
            "commands": None,
            "command_line": False,
            "data": _report_page.Data({"images": "1,000"}, 32),
            "rows": [],
            "watch": None,
            "samples": None,
            "status": "training",
            "epochs": 2.5,
            "num_epochs": 10,
            "steps": 100,
            "started": "2026-01-02 03:04:05",
            "seconds": 754.0,
            "updates_per_second": 4.0,
        }
        return _report_page.Run(**{**whole, **parts})

    return make


def read(run):
    """Return the page, whose form is checked."""
    return pages.Page(_report_page.page(run))


def watched(num, verdict=None, held_out=None, **fields):
    """Return a `Watch` that has made checks."""
    watch = Watch(held_out)
    usual = {"spread": 0.95, "repetition": 0.9, "distance": 0.1, "accuracy": 0.8}
    watch.history = [diagnosis.Evidence(100 * step, **{**usual, **fields}) for step in range(1, num + 1)]
    if num:
        watch.verdict = verdict or diagnosis.diagnose(watch.history)
    return watch


class TestState:
    def test_a_run_that_goes_on(self, run):
        text = read(run()).text
        assert "The run goes on: 2.50 of 10 epochs, 12 min 34 s so far." in text
        assert "time left about 3 min 8 s" in text  # 7.5 epochs of 100 updates, 4 of them in a second
        assert "images per second 128" in text

    def test_a_finished_one_and_a_stopped_one(self, run):
        rows = [{"epoch": epoch + 1, **ROW} for epoch in range(10)]
        finished = read(run(status="finished", rows=rows)).text
        assert "The run is finished: 10 of 10 epochs, 12 min 34 s." in finished
        assert "time left" not in finished
        assert "The run was stopped: 2.50 of 10 epochs, 12 min 34 s. It can go on" in read(run(status="stopped")).text
        early = read(run(status="finished", rows=rows[:4])).text
        assert "The run has ended early: 4 of 10 epochs, 12 min 34 s." in early

    def test_data_of_unknown_length(self, run):
        text = read(run(steps=None, data=_report_page.Data({"images": "some"}, None), updates_per_second=0.0)).text
        assert "updates of an epoch not known" in text
        assert "per second" not in text

    def test_all_that_users_name_is_escaped(self, run):
        source = _report_page.page(
            run(
                title=NASTY,
                settings={NASTY: NASTY},
                commands=[(NASTY, NASTY)],
                data=_report_page.Data({f"{NASTY} of data": NASTY}, 1),
            )
        )
        assert "<b>&" not in source
        assert pages.Page(source).text.count(NASTY) == 7


class TestVerdict:
    def test_not_checked(self, run):
        assert "? The run was not checked. Add kgan.callbacks.Watch()" in read(run()).text
        assert "? There was no check yet. A run is checked 100 times" in read(run(watch=watched(0))).text

    def test_healthy(self, run):
        text = read(run(watch=watched(12))).text
        assert "✓ Healthy Nothing suspicious was seen in the newest of 12 checks." in text
        assert "Overfitting was not checked" in text
        assert "It is early" not in text
        assert "The verdict has not changed" in text
        with_held_out = read(run(watch=watched(12, held_out=networks.images(), overfitting=0.1))).text
        assert "Overfitting was not checked" not in with_held_out
        assert "overfitting 0.1 0.1" in with_held_out
        assert "It is early" in read(run(watch=watched(3))).text

    def test_a_fault_has_its_evidence_and_advice_in_the_right_language(self, run):
        watch = watched(12, spread=0.2)
        text = read(run(watch=watch)).text
        assert "! Mode collapse Samples are 20 % as different from each other as real ones. Try gan.compile()" in text
        assert "sample spread 0.2 0.2 How different samples are" in text
        text = read(run(watch=watch, command_line=True)).text
        assert "--clusters" in text
        assert "packing" not in text

    def test_the_history(self, run):
        watch = watched(12)
        watch.changes = [
            Change(300, 3.0, diagnosis.Verdict("mode collapse", "samples are alike.", "")),
            Change(450, 4.5, diagnosis.Verdict("healthy", "no longer mode collapse.", "")),
        ]
        text = read(run(watch=watch)).text
        assert "epoch 3 update 300 mode collapse Samples are alike. Try gan.compile()" in text
        assert "epoch 4.50 update 450 healthy No longer mode collapse." in text
        assert "has not changed" not in text


class TestSamples:
    @pytest.fixture
    def samples(self, tmp_path, gan):
        """A `SampleImages` with grids after so many epochs."""

        def make(numbers, size=(40, 600), model=gan):
            callback = SampleImages(tmp_path)
            callback.set_model(model)
            for number in numbers:
                images.save(tmp_path / f"{number}.png", np.full((*size, 1), 7, "uint8"))
            callback.set_state({"frames": [[number, f"{number}.png"] for number in numbers]})
            return callback

        return make

    def test_a_strip_and_the_newest(self, run, samples):
        page = read(run(samples=samples(range(1, 41))))
        captions = [picture["alt"] for picture in page.all("img")]
        assert captions == [
            *(f"Samples after {number} epoch{'s' * (number > 1)}" for number in (1, 2, 4, 9, 19, 40)),
            "A grid of samples after 40 epochs",
        ]
        assert [int(picture["width"]) for picture in page.all("img")] == [360] * 6 + [600]
        assert "Animation" not in page.text

    def test_one_grid_and_none(self, run, samples):
        page = read(run(samples=samples([0.25]), status="finished"))
        assert [picture["alt"] for picture in page.all("img")] == ["A grid of samples after 0.25 epochs"]
        assert "Samples" not in [part.get("id") for part in read(run(samples=samples([]))).all("section")]

    def test_an_animation_at_the_end_with_a_still_one_for_those_who_ask(self, run, samples):
        page = read(run(samples=samples([1, 2, 3]), status="finished"))
        assert page.all("img")[-1]["src"].startswith("data:image/webp")
        assert page.all("source")[0]["srcset"].startswith("data:image/png")
        assert "Animation of 3 grids" in page.text

    def test_files_that_are_gone_are_left_out(self, run, samples):
        callback = samples([1, 2])
        callback.frames[0][1].unlink()
        assert len(read(run(samples=callback)).all("img")) == 1

    def test_columns_have_the_names_of_the_classes(self, run, samples):
        conditional = networks.gan(num_classes=3)
        conditional.compile()
        conditional.class_names = ("cat", "dog", "bird")
        text = read(run(model=conditional, samples=samples([1], model=conditional))).text
        assert "cat dog bird The newest samples, after 1 epoch. Each column is a class." in text


def test_curves_are_explained(run):
    page = read(run(rows=[{"epoch": epoch + 1, **ROW} for epoch in range(3)]))
    assert [picture["alt"] for picture in page.all("img")] == ["Losses over the epochs", "Scores over the epochs"]
    assert "Losses. GAN losses do not fall like a classifier's" in page.text
    assert "real_score 0.2 0.2" in page.text
    assert "skipped updates 6 (" in page.text


def test_settings_and_what_to_do_next(run):
    text = read(run(settings={"run folder": "runs/<a>"}, commands=[("Sample:", "kgan generate 'runs/<a>'")])).text
    assert "generator functional" in text
    assert "loss and optimizers Relativistic loss, r1" in text
    assert "run folder runs/<a>" in text
    assert "Sample: kgan generate 'runs/<a>'" in text
    assert f"kgan {kgan.__version__}" in text
    assert "gan.generate(64, seed=7)" in read(run()).text


def test_more_of_the_first_grids_are_shown():
    assert _report_page._chosen(1) == [0]
    assert _report_page._chosen(6) == [0, 1, 2, 3, 4, 5]
    assert _report_page._chosen(7) == [0, 1, 2, 3, 4, 6]
    assert _report_page._chosen(200) == [0, 2, 7, 23, 68, 199]
