"""Enlarge a small labeled data set: train a class-conditional GAN on it, and mix generated with real images.

`train_gan` trains the GAN, `ensemble.train_ensemble` classifiers that reject poor images, and `augment` returns a
`tf.data.Dataset` for the `fit` of any classifier.
"""

import typing
from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import ops

from kgan import _deprecation, datasets
from kgan._checks import check_images, check_labels, check_positive
from kgan._deprecation import renamed
from kgan._fit_progress import fit_progress
from kgan._typing import Array, Tensor
from kgan.applications._seeding import seeded
from kgan.applications.data_augmentation.ensemble import Classifier, ensemble_probability
from kgan.architectures import dcgan
from kgan.datasets import labelled
from kgan.models.gan import GAN
from kgan.models.sampler import Sampler

Dataset: typing.TypeAlias = typing.Any
"""A `tf.data.Dataset`."""

MAX_ATTEMPTS = 100
"""How often an image that is rejected is generated again before `generate` raises an error."""

__getattr__ = _deprecation.old_names(
    __name__, train="train_gan", plan="num_per_class", standard="standard_augmentation", ROUNDS="MAX_ATTEMPTS"
)


@renamed(turn="rotation")
def standard_augmentation(shift: float = 0.08, rotation: float = 0.04, seed: int = 0) -> Callable[[Tensor], Tensor]:
    """Return the usual augmentation of small images, a function that shifts and rotates each image at random.

    Args:
        shift: largest shift in each direction, as a share of the size. Defaults to 0.08.
        rotation: largest rotation in each direction, as a share of a full turn. Defaults to 0.04, 14 degrees.
        seed: seed of the random numbers.

    Returns:
        A function of a batch of images `(batch, height, width, channels)`.

    Example:
    >>> standard_augmentation()(np.zeros((2, 8, 8, 1), "float32")).shape
    TensorShape([2, 8, 8, 1])
    """
    layers = [
        keras.layers.RandomTranslation(shift, shift, fill_mode="nearest", seed=seed),
        keras.layers.RandomRotation(rotation, fill_mode="nearest", seed=seed + 1),
    ]

    def apply(images: Tensor) -> Tensor:
        for layer in layers:
            images = layer(images, training=True)
        return images

    return apply


