"""The command that interpolates, as a user types it."""

import networks
import numpy as np
from commands import run
from PIL import Image

import kgan


def test_a_loop(trained, tmp_path):
    out = tmp_path / "loop.gif"
    assert "9 frames through 3 images" in run("interpolate", trained, "-n", "3", "--steps", "3", "-o", out)
    with Image.open(out) as animation:
        assert (animation.n_frames, animation.size, animation.info["loop"]) == (9, (128, 128), 0)
        durations = []
        for frame in range(9):
            animation.seek(frame)
            durations.append(animation.info["duration"])
    assert durations == [60] * 9
    assert "exists" in run("interpolate", trained, "-o", out, code=1)


def test_a_strip_between_two_seeds(trained, tmp_path):
    out = tmp_path / "strip.png"
    run("interpolate", trained, "--from-seed", "3", "--to-seed", "9", "--steps", "4", "-o", out)
    model = kgan.open_model(trained)
    strip = kgan.images.read(out, channels=1)
    cells = kgan.images.grid(np.concatenate([model.generate(1, seed) for seed in (3, 9)]), columns=2)
    edge = cells.shape[1] // 2
    np.testing.assert_allclose(strip[:, :edge].astype(int), cells[:, :edge].astype(int), atol=1)
    np.testing.assert_allclose(strip[:, -edge:].astype(int), cells[:, -edge:].astype(int), atol=1)
    assert "together" in run("interpolate", trained, "--from-seed", "3", "-o", tmp_path / "x.png", code=1)


def test_classes_by_name(tmp_path):
    gan = networks.gan(3, class_names=["cat", "dog", "cow"])
    gan.save(tmp_path / "model.keras")
    out = tmp_path / "strip.png"
    run("interpolate", tmp_path, "-n", "2", "--steps", "1", "--class", "cow", "--class", "0", "-o", out)
    expected = kgan.images.grid(gan.generate(2, 0, labels=[2, 0]), columns=2)
    assert np.abs(kgan.images.read(out, channels=1).astype(int) - expected).max() <= 1
    run("interpolate", tmp_path, "-n", "2", "--steps", "1", "-o", out, "--overwrite")  # all in turn
    expected = kgan.images.grid(gan.generate(2, 0), columns=2)
    assert np.abs(kgan.images.read(out, channels=1).astype(int) - expected).max() <= 1
    assert "Did you mean 'cow'" in run("interpolate", tmp_path, "--class", "caw", "-o", tmp_path / "x.png", code=1)


def test_bad_arguments(trained, tmp_path):
    assert ".gif, .webp or .png" in run("interpolate", trained, "-o", tmp_path / "x.mp4", code=1)
    assert "unconditional" in run("interpolate", trained, "--class", "0", "-o", tmp_path / "x.png", code=1)
