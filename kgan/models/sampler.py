"""Generate images: the method that models in training and models read from a file share."""

import random
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from keras import ops

from kgan import _progress, _truncation
from kgan._checks import check_labels, check_positive
from kgan._keywords import explained
from kgan._typing import Array, ImageShape, Tensor
from kgan.latents import draw
from kgan.models import class_names
from kgan.training import habits

Labels: TypeAlias = int | str | Array | Sequence[int | str]
"""Classes: a label or a name for all images, or one for each."""


class Sampler:
    """Base of everything that generates images of latents.

    A subclass has the attributes below and the method `synthesize`.

    Attributes:
        latent_dim: size of the latent vector.
        image_shape: `(height, width, channels)`.
        conditional: whether the generator takes labels.
        num_classes: number of classes; None if it takes no labels, or if their number is not known.
        class_names: the names of the classes by label; None if they are not known.
        label_dropout: share of labels that training dropped; if it is not 0, label -1 stands for no class.
    """

    latent_dim: int
    image_shape: ImageShape
    conditional: bool
    num_classes: int | None
    class_names: tuple[str, ...] | None = None
    label_dropout: float = 0.0

    def synthesize(self, sources: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return images `(batch, height, width, channels)` of latents.

        Args:
            sources: latents `(batch, latent_dim)`.
            condition: int32 labels `(batch,)`, or None if the generator takes none.
        """
        raise NotImplementedError

    @explained(habits.GENERATE)
    def generate(
        self,
        num: int | None = None,
        seed: int | None = None,
        labels: Labels | None = None,
        truncation: float | None = None,
        batch_size: int = 64,
        latents: Array | None = None,
    ) -> Array:
        """Return new images, of the averaged generator if there is one.

        Args:
            num: number of images, positive; with `latents` it is their number.
            seed: integer; the same seed gives the same images. Defaults to a new one each time.
            labels: for class-conditional generators: integers or names `(num,)`, or one for all images
                (`labels="automobile"`; see `label_of`). -1 stands for no class, for models trained with
                `label_dropout`. Defaults to all classes in turn.
            truncation: in (0, 1], the share of latents to use, of each class: 0.7 leaves out the 30 % at which the
                image changes fastest, which are the most likely to be odd; better images with less variety. It takes
                `5 / truncation` times as long, or longer for a few images. Defaults to all.
            batch_size: number of images generated at once. Defaults to 64.
            latents: float array `(num, latent_dim)`, one vector for each image, in place of drawn ones; then `seed`
                and `truncation` have no part.

        Returns:
            float32 array `(num, height, width, channels)` in [-1, 1].

        Raises:
            ValueError: a number or label is out of range, labels are given to an unconditional generator, or latents
                are of another shape, or given with `truncation`.

        Reference: Tanielian et al., Learning disconnected manifolds: a no GAN's land, 2020 (the truncation).
        """
        if latents is not None:
            given = self._checked_latents(latents, num, truncation)
            return self._images_of(given, self.labels_for(len(given), labels), batch_size)
        if getattr(num, "ndim", 0):
            raise ValueError("Expected `num`, the number of images. Received: an array. Pass it as `latents`.")
        if num is None:
            raise ValueError("Expected `num`, the number of images, or `latents`. Received: neither.")
        seed = random.randrange(2**31) if seed is None else seed
        share = _truncation.check(truncation)
        check_positive(num=num)
        condition = self.labels_for(num, labels)
        if share == 1:
            drawn = draw(num, self.latent_dim, seed)
        else:
            drawn = self._truncated(num, seed, condition, share, batch_size)
        return self._images_of(drawn, condition, batch_size)

    def _checked_latents(self, latents: Array, num: int | None, truncation: float | None) -> Tensor:
        """Return latents as a float32 tensor, if they fit the generator and the other arguments."""
        if truncation is not None:
            raise ValueError(
                "Expected `latents` or `truncation`, which chooses among drawn latents. Received: both. Leave one out."
            )
        values = np.asarray(latents, "float32")
        if values.ndim != 2 or values.shape[1] != self.latent_dim or not len(values):
            advice = " Add the batch with latents[None]." if values.shape == (self.latent_dim,) else ""
            raise ValueError(
                f"Expected `latents` of shape (num, {self.latent_dim}), one vector for each image. Received: shape "
                f"{values.shape}.{advice}"
            )
        if num is not None and num != len(values):
            raise ValueError(f"Expected as many `latents` as `num`. Received: {len(values)} latents and num={num}.")
        return ops.convert_to_tensor(values)

    def _images_of(self, latents: Tensor, condition: Tensor | None, batch_size: int) -> Array:
        """Return the images of latents and labels, made in batches."""
        batches = []
        for start in _progress.track(range(0, len(latents), batch_size), "generating images", unit="batches"):
            batch = slice(start, start + batch_size)
            batches.append(self.synthesize(latents[batch], None if condition is None else condition[batch]))
        return np.concatenate([ops.convert_to_numpy(images) for images in batches])

    def label_of(self, name_or_label: int | str) -> int:
        """Return the label of a class.

        A text that is one of `class_names` stands for that class, then one that differs from a name in case only, and
        then one that is a number for that label.

        Args:
            name_or_label: a name, or a label.

        Raises:
            ValueError: there is no class of this name (the message lists the names), or the generator takes no labels.
        """
        self._check_conditional(name_or_label)
        return class_names.label_of(name_or_label, self.class_names, self.num_classes)

    def labels_for(self, num: int, labels: Labels | None = None) -> Tensor | None:
        """Return the labels of `num` images as an int32 tensor `(num,)`; None for an unconditional generator.

        Args:
            num: number of images.
            labels: as in `generate`.

        Raises:
            ValueError: as in `generate`; or no labels are given, and the number of classes is not known.
        """
        if not self.conditional:
            if labels is not None:
                self._check_conditional(labels)
            return None
        if labels is None:
            if self.num_classes is None:
                raise ValueError("Expected `labels`: this generator does not know how many classes there are.")
            labels = np.arange(num) % self.num_classes
        labels = self._numbers(labels)
        labels = np.full(num, labels) if labels.ndim == 0 else labels
        check_labels(labels, num, self.num_classes, lowest=-1 if self.label_dropout else 0)
        return ops.convert_to_tensor(labels, dtype="int32")

    def chosen(self, classes: int | str | Sequence[int | str] | None) -> list[int] | None:
        """Return labels of one or more classes as a list; None for None.

        Args:
            classes: labels or names, as in `label_of`.

        Raises:
            ValueError: as in `label_of`.
        """
        if classes is None:
            return None
        return [self.label_of(one) for one in ([classes] if isinstance(classes, str | int) else classes)]

    def _truncated(self, num: int, seed: int, labels: Tensor | None, share: float, batch_size: int) -> Tensor:
        """Return latents without those at which the image changes fastest."""
        classes = ops.zeros((num,), "int32") if labels is None else labels + 1
        rounds = int(_truncation.rounds(classes, share))
        candidates = draw(rounds * num, self.latent_dim, seed)
        condition = None if labels is None else ops.tile(labels, (rounds,))
        values = []
        for start in _progress.track(range(0, rounds * num, batch_size), "choosing latents", unit="batches"):
            batch = slice(start, start + batch_size)
            values.append(self._sensitivity(candidates[batch], None if condition is None else condition[batch]))
        chosen = _truncation.select(ops.concatenate(values), classes, share)
        return ops.take(candidates, chosen, axis=0)

    def _sensitivity(self, sources: Tensor, condition: Tensor | None) -> Tensor:
        return _truncation.sensitivity(lambda moved: self.synthesize(moved, condition), sources)

    def _numbers(self, labels: Any) -> Array:
        """Return labels in which names may be as an array of numbers."""
        if isinstance(labels, str):
            return np.asarray(self.label_of(labels))
        numbers = np.asarray(labels)
        if numbers.dtype.kind != "U":
            return numbers
        return np.asarray([self.label_of(label) if isinstance(label, str) else label for label in labels])

    def _check_conditional(self, labels: object) -> None:
        if not self.conditional:
            raise ValueError(f"Expected no labels: this generator is unconditional. Received: labels={labels}")
