"""How `kgan train` watches a run."""

import networks
import numpy as np
import pytest

import kgan
from kgan import diagnosis, images
from kgan.cli import monitoring


@pytest.fixture(scope="module")
def gan():
    """A compiled GAN, never trained."""
    gan = networks.gan()
    gan.compile(loss="hinge")
    return gan


class TestHeldOut:
    def test_the_split_test_as_it_is_trained_on(self):
        data = monitoring.held_out("digits", (12, 12, 3), labels=True, num=64, skip_unreadable=True)
        pictures, labels = next(iter(data))
        assert pictures.shape == (64, 12, 12, 3)
        assert len(set(labels.numpy().tolist())) > 5  # shuffled: not the first class only

    def test_a_folder_has_it_where_it_is_not_trained_on(self, tmp_path):
        for folder in ("train", "test"):
            for index in range(6):
                images.save(tmp_path / folder / f"{index}.png", np.full((8, 8, 1), index, "uint8"))
        data = monitoring.held_out(str(tmp_path), (8, 8, 1), labels=False, num=64, skip_unreadable=True)
        assert next(iter(data)).shape == (6, 8, 8, 1)
        (tmp_path / "train").rename(tmp_path / "cats")  # then "test" is a class like others
        assert monitoring.held_out(str(tmp_path), (8, 8, 1), labels=False, num=64, skip_unreadable=True) is None


def test_large_images_are_fewer_and_fill_packs():
    assert monitoring.num_images((8, 8, 1)) == 256
    assert monitoring.num_images((1024, 1024, 3)) == 32
    assert monitoring.num_images((8, 8, 1), packing=3) == 255


class TestLog:
    def test_a_verdict_and_its_end_are_one_line_each_with_options(self, gan, capsys):
        watch = monitoring.watch(gan, None)
        verdict = diagnosis.Verdict("mode collapse", "samples are 20 % as different as real ones.", "Try Python.")
        watch.on_change(kgan.callbacks.Change(1200, 3.0, verdict))
        watch.on_change(kgan.callbacks.Change(1500, 4.0, diagnosis.Verdict("healthy", "no longer mode collapse.", "")))
        first, second = capsys.readouterr().out.splitlines()
        assert first.startswith("Step 1,200: mode collapse: samples are 20 % as different as real ones. Try ")
        assert "--clusters" in first
        assert "Python" not in first
        assert second == "Step 1,500: healthy: no longer mode collapse."

    @pytest.mark.parametrize(
        ("fields", "text"),
        [
            ({}, "Verdict: healthy: nothing suspicious (12 checks). Overfitting was not checked"),
            ({"spread": 0.1}, "Verdict: mode collapse: samples are 10 % as different"),
        ],
    )
    def test_the_end(self, gan, capsys, fields, text):
        watch = monitoring.watch(gan, None)
        monitoring.conclude(watch)
        assert capsys.readouterr().out == ""  # there was no check
        usual = {"spread": 0.95, "repetition": 0.9, "distance": 0.1, "accuracy": 0.8}
        watch.history = [diagnosis.Evidence(step, **{**usual, **fields}) for step in range(100, 1300, 100)]
        watch.verdict = diagnosis.diagnose(watch.history)
        monitoring.conclude(watch)
        assert capsys.readouterr().out.startswith(text)

    def test_what_was_wrong_before_is_named_at_the_end(self, gan, capsys):
        watch = monitoring.watch(gan, networks.images())
        watch.history = [diagnosis.Evidence(1)]
        for name in ("overfitting", "healthy", "overfitting", "healthy"):
            watch.changes.append(kgan.callbacks.Change(1, 1.0, diagnosis.Verdict(name, "", "")))
        monitoring.conclude(watch)
        expected = "Verdict: healthy: nothing suspicious (1 check). Earlier in the run: overfitting.\n"
        assert capsys.readouterr().out == expected


def test_the_report_has_commands_with_the_right_paths(tmp_path):
    folder = tmp_path / "my run"
    report = monitoring.report(folder, "Run of x", {"loss": "hinge"}, "kgan train x", "my data")
    commands = [command for _, command in report.commands]
    assert report.path == folder / "report.html"
    assert commands[0] == "kgan train x"
    assert commands[1].startswith(f"kgan generate '{folder}' ")
    assert commands[2] == f"kgan evaluate '{folder}' 'my data'"
    assert report.command_line
    assert report.settings == {"options": "--loss hinge", "run folder": str(folder)}
