"""Directions by name."""

import linear
import numpy as np
import pytest

from kgan.applications import editing
from kgan.applications.editing import attributes
from kgan.applications.editing.find import find_direction


def test_every_kind_of_name(space, tmp_path):
    assert find_direction(space, "factor-2").name == "factor 2"
    saved = find_direction(space, "brightness")
    saved.save(tmp_path / "mine.npz")
    np.testing.assert_array_equal(find_direction(space, tmp_path / "mine.npz").vector, saved.vector)
    assert abs(find_direction(space, "factor-1", keep=["brightness"]).vector @ saved.normal) < 1e-4
    with pytest.raises(ValueError, match="Unknown attribute. Received: 'facto-1'"):
        find_direction(space, "facto-1")
    with pytest.raises(FileNotFoundError):
        find_direction(space, str(tmp_path / "other.npz"))


def test_levels_replace_those_of_a_saved_direction(style_space, tmp_path):
    editing.find_direction(style_space, "factor-1", levels=[1]).save(tmp_path / "saved.npz")
    assert find_direction(style_space, tmp_path / "saved.npz").levels == (1,)
    assert find_direction(style_space, tmp_path / "saved.npz", levels=0).levels == (0,)
    with pytest.raises(ValueError, match="Expected levels from 0 to 1"):
        find_direction(style_space, "component-1", levels=[2])


def test_a_classifier_can_be_kept_along_any_direction(space, monkeypatch):
    """The columns of a classifier are kept along directions that are not learned from an attribute, too."""

    def two_columns(images):
        return np.stack([linear.right(images), 2 * linear.right(images)], axis=1)

    monkeypatch.setitem(attributes.ATTRIBUTES, "classes", two_columns)
    for name in ("factor-1", "brightness"):
        kept = find_direction(space, name, keep=["classes"])
        np.testing.assert_allclose(np.abs(kept.vector), [0, 1], atol=0.02)
