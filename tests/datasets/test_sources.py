"""The registry of data sources."""

import pathlib

import numpy as np
import pytest

from kgan.datasets import Digits, Folder, Source, describe, find, load, register, sources


@pytest.fixture
def registry(monkeypatch):
    monkeypatch.setattr(sources, "REGISTRY", [*sources.REGISTRY])


class Noise(Source):
    """Four images of noise, under the name "noise"."""

    num_examples = 4
    image_shape = (8, 8, 1)

    @classmethod
    def accepts(cls, name):
        return name == "noise"

    def has_split(self, split):
        return split == "train"

    def read(self, size, channels):
        return np.random.default_rng(0).integers(0, 256, (4, 8, 8, 1), "uint8")

    def fingerprint(self):
        return "noise"


@pytest.mark.usefixtures("registry")
def test_a_new_source_is_one_class_and_one_registration():
    assert register(Noise) is Noise
    assert next(iter(load("noise", batch_size=4))).shape == (4, 8, 8, 1)
    assert describe("noise").num_examples == 4
    assert isinstance(find("digits"), Digits)


def test_which_source(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("digits").mkdir()
    pathlib.Path("mnist").mkdir()
    accepting = {name: [each for each in sources.REGISTRY if each.accepts(name)][0] for name in ("digits", "mnist")}
    assert accepting == {"digits": Digits, "mnist": Folder}
    assert sources.REGISTRY[1].accepts(pathlib.Path("digits"))
    assert Folder.accepts("./missing")
    assert not Folder.accepts("cifar10")
    with pytest.raises(TypeError, match="Expected the name of a data set or a folder. Received: 5"):
        find(5)


def test_a_source_stays_what_it_is():
    digits = find("digits", "test")
    assert find(digits) is find(digits, "test") is digits
    train = find(digits, "train")
    assert train.num_examples == 1437
    assert find(digits, "train") is train
    assert len(load(digits, batch_size=360)) == 1
    with pytest.raises(ValueError, match="Unknown split. Received: 'tset'"):
        find(digits, "tset")
