"""Edit images: move their codes along directions, interpolate, mix and truncate codes.

`edit` and `CodeSpace.images` return images; the other functions take and return codes (see `CodeSpace`).
"""

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from kgan import _deprecation
from kgan._deprecation import renamed
from kgan._registry import unknown
from kgan._typing import Array
from kgan.applications.editing.directions import Direction
from kgan.applications.editing.inversion import Inversion, invert
from kgan.applications.editing.spaces import CodeSpace, Model, code_space

METHODS = ("spherical", "linear")
"""The methods of `interpolate`."""

__getattr__ = _deprecation.old_names(__name__, turn="set_angle")


@renamed(given="images_or_codes")
def edit(
    model: Model,
    images_or_codes: ArrayLike,
    direction: Direction | Sequence[Direction],
    strengths: ArrayLike,
    labels: int | Array | None = None,
) -> Array:
    """Return images edited along a direction, by several strengths.

    Args:
        model: as in `CodeSpace`.
        images_or_codes: images `(num, height, width, channels)`, which are inverted first (`inversion.invert`), with a
            warning about those that are not recognized (`inversion.Inversion.recognized`); or codes or latents as
            `CodeSpace.codes` takes them.
        direction: a `Direction` of this generator, or one for each image (`supervised.local_gradients`).
        strengths: one or more numbers, in standard deviations; 0 leaves the image as it is.
        labels: for class-conditional generators without styles: integers `(num,)`, or one for all.

    Returns:
        Images `(num, strengths, height, width, channels)` in [-1, 1].

    Raises:
        ValueError: if a direction belongs to another generator, there are not as many directions as images, or the
            strengths are none or not finite.

    Example:
    >>> from kgan.applications.editing.unsupervised import closed_form
    >>> from kgan.architectures import dcgan
    >>> generator = dcgan.generator((8, 8, 1), width=4)
    >>> edit(generator, np.ones((2, 32)), closed_form(generator, 1)[0], [-2, 0, 2]).shape
    (2, 3, 8, 8, 1)
    """
    space = code_space(model)
    are_images = np.ndim(images_or_codes) == 4
    codes = np.asarray(images_or_codes) if are_images else space.codes(images_or_codes, labels)
    _check_directions(space, direction, len(codes))
    strengths = _check_strengths(strengths)
    if are_images:
        inversion = invert(space, codes, labels)
        _warn_of_unrecognized(inversion)
        codes = inversion.codes
    labels = space.check_labels(len(codes), labels)
    edited = [space.images(move(space, codes, direction, strength), labels) for strength in strengths]
    return np.stack(edited, axis=1)


def move(model: Model, codes: ArrayLike, direction: Direction | Sequence[Direction], strength: float) -> Array:
    """Return codes moved along a direction: `c + strength * vector`, at the direction's levels.

    Args:
        model: as in `CodeSpace`.
        codes: codes or latents, as `CodeSpace.codes` takes them.
        direction: a `Direction` of this generator, or one for each code.
        strength: in standard deviations.

    Raises:
        ValueError: if a direction belongs to another generator, or there are not as many as codes.

    Example:
    >>> from kgan.architectures import mlp
    >>> space = CodeSpace(mlp.generator((8, 8, 1), latent_dim=2))
    >>> direction = Direction([2.0, 0.0], space=space.name, fingerprint=space.fingerprint)
    >>> move(space, [[1.0, 1.0]], direction, 0.5).tolist()
    [[2.0, 1.0]]
    """
    space = code_space(model)
    codes = np.array(space.codes(codes))
    for code, own_direction in zip(codes, _check_directions(space, direction, len(codes)), strict=True):
        code[own_direction.level_index] += np.float32(strength) * own_direction.vector
    return codes


@renamed(circle="directions")
def set_angle(model: Model, codes: ArrayLike, directions: tuple[Direction, Direction], degrees: ArrayLike) -> Array:
    """Return codes whose attribute, an angle such as a hue, is set to a value.

    The codes move within the plane of the two directions, to the angle and to the distance `sqrt(2)` from the mean,
    the root mean square distance of all codes. What is orthogonal to the plane stays.

    Args:
        model: as in `CodeSpace`.
        codes: codes or latents, as `CodeSpace.codes` takes them.
        directions: those of the cosine and the sine, from `supervised.angle_directions`.
        degrees: the angle, a number or one for each code.

    Raises:
        ValueError: if the directions belong to another generator.

    Example:
    >>> from kgan.architectures import mlp
    >>> space = CodeSpace(mlp.generator((8, 8, 1), latent_dim=2))
    >>> cosine = Direction([1.0, 0.0], space=space.name, fingerprint=space.fingerprint)
    >>> sine = Direction([0.0, 1.0], space=space.name, fingerprint=space.fingerprint)
    >>> np.abs(set_angle(space, [[0.3, 0.1]], (cosine, sine), 90)[0] - [0, 2**0.5]).max() < 1e-6
    np.True_
    """
    space = code_space(model)
    for direction in directions:
        direction.check(space)
    codes = np.array(space.codes(codes))
    index = directions[0].level_index
    moved = codes[:, index] if space.has_styles else codes
    vectors = np.stack([direction.vector for direction in directions])
    normals = np.stack([direction.normal for direction in directions])
    radians = np.radians(np.broadcast_to(np.asarray(degrees, "float64"), (len(codes),)))
    targets = np.sqrt(2.0) * np.stack([np.cos(radians), np.sin(radians)], axis=1)
    if space.has_styles:
        targets = targets[:, None]
    coordinates = (moved - space.mean) @ normals.T
    # The directions need not be quite orthogonal: solve for the two strengths.
    strengths = (targets - coordinates) @ np.linalg.inv(normals @ vectors.T).T
    moved += (strengths @ vectors).astype("float32")
    if space.has_styles:
        codes[:, index] = moved
    return codes


