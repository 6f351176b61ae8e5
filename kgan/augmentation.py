"""Changes of what the discriminator sees, real and generated alike, that gradients pass through.

For little data: the discriminator can no longer learn single pictures by heart, and since generated images are
changed in the same way, the generator learns the pictures as they are.
"""

import keras
from keras import ops

from kgan._registry import resolve, unknown


class Augmentation(keras.layers.Layer):
    """Base of the augmentations: a layer without random state of its own.

    A subclass changes images in `augment(images, seed)`, differentiably.
    """

    def __init__(self, name=None):
        super().__init__(name=name)
        self.built = True

    def augment(self, images, seed):
        """Return changed images.

        Args:
            images: `(batch, height, width, channels)` in [-1, 1].
            seed: a `keras.random.SeedGenerator`; `GAN` passes its own, whose state is saved.
        """
        raise NotImplementedError

    def adapt_to(self, real_logits, fake_logits):
        """Learn from the logits of a discriminator update, if there is something to learn."""

    def call(self, images, seed=0):
        """Return changed images; see `augment`."""
        return self.augment(images, seed)

    def _remember(self, name, shape=()):
        """Return a number (or some) that starts at 0 and is saved with the model."""
        self.built = False
        weight = self.add_weight(shape=shape, initializer="zeros", trainable=False, name=name)
        self.built = True
        return weight


def _draws(images, seed, *shape, low=0.0, high=1.0):
    return keras.random.uniform((ops.shape(images)[0], *shape), low, high, dtype=images.dtype, seed=seed)


def _perhaps(operation, images, probability, seed):
    """Return the images, each changed with a probability."""
    if isinstance(probability, float | int) and probability == 1:
        return operation(images, seed)
    chosen = _draws(images, seed, 1, 1, 1) < ops.cast(probability, images.dtype)
    return ops.where(chosen, operation(images, seed), images)


def brightness(images, seed):
    """Add to all pixels of an image what is uniform in [-1/2, 1/2) of half the range."""
    return images + _draws(images, seed, 1, 1, 1, low=-0.5, high=0.5)


def saturation(images, seed):
    """Scale the distance of the colours from their mean by what is uniform in [0, 2)."""
    mean = ops.mean(images, axis=3, keepdims=True)
    return (images - mean) * _draws(images, seed, 1, 1, 1, high=2.0) + mean


def contrast(images, seed):
    """Scale the distance of the pixels from the image's mean by what is uniform in [1/2, 3/2)."""
    mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
    return (images - mean) * _draws(images, seed, 1, 1, 1, low=0.5, high=1.5) + mean


def translation(images, seed, ratio=0.125):
    """Move images by up to an eighth of their size each way; what is uncovered becomes the middle of the range.

    As in the paper of `DiffAugment`; it shows the discriminator how far an image was moved.
    """
    for axis in (1, 2):
        size = images.shape[axis]
        reach = max(1, round(size * ratio))
        shift = ops.floor(_draws(images, seed, 1, low=-reach, high=reach + 1))
        index = ops.cast(ops.arange(size), images.dtype)[None, :] - shift
        # A product with a matrix of zeros and ones (zeros alone for what lies outside): gathers have slow second
        # derivatives.
        move = ops.one_hot(ops.cast(index, "int32"), size, dtype=images.dtype)
        images = ops.einsum("bts,bswc->btwc" if axis == 1 else "bts,bhsc->bhtc", move, images)
    return images


def cutout(images, seed, ratio=0.5):
    """Cover a square of half the size, anywhere, with the middle of the range."""
    covered = []
    for axis in (1, 2):
        size = images.shape[axis]
        half = max(1.0, round(size * ratio) / 2)
        centre = _draws(images, seed, 1, high=size)
        covered.append(ops.abs(ops.cast(ops.arange(size), images.dtype)[None, :] + 0.5 - centre) < half)
    hole = ops.logical_and(covered[0][:, :, None, None], covered[1][:, None, :, None])
    return images * ops.cast(ops.logical_not(hole), images.dtype)


def flip(images, seed):
    """Mirror each image left to right, or not."""
    return ops.where(_draws(images, seed, 1, 1, 1) < 0.5, ops.flip(images, axis=2), images)


OPERATIONS = {
    "color": (brightness, saturation, contrast),
    "translation": (translation,),
    "cutout": (cutout,),
    "flip": (flip,),
}


