"""GAN inversion: find the codes of given images."""

import typing
import warnings
from collections.abc import Callable

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike

from kgan import _deprecation, _progress, backend
from kgan._checks import check_images, check_positive
from kgan._sizes import size_text
from kgan._typing import Array, ImageShape, Tensor
from kgan.applications.editing.spaces import CodeSpace, Model, code_space
from kgan.metrics import psnr

START_SAMPLES = 4000
"""How many random images are compared with each given image, to start from the nearest."""

RESTARTS = 3
"""How many more starts are tried for images that are not recognized: from the next nearest random images."""

NEIGHBOR_SAMPLES = 500
"""Of how many of them the nearest other one is found, to know how alike two images of the generator are."""

PSNR_MARGIN = 1.0
"""Decibels by which `Inversion.recognized` asks for more than `neighbor_psnr`; the guide has the measurements."""

SUFFICIENT_PSNR = 30.0
"""At this peak signal-to-noise ratio an inversion looks like the image, however alike all images are."""

__getattr__ = _deprecation.old_names(__name__, fitting="prepare_images")


class Inversion(typing.NamedTuple):
    """The result of `invert`.

    Attributes:
        codes: `(num, *shape)`, with the shape of `CodeSpace.shape`.
        images: the generator's images of the codes, `(num, height, width, channels)`.
        psnr: peak signal-to-noise ratio of each image in decibels, `(num,)` (`kgan.metrics.psnr`): how near the
            generator's image of the code is to the given one.
        nearest_psnr: the same for the nearest of 4,000 random images, from which the search started, `(num,)`.
        neighbor_psnr: the median of the same between a random image and the nearest one of the others, `(num,)`: how
            near two images of this generator that look alike are to each other.
    """

    codes: Array
    images: Array
    psnr: Array
    nearest_psnr: Array
    neighbor_psnr: Array

    @property
    def required_psnr(self) -> Array:
        """The peak signal-to-noise ratio that `recognized` asks for, `(num,)`.

        It is `2 (neighbor_psnr + 1) - nearest_psnr`: the mean of the ratios at the start and at the end of the search
        must be 1 dB above that of two of the generator's images that look alike. So the further an image is from those
        that the generator makes, the nearer its inversion must come. 30 dB always suffice.
        """
        required = 2 * (self.neighbor_psnr + PSNR_MARGIN) - self.nearest_psnr
        return np.minimum(required, SUFFICIENT_PSNR)

    @property
    def recognized(self) -> Array:
        """Whether each image is one that the generator can make, bool `(num,)`: `psnr >= required_psnr`.

        The edits of other images show something else, which the generator makes instead.
        """
        return self.psnr >= self.required_psnr


