"""Folders of pictures."""

import collections

import keras
import numpy as np
import pytest

from kgan import images
from kgan.datasets import Info, describe, find, info_of, load, seek, source, train_and_test
from kgan.features.classifier import load_or_train


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for name, size in (("b/1.png", (8, 10)), ("b/2.jpg", (20, 16)), ("a/x.bmp", (9, 9)), ("a/deep/y.PNG", (8, 8))):
        images.save(tmp_path / name, rng.integers(0, 256, (*size, 3), "uint8"))
    return tmp_path


def test_any_sizes_with_classes(folder):
    data = load(folder, image_size=8, labels=True, batch_size=4, shuffle=False)
    ((pictures, labels),) = data
    assert pictures.shape == (4, 8, 8, 3)
    assert labels.numpy().tolist() == [0, 0, 1, 1]  # a before b
    assert describe(folder) == Info(4, (None, None, 3), ("a", "b"))


def test_subfolders_that_are_splits(folder):
    assert describe(folder, "b").num_examples == 2
    with pytest.raises(ValueError, match="has no subfolder of this name"):
        load(folder, "test")


def test_several_sizes_need_image_size(folder):
    with pytest.raises(ValueError, match=r"one size. Received: y.PNG is 8x8, x.bmp is 9x9. Pass `image_size`"):
        load(folder, batch_size=2)


def test_grey_pictures_have_one_channel(folder):
    for path in folder.rglob("*.*"):
        path.unlink()
    images.save(folder / "grey.png", np.zeros((8, 8, 1), "uint8"))
    (batch,) = load(folder, batch_size=1)
    assert batch.shape == (1, 8, 8, 1)
    with pytest.raises(ValueError, match="which has no labels"):
        load(folder, labels=True, batch_size=1)


def test_damaged_pictures_are_named_counted_and_left_out_only_if_asked(folder):
    (folder / "a" / "text.png").write_text("no picture")
    whole = folder / "b" / "2.jpg"
    torn = folder / "b" / "torn.jpg"  # its header is whole
    images.save(whole, np.random.default_rng(0).integers(0, 256, (64, 64, 3), "uint8"))
    torn.write_bytes(whole.read_bytes()[:2000])
    with pytest.raises(ValueError, match=r"1 of 6 pictures in .* cannot be read: text.png. Repair"):
        load(folder, image_size=8, batch_size=4)
    (folder / "a" / "text.png").unlink()
    with pytest.raises(ValueError, match=r"1 of 5 pictures in .* cannot be read: torn.jpg. Repair"):
        load(folder, image_size=8, batch_size=4)
    with pytest.warns(UserWarning, match="1 of 5 pictures.*torn.jpg. They are left out"):
        data = load(folder, image_size=8, batch_size=4, labels=True, shuffle=False, skip_unreadable=True)
    ((_, labels),) = data
    assert labels.numpy().tolist() == [0, 0, 1, 1]


def test_nothing_there(tmp_path):
    with pytest.raises(ValueError, match="Expected a folder with pictures"):
        load(tmp_path)
    with pytest.raises(FileNotFoundError, match="Expected a folder of pictures"):
        load(tmp_path / "nothing")
    with pytest.raises(FileNotFoundError):
        load("./nothing")


