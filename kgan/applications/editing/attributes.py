"""Attributes of images that can be measured: stroke thickness, slant, size, hue, brightness.

Each function takes images `(num, height, width, channels)` in [-1, 1] and returns `(num,)`. The shape of the object in
an image is measured on its `foreground`, so light digits on black, dark ones on white and colored ones all count alike.
Attributes of blank images are 0.
"""

from collections.abc import Callable
from typing import TypeAlias

import keras
import numpy as np
from numpy.typing import ArrayLike

from kgan import _deprecation, features
from kgan._registry import unknown
from kgan._typing import Array

Measure: TypeAlias = Callable[[Array], ArrayLike]
"""A function of images `(num, height, width, channels)` to numbers `(num,)`, or several columns `(num, columns)`."""

__getattr__ = _deprecation.old_names(
    __name__, ink="foreground", hue_of="rgb_to_hue", classes="class_scores", CIRCULAR="ANGLES"
)


def foreground(images: ArrayLike) -> Array:
    """Return the distance of each pixel from the background color, `(num, height, width)` in [0, 1].

    The distance is the root mean square over the channels; black and white have the distance 1.

    Args:
        images: float array `(num, height, width, channels)` in [-1, 1].

    Example:
    >>> images = -np.ones((1, 3, 3, 1)); images[0, 1, 1] = 0.0
    >>> foreground(images)[0].tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.5, 0.0], [0.0, 0.0, 0.0]]
    """
    images = _check_images(images)
    distance = images - background(images)[:, None, None]
    return np.sqrt(np.mean(distance**2, axis=-1)) / 2


def background(images: ArrayLike) -> Array:
    """Return the background color, the median of the outermost pixels, `(num, channels)`."""
    images = _check_images(images)
    top, bottom, left, right = images[:, 0], images[:, -1], images[:, 1:-1, 0], images[:, 1:-1, -1]
    return np.median(np.concatenate([top, bottom, left, right], axis=1), axis=1)


def brightness(images: ArrayLike) -> Array:
    """Return the mean over all pixels and colors, in [-1, 1]. A fourth channel, opacity, is left out."""
    return _check_images(images)[..., :3].mean(axis=(1, 2, 3))


def background_brightness(images: ArrayLike) -> Array:
    """Return the mean over the colors of the background, in [-1, 1]."""
    return background(images)[:, :3].mean(axis=1)


def thickness(images: ArrayLike) -> Array:
    """Return the mean width of strokes in pixels: twice the area of the foreground over the length of its edge.

    The length of the edge is the total variation, the sum of the lengths of the differences to the right and downwards.
    For a straight bar the result is its width, less what its two ends add to the edge.

    Example:
    >>> images = -np.ones((1, 102, 20, 1)); images[0, 1:-1, 8:11] = 1.0
    >>> float(thickness(images)[0].round(1))
    2.9
    """
    drawn = np.pad(foreground(images), ((0, 0), (1, 1), (1, 1)))
    right, down = np.diff(drawn, axis=2)[:, :-1], np.diff(drawn, axis=1)[:, :, :-1]
    edge = np.sqrt(right**2 + down**2).sum(axis=(1, 2))
    return _ratio(2 * drawn.sum(axis=(1, 2)), edge)


def slant(images: ArrayLike) -> Array:
    """Return the slant of the object in degrees: positive if its top leans to the right.

    It is the angle of the shear, `atan(-m_xy / m_yy)`, with the central second moments of the foreground; x points to
    the right and y downwards.

    Example:
    >>> images = -np.ones((1, 9, 9, 1))
    >>> for i in range(1, 8): images[0, i, 8 - i] = 1.0
    >>> float(slant(images)[0].round(3))
    45.0
    """
    _, xy, yy = _central_moments(images)
    return np.degrees(np.arctan(-_ratio(xy, yy)))


def size(images: ArrayLike) -> Array:
    """Return the size of the object in pixels: the root mean square distance of the foreground from its center.

    Example:
    >>> images = -np.ones((1, 9, 9, 1)); images[0, 4, [2, 6]] = 1.0
    >>> float(size(images)[0])
    2.0
    """
    xx, _, yy = _central_moments(images)
    return np.sqrt(xx + yy)


def hue(images: ArrayLike) -> Array:
    """Return the hue of the object in degrees: 0 is red, 120 green, 240 blue, and gray has 0.

    It is the hue of the mean color of the pixels whose foreground is at least 0.8 of the largest in the image.

    Raises:
        ValueError: if the images have no colors.

    Example:
    >>> images = -np.ones((1, 5, 5, 3)); images[0, 2, 2] = [-1.0, 1.0, -1.0]
    >>> float(hue(images)[0])
    120.0
    """
    images = _check_colors(images)
    drawn = foreground(images)
    strong = drawn >= 0.8 * drawn.max(axis=(1, 2), keepdims=True)
    color = (images * strong[..., None]).sum(axis=(1, 2)) / strong.sum(axis=(1, 2))[:, None]
    return rgb_to_hue(color)


