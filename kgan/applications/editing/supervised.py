"""Directions learnt from what is known of images: an attribute that can be computed, or that a user labelled."""

import copy

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import train_test_split
from tqdm import tqdm

from kgan.applications.editing import attributes
from kgan.applications.editing.directions import Direction, orthogonalized
from kgan.applications.editing.spaces import space_of
from kgan.applications.editing.unsupervised import closed_form, principal_components

STEP = 0.7  # standard deviation of a code's move in `slope`, in those of the codes
ENOUGH = 10  # images to learn from
UNAIDED = {"component": principal_components, "factor": closed_form}


def boundary(model, attribute, codes=None, labels=None, levels=None, keep=(), num=4000, seed=0, name=None) -> Direction:
    """Learn the direction of an attribute from random images, or from codes that you labelled.

    The attribute is fitted as a linear function of the codes: by ridge regression, or by logistic regression, the
    boundary of InterFaceGAN, if it has two values. `normal` is that function's gradient. `vector` is its product
    with the covariance of the codes, that is the mean move of codes whose attribute is one deviation higher, so
    it stays among codes that occur. In latent space, where the covariance is 1, both are parallel.

    Args:
        model: as in `CodeSpace`.
        attribute: a name in `attributes.ATTRIBUTES`, a function of images `(n, height, width, channels)` to `(n,)`,
            or the values themselves `(n,)`, numbers or booleans.
        codes: what it is learnt from, as `CodeSpace.codes` takes them. Defaults to those of `num` random images
            (where values are given, of as many: `CodeSpace.sample(len(values), seed)`).
        labels: as in `kgan.GAN.generate`, for class-conditional models.
        levels: for style-based generators the levels that it shall move, 0 the coarsest. It is then learnt from
            random images whose other levels have the style of another image. Defaults to all.
        keep: what must not change along (see `orthogonalized`): directions, or attributes as above, whose functions
            may also give several columns `(n, k)`, such as `attributes.classes`; constant ones are left out.
        num, seed: of the random images. Default to 4,000 and 0.
        name: of the direction. Defaults to the attribute's.

    Raises:
        ValueError: the attribute is unknown, constant, circular, not finite, or of another length than the codes,
            or levels do not exist or come with codes.
        TypeError: it is no number.

    Reference: Shen et al., InterFaceGAN: Interpreting the Disentangled Face Representation Learned by GANs, 2020.

    Example:
    >>> from kgan.architectures import mlp
    >>> boundary(mlp.generator((8, 8, 1), latent_dim=4), "brightness", num=100).name
    'brightness'
    """
    space = space_of(model)
    _check_line(attribute)
    levels = None if levels is None else space.check_levels(levels)
    if codes is None:
        given = not isinstance(attribute, str) and not callable(attribute)
        num = len(np.asarray(attribute)) if given else num
        labels = space.labels_of(num, labels)
        codes = moved = space.sample(num, seed, labels)
        if levels is not None:
            moved = space.sample(num, seed + 1, labels)
            codes = np.array(codes)
            codes[:, levels] = moved[:, levels]
    elif levels is not None:
        raise ValueError("Expected `codes` or `levels`: a direction of some levels is learnt from random images.")
    else:
        codes = moved = space.codes(codes, labels)
    images = _Lazy(lambda: space.images(codes, labels))
    place = space.whiten(moved.mean(axis=1) if space.name == "style" else moved)

    def columns(attribute):
        found = _columns(attribute, images)
        return found if len(found) == 1 else [values for values in found if np.ptp(values)]

    return _learnt(space, place, columns, attribute, keep, name, levels)


