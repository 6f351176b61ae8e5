"""Degradations of images for training and testing restoration: noise, JPEG compression, downsampling.

A degradation is called with float images in [-1, 1], one `(height, width, channels)` or a batch, and a seed of two
integers; equal seeds give equal results. Degradations run in TensorFlow, as functions for `tf.data.Dataset.map`.
`pairs` turns a data set of images into pairs for `kgan.ImageToImageGAN`:

>>> images = tf.data.Dataset.from_tensors(np.zeros((2, 8, 8, 1), "float32"))
>>> noisy, clean = next(iter(pairs(images, GaussianNoise((0, 55)))))
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import tensorflow as tf

from kgan._checks import check_positive
from kgan._registry import resolve
from kgan._typing import Array, Tensor
from kgan.images import downsample, from_uint8, quantize, to_uint8

DegradationFunction: TypeAlias = Callable[[Any, Any], Tensor]
"""A function of `(images, seed)` that returns degraded images: a `Degradation` or a plain function."""

Range: TypeAlias = float | tuple[float, float]
"""A number, or a range `(low, high)` from which each image draws its own, uniformly."""


def pairs(dataset: tf.data.Dataset, degradation: str | DegradationFunction, seed: int = 0) -> tf.data.Dataset:
    """Return a data set of `(degraded, original)` images.

    The degradation of an element depends on `seed` and the element's index only, so that every iteration gives the
    same pairs.

    Args:
        dataset: a `tf.data.Dataset` of float images in [-1, 1], single or in batches.
        degradation: one of this module's, or its name (`"gaussian_noise"`, ...) for its defaults.
        seed: an integer. Defaults to 0.

    Raises:
        ValueError: the name is unknown.

    Example:
    >>> images = tf.data.Dataset.from_tensors(np.zeros((8, 8, 1), "float32"))
    >>> next(iter(pairs(images, Downsampling(2))))[0].shape
    TensorShape([4, 4, 1])
    """
    function = get(degradation)
    return dataset.enumerate().map(lambda index, image: (function(image, tf.stack([seed, index])), image))


class Degradation:
    """Base class of the degradations. A custom degradation implements `__call__`.

    The `repr` of a degradation shows its arguments.

    Example:
    >>> Chain([GaussianNoise((0, 55)), "rounding"])
    Chain(degradations=[GaussianNoise(sigma=(0.0, 55.0)), Rounding(probability=1.0)])
    """

    def __call__(self, images: Array | Tensor, seed: Any) -> Tensor:
        """Return degraded images, float32, of the same rank and approximately the same range.

        Args:
            images: float array or tensor `([batch,] height, width, channels)` in [-1, 1].
            seed: two integers.
        """
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"


class GaussianNoise(Degradation):
    """Adds Gaussian noise that is independent in every pixel and channel, without rounding or clipping.

    Args:
        sigma: the standard deviation in levels of 255 (one level is 2 / 255 of the range [-1, 1]): a number, or a
            range `(low, high)` from which each image draws its own, uniformly. Defaults to 25.

    Raises:
        ValueError: `sigma` is out of range, or its range is empty.

    Reference: Zhang et al., Beyond a Gaussian Denoiser: Residual Learning of Deep CNN for Image Denoising, 2017.

    Example:
    >>> noisy = GaussianNoise(51)(np.zeros((100, 100, 1), "float32"), seed=(0, 7))
    >>> round(float(np.std(noisy)), 2)
    0.4
    """

    def __init__(self, sigma: Range = 25) -> None:
        self.sigma = _as_range("sigma", sigma, 0, 255)

    def __call__(self, images: Array | Tensor, seed: Any) -> Tensor:
        """Return noisy images."""
        images = _as_floats(images)
        sigma_seed, noise_seed = _split_seed(seed, 2)
        sigma = _draw(self.sigma, images, sigma_seed) * (2 / 255)
        return images + sigma * tf.random.stateless_normal(tf.shape(images), noise_seed)


class PoissonNoise(Degradation):
    """Replaces each value `v` in [0, 1] by `Poisson(peak * v) / peak`, as counting photons does.

    Args:
        peak: photons at full brightness; fewer give more noise. A number, or a range as in `GaussianNoise`.
            Defaults to 100.

    Raises:
        ValueError: `peak` is not positive, or its range is empty.

    Example:
    >>> noisy = PoissonNoise(100)(np.zeros((100, 100, 1), "float32"), seed=(0, 7))
    >>> round(float(np.var(noisy)), 2)  # 4 * 0.5 / 100, because the range [-1, 1] has length 2
    0.02
    """

    def __init__(self, peak: Range = 100) -> None:
        self.peak = _as_range("peak", peak, 1e-3, 1e6)

    def __call__(self, images: Array | Tensor, seed: Any) -> Tensor:
        """Return noisy images."""
        images = _as_floats(images)
        peak_seed, noise_seed = _split_seed(seed, 2)
        peak = _draw(self.peak, images, peak_seed)
        mean = peak * tf.clip_by_value((images + 1.0) / 2.0, 0.0, 1.0)
        return tf.random.stateless_poisson(tf.shape(images), noise_seed, mean, tf.float32) / peak * 2.0 - 1.0


class SaltAndPepper(Degradation):
    """Makes some pixels black or white in all channels, with equal probability.

    Args:
        amount: the probability of each pixel to be replaced, in [0, 1]: a number, or a range as in `GaussianNoise`.
            Defaults to 0.05.

    Raises:
        ValueError: `amount` is out of range, or its range is empty.

    Example:
    >>> noisy = SaltAndPepper(1.0)(np.zeros((8, 8, 3), "float32"), seed=(0, 7))
    >>> np.unique(noisy).tolist()
    [-1.0, 1.0]
    """

    def __init__(self, amount: Range = 0.05) -> None:
        self.amount = _as_range("amount", amount, 0, 1)

    def __call__(self, images: Array | Tensor, seed: Any) -> Tensor:
        """Return images with black and white pixels."""
        images = _as_floats(images)
        amount_seed, pixel_seed = _split_seed(seed, 2)
        amount = _draw(self.amount, images, amount_seed)
        drawn = tf.random.stateless_uniform(tf.concat([tf.shape(images)[:-1], [1]], 0), pixel_seed)
        return tf.where(drawn < amount / 2, -1.0, tf.where(drawn < amount, 1.0, images))


class Jpeg(Degradation):
    """Compresses images as JPEG, with color at half the resolution (4:2:0), and decodes them again.

    Args:
        quality: libjpeg's quality from 1 to 100: an integer, or a range from which each image draws its own.
            Defaults to 75.

    Raises:
        ValueError: `quality` is out of range, or the images have neither 1 nor 3 channels.

    Example:
    >>> Jpeg(10)(np.zeros((16, 16, 3), "float32"), seed=(0, 7)).shape
    TensorShape([16, 16, 3])
    """

    def __init__(self, quality: Range = 75) -> None:
        self.quality = _as_range("quality", quality, 1, 100)

    def __call__(self, images: Array | Tensor, seed: Any) -> Tensor:
        """Return images with compression artifacts, of 256 levels."""
        images = _as_floats(images)
        if images.shape[-1] not in (1, 3):
            raise ValueError(f"Expected images of 1 or 3 channels for JPEG. Received: {images.shape[-1]} channels.")
        quality = tf.cast(tf.round(_draw(self.quality, images, seed)), tf.int32)
        pixels = to_uint8(images)
        if len(images.shape) == 3:
            compressed = _jpeg((pixels, quality))
        else:
            compressed = tf.map_fn(_jpeg, (pixels, quality), fn_output_signature=tf.uint8)
        return tf.ensure_shape(from_uint8(compressed), images.shape)


def _jpeg(image_and_quality: tuple[Tensor, Tensor]) -> Tensor:
    """Return one uint8 image after compression and decompression."""
    image, quality = image_and_quality
    # TensorFlow's default inverse transform is faster and less accurate than that of other programs.
    return tf.image.adjust_jpeg_quality(image, tf.reshape(quality, ()), dct_method="INTEGER_ACCURATE")


class Downsampling(Degradation):
    """Downsamples images by an integer factor with `kgan.images.downsample`, without rounding or clipping.

    Args:
        scale: a positive integer that divides the sides. Defaults to 2.

    Raises:
        ValueError: `scale` is not a positive integer.

    Example:
    >>> Downsampling(4)(np.zeros((8, 12, 3), "float32")).shape
    TensorShape([2, 3, 3])
    """

    def __init__(self, scale: int = 2) -> None:
        check_positive(scale=scale)
        self.scale = scale

    def __call__(self, images: Array | Tensor, seed: Any = None) -> Tensor:
        """Return smaller images. The seed is not used."""
        return downsample(_as_floats(images), self.scale)


class Rounding(Degradation):
    """Rounds images to the 256 levels of picture files, and clips values beyond black and white.

    Args:
        probability: of an image to be rounded; other images stay unchanged. Defaults to 1.

    Raises:
        ValueError: `probability` is not in [0, 1].

    Example:
    >>> Rounding()(np.float32([[[-3.0], [1.0]]]), seed=(0, 7)).numpy().ravel().tolist()
    [-1.0, 1.0]
    """

    def __init__(self, probability: float = 1.0) -> None:
        if not 0 <= probability <= 1:
            raise ValueError(f"`probability` must be in [0, 1]. Received: probability={probability}")
        self.probability = float(probability)

    def __call__(self, images: Array | Tensor, seed: Any) -> Tensor:
        """Return images of 256 levels, or unchanged images."""
        images = _as_floats(images)
        is_rounded = _draw((0.0, 1.0), images, seed) < self.probability
        return tf.where(is_rounded, quantize(images), images)


class Chain(Degradation):
    """Applies several degradations, one after the other.

    Args:
        degradations: a list of degradations or their names.

    Raises:
        ValueError: a name is unknown.

    Example:
    >>> camera = Chain([PoissonNoise(500), GaussianNoise(3), Rounding(), Jpeg((50, 95))])
    >>> camera(np.zeros((16, 16, 3), "float32"), seed=(0, 7)).shape
    TensorShape([16, 16, 3])
    """

    def __init__(self, degradations: Sequence[str | DegradationFunction]) -> None:
        self.degradations = [get(degradation) for degradation in degradations]

    def __call__(self, images: Array | Tensor, seed: Any) -> Tensor:
        """Return the result of the last degradation."""
        seeds = _split_seed(seed, len(self.degradations))
        for degradation, own_seed in zip(self.degradations, seeds, strict=True):
            images = degradation(images, own_seed)
        return images


DEGRADATIONS: dict[str, type[Degradation]] = {
    "gaussian_noise": GaussianNoise,
    "poisson_noise": PoissonNoise,
    "salt_and_pepper": SaltAndPepper,
    "jpeg": Jpeg,
    "downsampling": Downsampling,
    "rounding": Rounding,
}
"""The degradations by name."""


def get(identifier: str | type[Degradation] | DegradationFunction) -> DegradationFunction:
    """Return the degradation that `identifier` names.

    Args:
        identifier: a name in `DEGRADATIONS`, a class or an instance of a degradation, or a function of images and a
            seed.

    Raises:
        ValueError: the name is unknown; the message lists the nearest.

    Example:
    >>> get("jpeg").quality
    (75.0, 75.0)
    """
    return resolve("degradation", identifier, DEGRADATIONS)


def _as_range(name: str, value: Range, low: float, high: float) -> tuple[float, float]:
    """Return a number or a pair as a pair.

    Raises:
        ValueError: it is neither, or not within `[low, high]`.
    """
    pair = np.asarray(value, "float64")
    pair = np.repeat(pair, 2) if pair.ndim == 0 else pair
    if pair.shape != (2,) or not low <= pair[0] <= pair[1] <= high:
        raise ValueError(f"`{name}` must be a number or a range in [{low:g}, {high:g}]. Received: {name}={value!r}")
    return float(pair[0]), float(pair[1])


def _draw(limits: tuple[float, float], images: Tensor, seed: Any) -> Tensor:
    """Return a number for each image, which broadcasts: shape `(batch, 1, 1, 1)` or `(1, 1, 1)`."""
    shape = tf.concat([tf.shape(images)[:-3], [1, 1, 1]], 0)
    low, high = limits
    if low == high:
        return tf.fill(shape, low)
    return tf.random.stateless_uniform(shape, seed, low, high)


def _split_seed(seed: Any, num: int) -> list[Tensor]:
    """Return independent seeds for the random draws of one call."""
    return tf.unstack(tf.random.split(tf.cast(seed, tf.int64), num), num=num)


def _as_floats(images: Array | Tensor) -> Tensor:
    images = tf.convert_to_tensor(images)
    if not images.dtype.is_floating or len(images.shape) not in (3, 4):
        raise ValueError(
            "Expected float images in [-1, 1], ([batch,] height, width, channels). "
            f"Received: {images.dtype.name} of shape {images.shape}"
        )
    return tf.cast(images, tf.float32)