def test_a_folder_too_large_for_memory_is_read_in_the_same_order(folder, monkeypatch):
    whole = load(folder, image_size=8, batch_size=2, labels=True)
    monkeypatch.setattr(source, "MEMORY_LIMIT", 0)
    lazy = load(folder, image_size=8, batch_size=2, labels=True)
    for (a, label_a), (b, label_b) in zip(whole, lazy, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
        np.testing.assert_array_equal(label_a, label_b)
    assert seek(lazy, 0)


def test_faces(faces):
    info = describe(faces)
    assert (info.num_examples, info.image_shape, len(info.class_names)) == (400, (112, 92, 1), 40)
    assert next(iter(load(faces, image_size=64, batch_size=16))).shape == (16, 64, 64, 1)


def test_files_that_are_not_pictures_are_named_and_counted(folder):
    for name in ("a/notes.txt", "b/3.gif"):
        (folder / name).write_text("no picture")
    (folder / "b" / "4.png").symlink_to("nothing.png")
    message = r"Left out: 2 \(unknown suffix\): notes.txt, 3.gif. Left out: 1 \(broken link\): 4.png"
    with pytest.warns(UserWarning, match=message):
        info = describe(folder)
    assert info.num_examples == 4
    assert [path.name for path, _ in info.left_out] == ["notes.txt", "3.gif", "4.png"]


def test_a_folder_without_pictures_says_what_it_holds(tmp_path):
    (tmp_path / "1.gif").write_text("no picture")
    with pytest.raises(ValueError, match=r"Received: .*, without any. Left out: 1 \(unknown suffix\): 1.gif"):
        describe(tmp_path)


def test_hidden_files_are_neither_classes_nor_pictures(folder):
    before = describe(folder)
    for name in (".ipynb_checkpoints/1-checkpoint.png", "__MACOSX/a/x.png", "c/.hidden/1.png"):
        images.save(folder / name, np.zeros((8, 8, 3), "uint8"))
    (folder / "a" / "._x.png").write_bytes(b"\0\5\x16\7" + bytes(60))
    (folder / "a" / "Thumbs.db").write_bytes(bytes(60))
    assert describe(folder) == before


def test_own_results_are_no_data(folder):
    before = [batch.numpy() for batch in load(folder, image_size=8, batch_size=2)]
    for name in ("runs/samples.png", "runs/samples/epoch-0001.png"):
        images.save(folder / name, np.zeros((8, 8, 3), "uint8"))
    (folder / "runs" / "run.json").write_text("{}")
    with pytest.warns(UserWarning, match=r"Left out: 1 \(results of kgan\): runs."):
        data = load(folder, image_size=8, batch_size=2)
    np.testing.assert_array_equal([batch.numpy() for batch in data], before)


@pytest.fixture
def looks(monkeypatch):
    """Count how often each picture's header is read and each picture is decoded."""
    counted = {"header": collections.Counter(), "read": collections.Counter()}

    def counting(function, counter):
        def wrapper(path, *args, **kwargs):
            counter[path] += 1
            return function(path, *args, **kwargs)

        return wrapper

    for name, counter in counted.items():
        monkeypatch.setattr(images, name, counting(getattr(images, name), counter))
    return counted


class TestOneLook:
    def test_load_and_its_description(self, folder, looks):
        data = load(folder, image_size=8, batch_size=2, labels=True)
        assert info_of(data) == Info(4, (8, 8, 3), ("a", "b"))
        assert set(looks["header"].values()) == set(looks["read"].values()) == {1}
        assert len(looks["header"]) == 4

    def test_description_before_loading(self, folder, looks):
        found = find(folder)
        assert describe(found) == found.info == Info(4, (None, None, 3), ("a", "b"))
        load(found, image_size=8, batch_size=found.num_examples)
        assert set(looks["header"].values()) == set(looks["read"].values()) == {1}

    @pytest.mark.parametrize("split", [True, False])
    def test_train_and_test(self, folder, looks, split):
        if split:
            for name in ("train/a", "train/b", "test/a", "test/b"):
                for number in range(2):
                    images.save(folder / "split" / name / f"{number}.png", np.zeros((8, 8, 1), "uint8"))
            folder = folder / "split"
        (train, _), (test, _) = train_and_test(folder, 0.5, image_size=8)
        assert len(train) + len(test) == len(looks["header"]) == (8 if split else 4)
        assert set(looks["header"].values()) == set(looks["read"].values()) == {1}

    def test_classifier(self, folder, looks, monkeypatch, tmp_path):
        monkeypatch.setenv("KERAS_HOME", str(tmp_path / ".keras"))
        monkeypatch.setattr(keras.Model, "fit", lambda *args, **kwargs: None)
        found = find(folder)
        for _ in range(2):
            load_or_train(found, image_size=8, epochs=1, verbose=0)
        assert set(looks["header"].values()) == set(looks["read"].values()) == {1}