def invert(
    model: Model,
    images: ArrayLike,
    labels: int | Array | None = None,
    steps: int = 300,
    prior: float = 1e-3,
    learning_rate: float = 0.1,
    seed: int = 0,
    batch_size: int = 64,
) -> Inversion:
    """Find the codes whose images are nearest to given images.

    Starting from the nearest of 4,000 random images, Adam with cosine decay minimizes
    `mean (G(c) - image)^2 + prior * mean u^2`, where `u` is the whitened code (`CodeSpace.whiten`). The second term
    keeps the code near the codes of random images, so that it can be edited. In style-based generators each level gets
    a style of its own (the space W+), which comes nearer to the images than latents do. For images that are not
    recognized then (`Inversion.recognized`), the search starts again from the next three random images, one after the
    other, and the nearest result counts.

    Args:
        model: as in `CodeSpace`.
        images: float array `(num, height, width, channels)` in [-1, 1]. Images of another size are resized, with a
            warning.
        labels: for class-conditional generators without styles: integers `(num,)`, or one for all.
        steps: number of updates. Defaults to 300.
        prior: weight of the second term. Defaults to 1e-3.
        learning_rate: learning rate of the first update; it decays to 0. Defaults to 0.1.
        seed: seed of the random images to start from.
        batch_size: number of images that are inverted at once. Defaults to 64.

    Raises:
        ValueError: if the images do not have the generator's channels or are not in [-1, 1], labels are missing, or a
            number is out of range.

    References: Zhu et al., Generative Visual Manipulation on the Natural Image Manifold, 2016; Abdal et al.,
    Image2StyleGAN: How to Embed Images Into the StyleGAN Latent Space?, 2019.

    Example:
    >>> from kgan.architectures import mlp
    >>> generator = mlp.generator((8, 8, 1), latent_dim=4)
    >>> inversion = invert(generator, generator.predict(np.ones((1, 4)), verbose=0), steps=20)
    >>> inversion.codes.shape, inversion.psnr.shape
    ((1, 4), (1,))
    """
    check_positive(steps=steps, batch_size=batch_size)
    if prior < 0 or learning_rate <= 0:
        raise ValueError(
            "`prior` must be non-negative and `learning_rate` positive. "
            f"Received: prior={prior}, learning_rate={learning_rate}"
        )
    space = code_space(model)
    images = prepare_images(images, space.image_shape)
    labels = space.check_labels(len(images), labels)
    starts, nearest, neighbors = _nearest_codes(space, images, labels, seed)
    search = _Search(space, steps, prior, learning_rate, batch_size)
    inversion = Inversion(*search.run(starts[:, 0], images, labels), nearest, neighbors)
    for number in range(1, RESTARTS + 1):
        (again,) = np.nonzero(~inversion.recognized)
        if not len(again):
            break
        labels_again = None if labels is None else ops.take(labels, again)
        results = search.run(starts[again, number], images[again], labels_again)
        better = results[-1] > inversion.psnr[again]
        for before, result in zip(inversion, results, strict=False):  # codes, images and psnr
            before[again[better]] = result[better]
    return inversion


