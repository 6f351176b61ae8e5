"""The command that trains, as a user types it."""

import csv
import json
import shutil

import keras
import numpy as np
import pytest
from commands import SMALL, run
from PIL import Image

import kgan


def test_what_a_run_folder_holds(trained):
    for name in ("samples.png", "curves.png", "samples/epoch-0001.png", "samples/animation.gif"):
        with Image.open(trained / name) as picture:
            assert picture.size[0] > 100
    with open(trained / "log.csv") as file:
        (row,) = csv.DictReader(file)
    assert np.isfinite(float(row["generator_loss"]))
    assert json.loads((trained / "run.json").read_text())["data"] == "digits"
    model, exported = (kgan.open_model(trained / name) for name in ("model.keras", "saved_model"))
    np.testing.assert_allclose(model.generate(3, 7), exported.generate(3, 7), atol=1e-6)
    assert list((trained / "backup").glob("*.keras"))


@pytest.mark.slow
def test_run_again_it_goes_on(trained, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(trained, folder)
    output = run("train", "digits", "--out", folder, "--architecture", "mlp", "--epochs", "2")
    assert "Going on with the run" in output
    with open(folder / "log.csv") as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["1", "2"]
    with Image.open(folder / "samples" / "animation.gif") as animation:
        # Short runs make several grids in an epoch, none twice.
        assert animation.n_frames == len(list((folder / "samples").glob("*.png"))) > 2


def test_another_run_is_not_overwritten_unasked(trained, tmp_path):
    before = (trained / "run.json").read_bytes()
    output = run("train", "digits", "--out", trained, *SMALL, "--seed", "5", code=1)
    assert "holds another run (seed 0 -> 5)" in output
    assert (trained / "run.json").read_bytes() == before
    (tmp_path / "precious.txt").write_text("mine")
    assert "is no run of kgan" in run("train", "digits", "--out", tmp_path, *SMALL, code=1)


@pytest.mark.slow
def test_overwrite(tmp_path):
    for seed in ("1", "2"):
        run("train", "digits", "--out", tmp_path / "run", *SMALL, "--seed", seed, "--overwrite")
    assert json.loads((tmp_path / "run" / "run.json").read_text())["seed"] == 2


def test_overwrite_never_deletes_what_is_no_run(tmp_path):
    (tmp_path / "precious.txt").write_text("mine")
    assert "is no run of kgan" in run("train", "digits", "--out", tmp_path, *SMALL, "--overwrite", code=1)
    assert (tmp_path / "precious.txt").exists()


@pytest.mark.slow
def test_a_run_folder_inside_the_data_is_no_data(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number in range(16):
        kgan.images.save(f"{number}.png", np.full((8, 8, 1), number, "uint8"))
    asked = ["train", ".", *SMALL, "--batch-size", "8"]
    for expected in ("run folder runs/", "Going on with the run in runs/"):
        output = run(*asked)
        assert "16 images of 8x8, gray" in output
        assert expected + tmp_path.name in output
    run("augment", ".", "-o", "more", code=1)
    run("generate", f"runs/{tmp_path.name}", "-n", "4", "-o", "new")
    assert "20 images" in run(*asked, "--dry-run")  # files of the user's own choice are data


def test_a_damaged_record_is_no_traceback(tmp_path):
    (tmp_path / "run.json").write_text("{")
    assert "run.json cannot be read" in run("train", "digits", "--out", tmp_path, *SMALL, code=1)


def test_dry_run_writes_nothing(tmp_path):
    output = run("train", "digits", "--out", tmp_path / "run", "--dry-run")
    assert "1,437 images of 8x8, gray" in output
    generator = kgan.architectures.dcgan.generator((8, 8, 1))
    assert f"generator {generator.count_params():,}" in output
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "recipe Relativistic loss, r1 ("),
        (["--loss", "hinge"], "recipe Hinge loss, no penalty"),
        (["--penalty", "none"], "recipe Relativistic loss, no penalty"),
        (["--loss", "hinge", "--penalty", "r1", "--penalty", "lecam"], "recipe Hinge loss, r1 ("),
        (["--recipe", "wgan_gp"], "recipe Wasserstein loss, wgan_gp ("),
    ],
)
def test_what_is_trained_is_printed(tmp_path, arguments, expected):
    dry = ["--architecture", "mlp", "--dry-run", "--out", tmp_path / "run"]
    assert expected in run("train", "digits", *dry, *arguments)


