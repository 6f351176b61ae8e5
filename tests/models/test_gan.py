"""The adversarial update, and the model around it."""

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


def adam():
    return keras.optimizers.Adam(2e-4)


class TestClassic:
    """The classic network, faithfully: `GAN` against NumPy."""

    steps, batch = 20, 100

    @pytest.fixture(params=["float64", "float32"])
    def floatx(self, request):
        before = keras.config.floatx()
        keras.config.set_floatx(request.param)
        keras.config.set_dtype_policy(request.param)
        yield request.param
        keras.config.set_floatx(before)
        keras.config.set_dtype_policy(before)

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


class TestConditional:
    def test_arrays_datasets_and_generate(self):
        gan = networks.gan(num_classes=3)
        gan.compile(loss="hinge", penalties=["r1", "wgan_gp"])
        images, labels = networks.images(), networks.labels()
        gan.fit((images, labels), batch_size=8, verbose=0)
        gan.fit(images, labels, batch_size=8, verbose=0)
        gan.fit(kgan.datasets.from_arrays(images, labels, batch_size=8), verbose=0)
        assert gan.num_classes == 3
        one, other = gan.generate(4, seed=1, labels=0), gan.generate(4, seed=1, labels=[1, 1, 2, 2])
        assert one.shape == (4, 8, 8, 1)
        assert (one != other).any()
        np.testing.assert_array_equal(gan.generate(3, seed=1), gan.generate(3, seed=1, labels=[0, 1, 2]))
        assert np.isfinite(list(gan.evaluate(images, labels, verbose=0, return_dict=True).values())).all()

    @pytest.mark.parametrize(
        ("labels", "error", "message"),
        [
            (None, ValueError, r"Expected \(images, labels\): the networks are class-conditional"),
            (networks.labels() + 1, ValueError, r"Expected labels in \[0, 3\). Received: labels in \[1, 3\]"),
            (networks.labels().astype("float32"), TypeError, "Expected integer labels. Received: float32"),
            (networks.labels(31), ValueError, "Expected one label for each image"),
            (np.eye(3, dtype="int32")[networks.labels()], ValueError, "Expected one label for each image"),
        ],
    )
    def test_bad_labels(self, labels, error, message):
        gan = networks.gan(num_classes=3)
        gan.compile()
        with pytest.raises(error, match=message):
            gan.fit(networks.images(), labels, verbose=0)

    def test_label_dropout(self, tmp_path):
        shape = networks.SHAPE
        make = kgan.architectures.mlp
        gan = kgan.GAN(
            make.generator(shape, latent_dim=4, units=(8,), num_classes=3),
            make.discriminator(shape, units=(8,), num_classes=3),
            label_dropout=0.25,
            seed=0,
        )
        gan.compile(discriminator_optimizer=keras.optimizers.SGD(0.1), generator_optimizer=keras.optimizers.SGD(0.1))
        vectors = next(
            layer for layer in gan.generator.layers if isinstance(layer, kgan.layers.LabelEmbedding)
        ).embeddings
        before = vectors.numpy()
        gan.fit(networks.images(64), networks.labels(64), batch_size=32, verbose=0)
        assert (vectors.numpy() != before).any(axis=1).all()  # that of no class too
        gan.save(tmp_path / "gan.keras")
        again = keras.saving.load_model(tmp_path / "gan.keras")
        assert again.label_dropout == 0.25
        gan.export(tmp_path / "exported")
        opened = kgan.open_model(tmp_path / "exported")
        without = gan.generate(4, seed=1, labels=-1)
        assert (without != gan.generate(4, seed=1, labels=0)).any()
        for model in (again, opened):
            np.testing.assert_allclose(model.generate(4, seed=1, labels=-1), without, atol=1e-5)
        with pytest.raises(ValueError, match=r"Expected labels in \[-1, 3\)"):
            gan.generate(4, labels=-2)

    def test_the_share_of_dropped_labels(self):
        """The discriminator sees -1 in place of that share of the labels, of real and generated images alike."""
        seen = []

        @keras.saving.register_keras_serializable("test")
        class Tap(keras.layers.Layer):
            def call(self, labels):
                if keras.src.backend.is_tensor(labels) and hasattr(labels, "numpy"):
                    seen.append(labels.numpy())
                return labels

        images, labels = keras.Input(networks.SHAPE), keras.Input((), dtype="int32")
        x = keras.layers.Flatten()(images)
        logit = kgan.layers.projection_logit(x, Tap()(labels), num_classes=3)
        generator = kgan.architectures.mlp.generator(networks.SHAPE, latent_dim=4, units=(8,), num_classes=3)
        gan = kgan.GAN(generator, keras.Model([images, labels], logit), label_dropout=0.25, seed=0)
        gan.compile(loss="non_saturating", run_eagerly=True)
        gan.fit(networks.images(400), networks.labels(400), batch_size=400, verbose=0)
        real, fake = seen[:2]
        np.testing.assert_array_equal(real, fake)
        assert 0.18 < np.mean(real == -1) < 0.32
        np.testing.assert_array_equal(np.unique(real), [-1, 0, 1, 2])

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: networks.gan(3, label_dropout=1.0), r"`label_dropout` must be in \[0, 1\)"),
            (lambda: networks.gan(label_dropout=0.1), "Expected networks with labels"),
            (lambda: networks.gan(3, label_dropout=0.1), "embedded with `kgan.layers.LabelEmbedding`"),
        ],
    )
    def test_bad_label_dropout(self, make, message):
        with pytest.raises(ValueError, match=message):
            make()

    def test_auxiliary_classifier(self, tmp_path):
        """Its loss is that of the classes, it trains both networks, and no label goes in."""
        shape = networks.SHAPE
        make = kgan.architectures.mlp
        gan = kgan.GAN(
            make.generator(shape, latent_dim=4, units=(8,), num_classes=3),
            make.discriminator(shape, units=(8,), num_classes=3, conditioning="auxiliary_classifier"),
            seed=0,
        )
        gan.compile(keras.optimizers.Adam(1e-2), keras.optimizers.Adam(1e-2), loss="non_saturating")
        images, labels = networks.images(30), networks.labels(30)
        classes = ops.convert_to_numpy(keras.ops.log_softmax(gan.discriminator(images)[1]))
        expected = -classes[np.arange(30), labels].mean()
        logits, classification = gan.discrimination(images, labels, training=False)
        assert logits.shape == (30, 1)
        np.testing.assert_allclose(classification, expected, rtol=1e-5)
        history = gan.fit(images, labels, batch_size=30, epochs=100, verbose=0).history
        assert history["classification_loss"][-1] < 0.7 * history["classification_loss"][0]
        gan.save(tmp_path / "gan.keras")
        again = keras.saving.load_model(tmp_path / "gan.keras")
        assert again.evaluate(images, labels, verbose=0) == gan.evaluate(images, labels, verbose=0)

    def test_an_auxiliary_classifier_teaches_the_generator(self):
        """With nothing to learn from the logits, the classes of generated images still become right."""
        make = kgan.architectures.mlp
        generator = make.generator(networks.SHAPE, latent_dim=4, units=(8,), num_classes=3)
        discriminator = make.discriminator(
            networks.SHAPE, units=(8,), num_classes=3, conditioning="auxiliary_classifier"
        )
        gan = kgan.GAN(generator, discriminator, ema_decay=None, seed=0)
        gan.compile(keras.optimizers.Adam(1e-2), keras.optimizers.SGD(0.0), loss="wasserstein", update="alternating")
        discriminator.get_layer(index=-2).kernel.assign(0 * discriminator.get_layer(index=-2).kernel)
        images, labels = networks.images(30), networks.labels(30)
        gan.fit(images, labels, batch_size=30, epochs=150, verbose=0)
        found = ops.convert_to_numpy(discriminator(gan.generate(60, seed=1))[1]).argmax(axis=1)
        assert np.mean(found == np.arange(60) % 3) > 0.9

    @pytest.mark.parametrize("update", ["alternating", "simultaneous"])
    def test_the_weight_of_a_classifier_is_the_generators(self, update, tmp_path):
        """The loss of the generator is linear in it, that of the discriminator does not know it, and it is saved."""
        make = kgan.architectures.mlp
        images, labels = networks.images(30), networks.labels(30)
        pair = (
            make.generator(networks.SHAPE, latent_dim=4, units=(8,), num_classes=3),
            make.discriminator(networks.SHAPE, units=(8,), num_classes=3, conditioning="projection_and_classifier"),
        )
        logs = []
        for weight in (0.0, 0.5, 2.0):
            gan = kgan.GAN(*(keras.models.clone_model(each) for each in pair), seed=0)
            for each, start in zip((gan.generator, gan.discriminator), pair, strict=True):
                each.set_weights(start.get_weights())
            still = [keras.optimizers.SGD(0.0) for _ in range(2)]
            gan.compile(*still, loss="non_saturating", update=update, classification_weight=weight)
            logs.append(gan.train_on_batch(images, labels, return_dict=True))
        losses = [log["generator_loss"] for log in logs]
        assert losses[0] < losses[1]
        assert losses[2] - losses[0] == pytest.approx(4 * (losses[1] - losses[0]), rel=1e-3)
        assert len({log["discriminator_loss"] for log in logs}) == 1
        gan.save(tmp_path / "gan.keras")
        assert keras.saving.load_model(tmp_path / "gan.keras").classification_weight == 2.0
        with pytest.raises(ValueError, match="`classification_weight` must be non-negative"):
            gan.compile(classification_weight=-1)

    @pytest.mark.parametrize("classes", [2, 4])
    def test_an_auxiliary_classifier_of_other_classes(self, classes):
        make = kgan.architectures.mlp
        with pytest.raises(ValueError, match="logits of the generator's classes"):
            kgan.GAN(
                make.generator(networks.SHAPE, num_classes=3),
                make.discriminator(networks.SHAPE, num_classes=classes, conditioning="auxiliary_classifier"),
            )

    def test_bad_labels_to_generate(self):
        with pytest.raises(ValueError, match=r"Expected labels in \[0, 3\).*A label -1, no class, needs"):
            networks.gan(num_classes=3).generate(2, labels=-1)
        gan = networks.gan(num_classes=3)
        with pytest.raises(ValueError, match=r"Expected labels in \[0, 3\)"):
            gan.generate(2, labels=3)
        with pytest.raises(ValueError, match="Expected no labels: this generator is unconditional"):
            networks.gan().generate(2, labels=3)