def interpolate(model: Model, start: ArrayLike, end: ArrayLike, steps: int = 8, method: str = "spherical") -> Array:
    """Return codes between two codes, both included.

    Args:
        model: as in `CodeSpace`.
        start, end: one code or latent vector each.
        steps: number of codes, at least 2. Defaults to 8.
        method: `"spherical"` turns the code around the mean at a constant rate, so that the codes between are as far
            from the mean as other codes are; `"linear"` takes the straight line. Defaults to `"spherical"`.

    Returns:
        Codes `(steps, *shape)`.

    Raises:
        ValueError: if the method is unknown, there are fewer than 2 steps, or `start` or `end` is not a single code.

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
    space = code_space(model)
    ends = space.codes(start), space.codes(end)
    if any(len(codes) != 1 for codes in ends):
        raise ValueError(f"Expected one code as `start` and one as `end`. Received: {len(ends[0])} and {len(ends[1])}")
    first, last = (codes[0] - space.mean for codes in ends)
    share = np.linspace(0, 1, steps).reshape(-1, *(1 for _ in space.shape))
    weights = 1 - share, share
    if method == "spherical":
        lengths = np.linalg.norm(first) * np.linalg.norm(last)
        angle = np.arccos(np.clip(np.sum(first * last) / lengths, -1, 1)) if lengths > 0 else 0.0
        if 1e-4 < angle < np.pi - 1e-4:  # otherwise there is no arc, or more than one
            weights = np.sin(weights[0] * angle) / np.sin(angle), np.sin(weights[1] * angle) / np.sin(angle)
    return (space.mean + weights[0] * first + weights[1] * last).astype("float32")


def arithmetic(model: Model, codes: ArrayLike, weights: ArrayLike) -> Array:
    """Return the code `mean + sum of w_i (c_i - mean)`, for example with the weights 1, -1, 1.

    Args:
        model: as in `CodeSpace`.
        codes: codes `(num, *shape)`, or latents.
        weights: numbers `(num,)`.

    Returns:
        One code `(1, *shape)`.

    Raises:
        ValueError: if there is not one finite weight for each code.

    Reference: Radford et al., Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
    Networks, 2016, section 6.3.2.

    Example:
    >>> from kgan.architectures import mlp
    >>> arithmetic(mlp.generator((8, 8, 1), latent_dim=2), [[3.0, 1.0], [1.0, 1.0]], [1, -1]).tolist()
    [[2.0, 0.0]]
    """
    space = code_space(model)
    codes, weights = space.codes(codes), np.asarray(weights, "float32")
    if weights.shape != (len(codes),) or not np.isfinite(weights).all():
        raise ValueError(f"Expected {len(codes)} weights, one for each code. Received: {weights.tolist()}")
    return (space.mean + np.tensordot(weights, codes - space.mean, axes=1))[None]


def mix(model: Model, coarse: ArrayLike, fine: ArrayLike, level: int) -> Array:
    """Return codes with the coarse levels of one image and the fine levels of another (style mixing).

    Args:
        model: a style-based generator, as in `CodeSpace`.
        coarse, fine: codes or latents `(num, ...)`; one of them may be single.
        level: the first level that is taken from `fine`, from 1 to `levels - 1`.

    Raises:
        ValueError: if the generator has no styles, there is no such level, or `coarse` and `fine` are of different
            numbers.

    Reference: Karras et al., A Style-Based Generator Architecture for Generative Adversarial Networks, 2019,
    section 3.1.

    Example:
    >>> from kgan.architectures import style
    >>> mix(style.generator((8, 8, 1), width=4), np.ones(32), -np.ones(32), 1).shape
    (1, 2, 64)
    """
    space = code_space(model)
    if not space.has_styles:
        raise ValueError("Expected a style-based generator, whose levels can be mixed. Received: one without styles.")
    if not isinstance(level, int) or not 1 <= level < space.shape[0]:
        raise ValueError(f"`level` must be from 1 to {space.shape[0] - 1}. Received: level={level!r}")
    coarse, fine = space.codes(coarse), space.codes(fine)
    if 1 not in (len(coarse), len(fine)) and len(coarse) != len(fine):
        raise ValueError(
            f"Expected as many coarse as fine codes, or a single one. Received: {len(coarse)}, {len(fine)}"
        )
    shape = (max(len(coarse), len(fine)), *space.shape)
    coarse, fine = np.broadcast_to(coarse, shape), np.broadcast_to(fine, shape)
    return np.concatenate([coarse[:, :level], fine[:, level:]], axis=1)


def truncate(model: Model, codes: ArrayLike, psi: float) -> Array:
    """Return styles moved towards the mean style, `mean + psi (c - mean)`: more typical images, with less variety.

    For images to choose from, `generate(truncation=...)` of a model costs less variety for the same quality, and works
    with any generator. Latents cannot be moved so: those near 0 are shorter than any that a generator saw in training,
    and their images are worse.

    Args:
        model: a style-based generator, as in `CodeSpace`.
        codes: codes or latents `(num, ...)`.
        psi: in [0, 1]; 1 changes nothing, 0 gives the mean code.

    Raises:
        ValueError: if `psi` is not in [0, 1], or the generator has no styles.

    Reference: Karras et al., A Style-Based Generator Architecture for Generative Adversarial Networks, 2019,
    appendix B.

    Example:
    >>> from kgan.architectures import style
    >>> space = CodeSpace(style.generator((8, 8, 1), width=4))
    >>> bool(np.allclose(truncate(space, space.sample(1), 0.0), space.mean))
    True
    """
    if not 0 <= psi <= 1:
        raise ValueError(f"`psi` must be in [0, 1]. Received: psi={psi}")
    space = code_space(model)
    if not space.has_styles:
        raise ValueError(
            "Expected a style-based generator: latents that are moved towards 0 give worse images, not more typical "
            "ones. Received: one without styles. Use `generate(truncation=...)` of the model."
        )
    return space.mean + np.float32(psi) * (space.codes(codes) - space.mean)


def parse_strengths(text: str, steps: int = 7) -> list[float]:
    """Return the strengths in a text: `"-2..2"` (seven steps), `"-2..2:9"` (nine steps) or `"-1,0,1"`.

    Args:
        text: a range or a list.
        steps: number of strengths in a range that does not give it. Defaults to 7.

    Raises:
        ValueError: if the text is neither.

    Example:
    >>> parse_strengths("-1..1:3"), parse_strengths("0,2")
    ([-1.0, 0.0, 1.0], [0.0, 2.0])
    """
    try:
        if ".." not in text:
            return _check_strengths([float(number) for number in text.split(",") if number.strip()]).tolist()
        ends, _, number_of_steps = text.partition(":")
        start, end = (float(number) for number in ends.split(".."))
        return _check_strengths(np.linspace(start, end, int(number_of_steps or steps))).tolist()
    except ValueError as error:
        raise ValueError(f"Expected strengths such as -2..2, -2..2:9 or -1,0,1. Received: {text!r}") from error


def _warn_of_unrecognized(inversion: Inversion) -> None:
    """Warn about images that the generator cannot make, whose edits show something else."""
    (unrecognized,) = np.nonzero(~inversion.recognized)
    if len(unrecognized):
        ratios = ", ".join(
            f"image {index} ({inversion.psnr[index]:.1f} dB, expected {inversion.required_psnr[index]:.1f})"
            for index in unrecognized[:5]
        )
        more = f" and {len(unrecognized) - 5} more" if len(unrecognized) > 5 else ""
        warnings.warn(
            f"{len(unrecognized)} of {len(inversion.psnr)} images are not recognized by this generator, so that their "
            f"edits show something else: {ratios}{more}. Compare them with `inversion.invert(model, images).images`.",
            stacklevel=3,
        )


def _check_directions(space: CodeSpace, direction: Direction | Sequence[Direction], num: int) -> list[Direction]:
    """Return the direction of each of `num` codes: the same for all, or their own."""
    directions = [direction] if isinstance(direction, Direction) else list(direction)
    for own_direction in directions:
        own_direction.check(space)
    if isinstance(direction, Direction):
        return directions * num
    if len(directions) != num:
        raise ValueError(f"Expected a direction, or one for each of {num} images. Received: {len(directions)}")
    return directions


def _check_strengths(strengths: ArrayLike) -> Array:
    strengths = np.atleast_1d(np.asarray(strengths, "float64"))
    if strengths.ndim != 1 or not len(strengths) or not np.isfinite(strengths).all():
        raise ValueError(f"Expected at least one strength, a finite number. Received: {strengths.tolist()}")
    return strengths
