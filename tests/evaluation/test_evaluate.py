"""Every metric of generated and of real images, with intervals; arguments are checked first."""

import keras
import networks
import numpy as np
import pytest

import kgan
from kgan import evaluation
from kgan.evaluation.evaluate import beside


@pytest.fixture(scope="module")
def pixels(tmp_path_factory):
    """Features that need no training: the first pixels, and probabilities of three made-up classes."""
    inputs = keras.Input(networks.SHAPE)
    x = keras.layers.Flatten()(inputs)
    outputs = {"features": x[:, 20:40], "probabilities": keras.layers.Softmax()(3 * x[:, 26:29])}
    path = tmp_path_factory.mktemp("features") / "pixels.keras"
    keras.Model(inputs, outputs).save(path)
    return path


@pytest.fixture(scope="module")
def result(pixels):
    return evaluation.evaluate(networks.gan(), "digits", features=pixels, num=300)


def test_rows(result):
    rows = {row.name: row for row in result.rows}
    assert {"frechet_distance_pixels", "kernel_distance_pixels", "recall_pixels", "modes_pixels"} <= set(rows)
    distance = rows["frechet_distance_pixels"]
    assert distance.value > 10 * distance.floor > 0
    assert 0 < distance.interval < distance.value
    assert rows["recall_pixels"].floor > 0.9
    assert rows["recall_pixels"].value < 0.2
    assert rows["modes_pixels"].floor == 3
    assert all(row.samples <= 300 for row in result.rows)
    assert "features" in result.settings


@pytest.mark.slow
def test_the_value_is_that_of_the_function(pixels):
    gan = networks.gan()
    result = evaluation.evaluate(gan, "digits", features=pixels, num=360)
    real = next(iter(kgan.datasets.load("digits", "test", batch_size=360, shuffle=False))).numpy()
    extractor = kgan.features.get(pixels)
    features = [extractor.extract(images)["features"] for images in (real, gan.generate(360, seed=0))]
    assert result.rows[0].value == pytest.approx(kgan.metrics.frechet_distance(*features), rel=1e-4)


@pytest.mark.slow
def test_fewer_samples_than_features_is_said():
    network = keras.Sequential([keras.Input(networks.SHAPE), keras.layers.Flatten()], name="all")
    result = evaluation.evaluate(networks.gan(), "digits", features=network, num=40)
    assert "fewer than the 64 features" in result.settings["note"]
    assert result.settings["note"] in result.notes


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num": 5}, "`num` must be at least"),
        ({"features": "nothing"}, "not there"),
        ({"data": "digit"}, "digits"),
    ],
)
def test_bad(options, message, pixels):
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        evaluation.evaluate(networks.gan(), **{"data": "digits", "features": pixels, **options})


@pytest.mark.parametrize("count", [1, 10])
def test_too_few_real_images(count, tmp_path, pixels):
    kgan.images.save_each(tmp_path / "pictures", networks.images(count))
    with pytest.raises(ValueError, match="Expected at least 40 images"):
        evaluation.evaluate(networks.gan(), tmp_path / "pictures", features=pixels)


@pytest.mark.slow
def test_a_folder_is_divided_into_halves(tmp_path, pixels):
    kgan.images.save_each(tmp_path / "pictures", networks.images(60))
    result = evaluation.evaluate(networks.gan(), tmp_path / "pictures", features=pixels)
    assert result.rows[0].samples == 30
    assert result.notes == ["30 of the 10,000 asked: the data have no more images to compare with."]
    assert result.settings["samples"].startswith("30 of 10,000 asked for")


def test_what_belongs_to_the_values(result):
    assert result.notes == []
    assert list(result.shares) == ["0", "1", "2"]
    np.testing.assert_allclose(np.sum(list(result.shares.values()), axis=0), 1)
    assert set(result.curve) == {"generated", "real"}
    assert result.curve["real"].min(axis=1).max() > result.curve["generated"].min(axis=1).max()
    assert result.real.shape == result.samples.shape
    assert result.verdict.grade == "far"


def test_neighbors_stand_right_of_their_sample():
    fake = np.array([-1.0, 1.0])[:, None, None, None] * np.ones((8, 8, 1))
    nearest = np.zeros((2, 3, 8, 8, 1))
    middle = beside(fake, nearest)[24, :, 0]
    side = 8 * 6
    assert middle.shape == (8 * side + 4 * 2 + 4 * 4,)
    np.testing.assert_array_equal(middle[:side], 0)
    np.testing.assert_array_equal(middle[side : side + 4], 255)
    np.testing.assert_array_equal(middle[side + 4 : 2 * side + 4], 128)