class TestNetworks:
    """What the constructor and `compile` refuse."""

    @pytest.mark.parametrize(
        ("generator", "discriminator", "error", "message"),
        [
            (
                lambda: networks.generator(),
                lambda: networks.discriminator(activation="sigmoid"),
                ValueError,
                "raw logits",
            ),
            (
                lambda: networks.generator(),
                lambda: keras.Sequential([networks.discriminator(), keras.layers.Activation("sigmoid")]),
                ValueError,
                "raw logits",
            ),
            (lambda: networks.generator(), lambda: networks.discriminator(shape=(8, 8, 3)), ValueError, "makes"),
            (lambda: networks.generator(3), lambda: networks.discriminator(), ValueError, "labels both or neither"),
            (lambda: "generator", lambda: networks.discriminator(), TypeError, "Expected `generator`"),
            (lambda: networks.generator(), lambda: keras.Sequential(), ValueError, "built Sequential"),
        ],
    )
    def test_networks_that_do_not_fit(self, generator, discriminator, error, message):
        with pytest.raises(error, match=message):
            kgan.GAN(generator(), discriminator())

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"loss": "hing"}, "Unknown loss. Received: 'hing'. Did you mean 'hinge'"),
            ({"penalties": ["r3"]}, "Unknown penalty"),
            ({"penalties": "r1"}, r"Use \['r1'\]"),
            ({"penalties": ["r1", "r1"]}, "Expected each penalty once"),
            ({"update": "both"}, "Unknown update"),
            ({"discriminator_steps": 0}, "positive integer"),
            ({"discriminator_steps": 2, "update": "simultaneous"}, "one update of each"),
            (
                dict.fromkeys(("generator_optimizer", "discriminator_optimizer"), keras.optimizers.Adam()),
                "two optimizers",
            ),
        ],
    )
    def test_compile(self, options, message):
        with pytest.raises(ValueError, match=message):
            networks.gan().compile(**options)

    def test_decay(self):
        with pytest.raises(ValueError, match="`ema_decay` must be"):
            networks.gan(ema_decay=1.0)

    def test_a_frozen_generator_cannot_be_trained(self):
        """A network made from the averaged generator's config is frozen as that one is."""
        average = networks.gan().ema_generator
        gan = kgan.GAN(type(average).from_config(average.get_config()), networks.discriminator(), seed=0)
        gan.compile()
        with pytest.raises(ValueError, match="all of whose 4 weights are frozen"):
            gan.fit(networks.images(), verbose=0)