@keras.saving.register_keras_serializable("kgan")
class DiffAugment(Augmentation):
    """Differentiable augmentation of everything that the discriminator sees.

    Args:
        policy: which changes, joined by commas: `color` (brightness, saturation, contrast), `translation` (up to
            an eighth), `cutout` (a square of half the size) and `flip` (not in the paper). Defaults to
            `"color,translation,cutout"`, the paper's.
        probability: of each change, for each image, in (0, 1]. Defaults to 1, the paper's. Below 1 some images are
            seen as they are, so that the changes do not leak into the samples.
        warmup_steps: over how many discriminator updates the probability rises to that, in a straight line from 0:
            a new discriminator learns soonest from pictures as they are, and knows none by heart. None (the
            default) has it from the start.

    Raises:
        ValueError: a change is unknown, or a number is out of range.

    Reference: Zhao et al., Differentiable Augmentation for Data-Efficient GAN Training, 2020.

    Example:
    >>> DiffAugment("translation")(ops.ones((2, 8, 8, 1)), seed=1).shape
    TensorShape([2, 8, 8, 1])
    """

    def __init__(self, policy="color,translation,cutout", probability=1.0, warmup_steps=None, name=None):
        super().__init__(name=name)
        if not 0 < probability <= 1:
            raise ValueError(f"`probability` must be in (0, 1]. Received: probability={probability}")
        if warmup_steps is not None and warmup_steps < 1:
            raise ValueError(f"`warmup_steps` must be positive, or None. Received: warmup_steps={warmup_steps}")
        self.policy = policy
        self.probability = probability
        self.warmup_steps = warmup_steps
        self._operations = _operations(policy)
        self.updates = None if warmup_steps is None else self._remember("updates")

    @property
    def current_probability(self):
        """How probable each change is now."""
        if self.warmup_steps is None:
            return self.probability
        return self.probability * ops.minimum(self.updates / self.warmup_steps, 1.0)

    def augment(self, images, seed):
        probability = self.current_probability
        for operation in self._operations:
            images = _perhaps(operation, images, probability, seed)
        return images

    def adapt_to(self, real_logits, fake_logits):
        if self.warmup_steps is not None:
            self.updates.assign_add(1.0)

    def get_config(self):
        return {name: getattr(self, name) for name in ("policy", "probability", "warmup_steps", "name")}


@keras.saving.register_keras_serializable("kgan")
class ADA(Augmentation):
    """Adaptive discriminator augmentation: each change happens with a probability p that follows overfitting.

    The heuristic is r = E[sign(D(x))] over real images: 0 is no overfitting, 1 complete overfitting. p rises
    while r is above `target` and falls below it. Relativistic and Wasserstein logits have no zero of their own,
    so the sign is taken relative to the middle between the means of the real and the fake logits.

    With kgan's recipe r may never reach the target, and p stays 0 (`benchmarks/few_data.py` prints it): there
    take `DiffAugment` with a probability that rises, or a lower target.

    Args:
        policy: as in `DiffAugment`.
        target: of r, in (0, 1). Defaults to 0.6, the paper's.
        horizon: images over which p can go from 0 to 1. Defaults to 50,000 (the paper has 500,000 for its
            longer runs).
        interval: updates between two changes of p. Defaults to 4.
        maximum: of p. Defaults to 0.8, above which changes leak into the samples.

    Raises:
        ValueError: a change is unknown, or a number out of range.

    Reference: Karras et al., Training Generative Adversarial Networks with Limited Data, 2020.
    """

    def __init__(
        self, policy="color,translation,cutout", target=0.6, horizon=50_000, interval=4, maximum=0.8, name=None
    ):
        super().__init__(name=name)
        if not 0 < target < 1:
            raise ValueError(f"`target` must be in (0, 1). Received: target={target}")
        if not 0 < maximum <= 1:
            raise ValueError(f"`maximum` must be in (0, 1]. Received: maximum={maximum}")
        if horizon <= 0 or interval < 1:
            raise ValueError(f"`horizon` and `interval` must be positive. Received: {horizon} and {interval}")
        self.policy = policy
        self.target = target
        self.horizon = horizon
        self.interval = interval
        self.maximum = maximum
        self._operations = _operations(policy)
        self.probability = self._remember("probability")
        # Sum of signs, count of images, count of updates since p last changed.
        self.signs = self._remember("signs", (3,))

    @property
    def current_probability(self):
        """How probable each change is now: p."""
        return self.probability

    def augment(self, images, seed):
        for operation in self._operations:
            images = _perhaps(operation, images, self.probability, seed)
        return images

    def adapt_to(self, real_logits, fake_logits):
        middle = (ops.mean(real_logits) + ops.mean(fake_logits)) / 2.0
        signs = ops.cast(ops.sign(real_logits - middle), "float32")
        count = ops.cast(ops.size(signs), "float32")
        signs = ops.sum(ops.where(ops.isfinite(signs), signs, 0.0))
        totals = self.signs + ops.stack([signs, count, 1.0])
        due = totals[2] >= self.interval
        step = ops.sign(totals[0] / ops.maximum(totals[1], 1.0) - self.target) * totals[1] / self.horizon
        self.probability.assign(ops.clip(self.probability + ops.where(due, step, 0.0), 0.0, self.maximum))
        self.signs.assign(ops.where(due, ops.zeros_like(totals), totals))

    def get_config(self):
        names = ("policy", "target", "horizon", "interval", "maximum", "name")
        return {name: getattr(self, name) for name in names}