def prepare_images(images: ArrayLike, image_shape: ImageShape) -> Array:
    """Return float32 images of the shape that a generator makes; other sizes are resized, with a warning.

    Args:
        images: float array `(num, height, width, channels)` in [-1, 1].
        image_shape: shape of the generator's images, `(height, width, channels)`.

    Raises:
        ValueError: if they are not images in [-1, 1], or have another number of channels.
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] != image_shape[-1] or not len(images):
        expected = ", ".join(map(str, ("num", *image_shape)))
        raise ValueError(f"Expected images ({expected}). Received: shape {images.shape}")
    size, expected_size = images.shape[1:3], tuple(image_shape[:2])
    # A single bright image may well have no dark pixel; ten such images look like images in [0, 1].
    dark = -np.ones_like(images[: 1 if len(images) < 10 else 0])
    check_images(np.concatenate([images, dark]), images.shape[1:])
    if size != expected_size:
        warnings.warn(
            f"Images of {size_text(size)} were resized to the generator's {size_text(expected_size)}.",
            stacklevel=3,
        )
        resized = ops.image.resize(images, expected_size, antialias=True)
        images = np.clip(ops.convert_to_numpy(resized), -1, 1)
    return np.asarray(images, "float32")


class _Search:
    """Searches for codes in batches; descents are kept by the number of images in a batch."""

    def __init__(self, space: CodeSpace, steps: int, prior: float, learning_rate: float, batch_size: int) -> None:
        self.space, self.settings, self.batch_size = space, (steps, prior, learning_rate), batch_size
        self._descents: dict[int, _GradientDescent] = {}

    def run(self, start: Array, images: Array, labels: Tensor | None) -> tuple[Array, Array, Array]:
        """Return codes found from `start`, their images, and the peak signal-to-noise ratios."""
        batches = [slice(begin, begin + self.batch_size) for begin in range(0, len(images), self.batch_size)]
        parts = []
        with _progress.bar("inverting", self.settings[0] * len(batches), "steps") as progress:
            for batch in batches:
                num = len(images[batch])
                if num not in self._descents:
                    self._descents[num] = _GradientDescent(self.space, num, *self.settings)
                labels_of_batch = None if labels is None else labels[batch]
                parts.append(self._descents[num].minimize(start[batch], images[batch], labels_of_batch, progress))
        codes = np.concatenate(parts)
        generated = self.space.images(codes, labels)
        return codes, generated, np.array(psnr(images, generated))


class _GradientDescent:
    """Gradient descent on the whitened codes of one batch size; its update is traced once."""

    def __init__(self, space: CodeSpace, num: int, steps: int, prior: float, learning_rate: float) -> None:
        self.space, self.steps, self.prior = space, steps, prior
        self.whitened = keras.Variable(np.zeros((num, *space.shape), "float32"))
        self.optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(learning_rate, steps))
        self.optimizer.build([self.whitened])
        self.update = backend.compiled(self._update)

    def minimize(self, codes: Array, images: Array, labels: Tensor | None, progress: Callable[[], None]) -> Array:
        """Return the codes after all updates from `codes`."""
        self.whitened.assign(self.space.whiten(codes))
        for variable in self.optimizer.variables:
            if variable is not self.optimizer.learning_rate:
                variable.assign(ops.zeros_like(variable))
        batch = (ops.convert_to_tensor(images),) if labels is None else (ops.convert_to_tensor(images), labels)
        for _ in range(self.steps):
            self.update(*batch)
            progress()
        return ops.convert_to_numpy(self._codes())

    def _codes(self) -> Tensor:
        return self.space.mean + ops.matmul(self.whitened, self.space.covariance_root)

    def _loss(self, images: Tensor, labels: Tensor | None) -> Tensor:
        generated = self.space.decode(self._codes(), labels)
        distance = ops.sum(ops.mean(ops.square(generated - images), axis=(1, 2, 3)))
        penalty = ops.sum(ops.mean(ops.square(self.whitened), axis=tuple(range(1, len(self.whitened.shape)))))
        return distance + self.prior * penalty

    def _update(self, images: Tensor, labels: Tensor | None = None) -> None:
        _, (gradients,), _ = backend.gradients(lambda: ([self._loss(images, labels)], None), [self.whitened])
        self.optimizer.apply(gradients, [self.whitened])


def _nearest_codes(space: CodeSpace, images: Array, labels: Tensor | None, seed: int) -> tuple[Array, Array, Array]:
    """Return the codes of the random images, of its class if it has one, that are nearest to each image, and two PSNRs.

    The first is that of the nearest image; the second the median of random images with their own nearest ones.
    """
    from sklearn.neighbors import NearestNeighbors

    codes = space.sample(START_SAMPLES, seed)
    starts = np.empty((len(images), 1 + RESTARTS, *space.shape), "float32")
    nearest, neighbors = np.empty((2, len(images)), "float32")
    classes = np.zeros(len(images), int) if labels is None else ops.convert_to_numpy(labels)
    for label in np.unique(classes):
        chosen = classes == label
        candidates = space.images(codes, None if labels is None else int(label)).reshape(START_SAMPLES, -1)
        search = NearestNeighbors().fit(candidates)
        distances, indices = search.kneighbors(images[chosen].reshape(chosen.sum(), -1), 1 + RESTARTS)
        starts[chosen] = codes[indices]
        nearest[chosen] = _decibels(distances[:, 0], candidates.shape[1])
        of_each_other = search.kneighbors(candidates[:NEIGHBOR_SAMPLES], 2)[0][:, 1]  # the first is the image itself
        neighbors[chosen] = _decibels(np.median(of_each_other), candidates.shape[1])
    return starts, nearest, neighbors


def _decibels(distance: Array, num_values: int) -> Array:
    """Return the peak signal-to-noise ratio of images in [-1, 1] at a distance from each other, as `psnr` does."""
    return 10.0 * np.log10(4.0 / np.maximum(distance**2 / num_values, 4e-10))
