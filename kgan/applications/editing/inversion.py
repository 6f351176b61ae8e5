"""From a picture to the code whose image it is."""

import typing
import warnings

import keras
import numpy as np
from keras import ops
from sklearn.neighbors import NearestNeighbors
from tqdm import tqdm

from kgan import backend
from kgan.applications.editing.spaces import space_of
from kgan.metrics import psnr
from kgan.training import checks


class Inversion(typing.NamedTuple):
    """What `invert` found.

    Attributes:
        codes: `(n, *shape)`.
        images: what the generator makes of them, `(n, height, width, channels)`.
        psnr: peak signal-to-noise ratio of each, in decibels (`kgan.metrics.psnr`).
    """

    codes: np.ndarray
    images: np.ndarray
    psnr: np.ndarray


def invert(
    model,
    images,
    labels=None,
    steps=300,
    prior=1e-3,
    learning_rate=0.1,
    seed=0,
    batch_size=64,
) -> Inversion:
    """Find codes whose images are as near as possible to given ones.

    From the nearest of 4,000 random images it descends on `mean (G(c) - image)^2 + prior * mean u^2` with Adam and a
    rate that falls to 0 along a cosine, where `u` are the whitened coordinates of the code (`CodeSpace.whiten`): the
    second term keeps it among codes that occur, so that it can be edited. Styles are found for each level of a
    style-based generator apart (the space W+ of Image2StyleGAN), which comes much nearer than latents do.

    Args:
        model: as in `CodeSpace`.
        images: float array `(n, height, width, channels)` in [-1, 1]. Those of another size are resized, with a
            warning.
        labels: for class-conditional generators that are edited by their latents.
        steps: of the descent. Defaults to 300.
        prior: its weight. Defaults to 1e-3.
        learning_rate: of the first step. Defaults to 0.1.
        seed: of the random images.
        batch_size: how many are inverted at once.

    Raises:
        ValueError: images are no images in [-1, 1] of this generator's channels, labels are missing, or a
            number is out of range.

    References: Zhu et al., Generative Visual Manipulation on the Natural Image Manifold, 2016; Abdal et al.,
    Image2StyleGAN: How to Embed Images Into the StyleGAN Latent Space?, 2019.

    Example:
    >>> from kgan.architectures import mlp
    >>> generator = mlp.generator((8, 8, 1), latent_dim=4)
    >>> found = invert(generator, generator.predict(np.ones((1, 4)), verbose=0), steps=20)
    >>> found.codes.shape, found.psnr.shape
    ((1, 4), (1,))
    """
    for name, value in {"steps": steps, "batch_size": batch_size}.items():
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"`{name}` must be a positive integer. Received: {name}={value!r}")
    if prior < 0 or learning_rate <= 0:
        raise ValueError(
            "`prior` must not be negative, `learning_rate` must be positive. "
            f"Received: prior={prior}, learning_rate={learning_rate}"
        )
    space = space_of(model)
    images = fitting(images, space.image_shape)
    labels = space.check_labels(len(images), labels)
    first = _nearest(space, images, labels, seed)
    descend = _Descent(space, steps, prior, learning_rate)
    parts = [slice(begin, begin + batch_size) for begin in range(0, len(images), batch_size)]
    codes = []
    with tqdm(total=steps * len(parts), desc="inverting", delay=2, leave=False, disable=None) as bar:
        for part in parts:
            codes.append(descend(first[part], images[part], None if labels is None else labels[part], bar))
    codes = np.concatenate(codes)
    made = space.images(codes, labels)
    return Inversion(codes, made, ops.convert_to_numpy(psnr(images, made)))


def fitting(images, shape) -> np.ndarray:
    """Return images as a generator of images of `shape` makes them: those of another size are resized.

    Raises:
        ValueError: they are no images in [-1, 1], or have another number of channels.
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] != shape[-1] or not len(images):
        wanted = ", ".join(map(str, ("n", *shape)))
        raise ValueError(f"Expected images ({wanted}). Received: shape {images.shape}")
    resized = images.shape[1:] != tuple(shape)
    # One bright picture may well have no dark pixel; ten of them look like images in [0, 1].
    dark = -np.ones_like(images[: 1 if len(images) < 10 else 0])
    checks.check_images(np.concatenate([images, dark]), images.shape[1:])
    if resized:
        warnings.warn(
            f"Images of {images.shape[1]}x{images.shape[2]} were resized to the generator's {shape[0]}x{shape[1]}.",
            stacklevel=3,
        )
        images = ops.image.resize(images, shape[:2], antialias=True)
        images = np.clip(ops.convert_to_numpy(images), -1, 1)
    return images.astype("float32")


class _Descent:
    """Gradient descent on whitened codes; one traced step for each batch size."""

    def __init__(self, space, steps, prior, learning_rate):
        self.space, self.steps, self.prior, self.learning_rate = space, steps, prior, learning_rate
        self.steppers = {}

    def __call__(self, codes, images, labels, bar):
        if len(codes) not in self.steppers:
            self.steppers[len(codes)] = self._stepper(codes.shape)
        places, optimizer, step = self.steppers[len(codes)]
        places.assign(self.space.whiten(codes))
        for variable in optimizer.variables:
            if variable is not optimizer.learning_rate:
                variable.assign(ops.zeros_like(variable))
        images = ops.convert_to_tensor(images)
        for _ in range(self.steps):
            step(images, labels) if labels is not None else step(images)
            bar.update()
        return ops.convert_to_numpy(self._codes(places))

    def _codes(self, places):
        return self.space.mean + ops.matmul(places, self.space.root)

    def _stepper(self, shape):
        places = keras.Variable(np.zeros(shape, "float32"))
        optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(self.learning_rate, self.steps))
        optimizer.build([places])

        def step(images, labels=None):
            def loss():
                made = self.space.decode(self._codes(places), labels)
                apart = ops.sum(ops.mean(ops.square(made - images), axis=(1, 2, 3)))
                far = ops.sum(ops.mean(ops.square(places), axis=tuple(range(1, len(shape)))))
                return [apart + self.prior * far], None

            _, (gradients,), _ = backend.gradients(loss, [places])
            optimizer.apply(gradients, [places])

        return places, optimizer, backend.compiled(step)


def _nearest(space, images, labels, seed, num=4000):
    """Return for each image the code of the nearest of `num` random images, of its class if it has one."""
    codes = space.sample(num, seed)
    found = np.empty((len(images), *space.shape), "float32")
    kinds = np.zeros(len(images), int) if labels is None else ops.convert_to_numpy(labels)
    for kind in np.unique(kinds):
        mine = kinds == kind
        made = space.images(codes, None if labels is None else int(kind)).reshape(num, -1)
        index = NearestNeighbors(n_neighbors=1).fit(made)
        found[mine] = codes[index.kneighbors(images[mine].reshape(mine.sum(), -1), return_distance=False)[:, 0]]
    return found
