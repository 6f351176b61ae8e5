"""The path of a new user: a folder of mixed pictures is trained on, stopped, continued, sampled, scored and exported.

`benchmarks/first_hour.sh` goes the whole path, with a process for each command.
"""

import json
import re
import signal

import mixed_pictures
import pytest
from commands import run
from PIL import Image

import kgan

# What only libraries print, and what only Python programmers understand.
FOREIGN = re.compile(
    r"tensorflow/|[Cc]uda|absl|oneDNN|grappler|remapper|WARNING|site-packages|\.py:\d|skip_unreadable|`[a-z_]+=|=(True|None)"
)
TRAIN = ("train", "photographs", "--image-size", "16", "--architecture", "mlp", "--batch-size", "8")


@pytest.fixture(scope="module")
def hour(tmp_path_factory):
    """The folder that a user works in, with a folder of mixed pictures."""
    folder = tmp_path_factory.mktemp("hour")
    mixed_pictures.make(folder / "photographs", num=44)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(folder)
        # Nothing answers there: what asks for the network must fail at once, and there must be another way.
        for name in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        yield folder


@pytest.fixture
def say(capfd):
    """A function that runs a command and returns what it prints, all of which must be kgan's."""

    def command(*arguments, code=0):
        text = run(*arguments, code=code) + "".join(capfd.readouterr())  # also what libraries in C++ print
        assert not FOREIGN.search(text), text
        return text

    return command


def stop(monkeypatch, epoch):
    """Press Ctrl-C at the end of an epoch."""
    on_epoch_end = kgan.callbacks.SampleImages.on_epoch_end

    def interrupted(self, number, logs=None):
        on_epoch_end(self, number, logs)
        if number == epoch:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(kgan.callbacks.SampleImages, "on_epoch_end", interrupted)


def test_a_stopped_run_is_used_and_goes_on(hour, say, monkeypatch):
    with monkeypatch.context() as context:
        stop(context, 1)
        text = say(*TRAIN, "--epochs", "4", code=130)
    for name in ("torn.jpg", "torn.png", "text.png", "empty.jpg", "phone.heic"):
        assert name in text
    assert "44 images of 16x16" in text
    assert "again" in text  # how to go on
    assert not (hour / "runs/photographs/model.keras").exists()

    assert "epoch 2" in say("generate", "runs/photographs", "-n", "4", "--seed", "7", "-o", "stopped.png")
    with Image.open(hour / "stopped.png") as grid:
        assert grid.mode == "RGB"

    say(*TRAIN, "--epochs", "4")
    run_folder = hour / "runs/photographs"
    assert len((run_folder / "log.csv").read_text().splitlines()) == 5
    for name in ("config.toml", "report.html", "samples.png", "curves.png", "model.keras", "samples/animation.gif"):
        assert (run_folder / name).stat().st_size > 0, name
    assert "stopped" not in say("generate", "runs/photographs", "-n", "4", "--seed", "7", "-o", "finished.png")


@pytest.mark.slow
def test_a_finished_run_is_scored_edited_exported_and_repeated(hour, say):
    say(*TRAIN, "--epochs", "4", "--out", "runs/whole")
    text = say("evaluate", "runs/whole", "photographs", "-n", "1000", "-o", "evaluation")
    assert "of the 1,000" in text  # the folder has no more
    report = json.loads((hour / "evaluation/report.json").read_text())
    assert all(figure["samples"] <= 44 for figure in report["figures"])
    say("edit", "runs/whole", "--direction", "brightness", "-o", "edited.png")
    say("interpolate", "runs/whole", "--seed", "7", "-o", "between.gif")
    say("export", "runs/whole", "exported")
    for made in ("evaluation/report.html", "edited.png", "between.gif", "exported/saved_model.pb"):
        assert (hour / made).stat().st_size > 0, made

    say("train", "--config", "runs/whole/config.toml", "--out", "runs/again")
    samples = [(hour / "runs" / name / "samples.png").read_bytes() for name in ("whole", "again")]
    assert samples[0] == samples[1]