def slope(model, attribute, codes=None, labels=None, levels=None, keep=(), num=4000, seed=0, name=None) -> Direction:
    """Learn the direction along which an attribute that can be measured changes most, image by image.

    Each of `num` codes is moved a little to both sides at random, and the change of its image's attribute is fitted as
    a linear function of the move, by ridge regression: the mean of the attribute's gradient. `boundary` compares
    different images instead. For latents, which are normally distributed, both come to the same. Styles are not, and
    there it also learns what goes with an attribute among images, such as a class whose motif is larger; here it is
    always the same image that changes. (`slopes` tells what changes it in one image, where images differ in that.)

    Args:
        model, labels, keep, seed, name: as in `boundary`; what hardly any move changes need not be kept.
        attribute: a name in `attributes.ATTRIBUTES`, or a function of images `(n, height, width, channels)` to `(n,)`.
        codes: that are moved, as `CodeSpace.codes` takes them. Defaults to those of `num` random images.
        levels: for style-based generators the levels that it shall move, 0 the coarsest. Defaults to all.
        num: of the random images. Defaults to 4,000.

    Returns:
        The direction; its `score` is the R^2 of the changes of a fifth of the images.

    Raises:
        ValueError: the attribute is unknown, circular or not finite, hardly any move changes it, or there are no such
            levels.
        TypeError: it is neither a name nor a function, or not of numbers.

    Reference: Haerdle and Stoker, Investigating Smooth Multiple Regression by the Method of Average Derivatives, 1989.

    Example:
    >>> from kgan.architectures import mlp
    >>> slope(mlp.generator((8, 8, 1), latent_dim=4), "brightness", num=100).name
    'brightness'
    """
    space = space_of(model)
    _check_line(attribute)
    attributes.get(attribute)
    levels = None if levels is None else space.check_levels(levels)
    if codes is None:
        labels = space.labels_of(num, labels)
        codes = space.sample(num, seed, labels)
    codes = space.codes(codes, labels)
    moves = STEP * np.random.default_rng(seed).normal(size=(len(codes), space.shape[-1])).astype("float32")
    half = np.zeros_like(codes)
    if space.name == "style":
        half[:, slice(None) if levels is None else levels] = (moves @ space.root / 2)[:, None]
    else:
        half += moves @ space.root / 2
    sides = [_Lazy(lambda sign=sign: space.images(codes + sign * half, labels)) for sign in (1, -1)]

    def changes(attribute):
        after, before = (_columns(attribute, side) for side in sides)
        found = [one.astype("float64") - other for one, other in zip(after, before, strict=True)]
        return [change for change in found if np.count_nonzero(change) >= ENOUGH]

    return _learnt(space, moves, changes, attribute, keep, name, levels, kinds=False)


def slopes(model, attribute, codes, labels=None, levels=None, keep=(), num=1000, seed=0, name=None) -> list[Direction]:
    """Learn for each of some images the direction along which an attribute changes most in that image.

    Where images differ in what changes them, the mean over all of them (`slope`) leads nowhere in some. This is `slope`
    of `num` moves of the one image, a second or two for each.

    Args:
        model, attribute, labels, levels, seed, name: as in `slope`.
        codes: of the images, such as `inversion.invert(...).codes`, as `CodeSpace.codes` takes them.
        keep: as in `slope`; without what a picture shows among it (`attributes.classes`), the nearest way to more of an
            attribute is often another class.
        num: moves of each image. Defaults to 1,000.

    Returns:
        A direction for each image, for `editing.edit`.

    Raises:
        ValueError, TypeError: as `slope`.

    Example:
    >>> from kgan.architectures import mlp
    >>> generator = mlp.generator((8, 8, 1), latent_dim=4)
    >>> [each.name for each in slopes(generator, "size", np.eye(2, 4), num=100)]
    ['size', 'size']
    """
    space = space_of(model)
    codes = space.codes(codes, labels)
    labels = space.check_labels(len(codes), labels)
    return [
        slope(
            space,
            attribute,
            np.repeat(codes[index : index + 1], num, axis=0),
            None if labels is None else np.repeat(labels[index], num),
            levels,
            keep,
            seed=seed,
            name=name,
        )
        for index in tqdm(range(len(codes)), desc="slopes", delay=2, leave=False, disable=None)
    ]


def circle(
    model, attribute, codes=None, labels=None, levels=None, keep=(), num=4000, seed=0
) -> tuple[Direction, Direction]:
    """Learn the two directions of an attribute that is an angle, such as a hue: of its cosine and its sine.

    Args:
        model, codes, labels, levels, keep, num, seed: as in `boundary`.
        attribute: a name or a function of images, or the values, in degrees.

    Returns:
        Two directions, for `editing.turn`.

    Raises:
        ValueError, TypeError: as `boundary`.
    """
    name = _name(attribute)
    if isinstance(attribute, str) or callable(attribute):
        measure = attributes.get(attribute)

    def part(function):
        if isinstance(attribute, str) or callable(attribute):
            return lambda images: function(np.radians(measure(images)))
        return function(np.radians(np.asarray(attribute, "float64")))

    space = space_of(model)
    return tuple(
        boundary(space, part(function), codes, labels, levels, keep, num, seed, name=f"{function.__name__} of {name}")
        for function in (np.cos, np.sin)
    )


