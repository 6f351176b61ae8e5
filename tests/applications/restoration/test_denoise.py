"""Denoising: trained on a folder, applied to pictures."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
import restorers

from kgan import images
from kgan.applications.restoration import denoise, train_denoiser
from kgan.applications.restoration.photographs import Photograph
from kgan.applications.restoration.restorer import Restorer
from kgan.architectures import restoration

SMALL = {"width": 4, "patch": 16, "batch_size": 2}


@pytest.fixture
def clean(tmp_path):
    """A folder with two grey pictures, one of them too small for a patch."""
    rng = np.random.default_rng(0)
    images.save(tmp_path / "clean" / "a.png", rng.integers(0, 256, (24, 30, 1), "uint8"))
    images.save(tmp_path / "clean" / "sub" / "b.png", rng.integers(0, 256, (9, 30, 1), "uint8"))
    return tmp_path / "clean"


@pytest.mark.slow
def test_train(clean, tmp_path, monkeypatch):
    monkeypatch.setattr(restoration, "denoiser", lambda channels, width: restorers.network(channels))
    options = {"updates": 1, "fine_updates": 0, "sharp_updates": 0, **SMALL}
    restorer = train_denoiser(clean, tmp_path / "out", **options)
    description = json.loads((tmp_path / "out" / "model.json").read_text())
    assert (description["task"], description["channels"]) == ("denoise", 1)
    assert description["trained_on"] == {
        "pictures": 2,
        "degradation": "Chain(degradations=[GaussianNoise(sigma=(0.0, 55.0)), Rounding(probability=0.5)])",
        "seed": 0,
        "precision": None,
        **options,
    }
    picture = images.read(clean / "a.png")
    np.testing.assert_array_equal(denoise(tmp_path / "out", picture), denoise(restorer, picture))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sigma": -1}, "`sigma` must be a number or a range"),
        ({"degradation": "jepg"}, "Did you mean 'jpeg'"),
        ({"channels": 4}, "`channels` must be 1 or 3"),
        ({"patch": 64}, "at least 64x64, the patch. Received: 2 smaller pictures"),
        ({"updates": 0}, "`updates` must be a positive integer"),
        ({"width": 0}, "`width` must be a positive integer"),
    ],
)
def test_bad_arguments_leave_nothing(clean, tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        train_denoiser(clean, tmp_path / "out", **{**SMALL, **arguments})
    assert not (tmp_path / "out").exists()


def test_denoise_arrays_and_photographs(tmp_path):
    Restorer(restorers.identity(3)).save(tmp_path)
    pixels = np.random.default_rng(0).integers(0, 256, (13, 9, 3), "uint8")
    np.testing.assert_array_equal(denoise(tmp_path, pixels), pixels)
    photograph = Photograph(pixels, np.full((13, 9), 7, "uint8"), dpi=(300, 300))
    result = denoise(Restorer.open(tmp_path), photograph)
    np.testing.assert_array_equal(result.pixels, pixels)
    assert result.alpha is photograph.alpha
    assert result.dpi == (300, 300)
    with pytest.raises(ValueError, match="Expected a model to denoise. Received: one to upscale"):
        denoise(Restorer(restorers.identity(3, 2)), pixels)
    with pytest.raises(ValueError, match=r"Received: shape \(13, 9\)"):
        denoise(tmp_path, pixels[..., 0])


def test_noise_becomes_less():
    """A denoiser that is the mean of 3x3 pixels takes two thirds of the noise."""
    inputs = keras.Input((None, None, 1))
    mean = keras.layers.DepthwiseConv2D(3, padding="same", depthwise_initializer=keras.initializers.Constant(1 / 9))
    restorer = Restorer(keras.Model(inputs, mean(inputs)))
    noisy = np.random.default_rng(0).normal(0, 0.2, (64, 64, 1)).astype("float32")
    assert denoise(restorer, noisy, tile=20).std() == pytest.approx(0.2 / 3, rel=0.05)


MEASURE = """
import pathlib, re, sys
import numpy as np
from kgan.applications.restoration import denoise, photographs

coarse = np.random.default_rng(0).integers(0, 256, (40, 60, 3), "uint8")
pixels = coarse.repeat(100, axis=0).repeat(100, axis=1)
del coarse
photographs.Photograph(pixels).save(sys.argv[1])
del pixels
photograph = photographs.read(sys.argv[1])
result = denoise(None, photograph)
result.save(sys.argv[1])
assert result.pixels.shape == (4000, 6000, 3)
# Not getrusage's ru_maxrss: a new process starts with the maximum of its parent, the tests.
print(int(re.search("VmHWM:(.*) kB", pathlib.Path("/proc/self/status").read_text())[1]) / 2**20)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how much memory was used")
def test_24_megapixels_in_less_than_two_gibibytes(tmp_path, request):
    """With the model that comes along."""
    command = [sys.executable, "-c", MEASURE, str(tmp_path / "large.jpg")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=request.config.rootpath, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 2
