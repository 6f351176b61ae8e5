"""What was saved opens, whatever it is, and generates the same images."""

import shutil

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.export import exporting
from kgan.models.open_model import KerasGenerator, open_model


@pytest.fixture(scope="module")
def generators():
    return {"plain": networks.generator(), "conditional": networks.generator(3)}


@pytest.fixture(scope="module")
def exported(tmp_path_factory, generators):
    """A folder with the SavedModels of both generators."""
    folder = tmp_path_factory.mktemp("exported")
    for kind, generator in generators.items():
        exporting.export(generator, folder / kind)
    return folder


def test_a_saved_model(exported, generators):
    plain, conditional = (open_model(exported / kind) for kind in ("plain", "conditional"))
    assert (plain.latent_dim, plain.image_shape, plain.num_classes) == (4, (8, 8, 1), None)
    assert (conditional.latent_dim, conditional.image_shape, conditional.num_classes) == (4, (8, 8, 1), 3)
    noise = keras.random.normal((70, 4), seed=2**31 + 5)  # more than one batch
    expected = networks.images_of(generators["conditional"], noise, np.arange(70) % 3)
    received = conditional.generate(70, seed=2**31 + 5)
    assert received.dtype == np.float32
    np.testing.assert_allclose(received, expected, rtol=0, atol=1e-6)
    expected = networks.images_of(generators["conditional"], noise[:4], np.full(4, 2))
    np.testing.assert_allclose(
        conditional.generate(4, np.int64(2**31 + 5), labels=2)[:1], expected[:1], rtol=0, atol=1e-6
    )
    assert (plain.generate(2) != plain.generate(2)).any()
    cut = KerasGenerator(generators["plain"]).generate(3, 1, truncation=0.5)
    np.testing.assert_allclose(plain.generate(3, 1, truncation=0.5), cut, rtol=0, atol=1e-6)
    with pytest.raises(ValueError, match="Expected no labels"):
        plain.generate(2, 1, labels=[0, 1])
    with pytest.raises(ValueError, match="one label for each image"):
        conditional.generate(3, 1, labels=[0, 1])
    with pytest.raises(ValueError, match=r"labels in \[0, 3\)"):
        conditional.generate(3, 1, labels=3)
    with pytest.raises(ValueError, match="`num` must be (a )?positive"):
        plain.generate(0, 1)
    with pytest.raises(ValueError, match="`truncation` must be in"):
        plain.generate(2, 1, truncation=0)


def test_names_of_classes_in_a_file_beside_an_old_export(exported, tmp_path):
    shutil.copytree(exported / "conditional", tmp_path / "old")
    assert open_model(tmp_path / "old").class_names is None
    (tmp_path / "old" / "labels.txt").write_text("T-shirt/top\nBag\nAnkle boot\n")
    opened = open_model(tmp_path / "old")
    np.testing.assert_array_equal(opened.generate(2, 1, labels="bag"), opened.generate(2, 1, labels=1))
    (tmp_path / "old" / "labels.txt").write_text("one\ntwo")
    with pytest.raises(ValueError, match="one name for each of 3 classes. Received: 2"):
        open_model(tmp_path / "old")


def test_a_keras_file(tmp_path):
    gan = networks.gan(3)
    gan.compile()
    gan.save(tmp_path / "model.keras")
    opened = open_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(opened.generate(2, 5), gan.generate(2, 5))
    assert (opened.latent_dim, tuple(opened.image_shape), opened.num_classes) == (4, (8, 8, 1), 3)


@pytest.mark.parametrize("num_classes", [None, 3])
def test_a_generator_alone_in_a_folder(tmp_path, num_classes):
    generator = networks.generator(num_classes)
    generator.save(tmp_path / "model.keras")
    opened = open_model(tmp_path)
    labels = None if num_classes is None else np.arange(2)
    expected = networks.images_of(generator, kgan.latents.draw(2, 4, 5), labels)
    np.testing.assert_allclose(opened.generate(2, 5), expected, rtol=0, atol=1e-6)
    assert (opened.latent_dim, opened.image_shape, opened.num_classes) == (4, (8, 8, 1), num_classes)
    assert opened.ema_generator.count_params() == generator.count_params()


