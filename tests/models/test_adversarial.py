"""What both adversarial models share: the step, the state, and Keras's own callbacks on them."""

import keras
import networks
import numpy as np
import pytest

import kgan


@pytest.fixture
def gan():
    gan = networks.gan()
    gan.compile(loss="non_saturating", metrics=[keras.metrics.MeanSquaredError(name="distance")])
    return gan


IMAGES = networks.images()


class TestKerasCallbacks:
    def test_model_checkpoint(self, gan, tmp_path):
        checkpoint = keras.callbacks.ModelCheckpoint(
            tmp_path / "best.keras", monitor="val_distance", mode="min", save_best_only=True
        )
        gan.fit(IMAGES, validation_data=IMAGES[:8], epochs=3, verbose=0, callbacks=[checkpoint])
        best = keras.saving.load_model(tmp_path / "best.keras")
        score = best.evaluate(IMAGES[:8], verbose=0, return_dict=True)["distance"]
        assert score == pytest.approx(checkpoint.best, rel=1e-5)

    def test_early_stopping_restores_the_best_weights(self, gan):
        stopping = keras.callbacks.EarlyStopping(
            monitor="val_distance", mode="max", min_delta=1e9, patience=2, restore_best_weights=True
        )
        history = gan.fit(IMAGES, validation_data=IMAGES[:8], epochs=9, verbose=0, callbacks=[stopping])
        assert len(history.epoch) == 3
        best = history.history["val_distance"][0]  # by such a margin nothing beats the first
        assert gan.evaluate(IMAGES[:8], verbose=0, return_dict=True)["distance"] == pytest.approx(best, rel=1e-5)

    def test_csv_logger(self, gan, tmp_path):
        gan.fit(IMAGES, epochs=2, verbose=0, callbacks=[keras.callbacks.CSVLogger(tmp_path / "log.csv")])
        assert len((tmp_path / "log.csv").read_text().splitlines()) == 3

    def test_learning_rate_scheduler_keeps_the_ratio(self, gan):
        gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(4e-3), loss="hinge")
        schedule = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
        history = gan.fit(IMAGES, epochs=3, verbose=0, callbacks=[schedule]).history
        np.testing.assert_allclose(history["learning_rate_generator"], [5e-4, 2.5e-4, 1.25e-4], rtol=1e-5)
        np.testing.assert_allclose(history["learning_rate_discriminator"], [2e-3, 1e-3, 5e-4], rtol=1e-5)

    def test_reduce_on_plateau(self, gan):
        plateau = keras.callbacks.ReduceLROnPlateau(
            monitor="val_distance", mode="max", min_delta=1e9, factor=0.1, patience=1
        )
        gan.compile(
            keras.optimizers.Adam(2e-4),
            keras.optimizers.Adam(2e-4),
            metrics=[keras.metrics.MeanSquaredError("distance")],
        )
        gan.fit(IMAGES, validation_data=IMAGES[:8], epochs=3, verbose=0, callbacks=[plateau])
        for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
            assert float(optimizer.learning_rate) == pytest.approx(2e-6, rel=1e-5)

    def test_tensorboard_and_swap_of_a_second_fit(self, gan, tmp_path):
        gan.fit(IMAGES, epochs=1, verbose=0, callbacks=[keras.callbacks.TensorBoard(tmp_path, update_freq=1)])
        assert list(tmp_path.rglob("events*"))


class TestInterface:
    """What callbacks and applications may ask a model."""

    def test_gan(self):
        gan = networks.gan(num_classes=3)
        gan.compile()
        batch = gan.unpack(tuple(map(keras.ops.convert_to_tensor, (networks.images(4), networks.labels(4)))))
        assert gan.samples_from == "latents"
        latents = gan.sources(batch, seed=1)
        assert latents.shape == (4, gan.latent_dim)
        fake = gan.synthesize(latents, batch.condition)
        np.testing.assert_array_equal(fake, gan.ema_generator([latents, batch.condition]))
        np.testing.assert_array_equal(gan.discriminate(fake, batch.condition).shape, (4, 1))
        assert gan.data_position.data is None
        assert not gan.data_position.skipping

    def test_siblings(self):
        """Neither model pretends to be the other."""
        assert not issubclass(kgan.ImageToImageGAN, kgan.GAN)
        assert not issubclass(kgan.GAN, kgan.ImageToImageGAN)
        for name in ("latent_dim", "generate", "num_classes", "packing"):
            assert not hasattr(kgan.ImageToImageGAN, name)


class TestPackingRemainder:
    """Two images are one pack, so a last batch of one image holds none."""

    def train(self, count, callbacks=()):
        gan = kgan.GAN(networks.generator(), networks.discriminator(shape=(8, 8, 2)), packing=2, seed=0)
        gan.compile()
        data = kgan.datasets.from_arrays(networks.images(count), batch_size=16, shuffle=False, drop_remainder=False)
        return gan, gan.fit(data, epochs=2, verbose=0, callbacks=list(callbacks))

    def test_it_is_no_update_that_is_not_finite(self):
        gan, history = self.train(33, [kgan.callbacks.TerminateOnNonFinite()])
        assert history.history["skipped_updates"] == [0, 0]
        assert len(history.epoch) == 2
        assert int(gan.generator_optimizer.iterations) == 4

    def test_it_leaves_no_trace(self):
        """As without the last image: no update, no random number, no mean."""
        keras.utils.set_random_seed(0)
        whole, history = self.train(32)
        keras.utils.set_random_seed(0)
        longer, other = self.train(33)
        first, second = networks.state(whole), networks.state(longer)
        assert not [name for name in first if not np.array_equal(first[name], second[name])]
        assert history.history == other.history

    def test_evaluate_has_means_of_what_there_is(self):
        gan, _ = self.train(32)
        logs = gan.evaluate(networks.images(17), batch_size=16, verbose=0, return_dict=True)
        assert np.isfinite(list(logs.values())).all()
