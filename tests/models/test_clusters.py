import keras
import networks
import numpy as np
import pytest
from scipy import stats

import kgan
from kgan.models.clusters import Clusters, Sectors


def blobs(counts=(100, 200, 500), spread=0.1):
    """Points round three corners of a triangle, in order."""
    corners = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 3.0]])
    rng = np.random.default_rng(0)
    parts = [rng.normal(corner, spread, (count, 2)) for corner, count in zip(corners, counts, strict=True)]
    return np.concatenate(parts).astype("float32"), np.repeat(np.arange(3), counts)


@pytest.fixture
def clusters():
    found = Clusters(3, (2,))
    found.adapt(blobs()[0])
    return found


class TestClusters:
    def test_parts_that_are_apart_are_clusters(self, clusters):
        points, parts = blobs()
        labels = clusters(points).numpy()
        assert labels.dtype == "int32"
        numbers = [np.unique(labels[parts == part]).tolist() for part in range(3)]
        assert sorted(numbers) == [[0], [1], [2]]
        np.testing.assert_allclose(clusters.shares.numpy()[np.ravel(numbers)], [1 / 8, 2 / 8, 5 / 8], atol=1e-6)

    def test_the_nearest_centre(self):
        images = networks.images(50)
        clusters = Clusters(5, networks.SHAPE)
        clusters.adapt(images)
        distances = np.linalg.norm(images.reshape(50, 1, -1) - clusters.centres.numpy(), axis=2)
        np.testing.assert_array_equal(clusters(images), distances.argmin(axis=1))

    def test_neighbours_on_a_circle_follow_each_other(self):
        turns = np.arange(12) / 12
        centres = np.stack([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)], axis=1)
        clusters = Clusters(12, (2,))
        clusters.adapt(np.repeat(centres, 10, axis=0))
        found = clusters.centres.numpy()
        apart = np.linalg.norm(found - np.roll(found, 1, axis=0), axis=1)
        np.testing.assert_allclose(apart, 2 * np.sin(np.pi / 12), rtol=1e-3)

    def test_place(self, clusters):
        """The generator reads the labels that were asked for, and latents of the data's labels stay normal."""
        points, _ = blobs((1000, 2000, 5000))
        labels = clusters(points)
        drawn = kgan.latents.draw(len(points), 5, seed=0)
        placed = clusters.request(drawn, labels).numpy()
        sectors = Sectors(3)
        sectors.assign(clusters.shares)
        rest, read = sectors(placed)
        np.testing.assert_array_equal(read, labels)
        np.testing.assert_array_equal(rest, drawn[:, :3])
        np.testing.assert_allclose(
            np.linalg.norm(placed[:, 3:], axis=1), np.linalg.norm(drawn[:, 3:], axis=1), rtol=1e-5
        )
        for axis in (3, 4):
            assert stats.kstest(placed[:, axis], "norm").pvalue > 0.01

    def test_sectors_are_as_large_as_the_shares(self):
        sectors = Sectors(3)
        noise = kgan.latents.draw(20_000, 4, seed=0)
        np.testing.assert_allclose(np.bincount(sectors(noise)[1]) / 20_000, 1 / 3, atol=0.02)
        sectors.assign([0.1, 0.2, 0.7])
        np.testing.assert_allclose(np.bincount(sectors(noise)[1]) / 20_000, [0.1, 0.2, 0.7], atol=0.02)
        np.testing.assert_array_equal(sectors(7.0 * noise)[1], sectors(noise)[1])  # truncation leaves all of them

    def test_large_images_are_looked_at_in_smaller_numbers(self):
        assert Clusters(3, (28, 28, 1)).num_images == 20_000
        assert Clusters(3, (128, 128, 3)).num_images == 100_000_000 // (128 * 128 * 3)

    @pytest.mark.parametrize("number", [1, 0, 2.0])
    def test_too_few(self, number):
        with pytest.raises(ValueError, match="`num_clusters` must be at least 2"):
            Clusters(number, (2,))

    def test_too_few_images(self):
        with pytest.raises(ValueError, match="at least 3 different images for as many clusters. Received: 1."):
            Clusters(3, (2,)).adapt(np.ones((10, 2)))


def gan(**options):
    keras.utils.set_random_seed(0)
    made = kgan.GAN(networks.generator(3), networks.discriminator(3), clusters=True, seed=0, **options)
    made.compile()
    return made


