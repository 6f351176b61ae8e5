"""What can be measured on a picture: numbers that say how thick, slanted, large or coloured its motif is.

Each function takes images `(n, height, width, channels)` in [-1, 1] and returns `(n,)`. The shape of a motif is read
from its `ink`, so light digits on black, dark ones on white and coloured ones are all measured alike. Blank images have
the attribute 0.
"""

import numpy as np
from matplotlib.colors import rgb_to_hsv

from kgan import features
from kgan._registry import unknown


def ink(images) -> np.ndarray:
    """Return how far each pixel is from the background: `(n, height, width)` in [0, 1].

    The background is the median colour of the outermost pixels; the distance is the root mean square over the
    channels, of which black and white have 1.

    Example:
    >>> images = -np.ones((1, 3, 3, 1)); images[0, 1, 1] = 0.0
    >>> ink(images)[0].tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.5, 0.0], [0.0, 0.0, 0.0]]
    """
    images = _checked(images)
    distance = images - background(images)[:, None, None]
    return np.sqrt(np.mean(distance**2, axis=-1)) / 2


def background(images) -> np.ndarray:
    """Return the median colour of the outermost pixels, `(n, channels)`."""
    images = _checked(images)
    top, bottom, left, right = images[:, 0], images[:, -1], images[:, 1:-1, 0], images[:, 1:-1, -1]
    return np.median(np.concatenate([top, bottom, left, right], axis=1), axis=1)


def brightness(images) -> np.ndarray:
    """Return the mean over all pixels and colours, in [-1, 1] (of a fourth channel, opacity, nothing is taken)."""
    return _checked(images)[..., :3].mean(axis=(1, 2, 3))


def background_brightness(images) -> np.ndarray:
    """Return the mean over the colours of the background, in [-1, 1]."""
    return background(images)[:, :3].mean(axis=1)


def thickness(images) -> np.ndarray:
    """Return the mean width of strokes in pixels: twice the ink over the length of its edge.

    The length of the edge is the total variation: the sum of the lengths of the ink's differences to the right and
    downwards. A straight bar has its width, less what its ends add to its edge.

    Example:
    >>> images = -np.ones((1, 102, 20, 1)); images[0, 1:-1, 8:11] = 1.0
    >>> float(thickness(images)[0].round(1))
    2.9
    """
    drawn = np.pad(ink(images), ((0, 0), (1, 1), (1, 1)))
    right, down = np.diff(drawn, axis=2)[:, :-1], np.diff(drawn, axis=1)[:, :, :-1]
    edge = np.sqrt(right**2 + down**2).sum(axis=(1, 2))
    return _ratio(2 * drawn.sum(axis=(1, 2)), edge)


def slant(images) -> np.ndarray:
    """Return how far the motif leans, in degrees: positive if its top leans to the right.

    The angle of the shear that its moments show, atan(-m_xy / m_yy), with the central second moments of the ink, x
    to the right and y downwards.

    Example:
    >>> images = -np.ones((1, 9, 9, 1))
    >>> for i in range(1, 8): images[0, i, 8 - i] = 1.0
    >>> float(slant(images)[0].round(3))
    45.0
    """
    _, _, xy, yy = _moments(images)
    return np.degrees(np.arctan(-_ratio(xy, yy)))


def size(images) -> np.ndarray:
    """Return the size of the motif in pixels: the root mean square distance of its ink from its centre.

    Example:
    >>> images = -np.ones((1, 9, 9, 1)); images[0, 4, [2, 6]] = 1.0
    >>> float(size(images)[0])
    2.0
    """
    _, xx, _, yy = _moments(images)
    return np.sqrt(xx + yy)