def test_what_is_no_model(tmp_path, exported):
    with pytest.raises(FileNotFoundError, match="which is not there"):
        open_model(tmp_path / "nothing")
    with pytest.raises(ValueError, match="Expected a model.keras"):
        open_model(tmp_path)
    networks.discriminator().save(tmp_path / "other.keras")
    with pytest.raises(ValueError, match="which holds a Functional"):
        open_model(tmp_path / "other.keras")
    whole = (tmp_path / "other.keras").read_bytes()
    for broken in (b"no zip", whole[: len(whole) // 2], whole[:1000] + bytes(1000) + whole[2000:]):
        (tmp_path / "broken.keras").write_bytes(broken)
        with pytest.raises(ValueError, match="cannot be read"):
            open_model(tmp_path / "broken.keras")
    (tmp_path / "saved_model.pb").write_bytes((exported / "plain" / "saved_model.pb").read_bytes())
    with pytest.raises(ValueError, match="cannot be read"):  # the variables are not there
        open_model(tmp_path)
    (tmp_path / "saved_model.pb").write_bytes(b"\xff")
    with pytest.raises(ValueError, match="cannot be read"):
        open_model(tmp_path)
    foreign = tf.Module()
    foreign.call = tf.function(lambda x: x, input_signature=[tf.TensorSpec([])])
    tf.saved_model.save(foreign, tmp_path / "foreign")
    with pytest.raises(ValueError, match="without its signatures"):
        open_model(tmp_path / "foreign")


@pytest.mark.slow
def test_a_generator_alone_is_exported(tmp_path):
    generator = networks.generator(3)
    generator.save(tmp_path / "generator.keras")
    opened = open_model(tmp_path / "generator.keras")
    opened.export(tmp_path / "exported")
    again = open_model(tmp_path / "exported")
    assert again.num_classes == 3
    np.testing.assert_allclose(again.generate(4, seed=1), opened.generate(4, seed=1), rtol=0, atol=1e-6)


def test_an_exported_generator_is_exported_again_in_half_precision(tmp_path):
    generator = kgan.architectures.mlp.generator((8, 8, 1), units=(200,))
    exporting.export(generator, tmp_path / "whole")
    whole = open_model(tmp_path / "whole")
    whole.export(tmp_path / "half", weights_dtype="float16")
    half = open_model(tmp_path / "half")
    np.testing.assert_allclose(half.generate(4, seed=1), whole.generate(4, seed=1), rtol=0, atol=5e-3)
    with pytest.raises(ValueError, match="Received: format='onnx'"):
        whole.export(tmp_path / "model.onnx", format="onnx")


def test_an_image_to_image_gan_opens_and_can_be_exported(tmp_path):
    gan = kgan.ImageToImageGAN(
        kgan.architectures.restoration.denoiser(width=4, blocks=1), kgan.architectures.patch.discriminator(width=4)
    )
    gan.compile()
    gan.save(tmp_path / "model.keras")
    opened = open_model(tmp_path)
    assert isinstance(opened, kgan.ImageToImageGAN)
    opened.export(tmp_path / "exported")
    with pytest.raises(ValueError, match="without its signatures"):
        open_model(tmp_path / "exported")


class Twice(keras.layers.Layer):
    """A layer of a user's own, not registered with Keras."""

    def call(self, inputs):
        return 2 * inputs


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A run folder with states at 4 and 6 updates, and the GAN at the latter."""
    folder = tmp_path_factory.mktemp("runs") / "faces"
    gan = networks.gan()
    gan.compile()
    resume = kgan.callbacks.Resume(folder / "backup", save_freq=2)
    with pytest.raises(KeyboardInterrupt):
        gan.fit(networks.images(), batch_size=8, epochs=9, verbose=0, callbacks=[resume, networks.Stop(7)])
    (folder / "run.json").write_text("{}")
    state = kgan.callbacks.Resume(folder / "backup").files()[-1]
    gan = keras.saving.load_model(state)
    assert int(gan.generator_optimizer.iterations) == 6
    return folder, gan.generate(3, seed=7)


class TestStoppedRun:
    """A folder with states of `kgan.callbacks.Resume` opens at the newest whole one."""

    @pytest.fixture
    def folder(self, stopped, tmp_path):
        shutil.copytree(stopped[0], tmp_path / "faces")
        return tmp_path / "faces"

    def test_run_folder(self, stopped):
        folder, images = stopped
        with pytest.warns(UserWarning, match="was stopped.*newest saved state is used: epoch 2, step 2"):
            opened = open_model(folder)
        np.testing.assert_array_equal(opened.generate(3, seed=7), images)

    def test_folder_of_the_states_and_one_file(self, stopped):
        folder, images = stopped
        with pytest.warns(UserWarning, match="backup is used: epoch 2, step 2"):
            opened = open_model(folder / "backup")
        np.testing.assert_array_equal(opened.generate(3, seed=7), images)
        older, newer = (open_model(path) for path in sorted((folder / "backup").iterdir()))
        assert (older.generator_optimizer.iterations, newer.generator_optimizer.iterations) == (4, 6)

    def test_a_torn_file(self, folder):
        newest = sorted((folder / "backup").iterdir())[-1]
        newest.write_bytes(newest.read_bytes()[:-2000])
        with (
            pytest.warns(UserWarning, match="batch-00000002.keras is damaged"),
            pytest.warns(UserWarning, match="end of epoch 1"),
        ):
            assert open_model(folder).generator_optimizer.iterations == 4
        for path in (folder / "backup").iterdir():
            path.write_bytes(b"torn")
        with pytest.warns(UserWarning, match="is damaged"), pytest.raises(ValueError, match="2 files, all damaged"):
            open_model(folder)
        assert len(list((folder / "backup").iterdir())) == 2  # opening changes nothing

    def test_a_longer_run_that_was_stopped(self, folder):
        """The final model of a shorter run is older than the states."""
        shutil.copy(sorted((folder / "backup").iterdir())[0], folder / "model.keras")
        with pytest.warns(UserWarning, match=r"went on after its model.keras \(the end of epoch 1\).*epoch 2, step 2"):
            assert open_model(folder).generator_optimizer.iterations == 6

    def test_a_finished_run(self, folder):
        """Nothing is said of a `model.keras` that is the newest, or that another program wrote."""
        final = folder / "model.keras"
        shutil.copy(sorted((folder / "backup").iterdir())[1], final)
        assert open_model(folder).generator_optimizer.iterations == 6
        networks.generator().save(final)
        assert isinstance(open_model(folder), kgan.models.KerasGenerator)

    def test_a_damaged_final_model(self, folder):
        (folder / "model.keras").write_bytes(b"torn")
        with pytest.warns(UserWarning, match="cannot be read.*newest saved state .* is used instead: epoch 2, step 2"):
            assert open_model(folder).generator_optimizer.iterations == 6

    @pytest.mark.parametrize("name", ["run.json", "backup/.x.keras.tmp"])
    def test_nothing_trained_yet(self, tmp_path, name):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
        with pytest.raises(ValueError, match="nothing is trained yet"):
            open_model(tmp_path)

    def test_own_layers(self, tmp_path):
        latents = keras.Input((4,))
        images = keras.layers.Reshape((8, 8, 1))(keras.layers.Dense(64, activation="tanh")(Twice()(latents)))
        gan = kgan.GAN(keras.Model(latents, images), networks.discriminator(), seed=0)
        gan.save(tmp_path / "backup" / "epoch-00001-batch-00000000.keras")
        with pytest.raises(ValueError, match=r"open_model\(path, custom_objects={'Twice': "):
            open_model(tmp_path)
        with pytest.warns(UserWarning, match="end of epoch 1"):
            opened = open_model(tmp_path, custom_objects={"Twice": Twice})
        np.testing.assert_array_equal(opened.generate(3, seed=7), gan.generate(3, seed=7))

    @pytest.mark.slow
    def test_an_image_to_image_gan(self, tmp_path):
        gan = kgan.ImageToImageGAN(
            kgan.architectures.restoration.denoiser(width=4, blocks=1), kgan.architectures.patch.discriminator(width=4)
        )
        gan.compile()
        images = networks.images(8, (16, 16, 1))
        gan.fit(images, images, epochs=1, verbose=0, callbacks=[kgan.callbacks.Resume(tmp_path / "backup")])
        with pytest.warns(UserWarning, match="end of epoch 1"):
            opened = open_model(tmp_path)
        np.testing.assert_array_equal(opened.predict(images, verbose=0), gan.predict(images, verbose=0))
