"""The built-in digits."""

import numpy as np
import pytest

from kgan.datasets import Digits, describe, load


def test_splits_are_disjoint_and_stratified():
    from sklearn.datasets import load_digits

    train, test = (Digits(split=split) for split in ("train", "test"))
    assert (train.num_examples, test.num_examples, Digits(split="train+test").num_examples) == (1437, 360, 1797)
    everything = np.concatenate([train.read(None, None), test.read(None, None)])
    original = np.rint(load_digits().images * 255 / 16).astype("uint8")[..., None]
    assert sorted(map(bytes, everything)) == sorted(map(bytes, original))
    assert np.abs(np.bincount(test.labels) - 36).max() <= 2
    with pytest.raises(ValueError, match="Unknown split of digits. Received: 'tset'. Did you mean 'test'"):
        load("digits", "tset")


def test_sizes_and_channels():
    data = load("digits", image_size=(16, 12), channels=3, labels=True, batch_size=10)
    pictures, labels = next(iter(data))
    assert pictures.shape == (10, 16, 12, 3)
    assert labels.shape == (10,)
    assert -1 <= np.min(pictures) < -0.9
    assert 0.5 < np.max(pictures) <= 1
    assert describe("digits").class_names == tuple("0123456789")