def find(model, name, levels=None, keep=()) -> Direction:
    """Return the direction that a name stands for.

    Args:
        model: as in `CodeSpace`.
        name: of an attribute (its `slope`), `"component-3"` or `"factor-3"` (the third that `principal_components` or
            `closed_form` finds), or the path of a file that `Direction.save` wrote.
        levels: as in `boundary`.
        keep: names of others, which must not change along.

    Raises:
        ValueError: the name is unknown, or the direction is not of this model.
        FileNotFoundError: there is no such file.

    Example:
    >>> from kgan.architectures import dcgan
    >>> find(dcgan.generator((8, 8, 1), width=4), "factor-2").name
    'factor 2'
    """
    space = space_of(model)
    kind, _, index = str(name).partition("-")
    if kind in UNAIDED and index.isdecimal():
        found = UNAIDED[kind](space, int(index))[-1]
    elif str(name).endswith(".npz"):
        found = Direction.load(name)
        found.check(space)
    else:
        return slope(space, name, levels=levels, keep=keep)
    if levels is not None:
        found = copy.copy(found)
        found.levels = tuple(space.check_levels(levels))
    return orthogonalized(found, [find(space, each, levels) for each in keep])


def _check_line(attribute):
    if isinstance(attribute, str) and attribute in attributes.CIRCULAR:
        raise ValueError(f"Expected an attribute on a line. Received: {attribute!r}, a circle. Use `circle`.")


def _learnt(space, places, columns, attribute, keep, name, levels, kinds=True):
    """Return the direction of an attribute, orthogonal to those of `keep`, of what `columns` tells of each.

    Two different values are two `kinds`, with a boundary between them, or else numbers as more would be.
    """

    def fitted(attribute, name=None):
        name = name or _name(attribute)
        return [_fit(space, places, values, name, levels, kinds) for values in columns(attribute)]

    others = [each for one in keep for each in ([one] if isinstance(one, Direction) else fitted(one))]
    found = fitted(attribute, name)
    if not found:
        raise ValueError(
            f"Expected an attribute that varies. Received: {_name(attribute)!r}, which hardly any move changes."
        )
    if len(found) != 1:
        raise ValueError(f"Expected an attribute of one value for each image. Received: {len(found)} columns.")
    return orthogonalized(found[0], others)


class _Lazy:
    """Images that are made when they are first asked for, and once."""

    def __init__(self, make):
        self.make, self.made = make, None

    def __call__(self):
        self.made = self.make() if self.made is None else self.made
        return self.made


def _name(attribute):
    return attribute if isinstance(attribute, str) else getattr(attribute, "__name__", "attribute")


def _columns(attribute, images):
    """Return the values of an attribute, a list of arrays `(n,)`."""
    measured = isinstance(attribute, str) or callable(attribute)
    values = np.asarray(attributes.get(attribute)(images()) if measured else attribute)
    if values.dtype.kind not in "bifu":
        raise TypeError(f"Expected an attribute of numbers or booleans. Received: {values.dtype}")
    return list(values.T) if measured and values.ndim == 2 else [values]


def _fit(space, places, values, name, levels, kinds):
    if values.shape != (len(places),):
        raise ValueError(f"Expected one value for each image: shape ({len(places)},). Received: shape {values.shape}.")
    values = values.astype("float64")
    if not np.isfinite(values).all():
        raise ValueError(f"Expected finite values of {name!r}. Received: {(~np.isfinite(values)).sum()} that are not.")
    different = np.unique(values)
    if len(different) < 2:
        raise ValueError(f"Expected an attribute that varies. Received: {name!r}, always {values.max(initial=0)}.")
    if len(places) < ENOUGH:
        raise ValueError(f"Expected at least {ENOUGH} images to learn from. Received: {len(places)}")
    two = kinds and len(different) == 2
    values = (values == different[1]) if two else (values - values.mean()) / values.std()
    stratify = values if two and np.bincount(values).min() > 1 else None
    seen, unseen, seen_values, unseen_values = train_test_split(
        places, values, test_size=0.2, random_state=0, stratify=stratify
    )
    fitted = (LogisticRegression(max_iter=1000) if two else Ridge(1.0)).fit(seen, seen_values)
    slope = fitted.coef_.ravel()
    unit = (slope / np.linalg.norm(slope)).astype("float32")
    vector, normal = space.root @ unit, space.inverse_root @ unit
    normal = normal / (normal @ vector)
    score = fitted.score(unseen, unseen_values)
    return Direction(vector, normal, name, space.name, space.fingerprint, score, levels)
