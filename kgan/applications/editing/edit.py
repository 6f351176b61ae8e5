"""Images edited through their codes: moved along directions, interpolated, mixed, drawn to the mean; and shown.

Functions that make codes take and return them (see `CodeSpace`); `edit` and `CodeSpace.images` make images.
"""

import numpy as np

from kgan import images as pictures
from kgan._registry import unknown
from kgan.applications.editing.directions import Direction
from kgan.applications.editing.inversion import invert
from kgan.applications.editing.spaces import space_of

METHODS = ("spherical", "linear")


def edit(model, given, direction, strengths, labels=None) -> np.ndarray:
    """Change one thing in images, by several strengths.

    Args:
        model: as in `CodeSpace`.
        given: images `(n, height, width, channels)`, which are inverted first (`inversion.invert`), or codes or
            latents as `CodeSpace.codes` takes them.
        direction: what to change, a `Direction` of this generator, or one for each image (`supervised.slopes`).
        strengths: one or more numbers, in standard deviations; 0 is the image as it is.
        labels: for class-conditional generators that are edited by their latents.

    Returns:
        Images `(n, strengths, height, width, channels)` in [-1, 1].

    Raises:
        ValueError: a direction is of another generator, there are not as many as images, there are no strengths, or
            they are not finite.

    Example:
    >>> from kgan.applications.editing.unsupervised import closed_form
    >>> from kgan.architectures import dcgan
    >>> generator = dcgan.generator((8, 8, 1), width=4)
    >>> edit(generator, np.ones((2, 32)), closed_form(generator, 1)[0], [-2, 0, 2]).shape
    (2, 3, 8, 8, 1)
    """
    space = space_of(model)
    pictured = np.ndim(given) == 4
    codes = given if pictured else space.codes(given, labels)
    _each(space, direction, len(codes))
    strengths = _strengths(strengths)
    if pictured:
        codes = invert(space, given, labels).codes
    labels = space.check_labels(len(codes), labels)
    moved = [move(space, codes, direction, strength) for strength in strengths]
    return np.stack([space.images(each, labels) for each in moved], axis=1)


def move(model, codes, direction, strength: float) -> np.ndarray:
    """Return codes moved along a direction, or each along its own: `c + strength * vector`, at the direction's levels.

    Raises:
        ValueError: a direction is of another generator, or there are not as many as codes.
    """
    space = space_of(model)
    codes = np.array(space.codes(codes))
    for code, along in zip(codes, _each(space, direction, len(codes)), strict=True):
        code[slice(None) if along.levels is None else list(along.levels)] += np.float32(strength) * along.vector
    return codes


def turn(model, codes, circle, degrees: float) -> np.ndarray:
    """Return codes whose attribute, an angle such as a hue, is turned to a value.

    The places on the directions of the cosine and the sine become those of the angle, at the distance `sqrt(2)`, the
    root mean square distance of all codes; what is orthogonal to both stays.

    Args:
        model: as in `CodeSpace`.
        codes: as `CodeSpace.codes` takes them.
        circle: the two directions that `supervised.circle` found.
        degrees: the angle, a number or one for each code.

    Raises:
        ValueError: the directions are of another generator.
    """
    space = space_of(model)
    for each in circle:
        each.check(space)
    codes = np.array(space.codes(codes))
    levels = slice(None) if circle[0].levels is None else list(circle[0].levels)
    moved = codes[:, levels] if space.name == "style" else codes
    normals, vectors = (np.stack([getattr(each, part) for each in circle]) for part in ("normal", "vector"))
    radians = np.radians(np.broadcast_to(np.asarray(degrees, "float64"), (len(codes),)))
    wanted = np.sqrt(2.0) * np.stack([np.cos(radians), np.sin(radians)], axis=1)
    if space.name == "style":
        wanted = wanted[:, None]
    places = (moved - space.mean) @ normals.T
    # The directions need not be quite orthogonal: solve for the two strengths.
    strengths = (wanted - places) @ np.linalg.inv(normals @ vectors.T).T
    moved += (strengths @ vectors).astype("float32")
    if space.name == "style":
        codes[:, levels] = moved
    return codes