def background_hue(images: ArrayLike) -> Array:
    """Return the hue of the background in degrees, as `hue`.

    Raises:
        ValueError: if the images have no colors.
    """
    return rgb_to_hue(background(_check_colors(images)))


def rgb_to_hue(colors: ArrayLike) -> Array:
    """Return the hue in degrees, as in HSV, of colors `(num, 3)` or `(num, 4)` in any range.

    Example:
    >>> rgb_to_hue(np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 1.0]])).tolist()
    [60.0, 300.0]
    """
    from matplotlib.colors import rgb_to_hsv

    colors = np.asarray(colors, "float64")[..., :3]
    low = colors.min(axis=-1, keepdims=True)  # the hue depends on the differences only
    return 360.0 * rgb_to_hsv((colors - low) / max(np.ptp(colors, axis=-1).max(initial=0.0), 1e-9))[..., 0]


def class_scores(classifier: str | keras.Model | features.FeatureExtractor) -> Measure:
    """Return a function of images that gives the scores of a classifier, one column for each class.

    Pass it as `keep` of `supervised.average_gradient`, so that an edit does not change the class of the image.

    Args:
        classifier: a `kgan.features.FeatureExtractor` with class probabilities, or what `kgan.features.get` takes.

    Returns:
        A function of images `(num, height, width, channels)` to `(num, classes)`: `log(probability + 0.001)`. The
        logarithm changes with every small edit, while the class seldom does.

    Raises:
        ValueError: when called, if the extractor gives no class probabilities.
    """
    extractor = features.get(classifier)

    def scores(images: Array) -> Array:
        outputs = extractor.extract(np.asarray(images, "float32"))
        if "probabilities" not in outputs:
            raise ValueError(f"Expected a classifier. Received: {extractor.name!r}, without class probabilities.")
        return np.log(outputs["probabilities"].astype("float64") + 1e-3)

    return scores


ATTRIBUTES: dict[str, Measure] = {
    "brightness": brightness,
    "thickness": thickness,
    "slant": slant,
    "size": size,
    "hue": hue,
    "background_brightness": background_brightness,
    "background_hue": background_hue,
}
"""The attributes by name."""

ANGLES = ("hue", "background_hue")
"""The attributes that are angles: 359 degrees are next to 0."""


def get(identifier: str | Measure) -> Measure:
    """Return an attribute: by its name, the `class_scores` of `"classifier:DATA"`, or the function that was given.

    Raises:
        ValueError: if the name is unknown.
        TypeError: if it is neither a name nor a function.
    """
    if isinstance(identifier, str) and identifier.startswith("classifier:"):
        return class_scores(identifier)
    if isinstance(identifier, str):
        if identifier not in ATTRIBUTES:
            raise unknown("attribute", identifier, ATTRIBUTES)
        return ATTRIBUTES[identifier]
    if not callable(identifier):
        raise TypeError(f"Expected the name of an attribute or a function of images. Received: {identifier!r}")
    return identifier


def _central_moments(images: ArrayLike) -> tuple[Array, Array, Array]:
    """Return the central second moments xx, xy and yy of the foreground, divided by its sum, each `(num,)`."""
    drawn = foreground(images)
    total = drawn.sum(axis=(1, 2))
    rows, columns = np.mgrid[: drawn.shape[1], : drawn.shape[2]].astype("float64")

    def mean(values: Array) -> Array:
        return _ratio((drawn * values).sum(axis=(1, 2)), total)

    x, y = (columns - mean(columns)[:, None, None]), (rows - mean(rows)[:, None, None])
    return mean(x * x), mean(x * y), mean(y * y)


def _ratio(numerator: Array, denominator: Array) -> Array:
    """Return the ratio, and 0 where the denominator is 0."""
    return np.where(denominator > 1e-9, numerator / np.where(denominator > 1e-9, denominator, 1.0), 0.0)


def _check_images(images: ArrayLike) -> Array:
    images = np.asarray(images, "float64")
    if images.ndim != 4:
        raise ValueError(f"Expected images (num, height, width, channels). Received: shape {images.shape}")
    return images


def _check_colors(images: ArrayLike) -> Array:
    images = _check_images(images)
    if images.shape[-1] < 3:
        raise ValueError(f"Expected images with colors: 3 or 4 channels. Received: {images.shape[-1]}")
    return images