@pytest.mark.slow
def test_folder_of_pictures_with_classes(tmp_path):
    rng = np.random.default_rng(0)
    for index in range(8):
        picture = rng.integers(0, 256, (9, 11, 3), "uint8")
        kgan.images.save(tmp_path / "in" / "ab"[index % 2] / f"{index}.png", picture)
    out = tmp_path / "out"
    arguments = ["--image-size", "8", "--batch-size", "4", "--conditional", "--epochs", "2"]
    arguments += ["--conditioning", "projection_and_classifier", "--classification-weight", "0.25", "--augment"]
    run("train", tmp_path / "in", "--out", out, *arguments)
    gan = keras.saving.load_model(out / "model.keras")
    assert (gan.classifies, gan.classification_weight) == (True, 0.25)
    assert [each.warmup_steps for each in gan.augmentations] == [10_000]
    assert [each.decay_steps for each in (gan.generator_optimizer, gan.discriminator_optimizer)] == [20_000] * 2
    run("generate", out, "--class", "1", "-n", "3", "-o", tmp_path / "class.npy", "--seed", "1")
    assert np.load(tmp_path / "class.npy").shape == (3, 8, 8, 3)
    assert "Expected labels in [0, 2)" in run("generate", out, "--class", "2", "-o", tmp_path / "x.png", code=1)


@pytest.mark.slow
def test_clusters(tmp_path):
    run("train", "digits", "--out", tmp_path / "run", *SMALL, "--clusters", "4")
    assert keras.saving.load_model(tmp_path / "run" / "model.keras").clusters.num_clusters == 4
    run("generate", tmp_path / "run" / "saved_model", "-n", "3", "-o", tmp_path / "new.npy")
    assert np.load(tmp_path / "new.npy").shape == (3, 8, 8, 1)


@pytest.mark.slow
def test_decay_steps(tmp_path):
    run("train", "digits", "--out", tmp_path / "run", *SMALL, "--decay-steps", "300")
    gan = keras.saving.load_model(tmp_path / "run" / "model.keras")
    assert [each.decay_steps for each in (gan.generator_optimizer, gan.discriminator_optimizer)] == [300] * 2
    again = ["--out", tmp_path / "run", *SMALL, "--decay-steps", "400"]
    assert "decay_steps 300 -> 400" in run("train", "digits", *again, code=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mnits"], "Did you mean 'mnist'"),
        (["./nothing"], "Expected a folder of pictures"),
        (["digits", "--conditional", "--clusters", "4"], "Received: both"),
        (["digits", "--batch-size", "5000"], "fewer than --batch-size 5000"),
        (["digits", "--image-size", "30"], "multiples of 4"),
        (["digits", "--recipe", "wgan", "--decay-steps", "9"], "--decay-steps with the recommended recipe"),
        (["digits", "--from", "nothing"], "nothing, which is not there"),
    ],
)
def test_mistakes_are_told_in_a_line_and_leave_nothing(tmp_path, arguments, message):
    output = run("train", *arguments, "--out", tmp_path / "run", code=1)
    assert message in output
    assert "Traceback" not in output
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("option", "name", "meant"),
    [
        ("--loss", "hing", "hinge"),
        ("--penalty", "lecm", "lecam"),
        ("--architecture", "dcgna", "dcgan"),
        ("--conditioning", "projecton", "projection"),
        ("--recipe", "wgn", "wgan"),
        ("--precision", "bfloat16", "mixed_bfloat16"),
    ],
)
def test_a_misspelled_name_is_wrong_usage(option, name, meant):
    assert f"Did you mean {meant}" in run("train", "digits", option, name, code=2)