def interpolate(model, start, end, steps: int = 8, method: str = "spherical") -> np.ndarray:
    """Return codes on the way from one code to another, both included.

    Args:
        model: as in `CodeSpace`.
        start, end: one code or latent vector each.
        steps: how many codes, at least 2. Defaults to 8.
        method: `"spherical"` (the default) turns the code around the mean at a constant rate, so that those between
            are as far from it as codes are; `"linear"` goes straight.

    Returns:
        Codes `(steps, *shape)`.

    Raises:
        ValueError: the method is unknown, there are fewer than 2 steps, or start and end are not one code each.

    Reference: White, Sampling Generative Networks, 2016.

    Example:
    >>> from kgan.architectures import mlp
    >>> generator = mlp.generator((8, 8, 1), latent_dim=2)
    >>> interpolate(generator, [1.0, 0.0], [0.0, 1.0], steps=4).round(2)[1:3].astype("float64").round(2).tolist()
    [[0.87, 0.5], [0.5, 0.87]]
    """
    if method not in METHODS:
        raise unknown("method", method, METHODS)
    if not isinstance(steps, int) or steps < 2:
        raise ValueError(f"`steps` must be an integer of at least 2. Received: steps={steps!r}")
    space = space_of(model)
    ends = [space.codes(each) for each in (start, end)]
    if any(len(each) != 1 for each in ends):
        raise ValueError(f"Expected one code as `start` and one as `end`. Received: {len(ends[0])} and {len(ends[1])}")
    first, last = (each[0] - space.mean for each in ends)
    share = np.linspace(0, 1, steps).reshape(-1, *(1 for _ in space.shape))
    weights = 1 - share, share
    if method == "spherical":
        lengths = np.linalg.norm(first) * np.linalg.norm(last)
        angle = np.arccos(np.clip(np.sum(first * last) / lengths, -1, 1)) if lengths > 0 else 0.0
        if 1e-4 < angle < np.pi - 1e-4:  # else there is no arc, or more than one
            weights = tuple(np.sin(each * angle) / np.sin(angle) for each in weights)
    return (space.mean + weights[0] * first + weights[1] * last).astype("float32")


def arithmetic(model, codes, weights) -> np.ndarray:
    """Return the code `mean + sum of w_i (c_i - mean)`: with weights 1, -1, 1 "this, less that, plus a third".

    Args:
        model: as in `CodeSpace`.
        codes: `(n, *shape)`, or latents.
        weights: numbers `(n,)`.

    Returns:
        One code `(1, *shape)`.

    Raises:
        ValueError: there is not one finite weight for each code.

    Reference: Radford et al., Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
    Networks, 2016, section 6.3.2.

    Example:
    >>> from kgan.architectures import mlp
    >>> arithmetic(mlp.generator((8, 8, 1), latent_dim=2), [[3.0, 1.0], [1.0, 1.0]], [1, -1]).tolist()
    [[2.0, 0.0]]
    """
    space = space_of(model)
    codes, weights = space.codes(codes), np.asarray(weights, "float32")
    if weights.shape != (len(codes),) or not np.isfinite(weights).all():
        raise ValueError(f"Expected {len(codes)} weights, one for each code. Received: {weights.tolist()}")
    return (space.mean + np.tensordot(weights, codes - space.mean, axes=1))[None]


def mix(model, coarse, fine, level: int) -> np.ndarray:
    """Return codes with the coarse levels of one image and the fine levels of another (style mixing).

    Args:
        model: style-based; as in `CodeSpace`.
        coarse, fine: codes or latents, `(n, ...)` each or one of them single.
        level: the first that is taken from `fine`, from 1 to `levels - 1`.

    Raises:
        ValueError: the generator has no styles, there is no such level, or their numbers do not fit.

    Reference: Karras et al., A Style-Based Generator Architecture for Generative Adversarial Networks, 2019,
    section 3.1.

    Example:
    >>> from kgan.architectures import style
    >>> mix(style.generator((8, 8, 1), width=4), np.ones(32), -np.ones(32), 1).shape
    (1, 2, 64)
    """
    space = space_of(model)
    if space.name != "style":
        raise ValueError("Expected a style-based generator, whose levels can be mixed. Received: one without styles.")
    if not isinstance(level, int) or not 1 <= level < space.shape[0]:
        raise ValueError(f"`level` must be from 1 to {space.shape[0] - 1}. Received: level={level!r}")
    coarse, fine = space.codes(coarse), space.codes(fine)
    if 1 not in (len(coarse), len(fine)) and len(coarse) != len(fine):
        raise ValueError(
            f"Expected as many coarse as fine codes, or a single one. Received: {len(coarse)}, {len(fine)}"
        )
    num = max(len(coarse), len(fine))
    coarse, fine = (np.broadcast_to(each, (num, *space.shape)) for each in (coarse, fine))
    return np.concatenate([coarse[:, :level], fine[:, level:]], axis=1)


