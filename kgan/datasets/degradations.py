"""What spoils pictures, exactly defined: noise, JPEG, down-sampling, as maps for `tf.data`.

Each is called with float images in [-1, 1], one `(height, width, channels)` or a batch, and a seed, two integers:
the same seed spoils them the same way. They run in TensorFlow, as every `tf.data` map does. `pairs` makes of a data
set what `kgan.ImageToImageGAN` is trained on:

>>> images = tf.data.Dataset.from_tensors(np.zeros((2, 8, 8, 1), "float32"))
>>> noisy, clean = next(iter(pairs(images, GaussianNoise((0, 55)))))
"""

import numpy as np
import tensorflow as tf

from kgan import images as pictures
from kgan._checks import check_positive
from kgan._registry import resolve
from kgan.images import resampling


def pairs(dataset, degradation, seed: int = 0):
    """Return a data set of `(degraded, image)` of a data set of images.

    What befalls an element depends on `seed` and its number only, so every iteration gives the same pairs.

    Args:
        dataset: a `tf.data.Dataset` of float images in [-1, 1], single or in batches.
        degradation: one of this module's, or its name (`"gaussian_noise"`, ...) for its defaults.
        seed: an integer.

    Example:
    >>> images = tf.data.Dataset.from_tensors(np.zeros((8, 8, 1), "float32"))
    >>> next(iter(pairs(images, Downsampling(2))))[0].shape
    TensorShape([4, 4, 1])
    """
    degradation = get(degradation)
    return dataset.enumerate().map(lambda number, image: (degradation(image, tf.stack([seed, number])), image))


class Degradation:
    """Base of all: called with images and a seed it returns degraded images; printed it says how.

    Example:
    >>> Chain([GaussianNoise((0, 55)), "rounding"])
    Chain(degradations=[GaussianNoise(sigma=(0.0, 55.0)), Rounding(probability=1.0)])
    """

    def __call__(self, images, seed):
        """Return degraded images, float32, in the same rank and about the same range.

        Args:
            images: float array or tensor `([batch,] height, width, channels)` in [-1, 1].
            seed: two integers.
        """
        raise NotImplementedError

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"


class GaussianNoise(Degradation):
    """Adds normal noise that is independent in every pixel and channel; nothing is rounded or clipped.

    Args:
        sigma: its standard deviation in grey levels of 255 (2 / 255 of the range [-1, 1]): a number, or a range
            `(least, most)` from which each image draws its own, uniformly. Defaults to 25.

    Raises:
        ValueError: it is negative, or the range is empty.

    Reference: Zhang et al., Beyond a Gaussian Denoiser: Residual Learning of Deep CNN for Image Denoising, 2017.

    Example:
    >>> noisy = GaussianNoise(51)(np.zeros((100, 100, 1), "float32"), seed=(0, 7))
    >>> round(float(np.std(noisy)), 2)
    0.4
    """

    def __init__(self, sigma=25):
        self.sigma = _range("sigma", sigma, 0, 255)

    def __call__(self, images, seed):
        """Return noisy images."""
        images = _floats(images)
        amount, noise = _seeds(seed, 2)
        sigma = _draw(self.sigma, images, amount) * (2 / 255)
        return images + sigma * tf.random.stateless_normal(tf.shape(images), noise)


class PoissonNoise(Degradation):
    """Counts photons: what was `v` in [0, 1] becomes `Poisson(peak * v) / peak`, in every pixel and channel.

    Args:
        peak: photons at full brightness, the fewer the noisier: a number, or a range as in `GaussianNoise`.
            Defaults to 100.

    Raises:
        ValueError: it is not positive, or the range is empty.

    Example:
    >>> noisy = PoissonNoise(100)(np.zeros((100, 100, 1), "float32"), seed=(0, 7))
    >>> round(float(np.var(noisy)), 2)  # four times (grey levels span 2) 0.5 / 100
    0.02
    """

    def __init__(self, peak=100):
        self.peak = _range("peak", peak, 1e-3, 1e6)

    def __call__(self, images, seed):
        """Return noisy images."""
        images = _floats(images)
        amount, noise = _seeds(seed, 2)
        peak = _draw(self.peak, images, amount)
        mean = peak * tf.clip_by_value((images + 1.0) / 2.0, 0.0, 1.0)
        return tf.random.stateless_poisson(tf.shape(images), noise, mean, tf.float32) / peak * 2.0 - 1.0


class SaltAndPepper(Degradation):
    """Makes some pixels black or white, with equal chances, in all their channels.

    Args:
        amount: the probability of each pixel to be hit, in [0, 1]: a number, or a range as in `GaussianNoise`.
            Defaults to 0.05.

    Raises:
        ValueError: it is out of range, or the range is empty.

    Example:
    >>> noisy = SaltAndPepper(1.0)(np.zeros((8, 8, 3), "float32"), seed=(0, 7))
    >>> np.unique(noisy).tolist()
    [-1.0, 1.0]
    """

    def __init__(self, amount=0.05):
        self.amount = _range("amount", amount, 0, 1)

    def __call__(self, images, seed):
        """Return images with black and white pixels."""
        images = _floats(images)
        amount, hits = _seeds(seed, 2)
        chance = _draw(self.amount, images, amount)
        drawn = tf.random.stateless_uniform(tf.concat([tf.shape(images)[:-1], [1]], 0), hits)
        return tf.where(drawn < chance / 2, -1.0, tf.where(drawn < chance, 1.0, images))