def hue(images) -> np.ndarray:
    """Return the hue of the motif in degrees from 0 (red) over 120 (green) and 240 (blue) to 360, exclusive.

    That of the mean colour of the pixels with at least 0.8 of the image's strongest ink. Grey has 0.

    Raises:
        ValueError: the images have no colours.

    Example:
    >>> images = -np.ones((1, 5, 5, 3)); images[0, 2, 2] = [-1.0, 1.0, -1.0]
    >>> float(hue(images)[0])
    120.0
    """
    images = _coloured(images)
    drawn = ink(images)
    strong = drawn >= 0.8 * drawn.max(axis=(1, 2), keepdims=True)
    colour = (images * strong[..., None]).sum(axis=(1, 2)) / strong.sum(axis=(1, 2))[:, None]
    return hue_of(colour)


def background_hue(images) -> np.ndarray:
    """Return the hue of the background in degrees, as `hue`."""
    return hue_of(background(_coloured(images)))


def hue_of(colours) -> np.ndarray:
    """Return the hue in degrees, as in HSV, of colours `(n, 3 or 4)` in any range.

    Example:
    >>> hue_of(np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 1.0]])).tolist()
    [60.0, 300.0]
    """
    colours = np.asarray(colours, "float64")[..., :3]
    low = colours.min(axis=-1, keepdims=True)  # a hue depends on the differences only
    return 360.0 * rgb_to_hsv((colours - low) / max(np.ptp(colours, axis=-1).max(initial=0.0), 1e-9))[..., 0]


def classes(extractor):
    """Return the function of images that tells what a classifier takes them for, one column for each class.

    For `keep` of `supervised.slope`: what an edit must not change is often what the picture shows.

    Args:
        extractor: a `kgan.features.FeatureExtractor` with class probabilities, or what `kgan.features.get` takes.

    Returns:
        A function, images `(n, height, width, channels)` to `(n, classes)`, the logarithms of the probabilities (with
        0.001 added): a small move seldom changes the class, but always how likely it is.
    """
    extractor = features.get(extractor)

    def classes_of(images):
        outputs = extractor.extract(np.asarray(images, "float32"))
        if "probabilities" not in outputs:
            raise ValueError(f"Expected a classifier. Received: {extractor.name!r}, without class probabilities.")
        return np.log(outputs["probabilities"].astype("float64") + 1e-3)

    return classes_of


ATTRIBUTES = {
    "brightness": brightness,
    "thickness": thickness,
    "slant": slant,
    "size": size,
    "hue": hue,
    "background_brightness": background_brightness,
    "background_hue": background_hue,
}
CIRCULAR = ("hue", "background_hue")  # 359 degrees lie beside 0


def get(identifier):
    """Return the attribute of that name, the `classes` of `"classifier:DATA"`, or the function that was given.

    Raises:
        ValueError: the name is unknown; the message names the nearest.
        TypeError: it is neither a name nor a function.
    """
    if isinstance(identifier, str) and identifier.startswith("classifier:"):
        return classes(identifier)
    if isinstance(identifier, str):
        if identifier not in ATTRIBUTES:
            raise unknown("attribute", identifier, ATTRIBUTES)
        return ATTRIBUTES[identifier]
    if not callable(identifier):
        raise TypeError(f"Expected the name of an attribute or a function of images. Received: {identifier!r}")
    return identifier


def _moments(images):
    """Return the ink, and its central second moments xx, xy and yy divided by it, each `(n,)`."""
    drawn = ink(images)
    total = drawn.sum(axis=(1, 2))
    rows, columns = np.mgrid[: drawn.shape[1], : drawn.shape[2]].astype("float64")

    def mean(values):
        return _ratio((drawn * values).sum(axis=(1, 2)), total)

    x, y = (columns - mean(columns)[:, None, None]), (rows - mean(rows)[:, None, None])
    return total, mean(x * x), mean(x * y), mean(y * y)


def _ratio(above, below):
    return np.where(below > 1e-9, above / np.where(below > 1e-9, below, 1.0), 0.0)


def _checked(images):
    images = np.asarray(images, "float64")
    if images.ndim != 4:
        raise ValueError(f"Expected images (n, height, width, channels). Received: shape {images.shape}")
    return images


def _coloured(images):
    images = _checked(images)
    if images.shape[-1] < 3:
        raise ValueError(f"Expected images with colours: 3 or 4 channels. Received: {images.shape[-1]}")
    return images
