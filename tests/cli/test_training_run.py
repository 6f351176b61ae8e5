"""One run, from its data to what it leaves behind."""

import json
import shutil
import signal

import keras
import numpy as np
import pytest
from commands import SMALL, run

import kgan
from kgan.cli import training_run


class TestDefaultData:
    def test_mnist_where_it_can_be_had(self, monkeypatch, capsys):
        monkeypatch.setattr("kgan.datasets.find", lambda name: name)
        assert training_run.default_data() == "mnist"
        assert "Training on MNIST" in capsys.readouterr().out

    def test_digits_without_network(self, monkeypatch, capsys):
        def find(name):
            raise ValueError("cannot be downloaded")

        monkeypatch.setattr("kgan.datasets.find", find)
        assert training_run.default_data() == "digits"
        assert "training on the digits that come with kgan" in capsys.readouterr().out

    def test_the_command_uses_it(self, monkeypatch, tmp_path):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(training_run, "default_data", lambda: "digits")
        assert "digits: 1,437 images of 8x8, gray" in run("train", "--dry-run", "--architecture", "mlp")
        assert not list(tmp_path.iterdir())


class TestStopped:
    @pytest.fixture
    def stopped(self, trained, tmp_path):
        """A run folder without the final model, as after a kill."""
        folder = tmp_path / "run"
        shutil.copytree(trained, folder)
        shutil.rmtree(folder / "saved_model")
        (folder / "model.keras").unlink()
        return folder

    @pytest.mark.slow
    def test_every_command_takes_it(self, stopped, trained, tmp_path):
        said = "was stopped, or is still training. Its newest saved state is used: the end of epoch 1."
        out = tmp_path / "new.npy"
        assert said in run("generate", stopped, "-n", "3", "--seed", "7", "-o", out)
        np.testing.assert_array_equal(np.load(out), kgan.open_model(trained / "model.keras").generate(3, seed=7))
        assert said in run("export", stopped, tmp_path / "exported")

    def test_before_anything_is_trained(self, stopped):
        shutil.rmtree(stopped / "backup")
        output = run("generate", stopped, "-o", stopped / "x.png", code=1)
        assert "nothing is trained yet. Run its `kgan train` again" in output

    @pytest.mark.slow
    def test_ctrl_c(self, tmp_path, monkeypatch):
        """It says what is kept, the commands take it, and the run ends as if it had not been stopped."""
        arguments = ["train", "digits", *SMALL, "--out"]
        run(*arguments, tmp_path / "whole")
        original = kgan.callbacks.StopAfter.on_train_batch_begin

        def interrupt(self, batch, logs=None):
            if batch == 6:
                signal.raise_signal(signal.SIGINT)
            original(self, batch, logs)

        # Shells start what runs in the background with Ctrl-C ignored, and so perhaps these tests.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        with monkeypatch.context() as patch:
            patch.setattr(kgan.callbacks.StopAfter, "on_train_batch_begin", interrupt)
            output = run(*arguments, tmp_path / "run", code=130)
        signal.signal(signal.SIGINT, before)
        assert "Saved: epoch 1, step 7 (7 of 44 updates). The same command goes on from there" in output
        assert "is used: epoch 1, step 7" in run("generate", tmp_path / "run", "-o", tmp_path / "new.png")
        assert "Going on with the run" in run(*arguments, tmp_path / "run")
        expected, received = (kgan.open_model(tmp_path / name).get_weights() for name in ("whole", "run"))
        assert all(np.array_equal(*pair) for pair in zip(expected, received, strict=True))


@pytest.mark.slow
def test_the_options_reach_the_training_and_the_config_file_repeats_it(tmp_path):
    options = ["--flip", "--learning-rate", "5e-4", "--precision", "mixed_bfloat16", "--updates", "7", "--workers", "3"]
    run("train", "digits", "--architecture", "mlp", *options, "--penalty", "r1", "--out", tmp_path / "one")
    run("train", "--config", tmp_path / "one" / "config.toml", "--out", tmp_path / "two")
    one, two = (keras.saving.load_model(tmp_path / name / "model.keras") for name in ("one", "two"))
    assert all(np.array_equal(*pair) for pair in zip(one.get_weights(), two.get_weights(), strict=True))
    assert int(one.generator_optimizer.iterations) == 7
    np.testing.assert_allclose(one.optimizer.learning_rate, 5e-4, rtol=1e-3)
    np.testing.assert_allclose(one.optimizer.optimizers[1].learning_rate, 5e-4, rtol=1e-3)
    assert one.generator.layers[1].compute_dtype == "bfloat16"
    assert json.loads((tmp_path / "two" / "run.json").read_text()) == json.loads(
        (tmp_path / "one" / "run.json").read_text()
    )
    run(
        "train", "--config", tmp_path / "one" / "config.toml", "--no-flip", "--epochs", "1", "--out", tmp_path / "three"
    )
    three = kgan.open_model(tmp_path / "three")
    assert int(three.generator_optimizer.iterations) == 44
    output = run("train", "--config", tmp_path / "one" / "config.toml", "--out", tmp_path / "one")
    assert "All 7 updates are done" in output


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "kept"),
    [
        ("save_state", "Saved: the end of epoch 1 (44 of 88 updates)"),
        ("save", "The training is done and saved. The same command writes what is missing"),
    ],
)
def test_a_full_disk_is_told_in_a_line(trained, tmp_path, monkeypatch, method, kept):
    folder = tmp_path / "run"
    shutil.copytree(trained, folder)

    def save(self, *arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kgan.GAN, method, save)
    output = run("train", "digits", "--architecture", "mlp", "--epochs", "2", "--out", folder, code=1)
    assert f"No space left on device. {kept}" in output


@pytest.mark.parametrize(("device", "message"), [("gpu:7", "none|of them"), ("tpu", "must be auto, cpu, gpu")])
def test_a_device_that_is_not_there(tmp_path, device, message):
    output = run("train", "digits", "--device", device, "--out", tmp_path / "run", code=1)
    assert "--device must be" in output
    assert "Traceback" not in output
    assert not (tmp_path / "run").exists()
