"""Directions in a code space, along which one attribute of the images changes."""

import copy
import zipfile
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from kgan import _deprecation, _files
from kgan._typing import Array, PathLike
from kgan.applications.editing.spaces import FINGERPRINT_TOLERANCE, CodeSpace

__getattr__ = _deprecation.old_names(__name__, orthogonalized="orthogonalize")


class Direction:
    """A direction in the code space of one generator. Strength 1 is one standard deviation of the codes along it.

    A code `c` becomes `c + strength * vector`, in style-based generators at the direction's levels. The linear function
    `normal . (c - mean)` tells how far a code is along the direction: strength 1 raises it by exactly 1.

    Args:
        vector: the move of strength 1, `(dim,)`.
        normal: vector `(dim,)` with `normal . vector = 1`. Defaults to `vector / |vector|^2`.
        name: what changes along the direction.
        space: `"latent"` or `"style"`.
        fingerprint: `CodeSpace.fingerprint` of the generator.
        score: how well the direction explains the attribute on held-out images: R^2, or the accuracy for an attribute
            of two values. None for directions found without an attribute.
        levels: levels of a style-based generator at which it acts; 0 is the coarsest. Defaults to all.

    Raises:
        ValueError: if shapes do not agree, the vector is 0 or not finite, or `normal . vector` is not 1.

    Example:
    >>> direction = Direction([0.0, 2.0], name="up", space="latent", fingerprint=np.zeros((4, 8)))
    >>> direction.normal.tolist()
    [0.0, 0.5]
    """

    def __init__(
        self,
        vector: ArrayLike,
        normal: ArrayLike | None = None,
        name: str = "direction",
        space: str = "latent",
        fingerprint: ArrayLike | None = None,
        score: float | None = None,
        levels: int | Sequence[int] | None = None,
    ) -> None:
        self.vector = np.asarray(vector, "float32")
        if self.vector.ndim != 1 or not np.isfinite(self.vector).all() or not self.vector.any():
            raise ValueError(f"Expected a finite vector (dim,) that is not 0. Received: {vector!r}")
        self.normal = self.vector / np.sum(self.vector**2) if normal is None else np.asarray(normal, "float32")
        if self.normal.shape != self.vector.shape or not abs(self.normal @ self.vector - 1) < 1e-2:
            raise ValueError(
                f"Expected `normal` of shape {self.vector.shape} with normal . vector = 1. Received: normal={normal!r}"
            )
        self.name = str(name)
        self.space = str(space)
        self.fingerprint = np.asarray(fingerprint, "float32")
        self.score = None if score is None else float(score)
        self.levels = None if levels is None else tuple(int(level) for level in np.atleast_1d(levels))

    def __repr__(self) -> str:
        score = "" if self.score is None else f", score={self.score:.2f}"
        levels = "" if self.levels is None else f", levels={self.levels}"
        return f"<Direction {self.name!r} in {self.space} space of {len(self.vector)} dimensions{levels}{score}>"

    @property
    def level_index(self) -> slice | list[int]:
        """The index of the direction's levels in the codes of a style-based generator."""
        return slice(None) if self.levels is None else list(self.levels)

    def check(self, space: CodeSpace) -> None:
        """Check that the direction belongs to the generator of `space`.

        Raises:
            ValueError: if it is a direction of another generator, or of another space of this one.
        """
        if self.space != space.name or len(self.vector) != space.shape[-1]:
            raise ValueError(
                f"Expected a direction in the {space.name} space of {space.shape[-1]} dimensions. Received: {self!r}. "
                "Learn it again for this generator."
            )
        if not _same_fingerprint(self.fingerprint, space.fingerprint):
            raise ValueError(
                f"Expected a direction of this generator. Received: {self.name!r} of another generator, or of this one "
                "before it was trained further. Learn it again for this generator."
            )

    def save(self, path: PathLike) -> None:
        """Write the direction to one `.npz` file, which is replaced atomically."""
        with _files.replacing(path) as temporary, open(temporary, "wb") as file:
            np.savez(
                file,
                name=self.name,
                space=self.space,
                levels=np.array(() if self.levels is None else self.levels, "int64"),
                vector=self.vector,
                normal=self.normal,
                fingerprint=self.fingerprint,
                score=np.nan if self.score is None else self.score,
            )

    @classmethod
    def load(cls, path: PathLike) -> "Direction":
        """Read a direction that `save` wrote.

        Raises:
            FileNotFoundError: if there is no such file.
            ValueError: if the file does not hold a direction.
        """
        try:
            with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
                score = float(archive["score"])
                levels = archive["levels"]
                arguments = {name: archive[name] for name in ("vector", "normal", "name", "space", "fingerprint")}
        except FileNotFoundError as error:
            raise FileNotFoundError(
                f"Expected a file that `Direction.save` wrote. Received: {path}, which does not exist."
            ) from error
        except (OSError, ValueError, KeyError, TypeError, EOFError, AttributeError, zipfile.BadZipFile) as error:
            raise ValueError(
                f"Expected a file that `Direction.save` wrote. Received: {path}, which is another file or damaged."
            ) from error
        return cls(**arguments, score=None if np.isnan(score) else score, levels=levels if levels.size else None)


def orthogonalize(direction: Direction, others: Direction | Sequence[Direction]) -> Direction:
    """Return a direction along which the attributes of other directions do not change (conditional manipulation).

    The result is `vector - sum of a_k vector_k` with `normal_k . vector = 0` for each other direction `k`, scaled to
    one standard deviation again.

    Args:
        direction: the direction to change.
        others: one or more directions of the same generator and the same levels, whose attributes must not change.

    Raises:
        ValueError: if they are of different generators or levels, or the direction is a combination of the others.

    Reference: Shen et al., InterFaceGAN: Interpreting the Disentangled Face Representation Learned by GANs, 2020,
    section 3.2.

    Example:
    >>> first, second = Direction([1.0, 0.0]), Direction([0.8, 0.6])
    >>> orthogonalize(second, [first]).vector.tolist()
    [0.0, 1.0]
    """
    others = [others] if isinstance(others, Direction) else list(others)
    for other in others:
        _check_same_space(direction, other)
    if not others:
        return direction
    vectors = np.stack([other.vector for other in others])
    normals = np.stack([other.normal for other in others])
    vector = (
        direction.vector - np.linalg.lstsq(normals @ vectors.T, normals @ direction.vector, rcond=1e-4)[0] @ vectors
    )
    normal = (
        direction.normal - np.linalg.lstsq(vectors @ normals.T, vectors @ direction.normal, rcond=1e-4)[0] @ normals
    )
    remainder = float(normal @ vector)
    if remainder < 1e-3:
        names = ", ".join(repr(other.name) for other in others)
        raise ValueError(
            f"Expected a direction that is independent of {names}. Received: {direction.name!r}, a combination of them."
        )
    result = copy.copy(direction)
    result.vector, result.normal = vector / remainder**0.5, normal / remainder**0.5
    return result


def _same_fingerprint(first: Array, second: Array) -> bool:
    return first.shape == second.shape and not np.abs(first - second).max(initial=0) > FINGERPRINT_TOLERANCE


def _check_same_space(direction: Direction, other: Direction) -> None:
    if (
        (direction.space, direction.levels, direction.vector.shape) != (other.space, other.levels, other.vector.shape)
    ) or not _same_fingerprint(direction.fingerprint, other.fingerprint):
        raise ValueError(
            f"Expected directions of one generator and the same levels. Received: {direction!r} and {other!r}."
        )
