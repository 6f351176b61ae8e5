"""What `kgan doctor` says."""

import importlib.metadata
import json
import os

import pytest
from commands import run

import kgan
from kgan.cli import doctor


@pytest.fixture(scope="module")
def report():
    return json.loads(run("doctor", "--no-speed", "--json", "--quiet"))


def test_versions(report):
    versions = report["versions"]
    assert versions["kgan"] == kgan.__version__
    assert versions["tensorflow"] == importlib.metadata.version("tensorflow")
    assert set(doctor.PACKAGES) <= set(versions)


def test_devices_folders_and_formats(report):
    assert "CPU" in report["computing"]["device"] or "GPU" in report["computing"]["device"]
    assert report["computing"]["cores"] >= 1
    assert {"PNG", "JPEG", "WEBP"} <= set(report["formats"]["pictures"])
    assert report["formats"]["export tf_saved_model"] == "ready"
    assert "speed" not in report


def test_the_table_has_the_same_facts(report):
    text = run("doctor", "--no-speed")
    assert report["computing"]["device"] in text
    assert "[bold]" not in text


def test_prepared_data_sets_are_found(tmp_path, monkeypatch):
    (tmp_path / "mnist" / "3.0.1").mkdir(parents=True)
    (tmp_path / "mnist" / "3.0.1" / "dataset_info.json").touch()
    (tmp_path / "downloads").mkdir()
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    data, keras_home, _ = doctor._folders().values()
    assert data == f"{tmp_path} (prepared: mnist)"
    assert keras_home == f"{tmp_path / 'keras'} (not there yet)"


def test_what_an_export_lacks(monkeypatch):
    monkeypatch.setattr(doctor, "_version", lambda package: None if package == "onnx" else "1.0")
    formats = doctor._formats()
    assert formats["export onnx"] == "needs onnx: pip install 'kgan[export]'"
    assert formats["export litert"] == "ready"


@pytest.mark.slow
def test_speed(monkeypatch):
    monkeypatch.setattr(doctor, "SPEED_SECONDS", 0.0)
    monkeypatch.setattr(doctor, "SPEED_STEPS", 1)
    monkeypatch.setattr(doctor, "SPEED_SHAPE", (8, 8, 1))
    monkeypatch.setattr(doctor, "_clock", iter([1.0, 1.5]).__next__)
    speed = doctor._speed()
    assert (speed["updates per second"], speed["images per second"]) == (2.0, 64)


def test_it_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("doctor", "--no-speed")
    assert os.listdir(tmp_path) == []
