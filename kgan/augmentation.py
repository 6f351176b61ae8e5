"""Differentiable augmentation of the discriminator's input, real and generated images alike.

For small data sets: the discriminator cannot memorize single images, and since generated images are augmented in the
same way, the generator still learns the original images.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import keras
from keras import ops

from kgan._registry import resolve, unknown
from kgan._typing import Tensor

Seed: TypeAlias = int | keras.random.SeedGenerator
Operation: TypeAlias = Callable[[Tensor, Seed], Tensor]


class Augmentation(keras.layers.Layer):
    """Base class of augmentations: a layer without random state of its own.

    A subclass implements `augment(images, seed)`, which must be differentiable.

    Args:
        name: name of the layer.
    """

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name=name)
        self.built = True

    def augment(self, images: Tensor, seed: Seed) -> Tensor:
        """Return augmented images.

        Args:
            images: `(batch, height, width, channels)` in [-1, 1].
            seed: a `keras.random.SeedGenerator`; `GAN` passes its own, whose state is saved.
        """
        raise NotImplementedError

    def adapt_to(self, real_logits: Tensor, fake_logits: Tensor) -> None:
        """Adapt to the logits of a discriminator update; the base class does nothing.

        Args:
            real_logits, fake_logits: the discriminator's logits of real and generated images.
        """

    def call(self, images: Tensor, seed: Seed = 0) -> Tensor:
        """Return augmented images; see `augment`."""
        return self.augment(images, seed)

    def _add_state(self, name: str, shape: tuple[int, ...] = ()) -> keras.Variable:
        """Return a variable that starts at 0 and is saved with the model."""
        self.built = False
        weight = self.add_weight(shape=shape, initializer="zeros", trainable=False, name=name)
        self.built = True
        return weight


def _uniform(images: Tensor, seed: Seed, *shape: int, low: float = 0.0, high: float = 1.0) -> Tensor:
    """Draw numbers `(batch, *shape)`, one set for each image."""
    return keras.random.uniform((ops.shape(images)[0], *shape), low, high, dtype=images.dtype, seed=seed)


def _with_probability(operation: Operation, images: Tensor, probability: float | Tensor, seed: Seed) -> Tensor:
    """Apply an operation to each image with a probability."""
    if isinstance(probability, float | int) and probability == 1:
        return operation(images, seed)
    chosen = _uniform(images, seed, 1, 1, 1) < ops.cast(probability, images.dtype)
    return ops.where(chosen, operation(images, seed), images)


def brightness(images: Tensor, seed: Seed) -> Tensor:
    """Add to all pixels of an image one number, uniform in [-0.5, 0.5).

    Args:
        images: `(batch, height, width, channels)` in [-1, 1].
        seed: an integer or a `keras.random.SeedGenerator`.
    """
    return images + _uniform(images, seed, 1, 1, 1, low=-0.5, high=0.5)


def saturation(images: Tensor, seed: Seed) -> Tensor:
    """Scale the difference of the channels from their mean by a factor, uniform in [0, 2).

    Args:
        images, seed: as in `brightness`.
    """
    mean = ops.mean(images, axis=3, keepdims=True)
    return (images - mean) * _uniform(images, seed, 1, 1, 1, high=2.0) + mean


def contrast(images: Tensor, seed: Seed) -> Tensor:
    """Scale the difference of the pixels from the image's mean by a factor, uniform in [0.5, 1.5).

    Args:
        images, seed: as in `brightness`.
    """
    mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
    return (images - mean) * _uniform(images, seed, 1, 1, 1, low=0.5, high=1.5) + mean


def translation(images: Tensor, seed: Seed, ratio: float = 0.125) -> Tensor:
    """Move images by a random number of pixels in each direction; uncovered pixels become 0, the middle of the range.

    Args:
        images, seed: as in `brightness`.
        ratio: the largest movement, as a share of the image's size. Defaults to an eighth, as in the paper of
            `DiffAugment`.
    """
    for axis in (1, 2):
        size = images.shape[axis]
        reach = max(1, round(size * ratio))
        shift = ops.floor(_uniform(images, seed, 1, low=-reach, high=reach + 1))
        index = ops.cast(ops.arange(size), images.dtype)[None, :] - shift
        # A product with a matrix of zeros and ones (only zeros for what lies outside), since gathers have slow second
        # derivatives.
        move = ops.one_hot(ops.cast(index, "int32"), size, dtype=images.dtype)
        images = ops.einsum("bts,bswc->btwc" if axis == 1 else "bts,bhsc->bhtc", move, images)
    return images


def cutout(images: Tensor, seed: Seed, ratio: float = 0.5) -> Tensor:
    """Set a rectangle at a random place to 0, the middle of the range.

    Args:
        images, seed: as in `brightness`.
        ratio: the rectangle's sides, as a share of the image's. Defaults to a half.
    """
    covered = []
    for axis in (1, 2):
        size = images.shape[axis]
        half = max(1.0, round(size * ratio) / 2)
        center = _uniform(images, seed, 1, high=size)
        covered.append(ops.abs(ops.cast(ops.arange(size), images.dtype)[None, :] + 0.5 - center) < half)
    hole = ops.logical_and(covered[0][:, :, None, None], covered[1][:, None, :, None])
    return images * ops.cast(ops.logical_not(hole), images.dtype)


def flip(images: Tensor, seed: Seed) -> Tensor:
    """Mirror each image left to right with probability 1/2.

    Args:
        images, seed: as in `brightness`.
    """
    return ops.where(_uniform(images, seed, 1, 1, 1) < 0.5, ops.flip(images, axis=2), images)


OPERATIONS: dict[str, tuple[Operation, ...]] = {
    "color": (brightness, saturation, contrast),
    "translation": (translation,),
    "cutout": (cutout,),
    "flip": (flip,),
}


@keras.saving.register_keras_serializable("kgan")
class DiffAugment(Augmentation):
    """Differentiable augmentation of everything that the discriminator sees.

    Args:
        policy: operations, separated by commas: `color` (brightness, saturation, contrast), `translation` (up to
            an eighth), `cutout` (a square of half the size) and `flip` (not in the paper). Defaults to
            `"color,translation,cutout"`, as in the paper.
        probability: probability of each operation for each image, in (0, 1]. Defaults to 1, as in the paper. Below
            1, some images are not augmented, so that augmentations do not leak into the samples.
        warmup_steps: number of discriminator updates in which the probability rises linearly from 0. A new
            discriminator learns fastest from images that are not augmented, and has not memorized any yet. Defaults
            to None: no warm-up.

    Raises:
        ValueError: an operation is unknown, or a number is out of range.

    Reference: Zhao et al., Differentiable Augmentation for Data-Efficient GAN Training, 2020.

    Example:
    >>> DiffAugment("translation")(ops.ones((2, 8, 8, 1)), seed=1).shape
    TensorShape([2, 8, 8, 1])
    """

    def __init__(
        self,
        policy: str = "color,translation,cutout",
        probability: float = 1.0,
        warmup_steps: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name)
        if not 0 < probability <= 1:
            raise ValueError(f"`probability` must be in (0, 1]. Received: probability={probability}")
        if warmup_steps is not None and warmup_steps < 1:
            raise ValueError(f"`warmup_steps` must be positive, or None. Received: warmup_steps={warmup_steps}")
        self.policy = policy
        self.probability = probability
        self.warmup_steps = warmup_steps
        self._operations = _operations(policy)
        self.updates = None if warmup_steps is None else self._add_state("updates")

    @property
    def current_probability(self) -> float | Tensor:
        """The probability of each operation after the updates so far."""
        if self.updates is None:
            return self.probability
        return self.probability * ops.minimum(self.updates / self.warmup_steps, 1.0)

    def augment(self, images: Tensor, seed: Seed) -> Tensor:
        probability = self.current_probability
        for operation in self._operations:
            images = _with_probability(operation, images, probability, seed)
        return images

    def adapt_to(self, real_logits: Tensor, fake_logits: Tensor) -> None:
        if self.updates is not None:
            self.updates.assign_add(1.0)

    def get_config(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("policy", "probability", "warmup_steps", "name")}


@keras.saving.register_keras_serializable("kgan")
class ADA(Augmentation):
    """Adaptive discriminator augmentation: the probability p of each operation is controlled by overfitting.

    The measure of overfitting is r = E[sign(D(x))] over real images: 0 is none, 1 is complete overfitting. p rises
    while r is above `target`, and falls while it is below. Relativistic and Wasserstein logits have no fixed zero,
    so the sign is taken relative to the midpoint between the means of the real and the fake logits.

    With kgan's recommended recipe r may never reach the target, and p stays 0 (`benchmarks/few_data.py` prints it).
    In this case use `DiffAugment` with `warmup_steps`, or a lower target.

    Args:
        policy: as in `DiffAugment`.
        target: target of r, in (0, 1). Defaults to 0.6, as in the paper.
        horizon: number of images in which p can rise from 0 to 1. Defaults to 50,000 (the paper has 500,000, for
            longer runs).
        interval: number of updates between two changes of p. Defaults to 4.
        maximum: maximum of p, in (0, 1]. Defaults to 0.8; above, augmentations leak into the samples.

    Raises:
        ValueError: an operation is unknown, or a number is out of range.

    Reference: Karras et al., Training Generative Adversarial Networks with Limited Data, 2020.
    """

    def __init__(
        self,
        policy: str = "color,translation,cutout",
        target: float = 0.6,
        horizon: int = 50_000,
        interval: int = 4,
        maximum: float = 0.8,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name)
        if not 0 < target < 1:
            raise ValueError(f"`target` must be in (0, 1). Received: target={target}")
        if not 0 < maximum <= 1:
            raise ValueError(f"`maximum` must be in (0, 1]. Received: maximum={maximum}")
        if horizon <= 0 or interval < 1:
            raise ValueError(
                f"`horizon` and `interval` must be positive. Received: horizon={horizon}, interval={interval}"
            )
        self.policy = policy
        self.target = target
        self.horizon = horizon
        self.interval = interval
        self.maximum = maximum
        self._operations = _operations(policy)
        self.probability = self._add_state("probability")
        # Sum of signs, number of logits, number of updates since p last changed.
        self.signs = self._add_state("signs", (3,))

    @property
    def current_probability(self) -> Tensor:
        """The probability of each operation after the updates so far: p."""
        return self.probability

    def augment(self, images: Tensor, seed: Seed) -> Tensor:
        for operation in self._operations:
            images = _with_probability(operation, images, self.probability, seed)
        return images

    def adapt_to(self, real_logits: Tensor, fake_logits: Tensor) -> None:
        midpoint = (ops.mean(real_logits) + ops.mean(fake_logits)) / 2.0
        signs = ops.cast(ops.sign(real_logits - midpoint), "float32")
        num = ops.cast(ops.size(signs), "float32")
        signs = ops.sum(ops.where(ops.isfinite(signs), signs, 0.0))
        totals = self.signs + ops.stack([signs, num, 1.0])
        due = totals[2] >= self.interval
        step = ops.sign(totals[0] / ops.maximum(totals[1], 1.0) - self.target) * totals[1] / self.horizon
        self.probability.assign(ops.clip(self.probability + ops.where(due, step, 0.0), 0.0, self.maximum))
        self.signs.assign(ops.where(due, ops.zeros_like(totals), totals))

    def get_config(self) -> dict[str, Any]:
        names = ("policy", "target", "horizon", "interval", "maximum", "name")
        return {name: getattr(self, name) for name in names}


@keras.saving.register_keras_serializable("kgan")
class InstanceNoise(Augmentation):
    """Gaussian noise on everything that the discriminator sees, so that the two distributions overlap.

    Args:
        stddev: standard deviation of the noise, positive. Defaults to 0.1.
        steps: number of discriminator updates in which the noise decreases linearly to 0. Defaults to None: it is
            constant.

    Raises:
        ValueError: a number is not positive.

    References: Sonderby et al., Amortised MAP Inference for Image Super-resolution, 2017; Arjovsky and Bottou,
    Towards Principled Methods for Training Generative Adversarial Networks, 2017.
    """

    def __init__(self, stddev: float = 0.1, steps: int | None = None, name: str | None = None) -> None:
        super().__init__(name=name)
        if not stddev > 0 or (steps is not None and steps < 1):
            raise ValueError(f"`stddev` and `steps` must be positive. Received: stddev={stddev}, steps={steps}")
        self.stddev = stddev
        self.steps = steps
        self.updates = self._add_state("updates")

    def augment(self, images: Tensor, seed: Seed) -> Tensor:
        remaining = 1.0 if self.steps is None else ops.maximum(1.0 - self.updates / self.steps, 0.0)
        noise = keras.random.normal(ops.shape(images), dtype=images.dtype, seed=seed)
        return images + ops.cast(remaining * self.stddev, images.dtype) * noise

    def adapt_to(self, real_logits: Tensor, fake_logits: Tensor) -> None:
        self.updates.assign_add(1.0)

    def get_config(self) -> dict[str, Any]:
        return {"stddev": self.stddev, "steps": self.steps, "name": self.name}


def recommended() -> list[Augmentation]:
    """Return the recommended augmentation: `DiffAugment` whose probability rises to 1/2 in 10,000 updates.

    Use it where the discriminator overfits. Training needs more updates; `benchmarks/few_data.py` measures the effect
    with a tenth of Fashion-MNIST.

    Example:
    >>> recommended()[0].warmup_steps
    10000
    """
    return [DiffAugment(probability=0.5, warmup_steps=10_000)]


AUGMENTATIONS: dict[str, type[Augmentation]] = {"diffaugment": DiffAugment, "ada": ADA, "instance_noise": InstanceNoise}


def get(identifier: Any) -> Augmentation:
    """Return the augmentation that `identifier` names.

    Args:
        identifier: `"diffaugment"`, `"ada"` or `"instance_noise"`; an `Augmentation`, its class or its config.

    Raises:
        ValueError: the name is unknown, or the object is not an augmentation.

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


def get_all(identifiers: Any) -> list[Augmentation]:
    """Return the augmentations that one identifier, or a list of them, names.

    Args:
        identifiers: as in `get`, or a list of such; None stands for no augmentation.

    Raises:
        ValueError: as in `get`.
    """
    if identifiers is None:
        return []
    if not isinstance(identifiers, list | tuple):
        identifiers = [identifiers]
    return [get(identifier) for identifier in identifiers]


def _operations(policy: str) -> list[Operation]:
    """Return the operations of a policy."""
    chosen = [name.strip() for name in policy.split(",") if name.strip()]
    for name in chosen:
        if name not in OPERATIONS:
            raise unknown("augmentation policy", name, OPERATIONS)
    if not chosen:
        raise ValueError(f"`policy` must name at least one of {', '.join(OPERATIONS)}. Received: {policy!r}")
    return [operation for name in chosen for operation in OPERATIONS[name]]
