"""Open what kgan saved: models in training, generators alone, exported SavedModels."""

import pathlib
import zipfile
from typing import Any

import keras

from kgan._typing import PathLike, Tensor
from kgan.architectures.inspection import is_generator, num_classes_of
from kgan.export import exporting, resave
from kgan.models.sampler import Sampler


class SavedGenerator(Sampler):
    """A generator in an exported SavedModel, which generates images as a `GAN` does.

    Args:
        path: the folder.

    Attributes:
        path, latent_dim, image_shape, conditional: of the generator.
        num_classes: number of classes; None if it takes no labels, or if their number is not known.
        label_dropout: share of labels that training dropped; 0 if label -1 (no class) is not allowed.

    Raises:
        ValueError: the folder cannot be read, or is no generator that kgan exported.

    Example:
    >>> from kgan import architectures, export
    >>> export.export(architectures.mlp.generator((8, 8, 1)), "generator")
    >>> SavedGenerator("generator").generate(2, seed=7).shape
    (2, 8, 8, 1)
    """

    def __init__(self, path: PathLike) -> None:
        import tensorflow as tf

        try:
            self._loaded = tf.saved_model.load(str(path))
        except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
            raise ValueError(
                f"Expected a SavedModel exported by kgan. Received: {path}, which cannot be read: {error}"
            ) from error
        serve = self._loaded.signatures.get("serving_default")
        if serve is None or "generate" not in self._loaded.signatures:
            raise ValueError(
                f"Expected a generator exported by kgan. Received: {path}, a SavedModel without its signatures."
            )
        inputs = serve.structured_input_signature[1]
        self._serve = serve
        self.path = pathlib.Path(path)
        self.latent_dim = inputs["latents"].shape[1]
        self.conditional = "labels" in inputs
        self.image_shape = tuple(serve.structured_outputs["output"].shape[1:])
        self.num_classes = int(self._loaded.num_classes[0]) if hasattr(self._loaded, "num_classes") else None
        self.label_dropout = float(self._loaded.label_dropout[0]) if hasattr(self._loaded, "label_dropout") else 0.0

    def synthesize(self, sources: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return images of latents, and of labels if the generator takes them; as in `Sampler`."""
        inputs = {"latents": sources} if condition is None else {"latents": sources, "labels": condition}
        return self._serve(**inputs)["output"]

    def export(
        self,
        path: PathLike,
        format: str = "tf_saved_model",
        overwrite: bool = True,
        weights_dtype: str = "float32",
    ) -> None:
        """Write the SavedModel again, with its weights in another precision; see `kgan.export.resave`.

        Raises:
            ValueError: as in `kgan.export.resave`; or another format is asked for, which needs the Keras model.
        """
        if format != "tf_saved_model":
            raise ValueError(
                f"Expected format='tf_saved_model': only a Keras model can be exported to another one. "
                f"Received: format={format!r} for the SavedModel {self.path}."
            )
        resave(self.path, path, weights_dtype, overwrite)


class KerasGenerator(Sampler):
    """A Keras generator without a GAN around it, which generates images as a `GAN` does.

    Args:
        generator: Functional model, latents or `[latents, labels]` to images.

    Attributes:
        ema_generator: the generator.
        latent_dim, image_shape, conditional, num_classes: as in `SavedGenerator`.

    Example:
    >>> from kgan import architectures
    >>> KerasGenerator(architectures.mlp.generator((8, 8, 1))).generate(2, seed=7).shape
    (2, 8, 8, 1)
    """

    def __init__(self, generator: keras.Model) -> None:
        self.ema_generator = generator
        self.latent_dim = generator.inputs[0].shape[1]
        self.image_shape = tuple(generator.outputs[0].shape[1:])
        self.conditional = len(generator.inputs) == 2
        self.num_classes = num_classes_of(generator) if self.conditional else None

    def synthesize(self, sources: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return images of latents, and of labels if the generator takes them; as in `Sampler`."""
        return self.ema_generator(sources if condition is None else [sources, condition], training=False)

    def export(
        self,
        path: PathLike,
        format: str = "tf_saved_model",
        overwrite: bool = True,
        weights_dtype: str = "float32",
    ) -> None:
        """Write the generator for use without kgan and Keras; see `kgan.export.export`."""
        exporting.export(
            self.ema_generator,
            path,
            format=format,
            overwrite=overwrite,
            num_classes=self.num_classes,
            weights_dtype=weights_dtype,
        )


def open_model(path: PathLike) -> Any:
    """Open a model that kgan saved or exported.

    Args:
        path: a `.keras` file, a folder with a `model.keras` (such as a run folder), or an exported SavedModel.

    Returns:
        A `GAN`, a `KerasGenerator` if the file holds a generator alone, or a `SavedGenerator`. Each has
        `generate(num, seed, labels, truncation)`, `export(path, format)`, `latent_dim`, `image_shape` and
        `num_classes`. Or an `ImageToImageGAN`, which has `predict` and `export`.

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
    if hasattr(model, "ema_generator"):
        return model
    if not is_generator(model):
        raise ValueError(f"Expected a model of kgan. Received: {path}, which holds a {type(model).__name__}.")
    return KerasGenerator(model)
