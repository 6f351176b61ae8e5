"""Metrics of features in `evaluate` and `fit`, and what importing them costs."""

import subprocess
import sys

import keras
import networks
import numpy as np
import pytest
from keras import ops

import kgan
from kgan import metrics
from kgan.metrics.feature_metric import Features, fill


def extractor():
    network = keras.Sequential([keras.Input(networks.SHAPE), keras.layers.Flatten(), keras.layers.Dense(5)])
    return kgan.features.FeatureExtractor(network, "dense")


class TestInFit:
    @pytest.mark.slow
    def test_validation_shows_them_and_keras_callbacks_use_them(self, tmp_path):
        gan, features = networks.gan(), extractor()
        chosen = [metrics.FrechetDistance(features), metrics.PrecisionRecall(features, num_samples=50)]
        gan.compile(metrics=chosen)
        path = tmp_path / "best.keras"
        callbacks = [
            keras.callbacks.ModelCheckpoint(path, monitor="val_frechet_distance_dense", save_best_only=True),
            keras.callbacks.EarlyStopping(monitor="val_frechet_distance_dense", patience=10, restore_best_weights=True),
        ]
        images = networks.images(64)
        history = gan.fit(images, validation_data=images[:40], epochs=4, verbose=0, callbacks=callbacks).history
        assert {"val_recall_dense", "val_precision_dense", "val_frechet_distance_dense"} <= set(history)
        best = min(history["val_frechet_distance_dense"])
        assert best == callbacks[0].best == callbacks[1].best
        # The saved model is the best one: measured again, it has the same figure.
        again = keras.saving.load_model(path)
        again.compile(metrics=[metrics.FrechetDistance(features)])
        logs = again.evaluate(images[:40], verbose=0, return_dict=True)
        assert logs["frechet_distance_dense"] == pytest.approx(best, rel=1e-5)

    @pytest.mark.slow
    def test_the_figure_is_that_of_all_batches(self):
        gan, features = networks.gan(), extractor()
        gan.compile(metrics=[metrics.FrechetDistance(features)])
        images = networks.images(50)
        logs = gan.evaluate(images, batch_size=16, verbose=0, return_dict=True)
        keras_seed = keras.random.SeedGenerator(0)
        noise = [kgan.latents.draw(num, 4, keras_seed) for num in (16, 16, 16, 2)]
        fake = np.concatenate([gan(latents) for latents in noise])
        expected = metrics.frechet_distance(*(features.extract(kind)["features"] for kind in (images, fake)))
        assert logs["frechet_distance_dense"] == pytest.approx(expected, rel=1e-4)

    def test_images_that_do_not_fit_are_refused_by_compile(self):
        network = keras.Sequential([keras.Input((9, 9, 1)), keras.layers.Flatten()])
        with pytest.raises(ValueError, match=r"Expected images of shape \(9, 9, 1\)"):
            networks.gan().compile(metrics=[metrics.FrechetDistance(network)])

    def test_probabilities_are_asked_for_by_compile(self):
        with pytest.raises(ValueError, match="Expected features with class probabilities"):
            networks.gan().compile(metrics=[metrics.InceptionScore(extractor())])


class Brightness:
    """A feature extractor that is not kgan's."""

    name = "brightness"
    identifier = None

    def __call__(self, images):
        return {"features": ops.mean(images, axis=(1, 2))}

    def check(self, shape):
        assert shape[-1] == 1

    def dimension(self, kind="features"):
        return 1


def test_any_object_with_the_methods_of_features_will_do():
    assert isinstance(Brightness(), Features)
    assert isinstance(extractor(), Features)
    metric = metrics.FrechetDistance(Brightness())
    assert metric.name == "frechet_distance_brightness"
    images = networks.images(20)
    metric.update_state(images, images + 0.5)
    assert float(metric.result()) == pytest.approx(0.25, rel=1e-3)


def test_names_and_networks_are_resolved():
    network = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()], name="pixels")
    assert metrics.FrechetDistance(network).name == "frechet_distance_pixels"
    with pytest.raises(FileNotFoundError, match="nothing"):
        metrics.FrechetDistance("nothing.keras")


@pytest.mark.parametrize(
    ("position", "expected"),
    [(0, [1, 2, 0, 0]), (3, [0, 0, 0, 1]), (-1, [2, 0, 0, 0]), (4, [0, 0, 0, 0]), (-2, [0, 0, 0, 0])],
)
def test_fill(position, expected):
    assert np.ravel(fill(ops.zeros((4, 1)), ops.array([[1.0], [2.0]]), position)).tolist() == expected


@pytest.mark.slow
@pytest.mark.parametrize("module", ["kgan.metrics", "kgan.models"])
def test_imports_neither_data_sets_nor_scikit_learn(module):
    """Keras imports scikit-learn where it finds it, so it must not be found here."""
    code = f"""
import sys
for name in ("tensorflow_datasets", "sklearn", "scipy"):
    sys.modules[name] = None  # importing it raises ModuleNotFoundError
import {module}
print("kgan.features" in sys.modules)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "False"
