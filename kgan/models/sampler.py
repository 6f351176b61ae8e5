"""Drawing images: one method for models in training and models read from a file."""

import random

import numpy as np
from keras import ops

from kgan import latents
from kgan.training import checks


class Sampler:
    """What can generate: has `latent_dim`, `image_shape`, `conditional`, `num_classes`, `label_dropout`, `_make`."""

    label_dropout = 0.0  # the share of labels that training dropped; if not 0, label -1 stands for no class

    def _make(self, noise, labels):
        """Return images of latents `(batch, latent_dim)` and int32 labels `(batch,)`, which may be None."""
        raise NotImplementedError

    def generate(self, num, seed=None, labels=None, truncation=None, batch_size=64):
        """Return new images, of the averaged generator if there is one.

        Args:
            num: how many, positive.
            seed: integer; the same seed gives the same images. Defaults to a new one each time.
            labels: for class-conditional networks: integers `(num,)`, or one for all; -1 is no class, for models
                trained with `label_dropout`. Defaults to all classes in turn.
            truncation: positive; draws latents from a normal distribution cut at this value, which trades
                variety for quality. Defaults to the full distribution.
            batch_size: how many are made at once.

        Returns:
            float32 array `(num, height, width, channels)` in [-1, 1].

        Raises:
            ValueError: a number or label is out of range, or labels are given to unconditional networks.
        """
        seed = random.randrange(2**31) if seed is None else seed
        noise = latents.draw(num, self.latent_dim, seed, truncation)
        labels = self._labels(num, labels)
        batches = []
        for start in range(0, num, batch_size):
            part = slice(start, start + batch_size)
            batches.append(self._make(noise[part], None if labels is None else labels[part]))
        return np.concatenate([ops.convert_to_numpy(batch) for batch in batches])

    def _labels(self, num, labels):
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
        checks.check_labels(labels, num, self.num_classes, lowest=-1 if self.label_dropout else 0)
        return ops.convert_to_tensor(labels, dtype="int32")
