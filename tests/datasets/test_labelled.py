"""Labelled sets of images as folders."""

import networks
import numpy as np
import pytest

import kgan
from kgan.datasets import labelled


@pytest.mark.parametrize(
    ("names", "folders"),
    [
        (None, ["0", "1", "2"]),
        (["cat", "dog", "owl"], ["cat", "dog", "owl"]),
        (["T-shirt/top", "Trouser", "Bag"], ["0 T-shirt-top", "1 Trouser", "2 Bag"]),
        (["a/b", "a:b", ""], ["0 a-b", "1 a-b", "2"]),
        (["test", "train", "truck"], ["0 test", "1 train", "2 truck"]),
    ],
)
def test_read_back_with_the_same_labels(tmp_path, names, folders):
    images, labels = networks.images(6), np.repeat([0, 1, 2], [2, 3, 1])
    labelled.save(tmp_path / "out", images, labels, names)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == folders
    read, read_labels = next(iter(kgan.datasets.load(tmp_path / "out", batch_size=6, labels=True, shuffle=False)))
    np.testing.assert_array_equal(read_labels, labels)
    np.testing.assert_allclose(read, images, atol=1 / 255 + 1e-6)


def test_nothing_is_replaced_or_half_written(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "precious.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="not empty"):
        labelled.save(tmp_path / "mine", networks.images(4), [0, 0, 1, 1])
    with pytest.raises(ValueError, match="Received: 0 of class 1"):
        labelled.save(tmp_path / "new", networks.images(4), [0, 0, 2, 2])
    save_each, calls = kgan.images.save_each, []

    def failing(folder, images):
        calls.append(folder)
        if len(calls) == 2:
            raise OSError("disk full")
        save_each(folder, images)

    monkeypatch.setattr(kgan.images, "save_each", failing)
    with pytest.raises(OSError, match="disk full"):
        labelled.save(tmp_path / "new", networks.images(4), [0, 0, 1, 1])
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