class TestSaving:
    def test_a_loaded_model_goes_on_exactly(self, tmp_path):
        """Train, save, train on; load and train on: the same numbers, with dropout, LeCam and a learning rate."""
        gan = networks.gan(dropout=0.3)
        gan.compile(
            penalties=["r1", "lecam", "wgan_gp"], metrics=[keras.metrics.MeanSquaredError()], update="simultaneous"
        )
        gan.fit(networks.images(), batch_size=8, verbose=0)
        gan.optimizer.learning_rate = 1e-3
        gan.save(tmp_path / "gan.keras")
        again = keras.saving.load_model(tmp_path / "gan.keras")
        assert again.update == "simultaneous"
        before = networks.state(gan)
        assert all(np.array_equal(value, before[name]) for name, value in networks.state(again).items())
        logs = [model.fit(networks.images(), batch_size=8, verbose=0).history for model in (gan, again)]
        assert logs[0] == logs[1]
        after = networks.state(gan)
        assert all(np.array_equal(value, after[name]) for name, value in networks.state(again).items())
        assert not np.array_equal(after["generator/0"], before["generator/0"])
        assert float(again.penalties[1].real_average) == float(gan.penalties[1].real_average) != 0

    def test_weights_file(self, tmp_path):
        gan, other = networks.gan(), networks.gan(seed=5)
        for model in (gan, other):
            model.compile()
        gan.fit(networks.images(), verbose=0)
        gan.save_weights(tmp_path / "gan.weights.h5")
        other.load_weights(tmp_path / "gan.weights.h5")
        np.testing.assert_array_equal(gan.generate(3, seed=1), other.generate(3, seed=1))

    def test_a_full_disk_leaves_the_old_file(self, tmp_path, monkeypatch):
        gan = networks.gan()
        gan.compile()
        path = tmp_path / "gan.keras"
        gan.save(path)
        old = path.read_bytes()

        def full(self, filepath, **kwargs):
            filepath.write_bytes(b"half a fi")
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(keras.Model, "save", full)
        with pytest.raises(OSError, match="No space left"):
            gan.save(path)
        assert path.read_bytes() == old
        assert list(tmp_path.iterdir()) == [path]

    def test_overwrite_false(self, tmp_path):
        gan = networks.gan()
        gan.compile()
        gan.save(tmp_path / "gan.keras")
        with pytest.raises(FileExistsError, match="overwrite=True"):
            gan.save(tmp_path / "gan.keras", overwrite=False)


