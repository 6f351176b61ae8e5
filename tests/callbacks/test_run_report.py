"""The report that `fit` writes."""

import networks
import pages
import pytest

import kgan
from kgan.callbacks import Resume, RunReport, SampleImages, Watch

IMAGES = networks.images()


def read(path):
    return pages.Page(path.read_text(encoding="utf-8"))


def fit(folder, *callbacks, epochs=2, seconds=30.0):
    """Train a tiny GAN with a report; return the report."""
    gan = networks.gan()
    gan.compile(loss="non_saturating")
    report = RunReport(folder / "report.html", title="Tiny", settings={"why": "a test"}, seconds=seconds)
    samples = SampleImages(folder / "samples", num=4)
    # The report comes first in the list: it must be written after what it shows.
    gan.fit(
        IMAGES, batch_size=16, epochs=epochs, verbose=0, callbacks=[report, samples, Watch(num_checks=4), *callbacks]
    )
    return report


def test_it_shows_the_callbacks_of_the_same_fit(tmp_path):
    fit(tmp_path)
    page = read(tmp_path / "report.html")
    assert page.text.startswith("Tiny The run is finished: 2 of 2 epochs")
    assert "Nothing suspicious was seen in the newest of 4 checks" in page.text
    assert "The newest samples, after 2 epochs" in page.text
    assert "Animation of 2 grids" in page.text
    assert "images 8x8 pixels, gray" in page.text
    assert "images of an update 16" in page.text
    assert "why a test" in page.text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "samples"]


class TestInterruption:
    @pytest.mark.slow
    def test_the_page_says_so_and_a_resumed_run_continues_it(self, tmp_path):
        with pytest.raises(KeyboardInterrupt):
            fit(tmp_path, networks.Stop(3), Resume(tmp_path / "backup", save_freq=1))
        page = read(tmp_path / "report.html")
        assert page.text.startswith("Tiny The run was stopped: 1 of 2 epochs")
        rows = fit(tmp_path, Resume(tmp_path / "backup", save_freq=1)).rows
        assert [row["epoch"] for row in rows] == [1, 2]
        assert "The run is finished: 2 of 2 epochs" in read(tmp_path / "report.html").text

    def test_the_state_is_that_of_the_whole_run(self, tmp_path, gan):
        report = RunReport(tmp_path / "report.html")
        report.set_state({"rows": [{"epoch": 1}], "started": "2026-01-02 03:04:05", "seconds": 100.0})
        report.set_model(gan)
        report.set_params({"epochs": 2, "steps": 4})
        report.on_train_begin()
        report.on_epoch_begin(1)
        report.on_epoch_end(1, {"generator_loss": 1.0})
        report.on_train_end()
        state = report.get_state()
        assert [row["epoch"] for row in state["rows"]] == [1, 2]
        assert state["started"] == "2026-01-02 03:04:05"
        assert state["seconds"] > 100
        assert "started 2026-01-02 03:04:05" in read(tmp_path / "report.html").text


class TestWhenItIsWritten:
    @pytest.fixture
    def report(self, tmp_path, gan, monkeypatch):
        """A report in training, whose clock is set by hand and whose pages are counted."""
        report = RunReport(tmp_path / "report.html", seconds=10)
        report.set_model(gan)
        report.set_params({"epochs": 2, "steps": 4})
        report.now, report.cost, report.pages = 0.0, 0.0, 0

        def page(run):
            report.now += report.cost
            report.pages += 1
            return "page"

        monkeypatch.setattr("kgan.callbacks.run_report.time.monotonic", lambda: report.now)
        monkeypatch.setattr("kgan.callbacks._report_page.page", page)
        report.on_train_begin()
        report.on_epoch_begin(0)
        return report

    def test_at_first_every_so_often_and_at_the_end(self, report):
        assert report.pages == 1
        for batch, (now, expected) in enumerate([(5, 1), (11, 2), (20, 2), (22, 3)]):
            report.now = now
            report.on_train_batch_end(batch)
            assert report.pages == expected
        report.on_train_end()
        assert report.pages == 4
        report.after_fit()
        assert report.pages == 4

    def test_costly_pages_are_written_seldom(self, report):
        report.now, report.cost = 11.0, 1.0
        report.on_train_batch_end(0)
        assert report.pages == 2
        for now, expected in ((50, 2), (63, 3)):  # 50 times as long as it took
            report.now = now
            report.on_train_batch_end(1)
            assert report.pages == expected

    def test_after_an_error(self, report):
        report.after_fit()
        assert report.pages == 2


@pytest.mark.slow
def test_training_is_the_same_with_and_without_all_that_looks_at_it(tmp_path):
    states = []
    for callbacks in (
        [],
        [SampleImages(tmp_path, num=4, every=0.5), Watch(IMAGES, num_checks=2), RunReport(tmp_path / "r")],
    ):
        gan = networks.gan(dropout=0.3)
        gan.compile()
        gan.fit(IMAGES, epochs=2, verbose=0, callbacks=callbacks)
        states.append(networks.state(gan))
    assert states[0].keys() == states[1].keys()
    assert all((value == states[1][name]).all() for name, value in states[0].items())


def test_the_public_name():
    assert kgan.callbacks.RunReport is RunReport
