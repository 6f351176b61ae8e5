"""The space of a generator in which its images are edited: its latents, or the styles of its levels."""

import os

import keras
import numpy as np
from keras import ops
from tqdm import tqdm

from kgan import latents
from kgan.architectures import style
from kgan.models.open_model import SavedGenerator, open_model
from kgan.models.sampler import Sampler
from kgan.training import checks

# Fingerprints of one generator differ by rounding, those of two by tenths.
SAME = 1e-3


class CodeSpace(Sampler):
    """Turns latents into codes and codes into images: what every edit of one generator acts on.

    The codes of a style-based generator are the styles of all its levels; those of any other generator are its
    latents. All functions of `kgan.applications` take a model or its `CodeSpace`; make one yourself to use a model
    many times.

    Args:
        model: a `kgan.GAN` (its averaged generator is used), a Functional generator, latents or `[latents, labels]`
            to images, what `kgan.open_model` gives, or the path of such a file or folder.

    Attributes:
        name: `"style"` or `"latent"`.
        shape: of a code, `(levels, style_dim)` or `(latent_dim,)`.
        mean, root: mean code and the symmetric root of the codes' covariance, `(dim,)` and `(dim, dim)`. Exactly 0
            and 1 for latents, estimated from 10,000 styles else.
        image_shape: `(height, width, channels)`.
        generator: the Keras network, or None for an exported one.
        fingerprint: a few numbers `(4, 8)` by which a generator is known again, in whatever file it comes.

    Raises:
        TypeError: it is no generator.
        ValueError: its inputs and outputs are not those of a generator.

    Example:
    >>> space = CodeSpace(style.generator((8, 8, 1), width=4))
    >>> space.name, space.shape
    ('style', (2, 64))
    >>> space.images(space.sample(3, seed=1)).shape
    (3, 8, 8, 1)
    """

    def __init__(self, model):
        if isinstance(model, str | os.PathLike):
            model = open_model(model)
        generator = getattr(model, "ema_generator", model)
        if not isinstance(generator, keras.Model | SavedGenerator):
            raise TypeError(f"Expected a kgan.GAN, a generator or the path of one. Received: {model!r}")
        self.generator = self._synthesis = self._mapping = None
        self.label_dropout = getattr(model, "label_dropout", 0.0)
        if isinstance(generator, SavedGenerator):
            self._exported = generator
            self.latent_dim, self.image_shape = generator.latent_dim, generator.image_shape
            self.conditional, self.num_classes = generator.conditional, generator.num_classes
        else:
            _check(generator)
            self.generator = generator
            self.latent_dim, self.image_shape = generator.inputs[0].shape[1], tuple(generator.outputs[0].shape[1:])
            self.conditional = len(generator.inputs) == 2
            known = getattr(model, "num_classes", None) or checks.class_count(generator)
            self.num_classes = known if self.conditional else None
        self.name, self.shape = "latent", (self.latent_dim,)
        self.mean, self.root = np.zeros(self.latent_dim, "float32"), np.eye(self.latent_dim, dtype="float32")
        if self.generator is not None and style.is_style_based(self.generator):
            self._mapping, self._synthesis = style.mapping(self.generator), style.synthesis(self.generator)
            self.name, self.shape = "style", tuple(self._synthesis.inputs[0].shape[1:])
            self.mean, self.root = _moments(self.sample(10_000, seed=0)[:, 0])
        self.inverse_root = _inverse(self.root)
        self.needs_labels = self.conditional and self.name == "latent"
        self.fingerprint = self._fingerprint()

    def sample(self, num, seed=0, labels=None) -> np.ndarray:
        """Return the codes `(num, *shape)` of random latents; `labels` as in `kgan.GAN.generate`."""
        return self.codes(ops.convert_to_numpy(latents.draw(num, self.latent_dim, seed)), labels)

    def codes(self, given, labels=None) -> np.ndarray:
        """Return codes `(n, *shape)` of what stands for them: latents `(n, latent_dim)`, codes, or a single one.

        Raises:
            ValueError: the shape is neither that of latents nor that of codes, or they are not finite.
        """
        given = np.asarray(given, "float32")
        if given.shape in (self.shape, (self.latent_dim,)):
            given = given[None]
        if not np.isfinite(given).all():
            raise ValueError("Expected finite codes. Received: some that are not.")
        if given.ndim == 2 and given.shape[1] == self.latent_dim and len(given) and self.name == "style":
            labels = self._labels(len(given), labels)
            mapped = self._mapping.predict_on_batch([given, labels] if self.conditional else given)
            return np.repeat(mapped[:, None], self.shape[0], axis=1)
        if given.shape[1:] != self.shape or not len(given):
            also = f", or latents (n, {self.latent_dim})" if self.name == "style" else ""
            wanted = ", ".join(map(str, ("n", *self.shape)))
            raise ValueError(f"Expected codes ({wanted}) of this generator{also}. Received: shape {given.shape}")
        return given

    def _make(self, noise, labels):
        return self.decode(self.codes(noise, labels), labels)

    def decode(self, codes, labels=None):
        """Return images, a tensor through which gradients flow, of codes and int32 labels, both tensors."""
        if self.name == "style":
            return self._synthesis(codes, training=False)
        if self.generator is None:
            return self._exported._make(codes, labels)
        return self.generator([codes, labels] if self.conditional else codes, training=False)

    def images(self, codes, labels=None, batch_size=100) -> np.ndarray:
        """Return the images `(n, height, width, channels)` of codes or latents.

        Args:
            codes: as `codes` takes them.
            labels: for class-conditional generators: integers `(n,)` or one for all. Style codes know their class.
            batch_size: how many are made at once.

        Raises:
            ValueError: codes have another shape, or labels are missing.
        """
        codes = self.codes(codes, labels)
        labels = self.check_labels(len(codes), labels)
        parts = [slice(start, start + batch_size) for start in range(0, len(codes), batch_size)]
        made = [
            self.decode(ops.convert_to_tensor(codes[part]), None if labels is None else labels[part])
            for part in tqdm(parts, desc="images", delay=2, leave=False, disable=None)
        ]
        return np.concatenate([ops.convert_to_numpy(each) for each in made])

    def labels_of(self, num, labels=None):
        """Return the labels of `sample(num, labels=labels)`: all classes in turn if none are given."""
        return self._labels(num, labels)

    def check_labels(self, num, labels):
        """Return the int32 labels that `decode` needs beside `num` codes, or None.

        Raises:
            ValueError: they are needed and missing, out of range or too few.
        """
        if not self.needs_labels:
            return None
        if labels is None:
            raise ValueError(
                "Expected `labels`: the generator is class-conditional, and its latents do not tell the class. "
                f"Received: none. Pass one for all, or {num}."
            )
        return self._labels(num, labels)

    def check_levels(self, levels) -> list[int]:
        """Return levels, one or several, as a list.

        Raises:
            ValueError: the generator has no styles, or no such level.
        """
        if self.name != "style":
            raise ValueError(f"Expected no `levels`: this generator has no styles. Received: levels={levels!r}")
        found = [levels] if isinstance(levels, int) else list(levels)
        if not found or any(not isinstance(each, int) or not 0 <= each < self.shape[0] for each in found):
            raise ValueError(f"Expected levels from 0 to {self.shape[0] - 1}. Received: {levels}")
        return found

    def whiten(self, codes) -> np.ndarray:
        """Return codes as standard normal coordinates: minus the mean, times the inverse root of the covariance."""
        return (np.asarray(codes) - self.mean) @ self.inverse_root

    def _fingerprint(self):
        labels = self._labels(4, None)
        codes = self.sample(4, seed=0, labels=labels)
        images = self.images(codes, labels).reshape(4, -1)
        project = np.random.default_rng(0).choice([-1.0, 1.0], (images.shape[1], 8)) / np.sqrt(images.shape[1])
        return (images @ project).astype("float32")


def space_of(model) -> CodeSpace:
    """Return the `CodeSpace` of a model, or the one that was given."""
    return model if isinstance(model, CodeSpace) else CodeSpace(model)


def _check(generator):
    inputs, outputs = getattr(generator, "inputs", None) or [], getattr(generator, "outputs", None) or []
    if not checks.is_generator(generator) or None in (inputs[0].shape[1], *outputs[0].shape[1:]):
        raise ValueError(
            "Expected a Functional generator, latents (None, latent_dim) or [latents, labels] to images (None, height, "
            f"width, channels). Received: {generator.name!r}, {[each.shape for each in inputs]} to "
            f"{[each.shape for each in outputs]}."
        )


def _moments(styles):
    """Return the mean, and the symmetric root of the covariance."""
    values, vectors = np.linalg.eigh(np.cov(styles.astype("float64"), rowvar=False))
    root = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    return styles.mean(axis=0), root.astype("float32")


def _inverse(root):
    """Return the pseudo-inverse: where codes do not vary, there is nothing to whiten."""
    return np.linalg.pinv(root.astype("float64"), rcond=1e-3, hermitian=True).astype("float32")
