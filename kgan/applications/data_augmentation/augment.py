"""More labelled images from few: train a class-conditional GAN on them, and mix what it makes with what is real.

`train` makes the GAN, and the module `ensemble` an ensemble of classifiers that rejects what it doubts; `augment`
gives a `tf.data.Dataset` for any classifier's `fit`:

>>> data = next(iter(datasets.load("digits", labels=True, batch_size=100)))
>>> gan = train(*data, updates=1, width=4)
>>> classifier = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10, "softmax")])
>>> classifier.compile(loss="sparse_categorical_crossentropy")
>>> history = classifier.fit(augment(gan, *data, ratio=0.5), epochs=1, shuffle=False, verbose=0)
"""

import keras
import numpy as np
from keras import ops

from kgan import datasets
from kgan._checks import check_positive
from kgan.applications._seeding import seeded
from kgan.applications.data_augmentation.ensemble import belief
from kgan.architectures import dcgan
from kgan.datasets import labelled
from kgan.models.gan import GAN
from kgan.training import checks

# How often an image that was rejected is drawn anew before `generate` gives up.
ROUNDS = 100


def standard(shift: float = 0.08, turn: float = 0.04, seed: int = 0):
    """Return the usual augmentation of small pictures, a function of a batch: shifted and turned a little, at random.

    Args:
        shift: up to this share of the size, each way. Defaults to 0.08.
        turn: up to this share of a full turn, each way. Defaults to 0.04, 14 degrees.
        seed: of the random numbers.

    Example:
    >>> standard()(np.zeros((2, 8, 8, 1), "float32")).shape
    TensorShape([2, 8, 8, 1])
    """
    steps = [
        keras.layers.RandomTranslation(shift, shift, fill_mode="nearest", seed=seed),
        keras.layers.RandomRotation(turn, fill_mode="nearest", seed=seed + 1),
    ]

    def change(images):
        for step in steps:
            images = step(images, training=True)
        return images

    return change


