"""Grids of samples after each epoch, and the animation of a run."""

import keras
import networks
import numpy as np
import pytest
from PIL import Image

import kgan
from kgan.callbacks import Resume, SampleImages

IMAGES = networks.images()


@pytest.fixture
def joined(monkeypatch):
    """The names of the frames of each animation that is written."""
    names = []
    animate = kgan.images.animate

    def record(path, frames, *arguments):
        names.append([frame.name for frame in frames])
        animate(path, frames, *arguments)

    monkeypatch.setattr(kgan.images, "animate", record)
    return names


def test_same_latents_every_epoch_and_an_animation(gan, tmp_path):
    callback = SampleImages(tmp_path, num=4, seed=3, every=2)
    gan.fit(IMAGES, epochs=4, verbose=0, callbacks=[callback])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["animation.gif", "epoch-0002.png", "epoch-0004.png"]
    with Image.open(tmp_path / "animation.gif") as animation:
        assert animation.n_frames == 2
    expected = kgan.images.grid(gan.generate(4, seed=3))
    np.testing.assert_array_equal(kgan.images.read(tmp_path / "epoch-0004.png", channels=1), expected)


def test_no_animation(gan, tmp_path):
    gan.fit(IMAGES, verbose=0, callbacks=[SampleImages(tmp_path, num=4, animation=None)])
    assert [path.name for path in tmp_path.iterdir()] == ["epoch-0001.png"]


class TestFrames:
    def test_another_run_s_are_left_out(self, gan, tmp_path, joined):
        for number in (1, 3, 4, 11):
            kgan.images.save(tmp_path / f"epoch-{number:04d}.png", np.full((9, 9, 1), 7, "uint8"))
        gan.fit(IMAGES, epochs=2, verbose=0, callbacks=[SampleImages(tmp_path, num=4)])
        assert joined == [["epoch-0001.png", "epoch-0002.png"]]
        with Image.open(tmp_path / "animation.gif") as animation:
            assert animation.n_frames == 2
        assert (tmp_path / "epoch-0011.png").exists()

    def test_they_are_in_the_order_of_the_epochs(self, gan, tmp_path, joined):
        gan.fit(IMAGES, initial_epoch=9998, epochs=10001, verbose=0, callbacks=[SampleImages(tmp_path, num=4)])
        assert joined == [["epoch-09999.png", "epoch-10000.png", "epoch-10001.png"]]
        assert [path.name for path in sorted(tmp_path.glob("epoch-*.png"))] == joined[0]

    def test_also_where_a_longer_run_names_its_files_with_more_digits(self, gan, tmp_path, joined):
        callback = SampleImages(tmp_path, num=4)
        gan.fit(IMAGES, initial_epoch=9998, epochs=9999, verbose=0, callbacks=[callback])
        gan.fit(IMAGES, initial_epoch=9999, epochs=10000, verbose=0, callbacks=[callback])
        assert joined[1] == ["epoch-9999.png", "epoch-10000.png"]

    @pytest.mark.parametrize(
        "batch", [3, pytest.param(4, marks=pytest.mark.slow), pytest.param(5, marks=pytest.mark.slow)]
    )
    def test_those_from_before_a_resume_belong(self, tmp_path, joined, batch):
        """The run of 4 batches per epoch is cut off inside its first epoch, at its end and in the second."""

        def fit(*callbacks):
            gan = networks.gan()
            gan.compile(loss="non_saturating")
            samples = SampleImages(tmp_path / "samples", num=4)
            resume = Resume(tmp_path / "backup", save_freq=1)
            gan.fit(IMAGES, batch_size=8, epochs=3, verbose=0, callbacks=[samples, resume, *callbacks])

        kgan.images.save(tmp_path / "samples" / "epoch-0004.png", np.full((9, 9, 1), 7, "uint8"))
        with pytest.raises(KeyboardInterrupt):
            fit(networks.Stop(batch))
        fit()
        assert joined == [["epoch-0001.png", "epoch-0002.png", "epoch-0003.png"]]
        fit()  # finished
        assert joined[0] == joined[1]

    def test_a_second_fit_continues_or_starts_anew(self, gan, tmp_path, joined):
        callback = SampleImages(tmp_path, num=4)
        gan.fit(IMAGES, epochs=2, verbose=0, callbacks=[callback])
        gan.fit(IMAGES, initial_epoch=2, epochs=3, verbose=0, callbacks=[callback])
        gan.fit(IMAGES, epochs=1, verbose=0, callbacks=[callback])
        assert [len(names) for names in joined] == [2, 3, 1]

    def test_missing_files_and_other_sizes_are_left_out(self, gan, tmp_path, joined):
        callback = SampleImages(tmp_path, num=4)
        callback.set_state({"frames": [[number, f"epoch-000{number}.png"] for number in (1, 2, 3)]})
        kgan.images.save(tmp_path / "epoch-0002.png", np.full((9, 9, 1), 7, "uint8"))
        gan.fit(IMAGES, initial_epoch=3, epochs=4, verbose=0, callbacks=[callback])
        assert joined == [["epoch-0004.png"]]


