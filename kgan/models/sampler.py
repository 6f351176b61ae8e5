"""Generate images: the method that models in training and models read from a file share."""

import random
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from keras import ops

from kgan import latents
from kgan._checks import check_labels
from kgan._typing import Array, ImageShape, Tensor
from kgan.models import class_names

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

    def generate(
        self,
        num: int,
        seed: int | None = None,
        labels: Labels | None = None,
        truncation: float | None = None,
        batch_size: int = 64,
    ) -> Array:
        """Return new images, of the averaged generator if there is one.

        Args:
            num: number of images, positive.
            seed: integer; the same seed gives the same images. Defaults to a new one each time.
            labels: for class-conditional generators: integers or names `(num,)`, or one for all images
                (`labels="automobile"`; see `label_of`). -1 stands for no class, for models trained with
                `label_dropout`. Defaults to all classes in turn.
            truncation: positive; draws latents from a normal distribution cut at this value, which trades variety for
                quality. Defaults to the full distribution.
            batch_size: number of images generated at once. Defaults to 64.

        Returns:
            float32 array `(num, height, width, channels)` in [-1, 1].

        Raises:
            ValueError: a number or label is out of range, or labels are given to an unconditional generator.
        """
        seed = random.randrange(2**31) if seed is None else seed
        drawn = latents.draw(num, self.latent_dim, seed, truncation)
        condition = self.labels_for(num, labels)
        batches = []
        for start in range(0, num, batch_size):
            batch = slice(start, start + batch_size)
            batches.append(self.synthesize(drawn[batch], None if condition is None else condition[batch]))
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
