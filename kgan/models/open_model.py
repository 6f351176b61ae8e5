"""Opening what was saved: models in training, generators alone, exports; all of them can generate."""

import pathlib
import zipfile

import keras
import tensorflow as tf

from kgan.models.sampler import Sampler
from kgan.training import checks


class SavedGenerator(Sampler):
    """A generator from an exported SavedModel, used as a `GAN`.

    Args:
        path: the folder.

    Attributes:
        latent_dim: size of the latent vector.
        image_shape: `(height, width, channels)`.
        conditional: whether it takes labels.
        num_classes: how many classes, or None if it takes no labels or does not know.
        label_dropout: the share of labels that training dropped; 0 if label -1 (no class) means nothing to it.

    Raises:
        ValueError: the folder cannot be read, or is no export of kgan.

    Example:
    >>> from kgan import architectures, export
    >>> export.export(architectures.mlp.generator((8, 8, 1)), "generator")
    >>> SavedGenerator("generator").generate(2, seed=7).shape
    (2, 8, 8, 1)
    """

    def __init__(self, path: str | pathlib.Path):
        try:
            self._loaded = tf.saved_model.load(str(path))
        except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
            raise ValueError(
                f"Expected a SavedModel exported by kgan. Received: {path}, which cannot be read: {error}"
            ) from error
        serve = self._loaded.signatures.get("serving_default")
        if serve is None or "generate" not in self._loaded.signatures:
            raise ValueError(f"Expected a SavedModel exported by kgan. Received: {path}, without its signatures.")
        inputs = serve.structured_input_signature[1]
        self._serve = serve
        self.latent_dim = inputs["latents"].shape[1]
        self.conditional = "labels" in inputs
        self.image_shape = tuple(serve.structured_outputs["output"].shape[1:])
        self.num_classes = int(self._loaded.num_classes[0]) if hasattr(self._loaded, "num_classes") else None
        self.label_dropout = float(self._loaded.label_dropout[0]) if hasattr(self._loaded, "label_dropout") else 0.0

    def _make(self, noise, labels):
        inputs = {"latents": noise} if labels is None else {"latents": noise, "labels": labels}
        return self._serve(**inputs)["output"]


class KerasGenerator(Sampler):
    """A generator alone, used as a `GAN`.

    Args:
        generator: Functional model, latents or `[latents, labels]` to images.

    Attributes:
        ema_generator: the network.
        latent_dim, image_shape, conditional, num_classes: as in `SavedGenerator`.

    Example:
    >>> from kgan import architectures
    >>> KerasGenerator(architectures.mlp.generator((8, 8, 1))).generate(2, seed=7).shape
    (2, 8, 8, 1)
    """

    def __init__(self, generator: keras.Model):
        self.ema_generator = generator
        self.latent_dim, self.image_shape = generator.inputs[0].shape[1], tuple(generator.outputs[0].shape[1:])
        self.conditional = len(generator.inputs) == 2
        self.num_classes = checks.class_count(generator) if self.conditional else None

    def _make(self, noise, labels):
        return self.ema_generator(noise if labels is None else [noise, labels], training=False)


def open_model(path: str | pathlib.Path):
    """Open what kgan saved: a `.keras` file, a folder with a `model.keras`, or an exported SavedModel.

    What comes has `generate(num, seed, labels, truncation)`, `latent_dim`, `image_shape` and `num_classes`: a `GAN`, a
    `KerasGenerator` if the file holds a generator alone, or a `SavedGenerator`.

    Args:
        path: a `.keras` file or a folder.

    Raises:
        FileNotFoundError: there is nothing at `path`.
        ValueError: it is no model of kgan, or it cannot be read.

    Example:
    >>> from kgan import architectures
    >>> architectures.mlp.generator((8, 8, 1)).save("generator.keras")
    >>> open_model("generator.keras").image_shape
    (8, 8, 1)
    """
    path = pathlib.Path(path)
    if not path.exists():
        raise FileNotFoundError(f"Expected a model.keras or a SavedModel folder. Received: {path}, which is not there.")
    if (path / "model.keras").is_file():
        path = path / "model.keras"
    if (path / "saved_model.pb").is_file():
        return SavedGenerator(path)
    if path.suffix != ".keras":
        raise ValueError(f"Expected a model.keras or a SavedModel folder. Received: {path}, which is neither.")
    try:
        model = keras.saving.load_model(path)
    except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:
        raise ValueError(f"Expected a model of kgan. Received: {path}, which cannot be read: {error}") from error
    if hasattr(model, "generate"):
        return model
    if not checks.is_generator(model):
        raise ValueError(f"Expected a model of kgan. Received: {path}, which holds a {type(model).__name__}.")
    return KerasGenerator(model)
