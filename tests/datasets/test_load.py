"""Orders, sources and the errors of data."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest

from kgan import datasets, images
from kgan.datasets import sources
from kgan.datasets.load import describe, from_arrays, load, seek, tell


def epoch(data):
    return np.concatenate([batch.numpy() for batch in data])


class TestOrder:
    def test_each_epoch_is_a_permutation_of_its_own_and_can_be_found_again(self):
        data = from_arrays(np.arange(100.0), batch_size=10, seed=3)
        first, second = epoch(data), epoch(data)
        assert sorted(first) == sorted(second) == list(range(100))
        assert (first != second).any()
        assert tell(data) == 2
        assert seek(data, 1)
        np.testing.assert_array_equal(epoch(data), second)
        seek(data, 0)
        next(iter(data))  # an iteration that is broken off is an epoch too
        np.testing.assert_array_equal(epoch(data), second)
        np.testing.assert_array_equal(epoch(from_arrays(np.arange(100.0), batch_size=10, seed=3)), first)
        assert (epoch(from_arrays(np.arange(100.0), batch_size=10, seed=4)) != first).any()

    def test_the_order_is_the_same_in_another_process(self):
        code = "import numpy as np; from kgan.datasets import from_arrays\n"
        code += "print([int(i) for batch in from_arrays(np.arange(20), batch_size=5, seed=7) for i in batch])"
        printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        data = from_arrays(np.arange(20), batch_size=5, seed=7)
        assert printed.split("\n")[-2] == str(epoch(data).astype(int).tolist())

    def test_it_looks_random(self):
        """Over 80 epochs each image stands in the first batch about as often: a chi-squared test at 5 deviations."""
        data = from_arrays(np.arange(20), batch_size=5)
        counts = np.bincount([int(i) for _ in range(80) for i in next(iter(data))], minlength=20)
        assert np.sum((counts - 20) ** 2) / 15 < 19 + 5 * np.sqrt(38)

    def test_last_batches(self):
        data = from_arrays(np.arange(7.0), batch_size=3, shuffle=False, drop_remainder=False)
        assert [batch.numpy().tolist() for batch in data] == [[0, 1, 2], [3, 4, 5], [6]]
        assert len(data) == 3
        assert len(from_arrays(np.arange(7.0), batch_size=3)) == 2

    def test_labels_stay_with_their_images(self):
        data = from_arrays(np.arange(50.0), np.arange(50), batch_size=5)
        for batch, labels in data:
            np.testing.assert_array_equal(batch, labels)
        assert data.element_spec[1].dtype.name == "int32"

    def test_targets_that_are_images_stay_floats(self):
        inputs = np.random.default_rng(0).normal(size=(6, 4, 4, 1)).astype("float32")
        for batch, targets in from_arrays(inputs, inputs / 2, batch_size=3):
            np.testing.assert_array_equal(targets, batch / 2)

    def test_bytes_come_out_as_floats(self):
        (batch,) = from_arrays(np.uint8([[0, 255]]), batch_size=1)
        np.testing.assert_array_equal(batch, [[-1.0, 1.0]])

    def test_data_that_are_not_ours(self):
        data = from_arrays(np.arange(7.0), batch_size=3).map(lambda x: x)
        assert not seek(data, 1)
        assert tell(data) is None

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"images": np.arange(7), "batch_size": 8}, "7 images, fewer than batch_size=8. Use batch_size=7 or less"),
            ({"images": np.arange(0), "batch_size": 8}, "Received: an empty data set"),
            ({"images": np.arange(7), "batch_size": 0}, "`batch_size` must be positive"),
            ({"images": np.arange(7), "labels": np.arange(6), "batch_size": 2}, "Received: 6 labels"),
        ],
    )
    def test_bad_arguments(self, options, message):
        with pytest.raises(ValueError, match=message):
            from_arrays(**options)


class TestDigits:
    def test_splits_are_disjoint_and_stratified(self):
        from sklearn.datasets import load_digits

        train, test = sources.Digits("train"), sources.Digits("test")
        assert (train.count, test.count, sources.Digits("train+test").count) == (1437, 360, 1797)
        everything = np.concatenate([train.read(None, None), test.read(None, None)])
        original = np.rint(load_digits().images * 255 / 16).astype("uint8")[..., None]
        assert sorted(map(bytes, everything)) == sorted(map(bytes, original))
        assert np.abs(np.bincount(test.labels) - 36).max() <= 2
        with pytest.raises(ValueError, match="Unknown split of digits. Received: 'tset'. Did you mean 'test'"):
            load("digits", "tset")

    def test_sizes_and_channels(self):
        data = load("digits", image_size=(16, 12), channels=3, labels=True, batch_size=10)
        pictures, labels = next(iter(data))
        assert pictures.shape == (10, 16, 12, 3)
        assert labels.shape == (10,)
        assert -1 <= np.min(pictures) < -0.9
        assert 0.5 < np.max(pictures) <= 1
        assert describe("digits").class_names == tuple("0123456789")


class TestFolder:
    @pytest.fixture
    def folder(self, tmp_path):
        rng = np.random.default_rng(0)
        for name, size in (("b/1.png", (8, 10)), ("b/2.jpg", (20, 16)), ("a/x.bmp", (9, 9)), ("a/deep/y.PNG", (8, 8))):
            images.save(tmp_path / name, rng.integers(0, 256, (*size, 3), "uint8"))
        (tmp_path / "a" / "notes.txt").write_text("no picture")
        return tmp_path

    def test_any_sizes_with_classes(self, folder):
        data = load(folder, image_size=8, labels=True, batch_size=4, shuffle=False)
        ((pictures, labels),) = data
        assert pictures.shape == (4, 8, 8, 3)
        assert labels.numpy().tolist() == [0, 0, 1, 1]  # a before b
        assert describe(folder) == datasets.Info(4, (None, None, 3), ("a", "b"))

    def test_subfolders_that_are_splits(self, folder):
        assert describe(folder, "b").count == 2
        with pytest.raises(ValueError, match="has no subfolder of this name"):
            load(folder, "test")

    def test_several_sizes_need_image_size(self, folder):
        with pytest.raises(ValueError, match=r"one size. Received: y.PNG is 8x8, x.bmp is 9x9. Pass `image_size`"):
            load(folder, batch_size=2)

    def test_grey_pictures_have_one_channel(self, folder):
        for path in folder.rglob("*.*"):
            path.unlink()
        images.save(folder / "grey.png", np.zeros((8, 8, 1), "uint8"))
        (batch,) = load(folder, batch_size=1)
        assert batch.shape == (1, 8, 8, 1)
        with pytest.raises(ValueError, match="which has no labels"):
            load(folder, labels=True, batch_size=1)

    def test_damaged_pictures_are_named_counted_and_left_out_only_if_asked(self, folder):
        (folder / "a" / "text.png").write_text("no picture")
        whole = folder / "b" / "2.jpg"
        torn = folder / "b" / "torn.jpg"  # its header is whole
        images.save(whole, np.random.default_rng(0).integers(0, 256, (64, 64, 3), "uint8"))
        torn.write_bytes(whole.read_bytes()[:2000])
        with pytest.raises(ValueError, match=r"1 of 6 pictures in .* cannot be read: text.png. Mend"):
            load(folder, image_size=8, batch_size=4)
        (folder / "a" / "text.png").unlink()
        with pytest.raises(ValueError, match=r"1 of 5 pictures in .* cannot be read: torn.jpg. Mend"):
            load(folder, image_size=8, batch_size=4)
        with pytest.warns(UserWarning, match="1 of 5 pictures.*torn.jpg. They are left out"):
            data = load(folder, image_size=8, batch_size=4, labels=True, shuffle=False, skip_unreadable=True)
        ((_, labels),) = data
        assert labels.numpy().tolist() == [0, 0, 1, 1]

    def test_nothing_there(self, tmp_path):
        with pytest.raises(ValueError, match="Expected a folder with pictures"):
            load(tmp_path)
        with pytest.raises(FileNotFoundError, match="Expected a folder of pictures"):
            load(tmp_path / "nothing")
        with pytest.raises(FileNotFoundError):
            load("./nothing")

    def test_a_folder_too_large_for_memory_is_read_in_the_same_order(self, folder, monkeypatch):
        whole = load(folder, image_size=8, batch_size=2, labels=True)
        monkeypatch.setattr(sys.modules["kgan.datasets.load"], "MEMORY_LIMIT", 0)
        lazy = load(folder, image_size=8, batch_size=2, labels=True)
        for (a, label_a), (b, label_b) in zip(whole, lazy, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)
            np.testing.assert_array_equal(label_a, label_b)
        assert seek(lazy, 0)

    def test_faces(self, faces):
        info = describe(faces)
        assert (info.count, info.image_shape, len(info.class_names)) == (400, (112, 92, 1), 40)
        assert next(iter(load(faces, image_size=64, batch_size=16))).shape == (16, 64, 64, 1)


class TestTensorFlowDatasets:
    def test_mnist(self, prepared):
        prepared("mnist")
        data = load("mnist", labels=True, batch_size=100, split="test", shuffle=False)
        pictures, labels = next(iter(data))
        assert pictures.shape == (100, 28, 28, 1)
        assert len(data) == 100
        assert set(np.unique(labels)) == set(range(10))
        assert describe("mnist").count == 60_000
        with pytest.raises(ValueError, match="Unknown split of mnist. Received: 'tst'. Did you mean 'test'"):
            load("mnist", "tst")

    def test_a_share_resized_to_colour(self, prepared):
        prepared("fashion_mnist")
        assert next(iter(load("fashion_mnist", "train[:1%]", image_size=16, channels=3))).shape == (32, 16, 16, 3)

    def test_too_large_for_memory_is_streamed_and_equal(self, prepared, monkeypatch):
        prepared("mnist")
        options = {"split": "test[:200]", "labels": True, "batch_size": 50, "shuffle": False}
        whole = [(a.numpy(), b.numpy()) for a, b in load("mnist", **options)]
        monkeypatch.setattr(sys.modules["kgan.datasets.load"], "MEMORY_LIMIT", 0)
        streamed = load("mnist", **options)
        assert not seek(streamed, 0)
        for (a, label_a), (b, label_b) in zip(whole, streamed, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)
            np.testing.assert_array_equal(label_a, label_b)
        monkeypatch.setattr(sys.modules["kgan.datasets.load"], "MEMORY_LIMIT", 0)
        options["shuffle"] = True
        assert next(iter(load("mnist", **options)))[0].shape == (50, 28, 28, 1)

    def test_not_prepared_and_no_network(self, tmp_path, monkeypatch):
        """Real time-outs are covered by `unreachable`; here no server answers, on any machine."""
        monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
        monkeypatch.setattr(sources, "unreachable", lambda url: "no route to host")
        start = time.monotonic()
        with pytest.raises(ValueError, match=r"'cifar10' is not prepared.*use 'digits', which needs no network"):
            load("cifar10")
        assert time.monotonic() - start < 10
        assert not any(os.scandir(tmp_path))

    def test_a_server_that_does_not_answer_is_noticed_within_the_limit(self):
        import socket

        with socket.socket() as silent:  # accepts and never says a word
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            start = time.monotonic()
            assert sources.unreachable(f"http://127.0.0.1:{silent.getsockname()[1]}", seconds=0.5)
            assert 0.3 < time.monotonic() - start < 5
        assert sources.unreachable("http://name.invalid", seconds=0.5)

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("mnits", "Unknown data set. Received: 'mnits'. Did you mean 'mnist'.*Expected 'digits', a name in"),
            ("digit", "Did you mean 'digits'"),
            ("imdb_reviews", "which has no feature 'image'"),
        ],
    )
    def test_unknown_names(self, name, message):
        with pytest.raises(ValueError, match=message):
            load(name)


@pytest.mark.parametrize("options", [{"channels": 2}, {"image_size": 0}, {"image_size": (8, 8, 1)}])
def test_bad_arguments(options):
    with pytest.raises(ValueError, match="must be"):
        load("digits", **options)