class TestUnlabeledData:
    @pytest.fixture
    def offline(self, monkeypatch, tmp_path):
        monkeypatch.setenv("KERAS_HOME", str(tmp_path / "empty"))
        monkeypatch.setattr("kgan.features.extractors.unreachable", lambda url: "no route")

    @pytest.mark.slow
    def test_random_features_where_inception_cannot_be_had(self, offline, unlabeled):
        result = evaluation.evaluate(networks.gan(), unlabeled, num=30)
        assert result.rows[0].name == "frechet_distance_random"
        (note, _) = result.notes
        assert "cannot be downloaded: no route" in note
        assert f"self_supervised:{unlabeled}," in note
        assert "not FID values" in note

    def test_inception_is_preferred(self, monkeypatch, unlabeled):
        network = keras.Sequential([keras.Input(networks.SHAPE), keras.layers.Flatten()])
        fake = kgan.features.FeatureExtractor(network, "inception")
        monkeypatch.setattr("kgan.features.inception", lambda: fake)
        setup = evaluation.check(networks.gan(), unlabeled)
        assert (setup.features, setup.notes) == (fake, ())

    def test_asking_for_inception_names_the_ways_out(self, offline, unlabeled):
        with pytest.raises(ValueError, match=r"no route.*features=random.*features=self_supervised:DATA"):
            evaluation.check(networks.gan(), unlabeled, features="inception")

    def test_learned_features_are_not_trained_before_all_is_checked(self, unlabeled):
        setup = evaluation.check(networks.gan(), unlabeled, features=f"self_supervised:{unlabeled}")
        assert callable(setup.features)
        with pytest.raises(ValueError, match="Unknown data set"):
            evaluation.check(networks.gan(), unlabeled, features="self_supervised:no/such/folder")

    def test_unreadable_pictures(self, unlabeled, pixels):
        (unlabeled / "broken.png").write_text("no picture")
        with pytest.raises(ValueError, match="cannot be read"):
            evaluation.check(networks.gan(), unlabeled, features=pixels)
        with pytest.warns(UserWarning, match="broken.png"):
            setup = evaluation.check(networks.gan(), unlabeled, features=pixels, skip_unreadable=True)
        assert setup.source.num_examples == 60


class Untouched:
    """A generator that must not be asked for images."""

    latent_dim = 4
    image_shape = (8, 8, 1)

    def generate(self, *args, **kwargs):
        raise AssertionError("generated images before all arguments were checked")


@pytest.fixture
def unlabeled(tmp_path):
    """A folder of 60 images without classes."""
    kgan.images.save_each(tmp_path / "unlabeled", networks.images(60))
    return tmp_path / "unlabeled"


class TestChecksComeFirst:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"features": "classifier:nothing/here"}, "Unknown data set"),
            ({"features": "nothing.keras"}, "not there"),
            ({"data": "no/such/folder"}, "Unknown data set"),
            ({"num": 19}, "`num` must be at least 20"),
            ({"image_size": 28}, "`image_size` must be that of the model"),
        ],
    )
    def test_names(self, options, message):
        with pytest.raises((ValueError, FileNotFoundError), match=message):
            evaluation.evaluate(Untouched(), **{"data": "digits", **options})

    def test_a_classifier_needs_labels(self, unlabeled):
        with pytest.raises(ValueError, match="Expected labeled data for the features"):
            evaluation.evaluate(Untouched(), "digits", features=f"classifier:{unlabeled}")

    def test_a_classifier_of_images_of_another_size(self, unlabeled):
        model = Untouched()
        model.image_shape = (9, 9, 1)
        with pytest.raises(ValueError, match=r"Expected images of shape \(8, 8, 1\)"):
            evaluation.evaluate(model, unlabeled, features="classifier:digits")
        setup = evaluation.check(model, "digits", features="classifier:digits")
        assert setup.features.keywords == {"image_size": (9, 9), "channels": 1}  # own data: of the model's size

    def test_features_of_images_of_another_size(self):
        network = keras.Sequential([keras.Input((9, 9, 1)), keras.layers.Flatten()], name="pixels")
        with pytest.raises(ValueError, match=r"Expected images of shape \(9, 9, 1\)"):
            evaluation.evaluate(Untouched(), "digits", features=network)

    def test_models(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="not there"):
            evaluation.evaluate(tmp_path / "model.keras", "digits")
        architectures = kgan.architectures
        gan = kgan.ImageToImageGAN(
            architectures.restoration.denoiser(width=4, blocks=1), architectures.patch.discriminator(width=4)
        )
        with pytest.raises(ValueError, match="generates images from latents"):
            evaluation.evaluate(gan, "digits")

    def test_what_is_checked_is_returned(self, pixels):
        setup = evaluation.check(networks.gan(), "digits", features=pixels)
        assert (setup.image_shape, setup.source.num_examples, setup.features.name) == (networks.SHAPE, 1437, "pixels")
        assert callable(evaluation.check(networks.gan(), "digits").features)  # a classifier, not trained yet
