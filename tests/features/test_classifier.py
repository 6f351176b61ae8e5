"""The classifier whose features and probabilities the metrics use."""

import pathlib
import shutil
import sys

import keras
import networks
import numpy as np
import pytest

import kgan
from kgan import features
from kgan.features.classifier import FEATURES, load_or_train
from kgan.features.classifier import network as build

MODULE = sys.modules["kgan.features.classifier"]  # the package has a function of this name


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.mark.slow
def test_trained_once_and_good(capsys, home):
    state = np.random.get_state()[1].copy()
    extractor = features.get("classifier:digits")
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # nobody else's random numbers are touched
    out = capsys.readouterr().out
    accuracy = float(out.split("right on ")[1].split("%")[0])
    assert accuracy > 95
    (file,) = pathlib.Path(home, "kgan").glob("*.keras")
    before = file.stat().st_mtime_ns
    images, labels = next(iter(kgan.datasets.load("digits", "test", labels=True, batch_size=360, shuffle=False)))
    again = features.get("classifier:digits")
    assert file.stat().st_mtime_ns == before
    found = again.extract(images.numpy())
    np.testing.assert_allclose(found["features"], extractor.extract(images.numpy())["features"], rtol=1e-5)
    right = np.mean(found["probabilities"].argmax(axis=1) == labels.numpy())
    assert 100 * right == pytest.approx(accuracy, abs=0.01)
    assert again.name == "digits_classifier"


class TestCache:
    @pytest.fixture
    def trainings(self, monkeypatch):
        """Replace the training by a tiny model; return the list of the data that were trained on."""
        trained = []

        def train(source, image_size, channels, epochs, seed, verbose):
            trained.append(source.name)
            return keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()]), 0.5

        monkeypatch.setattr(MODULE, "_train", train)
        return trained

    @staticmethod
    def make(folder, level=0):
        for label in ("a", "b"):
            for number in range(2):
                picture = np.full((8, 8, 1), level + number, "uint8")
                kgan.images.save(folder / label / f"{number}.png", picture)
        return folder

    def test_folders_of_the_same_name_do_not_share_one(self, tmp_path, trainings):
        one, other = self.make(tmp_path / "1" / "data"), self.make(tmp_path / "2" / "data", level=7)
        first, second = load_or_train(one, verbose=0), load_or_train(other, verbose=0)
        assert first.path != second.path
        assert first.path.name.startswith("data-")
        assert load_or_train(one, verbose=0).path == first.path
        assert trainings == [one, other]

    def test_a_folder_that_was_moved_is_known(self, tmp_path, trainings, monkeypatch):
        path = load_or_train(self.make(tmp_path / "1" / "data"), verbose=0).path
        shutil.move(tmp_path / "1", tmp_path / "2")
        assert load_or_train(tmp_path / "2" / "data", verbose=0).path == path
        monkeypatch.chdir(tmp_path / "2" / "data")
        assert load_or_train(".", verbose=0).path == path
        assert len(trainings) == 1

    @pytest.mark.parametrize("change", ["picture", "name", "class", "test"])
    def test_a_folder_that_has_changed_is_not(self, tmp_path, trainings, change):
        folder = self.make(tmp_path / "data" / "train").parent
        self.make(folder / "test")
        before = load_or_train(folder, verbose=0).path
        if change == "picture":
            kgan.images.save(folder / "train" / "a" / "0.png", np.full((8, 8, 1), 99, "uint8"))
        elif change == "name":
            (folder / "train" / "a" / "0.png").rename(folder / "train" / "b" / "00.png")
        elif change == "class":
            (folder / "train" / "a").rename(folder / "train" / "c")
        else:
            kgan.images.save(folder / "test" / "a" / "0.png", np.full((8, 8, 1), 99, "uint8"))
        assert load_or_train(folder, verbose=0).path != before

    @pytest.mark.parametrize("options", [{"image_size": 9}, {"channels": 3}, {"epochs": 3}, {"seed": 1}])
    def test_other_settings(self, tmp_path, trainings, options):
        folder = self.make(tmp_path / "data")
        assert load_or_train(folder, verbose=0, **options).path != load_or_train(folder, verbose=0).path

    def test_own_size_and_channels_may_be_named(self, tmp_path, trainings):
        folder = self.make(tmp_path / "data")
        assert load_or_train(folder, 8, 1, verbose=0).path == load_or_train(folder, verbose=0).path

    def test_another_version(self, tmp_path, trainings, monkeypatch):
        folder = self.make(tmp_path / "data")
        before = load_or_train(folder, verbose=0).path
        monkeypatch.setattr(MODULE, "VERSION", 0)
        assert load_or_train(folder, verbose=0).path != before


def test_old_name():
    with pytest.warns(FutureWarning, match="`kgan.features.classifier.trained` is now"):
        from kgan.features.classifier import trained
    assert trained is load_or_train


def test_data_without_labels(tmp_path):
    kgan.images.save_each(tmp_path / "pictures", networks.images(4))
    with pytest.raises(ValueError, match="Expected labeled data"):
        features.get(f"classifier:{tmp_path / 'pictures'}")


@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (64, 48, 3)])
def test_network(shape):
    network = build(shape, num_classes=7)
    outputs = network(np.zeros((2, *shape), "float32"))
    assert outputs["features"].shape == (2, FEATURES)
    assert outputs["probabilities"].shape == (2, 7)
    same, other = build(shape, 7), build(shape, 7, seed=1)
    np.testing.assert_array_equal(same.get_weights()[0], network.get_weights()[0])
    assert (other.get_weights()[0] != network.get_weights()[0]).any()