def test_generate_is_repeatable_and_does_not_depend_on_the_batch_size():
    gan = networks.gan()
    images = gan.generate(10, seed=3)
    np.testing.assert_allclose(images, gan.generate(10, seed=3, batch_size=4), rtol=1e-5, atol=1e-6)
    assert (images != gan.generate(10, seed=4)).any()
    assert (gan.generate(2) != gan.generate(2)).any()
    assert (
        np.ptp(gan.generate(50, seed=3, truncation=0.1), axis=0).mean()
        < np.ptp(gan.generate(50, seed=3), axis=0).mean()
    )
    with pytest.raises(ValueError, match="num"):
        gan.generate(0)


def test_predict_and_summary_work_as_on_any_model(capsys):
    gan = networks.gan()
    noise = np.zeros((3, 4), "float32")
    np.testing.assert_allclose(gan.predict(noise, verbose=0), np.asarray(gan.ema_generator(noise)), rtol=1e-5)
    gan.summary()
    assert "gan" in capsys.readouterr().out


def test_points_in_the_plane_are_data_too():
    """Two-dimensional mixtures, the usual test of mode coverage, need no images."""
    generator, discriminator = networks.generator(shape=(2,)), networks.discriminator(shape=(2,))
    gan = kgan.GAN(generator, discriminator)
    gan.compile()
    gan.fit(np.random.default_rng(0).normal(5, 3, (64, 2)).astype("float32"), verbose=0)
    assert gan.generate(5, seed=0).shape == (5, 2)


