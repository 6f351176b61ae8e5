"""Directions of attributes: measured on images, or given as labels."""

import functools
from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
from numpy.typing import ArrayLike

from kgan import _deprecation, _progress
from kgan._typing import Array
from kgan.applications.editing import attributes
from kgan.applications.editing.attributes import Measure
from kgan.applications.editing.directions import Direction
from kgan.applications.editing.regression import (
    Attribute,
    Regression,
    changes,
    is_measured,
    name_of,
    varying_columns,
)
from kgan.applications.editing.spaces import CodeSpace, Model, code_space

STEP = 0.7
"""Standard deviation of the random moves of `average_gradient`, in standard deviations of the codes."""

__getattr__ = _deprecation.old_names(
    __name__,
    slope="average_gradient",
    slopes="local_gradients",
    circle="angle_directions",
    find="kgan.applications.editing.find_direction",
)


def boundary(
    model: Model,
    attribute: Attribute,
    codes: ArrayLike | None = None,
    labels: int | Array | None = None,
    levels: int | Sequence[int] | None = None,
    keep: Sequence[Attribute | Direction] = (),
    num: int = 4000,
    seed: int = 0,
    name: str | None = None,
) -> Direction:
    """Learn the direction of an attribute by comparing images with each other (InterFaceGAN).

    The attribute is fitted as a linear function of the codes: by ridge regression, or by logistic regression if it has
    two values, and then the direction crosses the boundary between both. `normal` is the gradient of that function.
    `vector` is its product with the covariance of the codes: the mean change of codes whose attribute is one standard
    deviation higher, which stays among codes that occur. For latents, whose covariance is the identity, both are
    parallel. To compare each image with an edited version of itself use `average_gradient`.

    Args:
        model: as in `CodeSpace`.
        attribute: a name in `attributes.ATTRIBUTES`, a function of images `(num, height, width, channels)` to `(num,)`,
            or the values themselves, `(num,)` numbers or booleans.
        codes: codes of the images, as `CodeSpace.codes` takes them. Defaults to those of random images (as many as
            there are values, if values are given: `CodeSpace.sample(len(values), seed)`).
        labels: as in `kgan.GAN.generate`, for class-conditional generators.
        levels: for style-based generators the levels that the direction moves; 0 is the coarsest. It is learned from
            random images whose other levels have the style of another image. Defaults to all.
        keep: what must not change along the direction (see `orthogonalize`): directions, or attributes as above.
            Functions in it may also return several columns `(num, columns)`, such as `attributes.class_scores`;
            constant columns are left out.
        num: number of random images. Defaults to 4,000.
        seed: seed of the random images.
        name: name of the direction. Defaults to that of the attribute.

    Raises:
        ValueError: if the attribute is unknown, constant, an angle, not finite, or of another length than the codes, or
            the levels do not exist or are given together with codes.
        TypeError: if the attribute is not of numbers.

    Reference: Shen et al., InterFaceGAN: Interpreting the Disentangled Face Representation Learned by GANs, 2020.

    Example:
    >>> from kgan.architectures import mlp
    >>> boundary(mlp.generator((8, 8, 1), latent_dim=4), "brightness", num=100).name
    'brightness'
    """
    space = code_space(model)
    _check_no_angle(attribute)
    levels = None if levels is None else space.check_levels(levels)
    if codes is None:
        num = num if is_measured(attribute) else len(np.asarray(attribute))
        labels = space.labels_for(num, labels)
        codes = moved = space.sample(num, seed, labels)
        if levels is not None:
            moved = space.sample(num, seed + 1, labels)
            codes = np.array(codes)
            codes[:, levels] = moved[:, levels]
    elif levels is not None:
        raise ValueError("Expected `codes` or `levels`: a direction of some levels is learned from random images.")
    else:
        codes = moved = space.codes(codes, labels)
    images = functools.cache(lambda: space.images(codes, labels))
    inputs = space.whiten(moved.mean(axis=1) if space.has_styles else moved)
    regression = Regression(space, inputs, lambda attribute: varying_columns(attribute, images), levels, True)
    return regression.direction(attribute, keep, name)