def train(
    images,
    labels,
    num_classes: int | None = None,
    updates: int = 3000,
    width: int = 32,
    transform=None,
    augmentation=None,
    batch_size: int = 32,
    seed: int = 0,
    callbacks=None,
) -> GAN:
    """Train a class-conditional GAN on a small labelled set: `dcgan` with kgan's recipe.

    Every class is shown equally often, however many images it has, so that rare ones are learnt too. For other
    networks or another game train a `kgan.GAN` of your own: `augment` takes any that is class-conditional.

    Args:
        images: float array `(n, height, width, channels)` in [-1, 1]; sides multiples of 4 from 8 to 128.
        labels: integers `(n,)` in [0, num_classes).
        num_classes: defaults to the largest label + 1. Each needs 2 images at least.
        updates: of each network. Defaults to 3,000.
        width: filters of the generator; the discriminator has three quarters of it. Defaults to 32.
        transform: a function of a batch of images, applied to the real ones: what it does, the generator learns to
            do, such as `standard()`. Defaults to none.
        augmentation: as in `GAN.compile`, for all that the discriminator sees. Defaults to none.
        batch_size: images an update, or all if they are fewer. Defaults to 32.
        seed: of weights, order and latents; the same gives the same GAN.
        callbacks: as in `fit`, of one epoch with `updates` steps.

    Returns:
        The trained `kgan.GAN`.

    Raises:
        TypeError: the labels are no integers.
        ValueError: images or labels are not as above, or a number is out of range.

    Reference: Antoniou et al., Data Augmentation Generative Adversarial Networks, 2017.

    Example:
    >>> data = next(iter(datasets.load("digits", labels=True, batch_size=100)))
    >>> gan = train(*data, updates=1, width=4)
    >>> gan.generate(3, seed=1, labels=7).shape
    (3, 8, 8, 1)
    """
    images, labels, num_classes = labelled.checked(images, labels, num_classes)
    check_positive(updates=updates)
    check_positive(batch_size=batch_size)
    with seeded(seed):
        gan = GAN(
            dcgan.generator(images.shape[1:], width=width, num_classes=num_classes),
            dcgan.discriminator(images.shape[1:], width=max(1, 3 * width // 4), num_classes=num_classes),
            seed=seed,
        )
    gan.compile(augmentation=augmentation)
    data = labelled.balanced(images, labels, batch_size, seed, transform)
    gan.fit(data, steps_per_epoch=updates, verbose=0, callbacks=callbacks)
    return gan


def generate(gan, labels, judges=None, threshold: float = 0.5, seed: int = 0) -> np.ndarray:
    """Make an image for each label; with judges, one whose label they believe.

    What they doubt is thrown away and drawn anew.

    Args:
        gan: a class-conditional `kgan.GAN`, or an exported one opened with `kgan.open_model`.
        labels: integers `(n,)`.
        judges: as in `ensemble.belief`. Defaults to none, and then nothing is rejected.
        threshold: in (0, 1), of what an image must have: the mean probability that the judges give to its label.
            Defaults to 0.5.
        seed: the same gives the same images.

    Returns:
        float32 array `(n, height, width, channels)` in [-1, 1].

    Raises:
        TypeError: the labels are no integers.
        ValueError: the GAN is unconditional, a label or the threshold out of range, or the judges doubt nearly all
            images of a class.
    """
    _check_conditional(gan)
    labels = np.asarray(labels)
    checks.check_labels(labels, len(labels), gan.num_classes)
    _check_threshold(threshold)
    images = np.empty((len(labels), *gan.image_shape), "float32")
    seeds = np.random.default_rng(seed).integers(2**31, size=ROUNDS)
    missing = np.arange(len(labels))
    for seed_of_round in seeds:
        images[missing] = gan.generate(len(missing), int(seed_of_round), labels=labels[missing])
        if judges is None:
            return images
        missing = missing[belief(judges, images[missing], labels[missing]) < threshold]
        if len(missing) == 0:
            return images
    classes = ", ".join(map(str, np.unique(labels[missing])))
    raise ValueError(
        f"Expected images that the judges believe. Received: after {ROUNDS} rounds none for {len(missing):,} of "
        f"{len(labels):,} labels (classes {classes}). Train the GAN longer, or lower `threshold`={threshold}."
    )


def plan(labels, ratio: float | None = 0.5, balance: bool = False, num_classes: int | None = None) -> np.ndarray:
    """Return how many images `augment` generates of each class, `(num_classes,)`.

    Args:
        labels: integers `(n,)` of the real images.
        ratio: in [0, 1), the share of generated images in the whole: 0.5 doubles the set. None, with `balance`:
            as many as fill every class up to the largest.
        balance: give more to classes with fewer real images, so that the totals are as even as they can be; else
            the classes keep their shares.
        num_classes: defaults to the largest label + 1.

    Raises:
        TypeError, ValueError: the labels or the ratio are not as above.

    Example:
    >>> plan([0, 0, 0, 0, 0, 0, 1, 1], ratio=0.5).tolist()
    [6, 2]
    >>> plan([0, 0, 0, 0, 0, 0, 1, 1], ratio=0.5, balance=True).tolist()
    [2, 6]
    >>> plan([0, 0, 0, 0, 0, 0, 1, 1], ratio=None, balance=True).tolist()
    [0, 4]
    """
    labels = np.asarray(labels)
    checks.check_labels(labels, len(labels), num_classes)
    counts = np.bincount(labels, minlength=num_classes or 0)
    if ratio is None:
        if not balance:
            raise ValueError("Expected a `ratio`. Received: None, which is for `balance=True`.")
        return counts.max() - counts
    if not 0 <= ratio < 1:
        raise ValueError(f"`ratio` is the share of generated images, in [0, 1). Received: ratio={ratio}")
    total = round(counts.sum() * ratio / (1 - ratio))
    if balance:
        return _level(counts, total)
    exact = counts * (total / counts.sum())
    shares = np.floor(exact).astype(int)
    shares[np.argsort(shares - exact, kind="stable")[: total - shares.sum()]] += 1  # the largest remainders
    return shares


def augment(
    gan,
    images,
    labels,
    ratio: float | None = 0.5,
    balance: bool = False,
    judges=None,
    threshold: float = 0.5,
    pool: int = 10_000,
    batch_size: int = 32,
    seed: int = 0,
):
    """Mix real and generated images, for the `fit` of any Keras classifier.

    One epoch shows each real image once, and as many generated ones as `plan` says, in another order and other ones
    in each epoch.

    Args:
        gan: a class-conditional `kgan.GAN` that knows the images' classes, from `train` or your own.
        images: float array `(n, height, width, channels)` in [-1, 1]: the real ones.
        labels: integers `(n,)`.
        ratio, balance: as in `plan`.
        judges, threshold: as in `generate`.
        pool: about how many images are generated, now, for all epochs to draw from; at least as many as one shows.
            Defaults to 10,000.
        batch_size: images a batch; those that do not fill one come as a smaller last one. Defaults to 32.
        seed: of the generated images and the order.

    Returns:
        A `tf.data.Dataset` of float32 images `(batch, height, width, channels)` and int32 labels `(batch,)`.

    Raises:
        TypeError, ValueError: the data do not fit the GAN, or a number is out of range.

    Reference: Frid-Adar et al., GAN-based Synthetic Medical Image Augmentation for increased CNN Performance in Liver
    Lesion Classification, 2018.

    Example:
    >>> data = next(iter(datasets.load("digits", labels=True, batch_size=100)))
    >>> mixed = augment(train(*data, updates=1, width=4), *data, ratio=0.75)
    >>> sum(len(labels) for _, labels in mixed)
    400
    """
    _check_conditional(gan)
    check_positive(batch_size=batch_size)
    images, labels, _ = labelled.checked(images, labels, gan.num_classes, minimum=0)
    checks.check_images(images, gan.image_shape)
    check_positive(pool=pool)
    made = plan(labels, ratio, balance, gan.num_classes)
    made = np.repeat(np.arange(len(made)), made).astype("int32")
    sets = max(1, pool // max(1, len(made)))
    drawn = generate(gan, np.tile(made, sets), judges, threshold, seed) if len(made) else images[:0]
    return _mixed(images, labels, drawn, made, sets, batch_size, seed)


def _mixed(images, labels, drawn, made, sets, batch_size, seed):
    """Return batches of the real images and one of `sets` drawn ones for each label in `made`."""
    targets = np.concatenate([labels, made])
    batch_size = min(batch_size, len(targets))
    order = datasets.from_arrays(
        np.arange(len(targets)), targets, batch_size=batch_size, seed=seed, drop_remainder=False
    )
    which = datasets.from_arrays(np.arange(sets), batch_size=sets, seed=seed).repeat()  # each time in another order
    with keras.device("cpu"):
        every = ops.convert_to_tensor(np.concatenate([images, drawn]))

    def fetch(chosen, which):
        indices, labels = chosen
        moved = indices + len(made) * ops.take(which, indices % sets)
        return ops.take(every, ops.where(indices < len(images), indices, moved), axis=0), labels

    return order.zip(order, which).map(fetch)


def _level(counts, total):
    """Return how to spread `total` so that the sums with `counts` are as even as they can be: fill up from below."""
    order = np.argsort(counts, kind="stable")
    filled = np.zeros(len(counts), int)
    for lowest in range(len(counts), 0, -1):  # the largest group of smallest classes that can share one level
        group = order[:lowest]
        level, rest = divmod(total + counts[group].sum(), lowest)
        if level >= counts[group].max():
            filled[group] = level - counts[group]
            filled[group[:rest]] += 1
            break
    return filled


def _check_conditional(gan):
    if not getattr(gan, "conditional", False):
        raise ValueError(
            "Expected a class-conditional GAN. Received: one that takes no labels. Build both its networks with "
            "`num_classes`, or use `kgan.applications.data_augmentation.train`."
        )


def _check_threshold(threshold):
    if not 0 < threshold < 1:
        raise ValueError(f"`threshold` is a probability, in (0, 1). Received: threshold={threshold}")
