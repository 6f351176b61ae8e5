"""Directions are saved and loaded, checked, and orthogonalized."""

import linear
import numpy as np
import pytest

from kgan.applications.editing.directions import Direction, orthogonalize
from kgan.applications.editing.spaces import CodeSpace
from kgan.applications.editing.supervised import boundary
from kgan.applications.editing.unsupervised import closed_form


class TestOrthogonalize:
    def test_one_half_changes_and_the_other_does_not(self, space):
        left, right = boundary(space, linear.left), boundary(space, linear.right)
        only_left = boundary(space, linear.left, keep=[right])
        np.testing.assert_allclose(only_left.vector, [0, 1], atol=0.02)
        assert abs(right.normal @ only_left.vector) < 1e-3
        for keep in ([linear.right], [lambda images: np.stack([linear.right(images), linear.right(images) > 0], 1)]):
            np.testing.assert_allclose(boundary(space, linear.left, keep=keep).vector, [0, 1], atol=0.02)
        np.testing.assert_allclose(orthogonalize(left, right).vector, only_left.vector, atol=1e-6)
        before, after = space.images([[0.0, 0.0], only_left.vector])
        assert abs(linear.right(after[None]) - linear.right(before[None])) < 0.01
        np.testing.assert_allclose(linear.left(after[None]) - linear.left(before[None]), 0.1, atol=0.01)

    def test_where_vector_and_normal_differ(self):
        """Codes with the covariance diag(4, 1): the functional (1, 1) must not change."""
        covariance = np.diag([4.0, 1.0])
        first, kept = np.array([1.0, 0.0]), np.array([1.0, 1.0])
        directions = [
            Direction(covariance @ n / (n @ covariance @ n) ** 0.5, n / (n @ covariance @ n) ** 0.5)
            for n in (first, kept)
        ]
        direction = orthogonalize(directions[0], [directions[1]])
        assert abs(kept @ direction.vector) < 1e-5
        np.testing.assert_allclose(direction.normal @ direction.vector, 1, rtol=1e-5)
        np.testing.assert_allclose(direction.vector @ np.linalg.inv(covariance) @ direction.vector, 1, rtol=1e-5)

    def test_a_direction_that_depends_on_the_others(self, space):
        left = boundary(space, linear.left)
        with pytest.raises(ValueError, match="independent of 'left'"):
            orthogonalize(left, [left])
        with pytest.raises(ValueError, match="directions of one generator"):
            orthogonalize(left, [Direction([1.0, 0.0], fingerprint=left.fingerprint + 1)])
        with pytest.raises(ValueError, match="and the same levels"):
            orthogonalize(left, [Direction([1.0, 0.0], fingerprint=left.fingerprint, levels=[0])])
        assert orthogonalize(left, []) is left


class TestDirection:
    def test_saved_and_loaded(self, space, tmp_path):
        some = Direction([1.0, 2.0], fingerprint=space.fingerprint, levels=[1, 3])
        for direction in (boundary(space, "brightness", num=100), closed_form(space, 1)[0], some):
            direction.save(tmp_path / "direction.npz")
            loaded = Direction.load(tmp_path / "direction.npz")
            for name in ("vector", "normal", "fingerprint"):
                np.testing.assert_array_equal(getattr(loaded, name), getattr(direction, name))
            for name in ("name", "space", "score", "levels"):
                assert getattr(loaded, name) == getattr(direction, name)
            loaded.check(space)
        assert [file.name for file in tmp_path.iterdir()] == ["direction.npz"]

    def test_a_file_of_version_0_1_0(self, space, tmp_path):
        """Files of the version before hold the same arrays under the same names."""
        np.savez(
            tmp_path / "old.npz",
            name="slant",
            space="latent",
            levels=np.int64(()),
            vector=np.float32([0.6, 0.8]),
            normal=np.float32([0.6, 0.8]),
            fingerprint=space.fingerprint,
            score=0.9,
        )
        direction = Direction.load(tmp_path / "old.npz")
        direction.check(space)
        assert (direction.name, direction.space, direction.score, direction.levels) == ("slant", "latent", 0.9, None)
        np.testing.assert_array_equal(direction.vector, np.float32([0.6, 0.8]))

    def test_of_another_model(self, space, style_space):
        direction = boundary(space, "brightness", num=100)
        other = linear.generator()
        other.set_weights([weight * 1.1 for weight in other.get_weights()])
        with pytest.raises(ValueError, match="of this generator. Received: 'brightness' of another"):
            direction.check(CodeSpace(other))
        with pytest.raises(ValueError, match="Expected a direction in the style space of 5 dimensions"):
            direction.check(style_space)

    def test_no_direction(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="which does not exist"):
            Direction.load(tmp_path / "nothing.npz")
        for content in (b"", b"no archive", b"PK\x03\x04 torn"):
            (tmp_path / "broken.npz").write_bytes(content)
            with pytest.raises(ValueError, match="another file or damaged"):
                Direction.load(tmp_path / "broken.npz")
        np.savez(tmp_path / "other.npz", vector=[1.0])
        with pytest.raises(ValueError, match="another file or damaged"):
            Direction.load(tmp_path / "other.npz")
        for vector in ([0.0, 0.0], [np.nan, 1.0], [[1.0]]):
            with pytest.raises(ValueError, match="finite vector"):
                Direction(vector)
        with pytest.raises(ValueError, match="normal . vector = 1"):
            Direction([1.0, 0.0], [0.5, 0.0])
