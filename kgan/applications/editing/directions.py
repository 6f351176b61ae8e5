"""Directions in the space of a generator, along which one thing changes."""

import copy
import zipfile

import numpy as np

from kgan import _files
from kgan.applications.editing.spaces import SAME


class Direction:
    """A way to move the codes of one generator; strength 1 is one standard deviation of its codes along it.

    A code `c` becomes `c + strength * vector`, for style-based generators at the direction's levels. `normal` reads
    a code's place on the way, `normal . (c - mean)`, so strength 1 raises that by exactly 1.

    Args:
        vector: the move of strength 1, `(dim,)`.
        normal: with `normal . vector = 1`. Defaults to `vector / |vector|^2`.
        name: of what changes.
        space: `"latent"` or `"style"`.
        fingerprint: of the generator, `CodeSpace.fingerprint`.
        score: how much of the attribute it explains on held-out images: R^2, or for two kinds the share that it
            tells apart. None for those found unaided.
        levels: of a style-based generator, 0 the coarsest, at which it acts. None stands for all.

    Raises:
        ValueError: shapes do not fit, the vector is 0 or not finite, or `normal . vector` is not 1.

    Example:
    >>> direction = Direction([0.0, 2.0], name="up", space="latent", fingerprint=np.zeros((4, 8)))
    >>> direction.normal.tolist()
    [0.0, 0.5]
    """

    def __init__(
        self, vector, normal=None, name="direction", space="latent", fingerprint=None, score=None, levels=None
    ):
        self.vector = np.asarray(vector, "float32")
        if self.vector.ndim != 1 or not np.isfinite(self.vector).all() or not self.vector.any():
            raise ValueError(f"Expected a finite vector (dim,) that is not 0. Received: {vector!r}")
        self.normal = self.vector / np.sum(self.vector**2) if normal is None else np.asarray(normal, "float32")
        if self.normal.shape != self.vector.shape or not abs(self.normal @ self.vector - 1) < 1e-2:
            raise ValueError("Expected `normal` of the vector's shape with normal . vector = 1. Received: another.")
        self.name = str(name)
        self.space = str(space)
        self.fingerprint = np.asarray(fingerprint, "float32")
        self.score = None if score is None else float(score)
        self.levels = None if levels is None else tuple(int(level) for level in np.atleast_1d(levels))

    def __repr__(self):
        score = "" if self.score is None else f", score={self.score:.2f}"
        levels = "" if self.levels is None else f", levels={self.levels}"
        return f"<Direction {self.name!r} in {self.space} space of {len(self.vector)} dimensions{levels}{score}>"

    def check(self, space):
        """Check that it is one of the generator of `space`.

        Raises:
            ValueError: it is of another generator, or of another of its spaces.
        """
        if self.space != space.name or len(self.vector) != space.shape[-1]:
            raise ValueError(
                f"Expected a direction in the {space.name} space of {space.shape[-1]} dimensions. Received: {self!r}. "
                "Find it anew for this generator."
            )
        if (
            self.fingerprint.shape != space.fingerprint.shape
            or np.abs(self.fingerprint - space.fingerprint).max() > SAME
        ):
            raise ValueError(
                f"Expected a direction of this generator. Received: {self.name!r} of another one, or of this one "
                "before it was trained further. Find it anew for this generator."
            )

    def save(self, path):
        """Write one `.npz` file, whole or not at all."""
        with _files.replacing(path) as temporary, open(temporary, "wb") as file:
            score = np.nan if self.score is None else self.score
            arrays = {"vector": self.vector, "normal": self.normal, "fingerprint": self.fingerprint, "score": score}
            levels = () if self.levels is None else self.levels
            np.savez(file, name=self.name, space=self.space, levels=np.int64(levels), **arrays)

    @classmethod
    def load(cls, path):
        """Read what `save` wrote.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: it holds no direction.
        """
        try:
            with open(path, "rb") as file, np.load(file, allow_pickle=False) as found:
                score = float(found["score"])
                own = {name: found[name] for name in ("vector", "normal", "name", "space", "fingerprint")}
                levels = found["levels"]
        except FileNotFoundError:
            raise FileNotFoundError(
                f"Expected a file with a direction. Received: {path}, which is not there."
            ) from None
        except (OSError, ValueError, KeyError, TypeError, EOFError, AttributeError, zipfile.BadZipFile) as error:
            raise ValueError(f"Expected a direction that kgan saved. Received: {path}, which holds none.") from error
        return cls(**own, score=None if np.isnan(score) else score, levels=levels if levels.size else None)


def orthogonalized(direction: Direction, others) -> Direction:
    """Return the direction without what moves others: along it their linear functions stay as they are.

    With `vector' = vector - sum of a_k vector_k` such that `normal_k . vector' = 0` for each other `k`, scaled
    to one standard deviation again.

    Args:
        direction: what shall change.
        others: one or more directions of the same generator, at the same levels, which shall stay.

    Raises:
        ValueError: they are of different generators or levels, or nothing of the direction is left.

    Reference: Shen et al., InterFaceGAN, 2020, section 3.2 (conditional manipulation).

    Example:
    >>> first, second = Direction([1.0, 0.0]), Direction([0.8, 0.6])
    >>> orthogonalized(second, [first]).vector.tolist()
    [0.0, 1.0]
    """
    others = [others] if isinstance(others, Direction) else list(others)
    for other in others:
        kinds = [(each.space, each.levels, each.vector.shape, each.fingerprint.shape) for each in (direction, other)]
        if kinds[0] != kinds[1] or np.abs(other.fingerprint - direction.fingerprint).max(initial=0) > SAME:
            raise ValueError(
                f"Expected directions of one generator and the same levels. Received: {direction!r} and {other!r}."
            )
    if not others:
        return direction
    vectors, normals = (np.stack([getattr(each, part) for each in others]) for part in ("vector", "normal"))
    vector = (
        direction.vector - np.linalg.lstsq(normals @ vectors.T, normals @ direction.vector, rcond=1e-4)[0] @ vectors
    )
    normal = (
        direction.normal - np.linalg.lstsq(vectors @ normals.T, vectors @ direction.normal, rcond=1e-4)[0] @ normals
    )
    left = float(normal @ vector)
    if left < 1e-3:
        names = ", ".join(repr(each.name) for each in others)
        raise ValueError(f"Expected a direction that {names} leave room for. Received: {direction.name!r}, their sum.")
    direction = copy.copy(direction)
    direction.vector, direction.normal = vector / left**0.5, normal / left**0.5
    return direction
