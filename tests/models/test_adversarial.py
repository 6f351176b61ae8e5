"""What both adversarial models share: the step, the state, and Keras's own callbacks on them."""

import gc
import pathlib
import resource

import classic_reference
import keras
import networks
import numpy as np
import pytest
from keras import ops

import kgan
from kgan.losses.adversarial import LOSSES
from kgan.penalties import PENALTIES


@pytest.fixture
def gan():
    gan = networks.gan()
    gan.compile(loss="non_saturating", metrics=[keras.metrics.MeanSquaredError(name="distance")])
    return gan


IMAGES = networks.images()


class TestKerasCallbacks:
    @pytest.mark.slow
    def test_model_checkpoint(self, gan, tmp_path):
        checkpoint = keras.callbacks.ModelCheckpoint(
            tmp_path / "best.keras", monitor="val_distance", mode="min", save_best_only=True
        )
        gan.fit(IMAGES, validation_data=IMAGES[:8], epochs=3, verbose=0, callbacks=[checkpoint])
        best = keras.saving.load_model(tmp_path / "best.keras")
        score = best.evaluate(IMAGES[:8], verbose=0, return_dict=True)["distance"]
        assert score == pytest.approx(checkpoint.best, rel=1e-5)

    @pytest.mark.slow
    def test_early_stopping_restores_the_best_weights(self, gan):
        stopping = keras.callbacks.EarlyStopping(
            monitor="val_distance", mode="max", min_delta=1e9, patience=2, restore_best_weights=True
        )
        history = gan.fit(IMAGES, validation_data=IMAGES[:8], epochs=9, verbose=0, callbacks=[stopping])
        assert len(history.epoch) == 3
        best = history.history["val_distance"][0]  # by such a margin nothing beats the first
        assert gan.evaluate(IMAGES[:8], verbose=0, return_dict=True)["distance"] == pytest.approx(best, rel=1e-5)

    @pytest.mark.slow
    def test_csv_logger(self, gan, tmp_path):
        gan.fit(IMAGES, epochs=2, verbose=0, callbacks=[keras.callbacks.CSVLogger(tmp_path / "log.csv")])
        assert len((tmp_path / "log.csv").read_text().splitlines()) == 3

    @pytest.mark.slow
    def test_learning_rate_scheduler_keeps_the_ratio(self, gan):
        gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(4e-3), loss="hinge")
        schedule = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
        history = gan.fit(IMAGES, epochs=3, verbose=0, callbacks=[schedule]).history
        np.testing.assert_allclose(history["learning_rate_generator"], [5e-4, 2.5e-4, 1.25e-4], rtol=1e-5)
        np.testing.assert_allclose(history["learning_rate_discriminator"], [2e-3, 1e-3, 5e-4], rtol=1e-5)

    @pytest.mark.slow
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

    @pytest.mark.slow
    def test_it_is_no_update_that_is_not_finite(self):
        gan, history = self.train(33, [kgan.callbacks.TerminateOnNonFinite()])
        assert history.history["skipped_updates"] == [0, 0]
        assert len(history.epoch) == 2
        assert int(gan.generator_optimizer.iterations) == 4

    @pytest.mark.slow
    def test_it_leaves_no_trace(self):
        """As without the last image: no update, no random number, no mean."""
        keras.utils.set_random_seed(0)
        whole, history = self.train(32)
        keras.utils.set_random_seed(0)
        longer, other = self.train(33)
        first, second = networks.state(whole), networks.state(longer)
        assert not [name for name in first if not np.array_equal(first[name], second[name])]
        assert history.history == other.history

    @pytest.mark.slow
    def test_evaluate_has_means_of_what_there_is(self):
        gan, _ = self.train(32)
        logs = gan.evaluate(networks.images(17), batch_size=16, verbose=0, return_dict=True)
        assert np.isfinite(list(logs.values())).all()


def adam():
    return keras.optimizers.Adam(2e-4)