class TestGAN:
    def test_as_one_without_labels(self):
        made = gan()
        assert not made.conditional
        assert made.latent_dim == 4 + 2
        assert made.generate(5, seed=1).shape == (5, *networks.SHAPE)
        with pytest.raises(ValueError, match="this generator is unconditional"):
            made.generate(5, labels=1)

    @pytest.mark.slow
    def test_fit_finds_them(self):
        made, images = gan(), networks.images(64)
        made.fit(images, batch_size=16, verbose=0)
        labels = made.clusters(images)
        shares = made.clusters.shares.numpy()
        np.testing.assert_allclose(np.bincount(labels, minlength=3) / 64, shares, atol=1e-6)
        for network in (made.generator, made.ema_generator):
            np.testing.assert_allclose(network.get_layer("sectors").ends, np.cumsum(shares)[:2], atol=1e-6)
        before = made.clusters.centres.numpy()
        made.fit(-images, batch_size=16, verbose=0)  # and keeps them
        np.testing.assert_array_equal(made.clusters.centres, before)

    def test_both_networks_are_told_the_same(self):
        """The discriminator sees images of each cluster beside samples that were asked to be of it."""
        seen = {"generator": [], "discriminator": []}

        def tap(network, name):
            call = network.call

            def tapped(inputs, *args, **kwargs):
                seen[name].append(np.asarray(inputs[1]))
                return call(inputs, *args, **kwargs)

            network.call = tapped

        made, images = gan(), networks.images(64)
        made.compile(run_eagerly=True)
        tap(made.generator.layers[-1], "generator")
        tap(made.discriminator, "discriminator")
        made.fit(images, batch_size=64, shuffle=False, verbose=0)
        wanted = np.asarray(made.clusters(images))
        assert len(np.unique(wanted)) == 3
        told = [*seen["generator"], *seen["discriminator"]]
        assert len(told) >= 3
        for labels in told:
            np.testing.assert_array_equal(np.sort(labels), np.sort(wanted))
        for labels in seen["discriminator"]:
            np.testing.assert_array_equal(labels, seen["generator"][0])

    @pytest.mark.slow
    def test_saved_and_trained_on(self, tmp_path):
        made, images = gan(), networks.images(64)
        made.fit(images, batch_size=16, verbose=0)
        made.save(tmp_path / "gan.keras")
        again = keras.saving.load_model(tmp_path / "gan.keras")
        np.testing.assert_array_equal(again.clusters.centres, made.clusters.centres)
        for model in (made, again):
            model.fit(images, batch_size=16, verbose=0)
        for name, value in networks.state(made).items():
            np.testing.assert_array_equal(networks.state(again)[name], value, err_msg=name)

    @pytest.mark.slow
    def test_saved_before_training(self, tmp_path):
        gan().save(tmp_path / "gan.keras")
        again = keras.saving.load_model(tmp_path / "gan.keras")
        assert not again.clusters.adapted
        again.fit(networks.images(64), batch_size=16, verbose=0)
        assert again.clusters.adapted

    @pytest.mark.slow
    def test_killed_and_resumed(self, tmp_path):
        images = networks.images(64)
        whole, part, again = gan(), gan(), gan()
        again.adapt(-images)  # other clusters, which must give way to those of the backup
        whole.fit(images, batch_size=16, epochs=2, verbose=0)
        for model, more in ((part, [networks.Stop(6)]), (again, [])):
            resume = kgan.callbacks.Resume(tmp_path / "backup", save_freq=1)
            try:
                model.fit(images, batch_size=16, epochs=2, verbose=0, callbacks=[resume, *more])
            except KeyboardInterrupt:
                assert more
        np.testing.assert_array_equal(again.clusters.centres, whole.clusters.centres)
        for name, value in networks.state(whole).items():
            np.testing.assert_array_equal(networks.state(again)[name], value, err_msg=name)

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("format", "name"), [("tf_saved_model", "model"), ("onnx", "a.onnx"), ("litert", "a.tflite")]
    )
    def test_exported(self, tmp_path, format, name):
        """The written file is compared with Keras's images by `export` itself."""
        made = gan()
        made.fit(networks.images(64), batch_size=16, verbose=0)
        made.export(tmp_path / name, format=format)
        if format == "tf_saved_model":
            opened = kgan.open_model(tmp_path / name)
            np.testing.assert_allclose(opened.generate(9, seed=3), made.generate(9, seed=3), atol=1e-5)

    @pytest.mark.slow
    def test_watched(self):
        made, images = gan(), networks.images(64)
        watch = kgan.callbacks.Watch(held_out=networks.images(32, seed=1), num_checks=2, num=32)
        made.fit(images, batch_size=16, verbose=0, callbacks=[watch], validation_data=images)
        assert len(watch.history) == 2
        assert watch.history[-1].overfitting is not None

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: networks.gan(clusters=True), "take labels, which clusters replace"),
            (lambda: networks.gan(3, clusters=True, label_dropout=0.1), "Expected networks with labels"),
            (lambda: networks.gan(3).adapt(networks.images()), "Expected a GAN with clusters"),
            (lambda: gan().train_on_batch(networks.images()), "Call `fit`, or `adapt` first"),
            (lambda: gan().fit(np.repeat(networks.images(2), 10, axis=0)), "at least 3 different images"),
        ],
    )
    def test_bad_use(self, make, message):
        with pytest.raises(ValueError, match=message):
            make()

    def test_other_loops(self):
        made, images = gan(), networks.images(32)
        made.adapt(images)
        assert np.isfinite(list(made.train_on_batch(images, return_dict=True).values())).all()