def average_gradient(
    model: Model,
    attribute: str | Measure,
    codes: ArrayLike | None = None,
    labels: int | Array | None = None,
    levels: int | Sequence[int] | None = None,
    keep: Sequence[Attribute | Direction] = (),
    num: int = 4000,
    seed: int = 0,
    name: str | None = None,
) -> Direction:
    """Learn the direction along which a measurable attribute changes most, on average over images.

    Each code is moved a little at random, once forth and once back. The change of the attribute of its image is fitted
    as a linear function of the move by ridge regression, which estimates the mean of the attribute's gradient.
    `boundary` compares different images instead. For latents, which are normally distributed, both agree. Styles are
    not normally distributed, and there `boundary` also learns what is merely correlated with the attribute among
    images, such as a class whose object is larger. `local_gradients` does the same for single images.

    Args:
        model, labels, seed, name: as in `boundary`.
        attribute: a name in `attributes.ATTRIBUTES`, or a function of images `(num, height, width, channels)` to
            `(num,)`.
        codes: codes that are moved, as `CodeSpace.codes` takes them. Defaults to those of `num` random images.
        levels: for style-based generators the levels that the direction moves; 0 is the coarsest. Defaults to all.
        keep: as in `boundary`; attributes that hardly any move changes are left out.
        num: number of random images. Defaults to 4,000.

    Returns:
        The direction. Its `score` is the R^2 of the changes of a held-out fifth of the images.

    Raises:
        ValueError: if the attribute is unknown, an angle or not finite, hardly any move changes it, or there are no
            such levels.
        TypeError: if the attribute is neither a name nor a function, or not of numbers.

    Reference: Härdle and Stoker, Investigating Smooth Multiple Regression by the Method of Average Derivatives, 1989.

    Example:
    >>> from kgan.architectures import mlp
    >>> average_gradient(mlp.generator((8, 8, 1), latent_dim=4), "brightness", num=100).name
    'brightness'
    """
    space = code_space(model)
    _check_no_angle(attribute)
    attributes.get(attribute)
    return _regression_on_moves(space, codes, labels, levels, num, seed).direction(attribute, keep, name)


def average_gradients_of_columns(
    model: Model,
    attribute: str | Measure,
    labels: int | Array | None = None,
    levels: int | Sequence[int] | None = None,
    num: int = 4000,
    seed: int = 0,
) -> list[Direction]:
    """Learn the directions of an attribute of several columns, such as `attributes.class_scores`.

    Each is the `average_gradient` of a column; columns that hardly any move changes are left out. Pass them to
    `directions.orthogonalize` to keep the class of images along a direction that was not learned from an attribute.

    Args:
        model, labels, levels, num, seed: as in `average_gradient`.
        attribute: as in `average_gradient`; a function may also return `(num, columns)`.

    Raises:
        ValueError, TypeError: as `average_gradient`.

    Example:
    >>> from kgan.architectures import mlp
    >>> halves = lambda images: images.reshape(len(images), 2, -1).mean(axis=2)
    >>> len(average_gradients_of_columns(mlp.generator((8, 8, 1), latent_dim=4), halves, num=100))
    2
    """
    _check_no_angle(attribute)
    return _regression_on_moves(code_space(model), None, labels, levels, num, seed).directions(attribute)


