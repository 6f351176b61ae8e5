"""Denoising: trained on a folder, applied to pictures."""

import functools
import json
import subprocess
import sys

import keras
import numpy as np
import pytest
import restorers

from kgan import images
from kgan.applications.restoration import denoise, train_denoiser, training
from kgan.applications.restoration.photographs import Photograph
from kgan.applications.restoration.restorer import Restorer
from kgan.architectures import patch, restoration

SMALL = {"width": 4, "patch": 16, "batch_size": 2}


@pytest.fixture
def clean(tmp_path):
    """A folder with two grey pictures, one of them too small for a patch."""
    rng = np.random.default_rng(0)
    images.save(tmp_path / "clean" / "a.png", rng.integers(0, 256, (24, 30, 1), "uint8"))
    images.save(tmp_path / "clean" / "sub" / "b.png", rng.integers(0, 256, (9, 30, 1), "uint8"))
    return tmp_path / "clean"


class Stop(keras.callbacks.Callback):
    """Ends the program, as it were, before so many epochs have begun, of whatever phase."""

    def __init__(self, epochs):
        super().__init__()
        self.epochs = epochs

    def on_epoch_begin(self, epoch, logs=None):
        self.epochs -= 1
        if self.epochs == 0:
            raise KeyboardInterrupt


@pytest.mark.slow
def test_train_makes_both_networks_and_goes_on_after_a_stop(clean, tmp_path, monkeypatch):
    small = functools.partial(patch.discriminator, width=4)
    monkeypatch.setattr(training.patch, "discriminator", small)
    monkeypatch.setattr(restoration, "denoiser", lambda channels, width: restorers.network(channels))
    monkeypatch.setattr(training, "UPDATES_PER_EPOCH", 2)
    options = {"updates": 4, "fine_updates": 3, "sharp_updates": 2, **SMALL}
    restorer = train_denoiser(clean, tmp_path / "whole", **options)
    assert sorted(path.name for path in (tmp_path / "whole").iterdir()) == [
        "faithful.keras",
        "model.json",
        "sharp.keras",
    ]
    description = json.loads((tmp_path / "whole" / "model.json").read_text())
    assert description["trained_on"]["degradation"] == (
        "Chain(degradations=[GaussianNoise(sigma=(0.0, 55.0)), Rounding(probability=0.5)])"
    )
    assert description["trained_on"]["updates"] == 4
    assert (description["task"], description["channels"]) == ("denoise", 1)
    pairs = list(zip(restorer.faithful.get_weights(), restorer.sharp.get_weights(), strict=True))
    assert all(not np.array_equal(*pair) for pair in pairs)
    for epochs, phase in ((2, "updates"), (3, "fine_updates")):
        with pytest.raises(KeyboardInterrupt):
            train_denoiser(clean, tmp_path / "stopped", **options, callbacks=[Stop(epochs)])
        assert (tmp_path / "stopped" / "backup" / phase).exists()
    resumed = train_denoiser(clean, tmp_path / "stopped", **options)
    for fidelity in (0, 1):
        networks = restorer.network(fidelity), resumed.network(fidelity)
        for weights in zip(*(network.get_weights() for network in networks), strict=True):
            np.testing.assert_array_equal(*weights)


def test_trained_in_half_precision_it_is_kept_in_the_whole(clean, tmp_path):
    before = keras.config.dtype_policy()
    policies = []

    class Spy(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            policies.append(self.model.generator.layers[1].dtype_policy.name)

    options = {
        "updates": 1,
        "fine_updates": 0,
        "sharp_updates": 0,
        "precision": "mixed_bfloat16",
        "callbacks": [Spy()],
        **SMALL,
    }
    restorer = train_denoiser(clean, tmp_path / "out", **options)
    assert policies == ["mixed_bfloat16"]
    assert keras.config.dtype_policy() == before
    opened = Restorer.open(tmp_path / "out")
    assert opened.trained_on["precision"] == "mixed_bfloat16"
    assert all(layer.compute_dtype == "float32" for layer in opened.faithful.layers)
    picture = np.full((12, 13, 1), 77, "uint8")
    np.testing.assert_array_equal(opened.restore(picture), restorer.restore(picture))


def test_other_folders_are_left_alone(clean, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "precious.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="new or empty folder"):
        train_denoiser(clean, tmp_path / "out", updates=1, **SMALL)
    with pytest.raises(KeyboardInterrupt):
        train_denoiser(clean, tmp_path / "begun", updates=1, **SMALL, callbacks=[Stop(1)])
    with pytest.raises(FileExistsError, match="the training that began in"):
        train_denoiser(clean, tmp_path / "begun", updates=1, seed=1, **SMALL)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sigma": -1}, "`sigma` must be a number or a range"),
        ({"degradation": "jepg"}, "Did you mean 'jpeg'"),
        ({"channels": 4}, "`channels` must be 1 or 3"),
        ({"patch": 64}, "at least 64x64, the patch. Received: 2 smaller pictures"),
        ({"updates": 0}, "`updates` must be a positive integer"),
        ({"fine_updates": -1}, "`fine_updates` must be a positive integer"),
        ({"sharp_updates": -1}, "`sharp_updates` must be a positive integer"),
        ({"width": 0}, "`width` must be a positive integer"),
        ({"precision": "float7"}, "float7"),
    ],
)
def test_bad_arguments_leave_nothing(clean, tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        train_denoiser(clean, tmp_path / "out", **{**SMALL, **arguments})
    assert not (tmp_path / "out").exists()


def test_folders_without_pictures(tmp_path):
    with pytest.raises(FileNotFoundError, match="Expected a folder of pictures"):
        train_denoiser(tmp_path / "nothing", tmp_path / "out")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "a.png").write_text("no picture")
    with pytest.raises(ValueError, match=r"1 of 1 pictures .* cannot be read: a.png"):
        train_denoiser(tmp_path / "damaged", tmp_path / "out")


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
# Not getrusage's ru_maxrss: that of a new process begins at what the tests' own held.
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
