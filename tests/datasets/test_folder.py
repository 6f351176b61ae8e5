"""Folders of pictures."""

import collections
import shutil

import keras
import mixed_pictures
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


@pytest.fixture
def damaged(folder):
    """The folder with a picture that is none, and one that is torn although its header is whole."""
    (folder / "a" / "text.png").write_text("no picture")
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), "uint8")
    images.save(folder / "b" / "torn.jpg", noise)
    (folder / "b" / "torn.jpg").write_bytes((folder / "b" / "torn.jpg").read_bytes()[:2000])
    return folder


class TestDamagedPictures:
    @pytest.mark.parametrize("limit", [source.MEMORY_LIMIT, 0])
    def test_all_are_named_and_counted(self, damaged, monkeypatch, limit):
        monkeypatch.setattr(source, "MEMORY_LIMIT", limit)
        message = (
            r"2 of 6 pictures in .* cannot be read: text.png \(it holds text\), torn.jpg \(it is truncated\). Repair"
        )
        with pytest.raises(ValueError, match=message):
            load(damaged, image_size=8, batch_size=4)
        (damaged / "a" / "text.png").unlink()
        message = r"1 of 5 pictures in .* cannot be read: torn.jpg \(it is truncated\). Repair or remove them, or set "
        with pytest.raises(ValueError, match=message + "`skip_unreadable` to leave them out"):
            load(damaged, image_size=8, batch_size=4)

    @pytest.mark.parametrize("limit", [source.MEMORY_LIMIT, 0])
    def test_they_are_left_out_if_asked(self, damaged, monkeypatch, limit):
        whole = damaged.parent / f"{damaged.name}-whole"
        shutil.copytree(damaged, whole, ignore=lambda _, names: {"text.png", "torn.jpg"} & {*names})
        expected = load(whole, image_size=8, batch_size=4, labels=True, shuffle=False)
        monkeypatch.setattr(source, "MEMORY_LIMIT", limit)
        with pytest.warns(UserWarning, match="cannot be read") as caught:
            data = load(damaged, image_size=8, batch_size=4, labels=True, shuffle=False, skip_unreadable=True)
        assert [str(warning.message).partition(" in ")[0] for warning in caught] == [
            "1 of 6 pictures",
            "1 of 5 pictures",
        ]
        for (pictures, labels), (expected_pictures, expected_labels) in zip(data, expected, strict=True):
            np.testing.assert_allclose(pictures, expected_pictures, atol=1e-6)
            np.testing.assert_array_equal(labels, expected_labels)
        assert [(path.name, reason) for path, reason in info_of(data).left_out] == [
            ("text.png", "it holds text"),
            ("torn.jpg", "it is truncated"),
        ]
        assert info_of(data).num_examples == 4

    def test_a_class_of_nothing_else(self, damaged):
        (damaged / "empty").mkdir()
        (damaged / "empty" / "1.png").touch()
        with pytest.warns(UserWarning, match=r"2 of 7 pictures in .*: text.png .*, 1.png \(it is empty\)"):
            assert find(damaged, skip_unreadable=True).class_names == ("a", "b")

    @pytest.mark.parametrize("skip_unreadable", [True, False])
    def test_a_folder_of_nothing_else(self, tmp_path, skip_unreadable):
        (tmp_path / "1.png").touch()
        with pytest.raises(ValueError, match=r"1 of 1 pictures in .* 1.png \(it is empty\). No other picture is there"):
            load(tmp_path, skip_unreadable=skip_unreadable)

    def test_more_than_five(self, folder):
        for index in range(7):
            (folder / f"{index}.png").touch()
        with pytest.raises(
            ValueError, match=r"7 of 11 pictures.*0.png \(it is empty\), .*4.png \(it is empty\), \.\.\.\."
        ):
            load(folder)


def test_many_formats_and_modes(tmp_path):
    made = mixed_pictures.make(tmp_path, num=22)
    with pytest.warns(UserWarning, match="cannot be read|are used") as caught:
        data = load(tmp_path, image_size=32, batch_size=22, shuffle=False, skip_unreadable=True)
    messages = " ".join(str(warning.message) for warning in caught)
    for path in (*made["broken"], tmp_path / "notes.txt", tmp_path / "phone.heic"):
        assert path.name in messages
    (batch,) = data
    assert batch.shape == (22, 32, 32, 3)
    # Colored shapes on white ground: no color that is hidden, and nothing inverted.
    corners = batch.numpy()[:, :2, :2]
    assert np.mean(corners) > 0.8


def test_nothing_there(tmp_path):
    with pytest.raises(ValueError, match="Expected a folder with pictures. Received: .*, which is empty"):
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
    for name in ("a/notes.txt", "b/3.xyz"):
        (folder / name).write_text("no picture")
    (folder / "b" / "4.png").symlink_to("nothing.png")
    message = r"Left out: 1 \(text, not a picture\): notes.txt. Left out: 1 \(unknown suffix\): 3.xyz. Left out: 1 "
    with pytest.warns(UserWarning, match=message + r"\(broken link\): 4.png"):
        info = describe(folder)
    assert info.num_examples == 4
    assert [path.name for path, _ in info.left_out] == ["notes.txt", "3.xyz", "4.png"]


def test_a_folder_without_pictures_says_what_it_holds(tmp_path):
    for name in ("1.heic", "2.nef", "3.svg", "4.mp4"):
        (tmp_path / name).write_text("no picture")
    message = (
        r"Received: .*, which holds no picture that can be read. Left out: 1 \(HEIC, which Pillow cannot read here: "
        r"install pillow-heif\): 1.heic. Left out: 1 \(camera raw.*: 2.nef. .*drawing.*: 3.svg. .*video.*: 4.mp4."
    )
    with pytest.raises(ValueError, match=message):
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
