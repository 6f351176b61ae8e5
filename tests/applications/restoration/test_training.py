"""Training of a restorer in phases: its folder, interruptions, precision and unreadable pictures."""

import functools

import keras
import numpy as np
import pytest
import restorers

from kgan import images
from kgan.applications.restoration import Restorer, training
from kgan.architectures import patch
from kgan.datasets import patches
from kgan.datasets.degradations import GaussianNoise

SETTINGS = {"seed": 0, "precision": None}


class Stop(keras.callbacks.Callback):
    """Interrupts training before this many epochs have begun, of all phases together."""

    def __init__(self, epochs):
        super().__init__()
        self.epochs = epochs

    def on_epoch_begin(self, epoch, logs=None):
        self.epochs -= 1
        if self.epochs == 0:
            raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def small_discriminator(monkeypatch):
    monkeypatch.setattr(training.patch, "discriminator", functools.partial(patch.discriminator, width=4))


def train(out, updates=1, fine_updates=0, sharp_updates=0, callbacks=None, **settings):
    """Train a tiny denoiser for few updates."""
    picture = np.random.default_rng(0).integers(0, 256, (24, 30, 1), "uint8")

    def data(steps):
        return patches.load([picture], 16, batch_size=2, steps=steps, degradation=GaussianNoise(25))

    numbers = {"updates": updates, "fine_updates": fine_updates, "sharp_updates": sharp_updates}
    build = functools.partial(restorers.network, 1)
    return training.train_restorer(build, data, out, numbers, {**SETTINGS, **settings}, callbacks)


@pytest.mark.slow
def test_both_networks_are_trained_and_an_interrupted_training_is_continued(tmp_path, monkeypatch):
    monkeypatch.setattr(training, "UPDATES_PER_EPOCH", 2)
    numbers = {"updates": 4, "fine_updates": 3, "sharp_updates": 2}
    restorer = train(tmp_path / "whole", **numbers)
    names = sorted(path.name for path in (tmp_path / "whole").iterdir())
    assert names == ["faithful.keras", "model.json", "sharp.keras"]
    pairs = list(zip(restorer.faithful.get_weights(), restorer.sharp.get_weights(), strict=True))
    assert all(not np.array_equal(*pair) for pair in pairs)
    for epochs, phase in ((2, "updates"), (3, "fine_updates")):
        with pytest.raises(KeyboardInterrupt):
            train(tmp_path / "stopped", **numbers, callbacks=[Stop(epochs)])
        assert (tmp_path / "stopped" / "backup" / phase).exists()
    resumed = train(tmp_path / "stopped", **numbers)
    for fidelity in (0, 1):
        both = restorer.network(fidelity), resumed.network(fidelity)
        for weights in zip(*(network.get_weights() for network in both), strict=True):
            np.testing.assert_array_equal(*weights)


@pytest.mark.slow
def test_trained_in_half_precision_it_is_saved_in_float32(tmp_path):
    before = keras.config.dtype_policy()
    policies = []

    class Spy(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            policies.append(self.model.generator.layers[1].dtype_policy.name)

    restorer = train(tmp_path / "out", precision="mixed_bfloat16", callbacks=[Spy()])
    assert policies == ["mixed_bfloat16"]
    assert keras.config.dtype_policy() == before
    opened = Restorer.open(tmp_path / "out")
    assert opened.trained_on == {"updates": 1, "fine_updates": 0, "sharp_updates": 0, "seed": 0} | {
        "precision": "mixed_bfloat16"
    }
    assert all(layer.compute_dtype == "float32" for layer in opened.faithful.layers)
    picture = np.full((12, 13, 1), 77, "uint8")
    np.testing.assert_array_equal(opened.restore(picture), restorer.restore(picture))


def test_other_folders_are_not_touched(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "precious.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="new or empty folder"):
        train(tmp_path / "out")
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "begun", callbacks=[Stop(1)])
    with pytest.raises(FileExistsError, match="the training that began in"):
        train(tmp_path / "begun", seed=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"updates": 0}, "`updates` must be a positive integer"),
        ({"fine_updates": -1}, "`fine_updates` must be a positive integer"),
        ({"sharp_updates": -1}, "`sharp_updates` must be a positive integer"),
        ({"precision": "float7"}, "float7"),
    ],
)
def test_bad_arguments_leave_nothing(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        train(tmp_path / "out", **arguments)
    assert not (tmp_path / "out").exists()


class TestRead:
    @pytest.fixture
    def folder(self, tmp_path):
        """Two readable pictures, one that is no picture, and one whose file ends in the middle."""
        random = np.random.default_rng(0)
        images.save(tmp_path / "gray.png", random.integers(0, 256, (64, 64, 1), "uint8"))
        images.save(tmp_path / "sub" / "color.png", random.integers(0, 256, (64, 64, 3), "uint8"))
        (tmp_path / "text.png").write_text("no picture")
        images.save(tmp_path / "torn.jpg", random.integers(0, 256, (64, 64, 3), "uint8"))
        whole = (tmp_path / "torn.jpg").read_bytes()
        (tmp_path / "torn.jpg").write_bytes(whole[: len(whole) // 2])
        return tmp_path

    @pytest.mark.filterwarnings("always")
    def test_unreadable_pictures_are_named_and_left_out(self, folder):
        with (
            pytest.warns(UserWarning, match="1 of 4 pictures in .* cannot be read: text.png"),
            pytest.warns(UserWarning, match=r"1 of 3 .* cannot be read: torn.jpg \(it is truncated\). They"),
        ):
            pictures = training.read(folder)
        assert [picture.shape for picture in pictures] == [(64, 64, 3), (64, 64, 3)]

    def test_channels_are_those_of_all_pictures_or_as_asked_for(self, folder):
        for name in ("text.png", "torn.jpg"):
            (folder / name).unlink()
        assert {picture.shape[2] for picture in training.read(folder, channels=1)} == {1}
        (folder / "sub" / "color.png").unlink()
        assert [picture.shape for picture in training.read(folder)] == [(64, 64, 1)]

    @pytest.mark.filterwarnings("ignore:1 of 2 pictures")
    def test_folders_without_pictures(self, folder, tmp_path):
        with pytest.raises(FileNotFoundError, match="Expected a folder of pictures"):
            training.read(tmp_path / "nothing")
        for name in ("gray.png", "sub/color.png"):
            (folder / name).unlink()
        with pytest.raises(ValueError, match=r"cannot be read: torn.jpg \(it is truncated\). No other"):
            training.read(folder)
        (folder / "torn.jpg").unlink()
        with pytest.raises(ValueError, match=r"1 of 1 pictures .* cannot be read: text.png"):
            training.read(folder)

    def test_channels(self, folder):
        with pytest.raises(ValueError, match="`channels` must be 1 or 3"):
            training.read(folder, channels=4)
