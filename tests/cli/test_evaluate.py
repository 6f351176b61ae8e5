"""The command that scores a model, as a user types it."""

import json
import pathlib

import keras
import pytest
from commands import run

from kgan.cli.evaluate import default_folder


@pytest.fixture
def features(tmp_path):
    """The file of a feature extractor: the mean of each row."""
    path = tmp_path / "rows.keras"
    pooling = [keras.layers.Reshape((8, 8)), keras.layers.GlobalAveragePooling1D()]
    keras.Sequential([keras.Input((8, 8, 1)), *pooling], name="rows").save(path)
    return path


@pytest.mark.slow
def test_a_report_and_a_table(trained, features, tmp_path):
    out = tmp_path / "report [/b]"
    output = run("evaluate", trained, "digits", "--features", features, "-n", "1000", "-o", out)
    assert "frechet_distance_rows" in output
    assert "The samples are" in output or "These figures" in output
    assert "Variety (" in output
    assert "360 of the 1,000 asked: the data have no more images" in output
    assert "report [/b]/report.html" in output
    assert json.loads((out / "report.json").read_text())["figures"]
    assert "report [/b] exists" in run("evaluate", trained, "digits", "-o", out, code=1)


def test_mistakes_are_told_before_any_work(trained, tmp_path):
    (tmp_path / "file").write_text("mine")
    assert "is a file" in run("evaluate", trained, "digits", "-o", tmp_path / "file", "--overwrite", code=1)
    out = tmp_path / "out"
    assert "nothing" in run("evaluate", tmp_path / "nothing", "digits", "-o", out, code=1)
    assert "Did you mean 'mnist'" in run("evaluate", trained, "mnits", "-o", out, code=1)
    run("evaluate", trained, "digits", "-n", "5", "-o", out, code=2)
    assert not out.exists()


def test_the_report_folder_has_the_name_of_the_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for model, name in [("runs/mnist", "mnist"), ("runs/mnist/model.keras", "mnist"), ("a.keras", "a")]:
        assert default_folder(pathlib.Path(model)) == pathlib.Path(f"evaluation-{name}")
    assert default_folder(pathlib.Path()) == pathlib.Path(f"evaluation-{tmp_path.name}")