class TestWithinAnEpoch:
    def test_long_epochs_have_several_grids(self, gan, tmp_path, joined):
        callback = SampleImages(tmp_path, num=4, every=1 / 3)
        gan.fit(IMAGES, batch_size=4, epochs=2, verbose=0, callbacks=[callback])
        assert joined == [
            [
                *("epoch-0001-batch-000003.png", "epoch-0001-batch-000006.png", "epoch-0001.png"),
                *("epoch-0002-batch-000003.png", "epoch-0002-batch-000006.png", "epoch-0002.png"),
            ]
        ]
        assert [path.name for path in sorted(tmp_path.glob("epoch-*.png"))] == joined[0]
        assert [number for number, _ in callback.frames] == [0.375, 0.75, 1, 1.375, 1.75, 2]
        assert all(path.is_file() for _, path in callback.frames)

    @pytest.mark.slow
    def test_a_resumed_run_has_the_grids_of_the_whole_run(self, tmp_path, joined):
        def fit(*callbacks):
            gan = networks.gan()
            gan.compile(loss="non_saturating")
            samples = SampleImages(tmp_path / "samples", num=4, every=0.5)
            resume = Resume(tmp_path / "backup", save_freq=1)
            gan.fit(IMAGES, batch_size=8, epochs=2, verbose=0, callbacks=[samples, resume, *callbacks])

        with pytest.raises(KeyboardInterrupt):
            fit(networks.Stop(3))
        fit()
        whole = [f"epoch-000{epoch}{batch}.png" for epoch in (1, 2) for batch in ("-batch-000002", "")]
        assert joined == [whole]


class TestClasses:
    def callback(self, num=64, **options):
        callback = SampleImages("samples", num=num, **options)
        callback.set_model(networks.gan(num_classes=3))
        return callback

    def test_each_column_is_a_class(self, tmp_path):
        callback = self.callback(num=7)
        callback.model.compile()
        assert callback.columns() == ("0", "1", "2")
        callback.directory = tmp_path
        callback.set_params({"epochs": 1, "steps": 1})
        callback.on_epoch_end(0)
        written = kgan.images.read(tmp_path / "epoch-0001.png", channels=1)
        expected = kgan.images.grid(callback.model.generate(6, seed=0, labels=np.array([0, 1, 2] * 2)), 3)
        np.testing.assert_array_equal(written, expected)

    def test_they_have_the_names_of_the_data(self):
        callback = self.callback()
        callback.model.class_names = ("cat", "dog", "bird")
        assert callback.columns() == ("cat", "dog", "bird")

    def test_not_where_labels_are_given_nor_where_there_are_too_many_or_none(self, gan):
        assert self.callback(labels=1).columns() is None
        assert self.callback(num=2).columns() is None
        many = self.callback()
        many.model.num_classes = 17
        assert many.columns() is None
        plain = SampleImages("samples")
        plain.set_model(gan)
        assert plain.columns() is None


class TestTensorBoard:
    def test_it_gets_the_images(self, gan, tmp_path):
        callbacks = [SampleImages(tmp_path / "samples", num=4), keras.callbacks.TensorBoard(tmp_path / "logs")]
        gan.fit(IMAGES, epochs=2, verbose=0, callbacks=callbacks)
        events = [path.read_bytes() for path in (tmp_path / "logs").rglob("events*")]
        assert any(b"samples" in event and b"\x89PNG" in event for event in events)
        assert any(b"epoch_discriminator_loss" in event for event in events)

    def test_it_need_not_be_installed(self, gan, tmp_path, monkeypatch):
        def not_installed(*arguments, **keywords):
            raise ImportError("TensorBoard is not installed")

        monkeypatch.setattr("tensorflow.summary.image", not_installed)
        gan.fit(IMAGES, epochs=1, verbose=0, callbacks=[SampleImages(tmp_path, num=4)])
        assert (tmp_path / "epoch-0001.png").exists()


class TestArguments:
    @pytest.mark.parametrize("options", [{"num": 0}, {"every": -1}])
    def test_numbers_must_be_positive(self, options):
        (name, value), *_ = options.items()
        with pytest.raises(ValueError, match=f"`{name}` must be positive. Received: {name}={value}"):
            SampleImages("samples", **options)

    def test_epochs_between_grids_are_whole(self):
        with pytest.raises(ValueError, match="whole number of epochs, or less than 1. Received: every=1.5"):
            SampleImages("samples", every=1.5)

    def test_a_gan_takes_no_inputs(self, gan, tmp_path):
        with pytest.raises(ValueError, match="Expected no `inputs`"):
            gan.fit(IMAGES, verbose=0, callbacks=[SampleImages(tmp_path, inputs=IMAGES[:2])])