def train_gan(
    images: Array,
    labels: Array | Sequence[int],
    num_classes: int | None = None,
    updates: int = 3000,
    width: int = 32,
    transform: Callable[[Tensor], Tensor] | None = None,
    augmentation: typing.Any = None,
    batch_size: int = 32,
    seed: int = 0,
    callbacks: Sequence[keras.callbacks.Callback] | None = None,
) -> GAN:
    """Train a class-conditional GAN on a small labeled data set, with the architecture `dcgan` and the default recipe.

    Every class is shown equally often, however many images it has, so that rare classes are learned too. For other
    networks or losses train a `kgan.GAN` yourself: `augment` takes any class-conditional one.

    Args:
        images: float array `(num, height, width, channels)` in [-1, 1]; sides multiples of 4 from 8 to 128.
        labels: integers `(num,)` in [0, num_classes).
        num_classes: number of classes, with at least 2 images each. Defaults to the largest label + 1.
        updates: number of updates of each network. Defaults to 3,000.
        width: filters of the generator; the discriminator has three quarters as many. Defaults to 32.
        transform: function of a batch of images that is applied to the real images, such as
            `standard_augmentation()`. The generator learns to make transformed images. Defaults to none.
        augmentation: as in `GAN.compile`, applied to real and generated images. Defaults to none.
        batch_size: number of images per update, at most all. Defaults to 32.
        seed: seed of weights, order and latents; the same seed gives the same GAN.
        callbacks: callbacks for `fit`, which runs one epoch of `updates` steps.

    Returns:
        The trained `kgan.GAN`.

    Raises:
        TypeError: if the labels are not integers.
        ValueError: if images or labels are not as above, or a number is out of range.

    Reference: Antoniou et al., Data Augmentation Generative Adversarial Networks, 2017.

    Example:
    >>> images, labels = next(iter(datasets.load("digits", labels=True, batch_size=100)))
    >>> gan = train_gan(images, labels, updates=1, width=4)
    >>> gan.generate(3, seed=1, labels=7).shape
    (3, 8, 8, 1)
    """
    images, labels, num_classes = labelled.checked(images, labels, num_classes)
    check_positive(updates=updates, batch_size=batch_size)
    with seeded(seed):
        gan = GAN(
            dcgan.generator(images.shape[1:], width=width, num_classes=num_classes),
            dcgan.discriminator(images.shape[1:], width=max(1, 3 * width // 4), num_classes=num_classes),
            seed=seed,
        )
    gan.compile(augmentation=augmentation)
    data = labelled.balanced(images, labels, batch_size, seed, transform)
    with fit_progress("training the GAN", callbacks) as callbacks:
        gan.fit(data, steps_per_epoch=updates, verbose=0, callbacks=callbacks)
    return gan


@renamed(judges="ensemble")
def generate(
    gan: GAN | Sampler,
    labels: Array | Sequence[int],
    ensemble: Sequence[Classifier] | None = None,
    threshold: float = 0.5,
    seed: int = 0,
) -> Array:
    """Generate an image for each label. With an ensemble, images that it does not recognize are generated again.

    Args:
        gan: a class-conditional `kgan.GAN`, or an exported one opened with `kgan.open_model`.
        labels: integers `(num,)`.
        ensemble: classifiers, as in `ensemble_probability`. Defaults to none: every image is accepted.
        threshold: in (0, 1); the least mean probability that the ensemble must give to the label of an image.
            Defaults to 0.5.
        seed: the same seed gives the same images.

    Returns:
        float32 array `(num, height, width, channels)` in [-1, 1].

    Raises:
        TypeError: if the labels are not integers.
        ValueError: if the GAN is not class-conditional, a label or the threshold is out of range, or the ensemble
            rejects nearly all images of a class.

    Example:
    >>> from kgan.models import KerasGenerator
    >>> gan = KerasGenerator(dcgan.generator((8, 8, 1), width=4, num_classes=3))  # or the result of `train_gan`
    >>> generate(gan, [0, 2, 2]).shape
    (3, 8, 8, 1)
    """
    _check_conditional(gan)
    labels = np.asarray(labels)
    check_labels(labels, len(labels), gan.num_classes)
    _check_threshold(threshold)
    images = np.empty((len(labels), *gan.image_shape), "float32")
    seeds = np.random.default_rng(seed).integers(2**31, size=MAX_ATTEMPTS)
    missing = np.arange(len(labels))
    for seed_of_attempt in seeds:
        images[missing] = gan.generate(len(missing), int(seed_of_attempt), labels=labels[missing])
        if ensemble is None:
            return images
        missing = missing[ensemble_probability(ensemble, images[missing], labels[missing]) < threshold]
        if len(missing) == 0:
            return images
    classes = ", ".join(map(str, np.unique(labels[missing])))
    raise ValueError(
        f"Expected images that the ensemble accepts. Received: after {MAX_ATTEMPTS} attempts none for "
        f"{len(missing):,} of {len(labels):,} labels (classes {classes}). Train the GAN longer, or lower "
        f"`threshold`={threshold}."
    )


def num_per_class(
    labels: Array | Sequence[int], ratio: float | None = 0.5, balance: bool = False, num_classes: int | None = None
) -> Array:
    """Return how many images `augment` generates of each class, `(num_classes,)`.

    Args:
        labels: integers `(num,)` of the real images.
        ratio: in [0, 1), the share of generated images in the whole set: 0.5 doubles it. None, with `balance`:
            as many as fill every class up to the largest. Defaults to 0.5.
        balance: whether classes with fewer real images get more generated ones, so that the totals are as even as
            they can be. Otherwise the classes keep their shares. Defaults to False.
        num_classes: number of classes. Defaults to the largest label + 1.

    Raises:
        TypeError, ValueError: if the labels or the ratio are not as above.

    Example:
    >>> num_per_class([0, 0, 0, 0, 0, 0, 1, 1], ratio=0.5).tolist()
    [6, 2]
    >>> num_per_class([0, 0, 0, 0, 0, 0, 1, 1], ratio=0.5, balance=True).tolist()
    [2, 6]
    >>> num_per_class([0, 0, 0, 0, 0, 0, 1, 1], ratio=None, balance=True).tolist()
    [0, 4]
    """
    labels = np.asarray(labels)
    check_labels(labels, len(labels), num_classes)
    real = np.bincount(labels, minlength=num_classes or 0)
    if ratio is None:
        if not balance:
            raise ValueError("Expected a `ratio`. Received: ratio=None, which needs `balance=True`.")
        return real.max() - real
    if not 0 <= ratio < 1:
        raise ValueError(f"`ratio` is the share of generated images, in [0, 1). Received: ratio={ratio}")
    total = round(real.sum() * ratio / (1 - ratio))
    if balance:
        return _balance(real, total)
    exact = real * (total / real.sum())
    shares = np.floor(exact).astype(int)
    shares[np.argsort(shares - exact, kind="stable")[: total - shares.sum()]] += 1  # the largest remainders
    return shares


@renamed(judges="ensemble", pool="pool_size")
def augment(
    gan: GAN | Sampler,
    images: Array,
    labels: Array | Sequence[int],
    ratio: float | None = 0.5,
    balance: bool = False,
    ensemble: Sequence[Classifier] | None = None,
    threshold: float = 0.5,
    pool_size: int = 10_000,
    batch_size: int = 32,
    seed: int = 0,
) -> Dataset:
    """Return a data set that mixes real with generated images, for the `fit` of any Keras classifier.

    An epoch shows each real image once, and as many generated images of each class as `num_per_class` says. Each epoch
    has another order and other generated images.

    Args:
        gan: a class-conditional `kgan.GAN` of the images' classes, from `train_gan` or your own.
        images: float array `(num, height, width, channels)` in [-1, 1]: the real images.
        labels: integers `(num,)`.
        ratio, balance: as in `num_per_class`.
        ensemble, threshold: as in `generate`.
        pool_size: about how many images are generated at once for all epochs to draw from; at least as many as one
            epoch shows. Defaults to 10,000.
        batch_size: number of images per batch; the last batch of an epoch may be smaller. Defaults to 32.
        seed: seed of the generated images and the order.

    Returns:
        A `tf.data.Dataset` of float32 images `(batch, height, width, channels)` and int32 labels `(batch,)`.

    Raises:
        TypeError, ValueError: if the data do not fit the GAN, or a number is out of range.

    Reference: Frid-Adar et al., GAN-based Synthetic Medical Image Augmentation for increased CNN Performance in Liver
    Lesion Classification, 2018.

    Example:
    >>> from kgan.models import KerasGenerator
    >>> images, labels = next(iter(datasets.load("digits", labels=True, batch_size=100)))
    >>> gan = KerasGenerator(dcgan.generator((8, 8, 1), width=4, num_classes=10))  # or the result of `train_gan`
    >>> mixed = augment(gan, images, labels, ratio=0.75, pool_size=300)
    >>> sum(len(labels) for _, labels in mixed)
    400
    >>> classifier = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10, "softmax")])
    >>> classifier.compile(loss="sparse_categorical_crossentropy")
    >>> history = classifier.fit(mixed, epochs=1, shuffle=False, verbose=0)
    """
    _check_conditional(gan)
    check_positive(batch_size=batch_size)
    images, labels, _ = labelled.checked(images, labels, gan.num_classes, minimum=0)
    check_images(images, gan.image_shape)
    check_positive(pool_size=pool_size)
    num = num_per_class(labels, ratio, balance, gan.num_classes)
    new_labels = np.repeat(np.arange(len(num)), num).astype("int32")
    pools = max(1, pool_size // max(1, len(new_labels)))
    generated = images[:0]
    if len(new_labels):
        generated = generate(gan, np.tile(new_labels, pools), ensemble, threshold, seed)
    return _mixed(_Parts(images, labels, generated, new_labels, pools), batch_size, seed)


class _Parts(typing.NamedTuple):
    """Real images with labels, and `pools` generated images for each label in `new_labels`."""

    images: Array
    labels: Array
    generated: Array
    new_labels: Array
    pools: int


def _mixed(parts: _Parts, batch_size: int, seed: int) -> Dataset:
    """Return batches of all real images, and one of the generated images for each new label."""
    images, labels, generated, new_labels, pools = parts
    targets = np.concatenate([labels, new_labels])
    batch_size = min(batch_size, len(targets))
    order = datasets.from_arrays(
        np.arange(len(targets)), targets, batch_size=batch_size, seed=seed, drop_remainder=False
    )
    pool_order = datasets.from_arrays(np.arange(pools), batch_size=pools, seed=seed).repeat()  # another in each epoch
    with keras.device("cpu"):
        all_images = ops.convert_to_tensor(np.concatenate([images, generated]))

    def fetch(batch: tuple[Tensor, Tensor], pool_order: Tensor) -> tuple[Tensor, Tensor]:
        indices, labels = batch
        of_pool = indices + len(new_labels) * ops.take(pool_order, indices % pools)
        return ops.take(all_images, ops.where(indices < len(images), indices, of_pool), axis=0), labels

    return order.zip(order, pool_order).map(fetch)


def _balance(real: Array, total: int) -> Array:
    """Return how to spread `total` images over the classes so that the sums with `real` are as even as they can be."""
    order = np.argsort(real, kind="stable")
    generated = np.zeros(len(real), int)
    for num_smallest in range(len(real), 0, -1):  # the largest group of smallest classes that can be made even
        group = order[:num_smallest]
        level, rest = divmod(total + real[group].sum(), num_smallest)
        if level >= real[group].max():
            generated[group] = level - real[group]
            generated[group[:rest]] += 1
            break
    return generated


def _check_conditional(gan: GAN | Sampler) -> None:
    if not getattr(gan, "conditional", False):
        raise ValueError(
            "Expected a class-conditional GAN. Received: one that takes no labels. Build both its networks with "
            "`num_classes`, or use `kgan.applications.data_augmentation.train_gan`."
        )


def _check_threshold(threshold: float) -> None:
    if not 0 < threshold < 1:
        raise ValueError(f"`threshold` is a probability, in (0, 1). Received: threshold={threshold}")
