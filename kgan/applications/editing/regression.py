"""Linear regression of attributes on codes, which `supervised` learns directions by."""

import typing
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike

from kgan._typing import Array
from kgan.applications.editing import attributes
from kgan.applications.editing.attributes import Measure
from kgan.applications.editing.directions import Direction, orthogonalize
from kgan.applications.editing.spaces import CodeSpace

Attribute: TypeAlias = str | Measure | ArrayLike
"""A name in `attributes.ATTRIBUTES`, a function of images, or the values themselves."""

MIN_EXAMPLES = 10
"""The fewest images that a direction is learned from."""


class Regression(typing.NamedTuple):
    """Linear regression of attributes on codes, or on moves of codes.

    Attributes:
        space: the code space.
        inputs: whitened codes or moves, `(num, dim)`.
        columns: function that returns the values of an attribute, arrays `(num,)`.
        levels: levels of the directions.
        classify: whether attributes of two values are fitted by logistic regression.
    """

    space: CodeSpace
    inputs: Array
    columns: Callable[[Any], list[Array]]
    levels: list[int] | None
    classify: bool

    def direction(self, attribute: Attribute, keep: Sequence[Attribute | Direction], name: str | None) -> Direction:
        """Return the direction of an attribute, orthogonal to those of `keep`."""
        others: list[Direction] = []
        for kept in keep:
            others += [kept] if isinstance(kept, Direction) else self.directions(kept)
        directions = self.directions(attribute, name)
        if not directions:
            raise ValueError(
                f"Expected an attribute that varies. Received: {name_of(attribute)!r}, which hardly any move changes."
            )
        if len(directions) != 1:
            raise ValueError(f"Expected an attribute of one value for each image. Received: {len(directions)} columns.")
        return orthogonalize(directions[0], others)

    def directions(self, attribute: Attribute, name: str | None = None) -> list[Direction]:
        """Return the direction of each column of an attribute."""
        return [self._fit(values, name or name_of(attribute)) for values in self.columns(attribute)]

    def _fit(self, values: Array, name: str) -> Direction:
        from sklearn.linear_model import LogisticRegression, Ridge
        from sklearn.model_selection import train_test_split

        values = _check_values(values, len(self.inputs), name)
        distinct = np.unique(values)
        binary = self.classify and len(distinct) == 2
        targets = (values == distinct[1]) if binary else (values - values.mean()) / values.std()
        stratify = targets if binary and np.bincount(targets).min() > 1 else None
        inputs, held_out, targets, held_out_targets = train_test_split(
            self.inputs, targets, test_size=0.2, random_state=0, stratify=stratify
        )
        model = (LogisticRegression(max_iter=1000) if binary else Ridge(1.0)).fit(inputs, targets)
        coefficients = model.coef_.ravel()
        unit = (coefficients / np.linalg.norm(coefficients)).astype("float32")
        vector, normal = self.space.covariance_root @ unit, self.space.whitening_matrix @ unit
        normal = normal / (normal @ vector)
        score = model.score(held_out, held_out_targets)
        return Direction(vector, normal, name, self.space.name, self.space.fingerprint, score, self.levels)


def _check_values(values: Array, num: int, name: str) -> Array:
    """Return the values of an attribute as floats."""
    if values.shape != (num,):
        raise ValueError(f"Expected one value for each image: shape ({num},). Received: shape {values.shape}.")
    values = values.astype("float64")
    if not np.isfinite(values).all():
        raise ValueError(f"Expected finite values of {name!r}. Received: {(~np.isfinite(values)).sum()} that are not.")
    if len(np.unique(values)) < 2:
        raise ValueError(f"Expected an attribute that varies. Received: {name!r}, always {values.max(initial=0)}.")
    if num < MIN_EXAMPLES:
        raise ValueError(f"Expected at least {MIN_EXAMPLES} images to learn from. Received: {num}")
    return values


def is_measured(attribute: Attribute) -> bool:
    """Return whether an attribute is measured on images, rather than given as values."""
    return isinstance(attribute, str) or callable(attribute)


def name_of(attribute: Attribute) -> str:
    """Return the name of an attribute, for the direction and for messages."""
    return attribute if isinstance(attribute, str) else getattr(attribute, "__name__", "attribute")


def _columns(attribute: Attribute, images: Callable[[], Array]) -> list[Array]:
    """Return the values of an attribute, a list of arrays `(num,)`."""
    measured = is_measured(attribute)
    values = np.asarray(attributes.get(cast(str | Measure, attribute))(images()) if measured else attribute)
    if values.dtype.kind not in "bifu":
        raise TypeError(f"Expected an attribute of numbers or booleans. Received: {values.dtype}")
    return list(values.T) if measured and values.ndim == 2 else [values]


def varying_columns(attribute: Attribute, images: Callable[[], Array]) -> list[Array]:
    """Return the values of an attribute; of several columns, those that are not constant."""
    columns = _columns(attribute, images)
    return columns if len(columns) == 1 else [values for values in columns if np.ptp(values)]


def changes(attribute: Attribute, before: Callable[[], Array], after: Callable[[], Array]) -> list[Array]:
    """Return how moves change an attribute, without columns that hardly any move changes."""
    columns = zip(_columns(attribute, after), _columns(attribute, before), strict=True)
    differences = [new.astype("float64") - old for new, old in columns]
    return [change for change in differences if np.count_nonzero(change) >= MIN_EXAMPLES]