def truncate(model, codes, psi: float) -> np.ndarray:
    """Return codes drawn to the mean code, `mean + psi (c - mean)`: less variety, fewer odd images.

    Args:
        model: as in `CodeSpace`.
        codes: codes or latents `(n, ...)`.
        psi: 1 changes nothing, 0 gives the mean code.

    Raises:
        ValueError: `psi` is not in [0, 1].

    Reference: Karras et al., A Style-Based Generator Architecture for Generative Adversarial Networks, 2019,
    appendix B.

    Example:
    >>> from kgan.architectures import mlp
    >>> truncate(mlp.generator((8, 8, 1), latent_dim=2), [[1.0, -1.0]], 0.5).tolist()
    [[0.5, -0.5]]
    """
    if not 0 <= psi <= 1:
        raise ValueError(f"`psi` must be in [0, 1]. Received: psi={psi}")
    space = space_of(model)
    return space.mean + np.float32(psi) * (space.codes(codes) - space.mean)


def parse_strengths(text: str, steps: int = 7) -> list[float]:
    """Return the strengths that a text names: `"-2..2"` (seven steps), `"-2..2:9"` (nine) or `"-1,0,1"`.

    Raises:
        ValueError: it names none.

    Example:
    >>> parse_strengths("-1..1:3"), parse_strengths("0,2")
    ([-1.0, 0.0, 1.0], [0.0, 2.0])
    """
    try:
        if ".." not in text:
            return _strengths([float(each) for each in text.split(",") if each.strip()]).tolist()
        ends, _, count = text.partition(":")
        start, end = (float(each) for each in ends.split(".."))
        return _strengths(np.linspace(start, end, int(count or steps))).tolist()
    except ValueError as error:
        raise ValueError(f"Expected strengths such as -2..2, -2..2:9 or -1,0,1. Received: {text!r}") from error


def save_strip(path, edited):
    """Write edited images `(n, strengths, height, width, channels)` as one picture, a row for each image."""
    edited = _edited(edited)
    pictures.save_grid(path, edited.reshape(-1, *edited.shape[2:]), columns=edited.shape[1])


def animate(path, edited, milliseconds: int = 120):
    """Write edited images `(n, strengths, height, width, channels)` as an animation there and back again.

    Args:
        path, milliseconds: as in `kgan.images.animate`.
        edited: from `edit`, or `space.images(codes)[None]` for a way through codes.
    """
    edited = _edited(edited)
    frames = [pictures.grid(edited[:, index]) for index in range(edited.shape[1])]
    pictures.animate(path, [*frames, *frames[-2:0:-1]], milliseconds)


def _edited(edited):
    edited = np.asarray(edited)
    if edited.ndim != 5 or 0 in edited.shape:
        raise ValueError(
            f"Expected images (n, strengths, height, width, channels), as `edit` gives. Received: shape {edited.shape}"
        )
    return edited


def _each(space, direction, count):
    """Return the direction of each of `count` codes: the one that they share, or their own."""
    directions = [direction] if isinstance(direction, Direction) else list(direction)
    for each in directions:
        each.check(space)
    if isinstance(direction, Direction):
        return directions * count
    if len(directions) != count:
        raise ValueError(f"Expected a direction, or one for each of {count} images. Received: {len(directions)}")
    return directions


def _strengths(strengths):
    strengths = np.atleast_1d(np.asarray(strengths, "float64"))
    if strengths.ndim != 1 or not len(strengths) or not np.isfinite(strengths).all():
        raise ValueError(f"Expected at least one strength, a finite number. Received: {strengths.tolist()}")
    return strengths
