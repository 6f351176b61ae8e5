"""The GAN of latents: labels, networks, packing, saving, samples."""

import keras
import networks
import numpy as np
import pytest
from keras import ops

import kgan


class TestConditional:
    @pytest.mark.slow
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

    @pytest.mark.slow
    def test_names_of_classes_are_those_of_the_data_and_are_saved(self, tmp_path):
        gan = networks.gan(num_classes=10)
        gan.compile(loss="hinge")
        gan.fit(kgan.datasets.load("digits", labels=True, batch_size=700), verbose=0)
        assert gan.class_names == tuple("0123456789")
        gan.save(tmp_path / "gan.keras")
        again = kgan.open_model(tmp_path / "gan.keras")
        assert again.class_names == gan.class_names
        np.testing.assert_array_equal(again.generate(2, seed=1, labels="7"), gan.generate(2, seed=1, labels=7))
        gan.export(tmp_path / "exported")
        assert kgan.open_model(tmp_path / "exported").class_names == gan.class_names

    def test_given_names_of_classes_stay(self):
        names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
        gan = networks.gan(num_classes=10, class_names=names)
        gan.prepare_data(kgan.datasets.load("digits", labels=True))  # as `fit` does
        assert gan.class_names == tuple(names)
        np.testing.assert_array_equal(gan.generate(2, seed=1, labels="seven"), gan.generate(2, seed=1, labels=7))
        with pytest.raises(ValueError, match="Expected no `class_names`"):
            networks.gan(class_names=names)

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

    @pytest.mark.slow
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

    @pytest.mark.slow
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

    @pytest.mark.slow
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
            (lambda: networks.generator(), lambda: keras.Sequential(), ValueError, "a built model"),
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
    @pytest.mark.slow
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
    assert (gan.generate(10, seed=3, truncation=0.5) != images).any()
    np.testing.assert_array_equal(gan.generate(10, seed=3, truncation=1.0), images)
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
    with pytest.warns(UserWarning, match="Scale the data to"):  # the generator ends in tanh
        gan.fit(np.random.default_rng(0).normal(5, 3, (64, 2)).astype("float32"), verbose=0)
    assert gan.generate(5, seed=0).shape == (5, 2)


@pytest.mark.slow
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

    @pytest.mark.slow
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
