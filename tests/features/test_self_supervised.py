"""Features learned without labels."""

import keras
import networks
import numpy as np
import pytest

import kgan
from kgan import features
from kgan.features.self_supervised import TEMPERATURE, contrastive_loss, load_or_train, network, turned


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))


def test_contrastive_loss_by_hand():
    """Two images, two views of each: the loss of a view is the cross entropy of its partner among the other three."""
    random = np.random.default_rng(0).normal(size=(4, 5))
    projection = (random / np.linalg.norm(random, axis=1, keepdims=True)).astype("float32")
    similarity = np.exp(projection @ projection.T / TEMPERATURE)
    np.fill_diagonal(similarity, 0)
    expected = [-np.log(similarity[i, (i + 2) % 4] / similarity[i].sum()) for i in range(4)]
    np.testing.assert_allclose(contrastive_loss(None, projection), expected, rtol=1e-4)


@pytest.mark.parametrize(("num_turns", "angles"), [(4, (0, 1, 2, 3)), (2, (0, 2))])
def test_turned(num_turns, angles):
    images = networks.images(8)
    expected = [np.rot90(image, k) for k, start in zip(angles, range(4)) for image in images[start::num_turns]]  # noqa: B905
    np.testing.assert_array_equal(turned(images, num_turns), expected)


@pytest.mark.parametrize("shape", [(8, 8, 1), (32, 24, 3)])
def test_network(shape):
    outputs = network(shape)(np.zeros((2, *shape), "float32"))
    assert {name: tuple(value.shape) for name, value in outputs.items()} == {
        "features": (2, 128),
        "projection": (2, 64),
        "turn": (2, 4),
    }
    np.testing.assert_array_equal(network(shape).get_weights()[0], network(shape).get_weights()[0])


@pytest.mark.slow
class TestTraining:
    @pytest.mark.parametrize("shape", [(8, 8, 1), (8, 12, 3)])
    def test_few_images_of_any_shape(self, tmp_path, shape, capsys):
        kgan.images.save_each(tmp_path / "pictures", networks.images(10, shape))
        first, again = (load_or_train(tmp_path / "pictures", updates=2, verbose=0) for _ in range(2))
        assert first.path == again.path
        other = load_or_train(tmp_path / "pictures", updates=2, seed=1, verbose=0)
        assert other.path != first.path
        assert capsys.readouterr().out == ""

    def test_the_same_seed_gives_the_same_weights(self, tmp_path):
        kgan.images.save_each(tmp_path / "pictures", networks.images(20))
        trained = []
        for _ in range(2):
            found = load_or_train(tmp_path / "pictures", updates=5, verbose=0)
            trained.append(found.network.get_weights())
            found.path.unlink()
        for one, two in zip(*trained, strict=True):
            np.testing.assert_allclose(one, two, atol=1e-5)

    def test_digits_are_told_apart_without_labels(self):
        """A linear classifier of the features is better than chance by far, and than that of an untrained network."""
        from sklearn.linear_model import LogisticRegression

        extractor = features.FeatureExtractor(
            keras.Model(
                (trained := load_or_train("digits", updates=300, verbose=0).network).inputs,
                trained.get_layer("features").output,
            )
        )
        (train, labels), (test, test_labels) = kgan.datasets.train_and_test("digits", 0.1)
        fitted = LogisticRegression(max_iter=300).fit(extractor.extract(train)["features"], labels)
        assert fitted.score(extractor.extract(test)["features"], test_labels) > 0.9


def test_a_name_of_nothing():
    with pytest.raises(ValueError, match="Unknown data set"):
        features.get("self_supervised:nothing/here")
