"""Code spaces: the vectors of a generator in which its images are edited, latents (z) or styles (w)."""

import os
from collections.abc import Sequence
from typing import Any, TypeAlias

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike

from kgan import _deprecation, _progress, latents
from kgan._typing import Array, PathLike, Tensor
from kgan.architectures import style
from kgan.architectures.inspection import is_generator, num_classes_of
from kgan.models.open_model import SavedGenerator, open_model
from kgan.models.sampler import Sampler

Model: TypeAlias = keras.Model | Sampler | PathLike
"""What editing takes as a model: a `kgan.GAN`, a generator, a `CodeSpace`, or the path of a saved one."""

FINGERPRINT_TOLERANCE = 1e-3
"""Fingerprints of one generator in two files differ by rounding, those of two generators by tenths."""

MOMENT_SAMPLES = 10_000
"""How many random styles their mean and covariance are estimated from."""

_OLD_ATTRIBUTES = {"root": "covariance_root", "inverse_root": "whitening_matrix", "labels_of": "labels_for"}

__getattr__ = _deprecation.old_names(__name__, space_of="code_space", SAME="FINGERPRINT_TOLERANCE")


class CodeSpace(Sampler):
    """The codes of a generator: turns latents into codes, and codes into images.

    The codes of a style-based generator are the styles of its levels (the space W+); those of any other generator are
    its latents (the space Z). Each function of `kgan.applications.editing` takes a model or its `CodeSpace`. Make a
    `CodeSpace` yourself to use one model many times.

    Args:
        model: a `kgan.GAN` (its averaged generator is used), a Functional generator of latents or `[latents, labels]`,
            a model from `kgan.open_model`, or the path of a saved model.

    Attributes:
        name: `"style"` or `"latent"`.
        shape: shape of a code, `(levels, style_dim)` or `(latent_dim,)`.
        mean: mean code, `(dim,)`: 0 for latents, estimated from 10,000 random styles otherwise.
        covariance_root: symmetric square root of the covariance of the codes, `(dim, dim)`: the identity for latents.
        whitening_matrix: pseudo-inverse of `covariance_root`.
        image_shape: `(height, width, channels)`.
        generator: the Keras network, or None for an exported generator.
        fingerprint: array `(4, 8)` that identifies the generator, in whatever file it is stored.

    Raises:
        TypeError: if `model` is not a model.
        ValueError: if its inputs and outputs are not those of a generator.

    References: Karras et al., A Style-Based Generator Architecture for Generative Adversarial Networks, 2019; Abdal et
    al., Image2StyleGAN: How to Embed Images Into the StyleGAN Latent Space?, 2019.

    Example:
    >>> space = CodeSpace(style.generator((8, 8, 1), width=4))
    >>> space.name, space.shape
    ('style', (2, 64))
    >>> space.images(space.sample(3, seed=1)).shape
    (3, 8, 8, 1)
    """

    def __init__(self, model: Model) -> None:
        if isinstance(model, str | os.PathLike):
            model = open_model(os.fspath(model))
        generator = getattr(model, "ema_generator", model)
        if not isinstance(generator, keras.Model | SavedGenerator):
            raise TypeError(f"Expected a kgan.GAN, a generator or the path of one. Received: {model!r}")
        self.label_dropout = getattr(model, "label_dropout", 0.0)
        self.class_names = getattr(model, "class_names", None)
        self.generator: keras.Model | None = None
        self._exported: SavedGenerator | None = None
        self._mapping: Any = None
        self._synthesis: Any = None
        if isinstance(generator, SavedGenerator):
            self._exported = generator
            self.latent_dim, self.image_shape = generator.latent_dim, generator.image_shape
            self.conditional, self.num_classes = generator.conditional, generator.num_classes
        else:
            self._read_network(generator, getattr(model, "num_classes", None))
        self.name, self.shape = "latent", (self.latent_dim,)
        self.mean = np.zeros(self.latent_dim, "float32")
        self.covariance_root = np.eye(self.latent_dim, dtype="float32")
        if self.generator is not None and style.is_style_based(self.generator):
            self._mapping, self._synthesis = style.mapping(self.generator), style.synthesis(self.generator)
            self.name, self.shape = "style", tuple(self._synthesis.inputs[0].shape[1:])
            self.mean, self.covariance_root = _moments(self.sample(MOMENT_SAMPLES, seed=0)[:, 0])
        self.whitening_matrix = _pseudo_inverse(self.covariance_root)
        self.needs_labels = self.conditional and not self.has_styles
        self.fingerprint = self._fingerprint()

    def __getattr__(self, name: str) -> Any:
        if name not in _OLD_ATTRIBUTES:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        new = _OLD_ATTRIBUTES[name]
        _deprecation.warn(f"CodeSpace.{name}", f"CodeSpace.{new}")
        return getattr(self, new)

    @property
    def has_styles(self) -> bool:
        """Whether codes are the styles of several levels."""
        return self.name == "style"

    def sample(self, num: int, seed: int = 0, labels: int | Array | None = None) -> Array:
        """Return the codes `(num, *shape)` of random latents.

        Args:
            num: number of codes.
            seed: the same seed gives the same codes.
            labels: as in `kgan.GAN.generate`, for class-conditional style-based generators.
        """
        return self.codes(ops.convert_to_numpy(latents.draw(num, self.latent_dim, seed)), labels)

    def codes(self, vectors: ArrayLike, labels: int | Array | None = None) -> Array:
        """Return codes `(num, *shape)` of latents or codes.

        Args:
            vectors: latents `(num, latent_dim)`, codes `(num, *shape)`, or a single latent vector or code.
            labels: as in `kgan.GAN.generate`, for latents of class-conditional style-based generators.

        Raises:
            ValueError: if `vectors` has neither the shape of latents nor that of codes, or is not finite.
        """
        vectors = np.asarray(vectors, "float32")
        if vectors.shape in (self.shape, (self.latent_dim,)):
            vectors = vectors[None]
        if not np.isfinite(vectors).all():
            raise ValueError(f"Expected finite codes. Received: {(~np.isfinite(vectors)).sum()} values that are not.")
        if self.has_styles and len(vectors) and vectors.shape[1:] == (self.latent_dim,):
            labels = self.labels_for(len(vectors), labels)
            styles = self._mapping.predict_on_batch([vectors, labels] if self.conditional else vectors)
            return np.repeat(styles[:, None], self.shape[0], axis=1)
        if vectors.shape[1:] != self.shape or not len(vectors):
            also = f", or latents (num, {self.latent_dim})" if self.has_styles else ""
            expected = ", ".join(map(str, ("num", *self.shape)))
            raise ValueError(f"Expected codes ({expected}) of this generator{also}. Received: shape {vectors.shape}")
        return vectors

    def synthesize(self, sources: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return images of latents, and of labels if the generator takes them; as in `Sampler`."""
        return self.decode(self.codes(sources, condition), condition)

    def decode(self, codes: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the images of codes as a tensor through which gradients flow.

        Args:
            codes: tensor `(num, *shape)`.
            labels: int32 tensor `(num,)` if `needs_labels`.
        """
        if self._synthesis is not None:
            return self._synthesis(codes, training=False)
        if self._exported is not None:
            return self._exported.synthesize(codes, labels)
        network: Any = self.generator
        return network([codes, labels] if self.conditional else codes, training=False)

    def images(self, codes: ArrayLike, labels: int | Array | None = None, batch_size: int = 100) -> Array:
        """Return the images `(num, height, width, channels)` of codes or latents.

        Args:
            codes: codes or latents, as in `codes`.
            labels: for class-conditional generators without styles: integers `(num,)`, or one for all.
            batch_size: number of images that are generated at once. Defaults to 100.

        Raises:
            ValueError: if the codes have another shape, or labels are missing.
        """
        codes = self.codes(codes, labels)
        labels = self.check_labels(len(codes), labels)
        batches = [slice(start, start + batch_size) for start in range(0, len(codes), batch_size)]
        images = [
            self.decode(ops.convert_to_tensor(codes[batch]), None if labels is None else labels[batch])
            for batch in _progress.track(batches, "generating images", unit="batches")
        ]
        return np.concatenate([ops.convert_to_numpy(batch) for batch in images])

    def check_labels(self, num: int, labels: int | Array | None) -> Tensor | None:
        """Return the int32 labels that `decode` needs for `num` codes, or None.

        Raises:
            ValueError: if labels are needed and missing, out of range, or another number than the codes.
        """
        if not self.needs_labels:
            return None
        if labels is None:
            raise ValueError(
                "Expected `labels`: the generator is class-conditional, and its latents do not contain the class. "
                f"Received: None. Pass one label for all images, or {num} labels."
            )
        return self.labels_for(num, labels)

    def check_levels(self, levels: int | Sequence[int]) -> list[int]:
        """Return one or several levels as a list.

        Raises:
            ValueError: if the generator has no styles, or no such level.
        """
        if not self.has_styles:
            raise ValueError(f"Expected no `levels`: this generator has no styles. Received: levels={levels!r}")
        indices = [levels] if isinstance(levels, int) else list(levels)
        if not indices or any(not isinstance(index, int) or not 0 <= index < self.shape[0] for index in indices):
            raise ValueError(f"Expected levels from 0 to {self.shape[0] - 1}. Received: {levels}")
        return indices

    def whiten(self, codes: ArrayLike) -> Array:
        """Return whitened codes, whose mean is 0 and whose covariance is the identity."""
        return (np.asarray(codes) - self.mean) @ self.whitening_matrix

    def _read_network(self, generator: keras.Model, num_classes: int | None) -> None:
        _check_generator(generator)
        self.generator = generator
        self.latent_dim, self.image_shape = generator.inputs[0].shape[1], tuple(generator.outputs[0].shape[1:])
        self.conditional = len(generator.inputs) == 2
        self.num_classes = (num_classes or num_classes_of(generator)) if self.conditional else None

    def _fingerprint(self) -> Array:
        """Return random projections of the images of four fixed latents."""
        labels = self.labels_for(4, None)
        codes = self.sample(4, seed=0, labels=labels)
        images = self.images(codes, labels).reshape(4, -1)
        projection = np.random.default_rng(0).choice([-1.0, 1.0], (images.shape[1], 8)) / np.sqrt(images.shape[1])
        return (images @ projection).astype("float32")


def code_space(model: Model) -> CodeSpace:
    """Return the `CodeSpace` of a model, or `model` itself if it is one."""
    return model if isinstance(model, CodeSpace) else CodeSpace(model)


def _check_generator(generator: keras.Model) -> None:
    inputs, outputs = getattr(generator, "inputs", None) or [], getattr(generator, "outputs", None) or []
    if not is_generator(generator) or None in (inputs[0].shape[1], *outputs[0].shape[1:]):
        raise ValueError(
            "Expected a Functional generator of latents (None, latent_dim) or [latents, labels], with images (None, "
            f"height, width, channels). Received: {generator.name!r} with the inputs "
            f"{[tensor.shape for tensor in inputs]} and the outputs {[tensor.shape for tensor in outputs]}."
        )


def _moments(styles: Array) -> tuple[Array, Array]:
    """Return the mean, and the symmetric square root of the covariance."""
    values, vectors = np.linalg.eigh(np.cov(styles.astype("float64"), rowvar=False))
    root = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    return styles.mean(axis=0), root.astype("float32")


def _pseudo_inverse(root: Array) -> Array:
    """Return the pseudo-inverse: it is 0 in directions in which codes do not vary."""
    return np.linalg.pinv(root.astype("float64"), rcond=1e-3, hermitian=True).astype("float32")
