"""Keras files are compressed without loss."""

import keras
import networks
import numpy as np
import pytest

from kgan.export import compress


def test_a_whole_model_stays_the_same(tmp_path):
    gan = networks.gan()
    gan.compile()
    path = tmp_path / "gan.keras"
    gan.save(path)
    before = path.stat().st_size
    compress(path)
    assert path.stat().st_size < before / 2
    loaded = keras.saving.load_model(path)
    for name, value in networks.state(gan).items():
        np.testing.assert_array_equal(networks.state(loaded)[name], value)
    assert [item.name for item in tmp_path.iterdir()] == ["gan.keras"]


def test_other_files_stay_as_they_are(tmp_path):
    path = tmp_path / "notes.keras"
    path.write_text("precious")
    with pytest.raises(ValueError, match="Expected a .keras file"):
        compress(path)
    assert path.read_text() == "precious"
    np.savez(tmp_path / "arrays.npz", a=np.zeros(3))
    with pytest.raises(ValueError, match=r"has no config\.json"):
        compress(tmp_path / "arrays.npz")