class TestClassic:
    """The classic network, faithfully: `GAN` against NumPy."""

    steps, batch = 20, 100

    @pytest.fixture(params=["float64", pytest.param("float32", marks=pytest.mark.slow)])
    def floatx(self, request):
        before = keras.config.floatx()
        keras.config.set_floatx(request.param)
        keras.config.set_dtype_policy(request.param)
        yield request.param
        keras.config.set_floatx(before)
        keras.config.set_dtype_policy(before)

    @pytest.mark.slow
    def test_equals_the_independent_reference(self, floatx, monkeypatch):
        keras.utils.set_random_seed(0)
        rng = np.random.default_rng(0)
        generator = kgan.architectures.mlp.generator((28, 28, 1))
        discriminator = kgan.architectures.mlp.discriminator((28, 28, 1))
        images = np.tanh(rng.normal(-1, 1, (self.steps, self.batch, 784)))
        noise = rng.normal(size=(self.steps, self.batch, 100))
        expected = classic_reference.train(generator.get_weights(), discriminator.get_weights(), images, noise)

        gan = kgan.GAN(generator, discriminator, ema_decay=None)
        gan.compile(adam(), adam(), loss="non_saturating", jit_compile=False)
        drawn = ops.convert_to_tensor(noise, dtype=floatx)
        monkeypatch.setattr(
            gan, "sources", lambda batch, seed: drawn[ops.cast(gan.generator_optimizer.iterations, "int32")]
        )
        data = kgan.datasets.from_arrays(
            images.reshape(-1, 28, 28, 1).astype(floatx), batch_size=self.batch, shuffle=False
        )
        gan.fit(data, verbose=0)

        for network, weights in zip((generator, discriminator), expected, strict=True):
            for weight, reference in zip(network.weights, weights, strict=True):
                error = np.abs(weight.numpy() - reference)
                if floatx == "float64":
                    assert (error <= 1e-5 * np.abs(reference) + 1e-12).all(), weight.path
                else:
                    # Adam divides a gradient by its own size, so float32's rounding of a tiny one moves a weight by
                    # a good part of a step, whatever the implementation: only the matrix as a whole can agree.
                    assert np.linalg.norm(error) <= 2e-3 * np.linalg.norm(reference), weight.path

    def test_the_reference_has_the_right_gradients(self):
        """The reference itself, against finite differences."""
        rng = np.random.default_rng(1)
        weights = [rng.normal(size=s) for s in ((3, 5), (5,), (5, 4), (4,), (4, 1), (1,))]
        network = classic_reference.Network(weights, ["relu", "tanh", "linear"])
        x = rng.normal(size=(6, 3))
        network.forward(x)
        network.backward(np.ones((6, 1)))
        for parameter, gradient in zip(network.parameters, network.gradients, strict=True):
            index = (0,) * parameter.ndim
            parameter[index] += 1e-6
            above = network.forward(x).sum()
            parameter[index] -= 2e-6
            below = network.forward(x).sum()
            parameter[index] += 1e-6
            assert (above - below) / 2e-6 == pytest.approx(gradient[index], rel=1e-4, abs=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("loss", LOSSES)
def test_any_loss_with_every_penalty(loss):
    """All penalties at once share one step; every trainable weight of both networks moves."""
    gan = networks.gan()
    gan.compile(loss=loss, penalties=list(PENALTIES))
    before = [weight.numpy() for weight in gan.generator.weights + gan.discriminator.weights]
    logs = gan.fit(networks.images(), batch_size=16, verbose=0).history
    after = gan.generator.weights + gan.discriminator.weights
    assert all((a.numpy() != b).any() for a, b in zip(after, before, strict=True))
    expected = {"discriminator_loss", "generator_loss", "real_score", "fake_score", "skipped_updates", *PENALTIES}
    expected.remove("weight_clipping")  # a constraint has no value
    assert set(logs) == expected
    assert np.isfinite(list(logs.values())).all()
    assert logs["skipped_updates"] == [0]
    assert max(np.abs(weight).max() for weight in gan.discriminator.get_weights()) <= 0.0101  # clipped


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
def test_penalties_in_a_step_equal_the_formula(update):
    """R1 as logged equals gamma / 2 |grad|^2 of the discriminator as it was before the step."""
    gan = networks.gan()
    gan.compile(loss="hinge", penalties=[kgan.penalties.R1(gamma=3.0)], update=update)
    images = networks.images(8)
    first, _, second, _ = gan.discriminator.get_weights()
    flat = images.reshape(8, -1)
    hidden = flat @ first
    slope = np.where(hidden > 0, 1.0, 0.2) * second[:, 0] @ first.T
    logs = gan.fit(images, batch_size=8, verbose=0).history
    assert logs["r1"][0] == pytest.approx(1.5 * np.mean(np.sum(slope**2, axis=1)), rel=1e-4)


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
def test_gamma_falls_with_the_updates_of_the_discriminator(update):
    """A discriminator that does not learn has the same slope in each step, so the log shows gamma alone."""
    gan = networks.gan()
    optimizer = keras.optimizers.SGD(0.0)
    gan.compile(
        discriminator_optimizer=optimizer, penalties=[kgan.penalties.R1(4.0, final_gamma=1.0, decay_steps=4)],
        loss="hinge", update=update,
    )  # fmt: skip
    logs = gan.fit(networks.images(8), batch_size=8, epochs=6, verbose=0).history
    expected = [(1 + 3 * (1 + np.cos(np.pi * min(step, 4) / 4)) / 2) / 4 for step in range(6)]
    np.testing.assert_allclose(np.array(logs["r1"]) / logs["r1"][0], expected, rtol=1e-4)


@pytest.mark.slow
def test_discriminator_steps():
    gan = networks.gan()
    gan.compile(loss="wasserstein", penalties=["wgan_gp"], discriminator_steps=5)
    gan.fit(networks.images(), batch_size=16, verbose=0)
    assert int(gan.generator_optimizer.iterations) == 2
    assert int(gan.discriminator_optimizer.iterations) == 10


def test_the_generator_meets_the_updated_discriminator_only_when_alternating():
    """With a huge discriminator step the generator's loss tells which discriminator it met."""
    losses = {}
    for update in ("alternating", "simultaneous"):
        gan = networks.gan()
        gan.compile(discriminator_optimizer=keras.optimizers.SGD(1.0), loss="wasserstein", update=update)
        losses[update] = gan.fit(networks.images(16), batch_size=16, verbose=0).history
    assert losses["alternating"]["discriminator_loss"] == pytest.approx(losses["simultaneous"]["discriminator_loss"])
    # Simultaneous: the very logits that fake_score averaged. Alternating: those after the step.
    assert losses["simultaneous"]["generator_loss"][0] == pytest.approx(-losses["simultaneous"]["fake_score"][0])
    assert losses["alternating"]["generator_loss"][0] > losses["simultaneous"]["generator_loss"][0] + 0.5


@pytest.mark.slow
def test_average_follows_the_formula():
    """Of the running statistics too: one batch more or less must not show in the samples."""
    dcgan = kgan.architectures.dcgan
    gan = kgan.GAN(dcgan.generator(networks.SHAPE, 4, width=1), networks.discriminator(), ema_decay=0.5, seed=0)
    gan.compile()
    average = gan.generator.get_weights()
    for step in (1, 2, 3):
        gan.fit(networks.images(8), batch_size=8, verbose=0)
        decay = min(0.5, (1 + step) / (10 + step))
        average = [decay * a + (1 - decay) * w for a, w in zip(average, gan.generator.get_weights(), strict=True)]
    for a, expected in zip(gan.ema_generator.get_weights(), average, strict=True):
        np.testing.assert_allclose(a, expected, rtol=1e-5, atol=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("steps_per_execution", [1, 4])
def test_updates_that_are_not_finite_are_skipped_and_counted(steps_per_execution):
    """One NaN image in the second of four batches: that step leaves no trace but the count."""
    images = networks.images(32)
    clean = np.concatenate([images[:8], images[16:]])
    images[8 + 3, 2, 2, 0] = np.nan
    results = {}
    for name, data in (("nan", images), ("clean", clean)):
        gan = networks.gan()
        gan.compile(loss="non_saturating", steps_per_execution=steps_per_execution)
        gan.sources = lambda batch, seed: ops.ones((ops.shape(batch.real)[0], 4))
        data = kgan.datasets.from_arrays(data, batch_size=8, shuffle=False)
        logs = gan.fit(data, verbose=0).history
        results[name] = networks.state(gan), logs
    assert results["nan"][1]["skipped_updates"] == [1]
    assert results["clean"][1]["skipped_updates"] == [0]
    for name in ("generator/0", "discriminator/0", "average/0"):
        # The discriminator's update is skipped, the generator's (which saw no real image) is made.
        assert np.isfinite(results["nan"][0][name]).all()
    assert np.isfinite(results["nan"][1]["discriminator_loss"]).all()


@pytest.mark.slow
def test_two_runs_with_one_seed_are_equal_and_two_seeds_are_not():
    runs = []
    for seed in (1, 1, 2):
        gan = networks.gan(dropout=0.3, seed=seed)
        gan.compile(penalties=["wgan_gp"])
        gan.fit(networks.images(), batch_size=8, epochs=2, verbose=0)
        runs.append(networks.state(gan))
    assert all(np.array_equal(runs[0][name], runs[1][name]) for name in runs[0])
    assert not np.array_equal(runs[0]["generator/0"], runs[2]["generator/0"])


def test_no_retracing_not_even_on_a_smaller_last_batch():
    traces = []

    class Counting(kgan.GAN):
        def train_step(self, data):
            traces.append(1)
            return super().train_step(data)

    gan = Counting(networks.generator(), networks.discriminator())
    gan.compile()
    data = kgan.datasets.from_arrays(networks.images(20), batch_size=8, drop_remainder=False)
    gan.fit(data, epochs=1, verbose=0)
    first = len(traces)
    gan.fit(data, epochs=3, verbose=0)
    assert len(traces) == first <= 2


@pytest.mark.slow
def test_memory_is_flat_over_fifty_epochs():
    statm = pathlib.Path("/proc/self/statm")
    if not statm.exists():
        pytest.skip("this system has no /proc/self/statm")
    sizes = []

    class Watch(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch % 5:
                return
            gc.collect()
            sizes.append(int(statm.read_text().split()[1]) * resource.getpagesize() / 2**20)

    gan = networks.gan()
    gan.compile()
    data = networks.images(256)
    gan.fit(data, batch_size=16, epochs=61, verbose=0, validation_data=data[:32], callbacks=[Watch()])
    # MiB. The first epochs fill caches; a step or an epoch that kept its images would show as 3 MiB in 50 epochs.
    assert max(sizes[-2:]) - max(sizes[1:3]) < 2, sizes


@pytest.mark.slow
@pytest.mark.parametrize("options", [{"run_eagerly": True}, {"jit_compile": True}, {"steps_per_execution": 2}])
def test_ways_to_run_agree(options):
    runs = []
    for each in ({"jit_compile": False}, options):
        gan = networks.gan()
        gan.compile(**each)
        gan.sources = lambda batch, seed: batch.real[:, :4, 0, 0]  # XLA has random numbers of its own
        gan.fit(networks.images(), batch_size=8, verbose=0)
        runs.append(networks.state(gan))
    for name in runs[0]:
        np.testing.assert_allclose(runs[0][name], runs[1][name], rtol=1e-3, atol=1e-6)
