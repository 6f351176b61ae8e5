"""How near a restored image is to its original: the peak signal-to-noise ratio, also of the luma alone."""

import numpy as np


def psnr(images, references, border: int = 0, peak: float = 255.0):
    """Return the peak signal-to-noise ratio of images, `10 log10(peak^2 / mean squared error)`, in dB.

    Args:
        images, references: arrays `(height, width, channels)` or `(batch, height, width, channels)`.
        border: so many pixels at each side do not count; super-resolution leaves out as many as its scale.
            Defaults to 0.
        peak: what white is above black: 255 for uint8 and for `luma`, 2 for images in [-1, 1].

    Returns:
        A number, or an array `(batch,)`; infinite for equal images.

    Raises:
        ValueError: the shapes differ, or nothing is left within the border.

    Example:
    >>> round(float(psnr(np.zeros((4, 4, 1)), np.full((4, 4, 1), 25.5))), 1)
    20.0
    """
    images, references = np.asarray(images, "float64"), np.asarray(references, "float64")
    if images.shape != references.shape or images.ndim not in (3, 4):
        raise ValueError(
            "Expected images and references of one shape ([batch,] height, width, channels). "
            f"Received: {images.shape} and {references.shape}"
        )
    if border < 0 or 2 * border >= min(images.shape[-3:-1]):
        raise ValueError(f"`border` must leave something of {images.shape[-3:-1]}. Received: border={border}")
    inner = slice(border, -border or None)
    error = ((images - references) ** 2)[..., inner, inner, :].mean(axis=(-3, -2, -1))
    with np.errstate(divide="ignore"):
        return 10 * np.log10(peak**2 / error)


def luma(images) -> np.ndarray:
    """Return the luma of colour images in [16, 235], `16 + (65.481 R + 128.553 G + 24.966 B) / 255`.

    This is ITU-R BT.601 as in MATLAB's `rgb2ycbcr`, on which published figures of super-resolution are measured. It
    is rounded to whole levels for uint8 images, as there.

    Args:
        images: array `(..., 3)`, uint8 or float in [0, 255].

    Returns:
        float64 array `(..., 1)`.

    Raises:
        ValueError: there are not 3 channels.

    Example:
    >>> luma(np.uint8([[0, 0, 0], [255, 255, 255]])).ravel().tolist()
    [16.0, 235.0]
    """
    images = np.asarray(images)
    if images.shape[-1:] != (3,):
        raise ValueError(f"Expected images of 3 channels. Received: shape {images.shape}")
    result = 16 + images.astype("float64") @ np.array([[65.481], [128.553], [24.966]]) / 255
    return np.rint(result) if images.dtype == np.uint8 else result