def local_gradients(
    model: Model,
    attribute: str | Measure,
    codes: ArrayLike,
    labels: int | Array | None = None,
    levels: int | Sequence[int] | None = None,
    keep: Sequence[Attribute | Direction] = (),
    num: int = 1000,
    seed: int = 0,
    name: str | None = None,
) -> list[Direction]:
    """Learn for each of some images the direction along which an attribute changes most in that image.

    Use it where images differ in what changes the attribute, so that the average over images (`average_gradient`)
    fails for some of them. It is `average_gradient` of `num` moves of each image and takes a second or two per image.

    Args:
        model, attribute, labels, levels, seed, name: as in `average_gradient`.
        codes: codes of the images, such as `inversion.invert(...).codes`, as `CodeSpace.codes` takes them.
        keep: as in `average_gradient`. Include `attributes.class_scores`: otherwise the shortest way to more of an
            attribute is often another class.
        num: number of moves of each image. Defaults to 1,000.

    Returns:
        A direction for each image, as `editing.edit` takes them.

    Raises:
        ValueError, TypeError: as `average_gradient`.

    Example:
    >>> from kgan.architectures import mlp
    >>> generator = mlp.generator((8, 8, 1), latent_dim=4)
    >>> [direction.name for direction in local_gradients(generator, "size", np.eye(2, 4), num=100)]
    ['size', 'size']
    """
    space = code_space(model)
    codes = space.codes(codes, labels)
    labels = space.check_labels(len(codes), labels)
    return [
        average_gradient(
            space,
            attribute,
            np.repeat(codes[index : index + 1], num, axis=0),
            None if labels is None else np.repeat(labels[index], num),
            levels,
            keep,
            seed=seed,
            name=name,
        )
        for index in _progress.track(range(len(codes)), "finding local directions", unit="images")
    ]


def angle_directions(
    model: Model,
    attribute: Attribute,
    codes: ArrayLike | None = None,
    labels: int | Array | None = None,
    levels: int | Sequence[int] | None = None,
    keep: Sequence[Attribute | Direction] = (),
    num: int = 4000,
    seed: int = 0,
) -> tuple[Direction, Direction]:
    """Learn the two directions of an attribute that is an angle, such as a hue: those of its cosine and its sine.

    Args:
        model, codes, labels, levels, keep, num, seed: as in `boundary`.
        attribute: a name in `attributes.ANGLES`, a function of images, or the values themselves, in degrees.

    Returns:
        The two directions, as `editing.set_angle` takes them.

    Raises:
        ValueError, TypeError: as `boundary`.

    Example:
    >>> from kgan.architectures import mlp
    >>> cosine, sine = angle_directions(mlp.generator((8, 8, 3), latent_dim=4), "hue", num=100)
    >>> cosine.name, sine.name
    ('cos of hue', 'sin of hue')
    """
    space = code_space(model)
    cosine, sine = (
        boundary(
            space,
            _component(attribute, function),
            codes,
            labels,
            levels,
            keep,
            num,
            seed,
            name=f"{function.__name__} of {name_of(attribute)}",
        )
        for function in (np.cos, np.sin)
    )
    return cosine, sine


def _regression_on_moves(
    space: CodeSpace,
    codes: ArrayLike | None,
    labels: int | Array | None,
    levels: int | Sequence[int] | None,
    num: int,
    seed: int,
) -> Regression:
    """Return the regression of changes of attributes on random moves of codes."""
    levels = None if levels is None else space.check_levels(levels)
    if codes is None:
        labels = space.labels_for(num, labels)
        codes = space.sample(num, seed, labels)
    codes = space.codes(codes, labels)
    moves = STEP * np.random.default_rng(seed).normal(size=(len(codes), space.shape[-1])).astype("float32")
    half = np.zeros_like(codes)
    if space.has_styles:
        half[:, slice(None) if levels is None else levels] = (moves @ space.covariance_root / 2)[:, None]
    else:
        half += moves @ space.covariance_root / 2
    after = functools.cache(lambda: space.images(codes + half, labels))
    before = functools.cache(lambda: space.images(codes - half, labels))
    return Regression(space, moves, lambda attribute: changes(attribute, before, after), levels, False)


def _check_no_angle(attribute: Attribute) -> None:
    if isinstance(attribute, str) and attribute in attributes.ANGLES:
        raise ValueError(f"Expected an attribute other than an angle. Received: {attribute!r}. Use `angle_directions`.")


def _component(attribute: Attribute, function: Callable[[Array], Array]) -> Attribute:
    """Return the cosine or the sine of an attribute in degrees."""
    if not is_measured(attribute):
        return function(np.radians(np.asarray(attribute, "float64")))
    measure = attributes.get(cast(str | Measure, attribute))
    return lambda images: function(np.radians(measure(images)))