class Jpeg(Degradation):
    """Saves images as JPEG, with colours at half the resolution (4:2:0), and opens them again.

    Args:
        quality: as libjpeg has it, from 1 to 100: an integer, or a range of which each image draws its own.
            Defaults to 75.

    Raises:
        ValueError: it is out of range, or the images have neither 1 nor 3 channels.

    Example:
    >>> Jpeg(10)(np.zeros((16, 16, 3), "float32"), seed=(0, 7)).shape
    TensorShape([16, 16, 3])
    """

    def __init__(self, quality=75):
        self.quality = _range("quality", quality, 1, 100)

    def __call__(self, images, seed):
        """Return images with JPEG's traces, in 256 grey levels."""
        images = _floats(images)
        if images.shape[-1] not in (1, 3):
            raise ValueError(f"JPEG holds 1 or 3 channels. Received: images of {images.shape[-1]} channels.")
        quality = tf.cast(tf.round(_draw(self.quality, images, seed)), tf.int32)

        def compress(each):
            image, quality = each
            # TensorFlow's default is a faster, coarser inverse transform than that of other programs.
            return tf.image.adjust_jpeg_quality(image, tf.reshape(quality, ()), dct_method="INTEGER_ACCURATE")

        levels = pictures.to_uint8(images)
        if len(images.shape) == 3:
            changed = compress((levels, quality))
        else:
            changed = tf.map_fn(compress, (levels, quality), fn_output_signature=tf.uint8)
        return tf.ensure_shape(pictures.from_uint8(changed), images.shape)


class Downsampling(Degradation):
    """Makes images smaller by a whole number, with `kgan.images.resampling.downsample`; nothing is rounded or clipped.

    Args:
        scale: a positive integer, of which the sides are multiples. Defaults to 2.

    Raises:
        ValueError: it is none.

    Example:
    >>> Downsampling(4)(np.zeros((8, 12, 3), "float32")).shape
    TensorShape([2, 3, 3])
    """

    def __init__(self, scale=2):
        check_positive(scale=scale)
        self.scale = scale

    def __call__(self, images, seed=None):
        """Return smaller images; nothing is drawn."""
        return resampling.downsample(_floats(images), self.scale)


class Rounding(Degradation):
    """Rounds to the 256 levels that a picture file holds, and clips what is beyond black and white.

    Args:
        probability: of an image to be rounded; the others stay as they are. Defaults to 1.

    Raises:
        ValueError: it is not in [0, 1].

    Example:
    >>> Rounding()(np.float32([[[-3.0], [1.0]]]), seed=(0, 7)).numpy().ravel().tolist()
    [-1.0, 1.0]
    """

    def __init__(self, probability=1.0):
        if not 0 <= probability <= 1:
            raise ValueError(f"`probability` must be in [0, 1]. Received: probability={probability}")
        self.probability = float(probability)

    def __call__(self, images, seed):
        """Return images of 256 levels, or as they were."""
        images = _floats(images)
        rounded = pictures.quantize(images)
        return tf.where(_draw((0.0, 1.0), images, seed) < self.probability, rounded, images)


class Chain(Degradation):
    """Applies several degradations, one after the other.

    Args:
        degradations: a list of them, or of their names.

    Raises:
        ValueError: a name is unknown.

    Example:
    >>> camera = Chain([PoissonNoise(500), GaussianNoise(3), Rounding(), Jpeg((50, 95))])
    >>> camera(np.zeros((16, 16, 3), "float32"), seed=(0, 7)).shape
    TensorShape([16, 16, 3])
    """

    def __init__(self, degradations):
        self.degradations = [get(each) for each in degradations]

    def __call__(self, images, seed):
        """Return what is left."""
        for each, own in zip(self.degradations, _seeds(seed, len(self.degradations)), strict=True):
            images = each(images, own)
        return images


DEGRADATIONS = {
    "gaussian_noise": GaussianNoise,
    "poisson_noise": PoissonNoise,
    "salt_and_pepper": SaltAndPepper,
    "jpeg": Jpeg,
    "downsampling": Downsampling,
    "rounding": Rounding,
}


def get(identifier):
    """Return the degradation that a name, a class or an instance stands for.

    Raises:
        ValueError: the name is unknown.

    Example:
    >>> get("jpeg").quality
    (75.0, 75.0)
    """
    return resolve("degradation", identifier, DEGRADATIONS)


def _range(name, value, least, most):
    """Return a number or a pair as a pair, or say what is wrong with it."""
    pair = np.asarray(value, "float64")
    pair = np.repeat(pair, 2) if pair.ndim == 0 else pair
    if pair.shape != (2,) or not least <= pair[0] <= pair[1] <= most:
        raise ValueError(f"`{name}` must be a number or a range in [{least:g}, {most:g}]. Received: {name}={value!r}")
    return float(pair[0]), float(pair[1])


def _draw(limits, images, seed):
    """Return a number for each image, to be broadcast: shape `(batch, 1, 1, 1)` or `(1, 1, 1)`."""
    shape = tf.concat([tf.shape(images)[:-3], [1, 1, 1]], 0)
    least, most = limits
    if least == most:
        return tf.fill(shape, least)
    return tf.random.stateless_uniform(shape, seed, least, most)


def _seeds(seed, count):
    """Return independent seeds for what one call draws."""
    return tf.unstack(tf.random.split(tf.cast(seed, tf.int64), count), num=count)


def _floats(images):
    images = tf.convert_to_tensor(images)
    if not images.dtype.is_floating or len(images.shape) not in (3, 4):
        raise ValueError(
            "Expected float images in [-1, 1], ([batch,] height, width, channels). "
            f"Received: {images.dtype.name} of shape {images.shape}"
        )
    return tf.cast(images, tf.float32)