@keras.saving.register_keras_serializable("kgan")
class InstanceNoise(Augmentation):
    """Gaussian noise on everything that the discriminator sees, so that the two distributions overlap.

    Args:
        stddev: of the noise, positive. Defaults to 0.1.
        steps: over how many discriminator updates it fades to nothing, in a straight line; None keeps it.

    Raises:
        ValueError: a number is not positive.

    References: Sonderby et al., Amortised MAP Inference for Image Super-resolution, 2017; Arjovsky and Bottou,
    Towards Principled Methods for Training Generative Adversarial Networks, 2017.
    """

    def __init__(self, stddev=0.1, steps=None, name=None):
        super().__init__(name=name)
        if not stddev > 0 or (steps is not None and steps < 1):
            raise ValueError(f"`stddev` and `steps` must be positive. Received: stddev={stddev}, steps={steps}")
        self.stddev = stddev
        self.steps = steps
        self.updates = self._remember("updates")

    def augment(self, images, seed):
        left = 1.0 if self.steps is None else ops.maximum(1.0 - self.updates / self.steps, 0.0)
        noise = keras.random.normal(ops.shape(images), dtype=images.dtype, seed=seed)
        return images + ops.cast(left * self.stddev, images.dtype) * noise

    def adapt_to(self, real_logits, fake_logits):
        self.updates.assign_add(1.0)

    def get_config(self):
        return {"stddev": self.stddev, "steps": self.steps, "name": self.name}


def recommended() -> list:
    """Return what to take against overfitting: `DiffAugment` whose probability rises to 1/2 in 10,000 updates.

    It learns more slowly; `benchmarks/few_data.py` says what it does for a tenth of Fashion-MNIST.

    Example:
    >>> recommended()[0].warmup_steps
    10000
    """
    return [DiffAugment(probability=0.5, warmup_steps=10_000)]


AUGMENTATIONS = {"diffaugment": DiffAugment, "ada": ADA, "instance_noise": InstanceNoise}


def get(identifier) -> Augmentation:
    """Return the augmentation that `identifier` names.

    Args:
        identifier: `"diffaugment"`, `"ada"` or `"instance_noise"`; an `Augmentation`, its class or its config.

    Raises:
        ValueError: the name is unknown, or the object is no augmentation.

    Example:
    >>> get("ada").target
    0.6
    """
    augmentation = resolve("augmentation", identifier, AUGMENTATIONS)
    if not isinstance(augmentation, Augmentation):
        raise ValueError(
            f"Expected an augmentation: a name ({', '.join(map(repr, AUGMENTATIONS))}) or a "
            f"`kgan.augmentation.Augmentation`. Received: {identifier!r}"
        )
    return augmentation


def get_all(identifiers) -> list:
    """Return a list of augmentations, of one identifier, a list of them, or None.

    Raises:
        ValueError: as in `get`.
    """
    if identifiers is None:
        return []
    return [get(each) for each in (identifiers if isinstance(identifiers, list | tuple) else [identifiers])]


def _operations(policy):
    chosen = [name.strip() for name in policy.split(",") if name.strip()]
    for name in chosen:
        if name not in OPERATIONS:
            raise unknown("augmentation policy", name, OPERATIONS)
    if not chosen:
        raise ValueError(f"`policy` must name at least one of {', '.join(OPERATIONS)}. Received: {policy!r}")
    return [operation for name in chosen for operation in OPERATIONS[name]]