def test_float64_data_become_what_the_generator_makes():
    states = []
    for dtype in ("float32", "float64"):
        gan = networks.gan()
        gan.compile()
        gan.fit(networks.images().astype(dtype), verbose=0)
        gan.evaluate(networks.images().astype(dtype), verbose=0)
        states.append(networks.state(gan))
    assert all(np.array_equal(value, states[1][name]) for name, value in states[0].items())


class TestPacking:
    def packed(self, packing=2, **options):
        keras.utils.set_random_seed(0)
        return kgan.GAN(
            networks.generator(), networks.discriminator(shape=(8, 8, packing)), packing=packing, seed=0, **options
        )

    def test_channels_are_stacked(self):
        gan, images = self.packed(), networks.images(6)
        stacked = ops.convert_to_numpy(gan.pack(images))
        np.testing.assert_array_equal(stacked[1, ..., 0], images[2, ..., 0])
        np.testing.assert_array_equal(stacked[1, ..., 1], images[3, ..., 0])

    def test_points_too(self):
        gan = kgan.GAN(networks.generator(shape=(2,)), networks.discriminator(shape=(6,)), packing=3)
        points = networks.images(6, (2,))
        np.testing.assert_array_equal(gan.pack(points), points.reshape(2, 6))

    @pytest.mark.parametrize("update", ["alternating", "simultaneous"])
    def test_trains_with_penalties_and_an_odd_batch(self, update, tmp_path):
        gan = self.packed()
        gan.compile(loss="relativistic", penalties=["r1", "r2", "wgan_gp", "lecam"], update=update)
        history = gan.fit(networks.images(21), batch_size=7, verbose=0).history
        assert history["skipped_updates"] == [0]
        gan.save(tmp_path / "gan.keras")
        again = keras.saving.load_model(tmp_path / "gan.keras")
        assert again.packing == 2
        assert again.evaluate(networks.images(), verbose=0) == gan.evaluate(networks.images(), verbose=0)

    def test_the_loss_is_that_of_stacked_images(self):
        gan, images = self.packed(ema_decay=None), networks.images(8)
        gan.compile(loss="least_squares")
        logs = gan.evaluate(images, verbose=0, return_dict=True, batch_size=8)
        stacked = images.reshape(4, 2, 8, 8).transpose(0, 2, 3, 1)
        assert logs["real_score"] == pytest.approx(float(np.mean(gan.discriminator(stacked))), rel=1e-5)

    @pytest.mark.parametrize("packing", [0, 1.5, 3])
    def test_bad(self, packing):
        with pytest.raises(ValueError, match=r"`packing` must be|3 images with stacked channels"):
            kgan.GAN(networks.generator(), networks.discriminator(shape=(8, 8, 2)), packing=packing)

    def test_labels(self):
        with pytest.raises(ValueError, match="Expected networks without labels"):
            kgan.GAN(networks.generator(3), networks.discriminator(3, shape=(8, 8, 2)), packing=2)
