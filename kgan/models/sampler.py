"""Generate images: the method that models in training and models read from a file share."""

import random

import numpy as np
from keras import ops

from kgan import latents
from kgan._checks import check_labels
from kgan._typing import Array, ImageShape, Tensor


class Sampler:
    """Base of everything that generates images of latents.

    A subclass has the attributes below and the method `synthesize`.

    Attributes:
        latent_dim: size of the latent vector.
        image_shape: `(height, width, channels)`.
        conditional: whether the generator takes labels.
        num_classes: number of classes; None if it takes no labels, or if their number is not known.
        label_dropout: share of labels that training dropped; if it is not 0, label -1 stands for no class.
    """

    latent_dim: int
    image_shape: ImageShape
    conditional: bool
    num_classes: int | None
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
        labels: int | Array | None = None,
        truncation: float | None = None,
        batch_size: int = 64,
    ) -> Array:
        """Return new images, of the averaged generator if there is one.

        Args:
            num: number of images, positive.
            seed: integer; the same seed gives the same images. Defaults to a new one each time.
            labels: for class-conditional generators: integers `(num,)`, or one for all images. -1 stands for no class,
                for models trained with `label_dropout`. Defaults to all classes in turn.
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

    def labels_for(self, num: int, labels: int | Array | None = None) -> Tensor | None:
        """Return the labels of `num` images as an int32 tensor `(num,)`; None for an unconditional generator.

        Args:
            num: number of images.
            labels: as in `generate`.

        Raises:
            ValueError: as in `generate`; or no labels are given, and the number of classes is not known.
        """
        if not self.conditional:
            if labels is not None:
                raise ValueError(f"Expected no labels: this generator is unconditional. Received: labels={labels!r}")
            return None
        if labels is None:
            if self.num_classes is None:
                raise ValueError("Expected `labels`: this generator does not know how many classes there are.")
            labels = np.arange(num) % self.num_classes
        labels = np.asarray(labels)
        labels = np.full(num, labels) if labels.ndim == 0 else labels
        check_labels(labels, num, self.num_classes, lowest=-1 if self.label_dropout else 0)
        return ops.convert_to_tensor(labels, dtype="int32")
