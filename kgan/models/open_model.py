"""Open what kgan saved: models in training, generators alone, exported SavedModels."""

import pathlib
import re
import warnings
import zipfile
from collections.abc import Sequence
from typing import Any

import keras

from kgan._functional import functional
from kgan._typing import PathLike, Tensor
from kgan.architectures.inspection import is_generator, num_classes_of
from kgan.export import exporting, resave
from kgan.models import class_names, shipped
from kgan.models.sampler import Sampler
from kgan.training import backups


class SavedGenerator(Sampler):
    """A generator in an exported SavedModel, which generates images as a `GAN` does.

    Args:
        path: the folder.

    Attributes:
        path, latent_dim, image_shape, conditional: of the generator.
        num_classes: number of classes; None if it takes no labels, or if their number is not known.
        class_names: the names of the classes by label, from the SavedModel, or from a file `labels.txt` in its folder,
            which has one name in each line; None if there are none.
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

        from kgan.export import tracing

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
        self.class_names = tracing.class_names_of(self._loaded) or _names_beside(self.path, self.num_classes)

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
        classes: Sequence[int | str] | None = None,
    ) -> None:
        """Write the SavedModel again, with other weights or fewer classes; see `kgan.export.resave`.

        Raises:
            ValueError: as in `kgan.export.resave`; or another format is asked for, which needs the Keras model.
        """
        if format != "tf_saved_model":
            raise ValueError(
                f"Expected format='tf_saved_model': only a Keras model can be exported to another one. "
                f"Received: format={format!r} for the SavedModel {self.path}."
            )
        resave(self.path, path, weights_dtype, overwrite, self.class_names, self.chosen(classes))


def _names_beside(path: pathlib.Path, num_classes: int | None) -> tuple[str, ...] | None:
    """Return the names in a file `labels.txt`, for SavedModels that do not carry them."""
    file = path / "labels.txt"
    if not file.is_file():
        return None
    return class_names.checked(file.read_text(encoding="utf-8").splitlines(), num_classes or 0)


class KerasGenerator(Sampler):
    """A Keras generator without a GAN around it, which generates images as a `GAN` does.

    Args:
        generator: built Keras model, latents or `[latents, labels]` to images.

    Attributes:
        ema_generator: the generator.
        latent_dim, image_shape, conditional, num_classes: as in `SavedGenerator`.

    Example:
    >>> from kgan import architectures
    >>> KerasGenerator(architectures.mlp.generator((8, 8, 1))).generate(2, seed=7).shape
    (2, 8, 8, 1)
    """

    def __init__(self, generator: keras.Model) -> None:
        generator = functional(generator, "generator")
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
        classes: Sequence[int | str] | None = None,
    ) -> None:
        """Write the generator for use without kgan and Keras; see `kgan.export.export`."""
        exporting.export(
            self.ema_generator,
            path,
            format=format,
            overwrite=overwrite,
            num_classes=self.num_classes,
            weights_dtype=weights_dtype,
            classes=self.chosen(classes),
        )


def open_model(path: PathLike, custom_objects: dict[str, Any] | None = None) -> Any:
    """Open a model that kgan saved or exported, or the newest state of a run that was stopped.

    Args:
        path: a `.keras` file; a run folder; a folder with a `model.keras`; the folder of a `kgan.callbacks.Resume`; or
            an exported SavedModel; or the name of a generator that comes with kgan, `"mnist_style"` or
            `"coloured_style"`. Of a run that was stopped, or is still training, the newest whole state in its
            `backup` is opened, and a warning says which.
        custom_objects: your own layers and functions by name, as in `keras.saving.load_model`. Not needed for those
            that are registered (`keras.saving.register_keras_serializable`) and imported.

    Returns:
        A `GAN`, a `KerasGenerator` if the file holds a generator alone, or a `SavedGenerator`. Each has
        `generate(num, seed, labels, truncation)`, `export(path, format)`, `latent_dim`, `image_shape` and
        `num_classes`. Or an `ImageToImageGAN`, which has `predict` and `export`.

    Raises:
        FileNotFoundError: there is nothing at `path`.
        ValueError: it is no model of kgan, it cannot be read, its own layers are not known, or nothing is trained yet.

    Example:
    >>> from kgan import architectures
    >>> architectures.mlp.generator((8, 8, 1)).save("generator.keras")
    >>> open_model("generator.keras").image_shape
    (8, 8, 1)
    """
    path = shipped.resolve(pathlib.Path(path))
    if not path.exists():
        raise FileNotFoundError(
            f"Expected a model.keras, a SavedModel folder or a run folder. Received: {path}, which is not there. "
            f"({' and '.join(shipped.NAMES)} come with kgan.)"
        )
    if (path / "saved_model.pb").is_file():
        return SavedGenerator(path)
    if path.suffix == ".keras" and path.is_file():
        return _load(path, custom_objects)
    for folder in (path / "backup", path):
        if backups.files(folder):
            return _of_run(path, folder, custom_objects)
    if (path / "model.keras").is_file():
        return _load(path / "model.keras", custom_objects)
    if (path / "saved_model" / "saved_model.pb").is_file():
        return SavedGenerator(path / "saved_model")
    if (path / "run.json").is_file() or (path / "backup").is_dir():
        raise ValueError(
            f"Expected a run with a saved state. Received: {path}, where nothing is trained yet. Run its `kgan train` "
            "again: a state is saved after each epoch, and when it is stopped with Ctrl-C."
        )
    raise ValueError(f"Expected a model.keras or a SavedModel folder. Received: {path}, which is neither.")


def _load(path: pathlib.Path, custom_objects: dict[str, Any] | None) -> Any:
    """Return the model in a `.keras` file."""
    try:
        model = keras.saving.load_model(path, custom_objects=custom_objects)
    except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:
        unknown = re.search(r"Could not locate (?:class|function) '([\w.>]+)'", str(error))
        if unknown is None:
            raise ValueError(f"Expected a model of kgan. Received: {path}, which cannot be read: {error}") from error
        name = unknown[1].rpartition(">")[2]
        raise ValueError(
            f"Expected a model whose layers and functions are known. Received: {path}, which needs {name!r}, one of "
            f"your own. In Python, import it and call `kgan.open_model(path, custom_objects={{{name!r}: {name}}})`; "
            "then `export(folder)` writes a SavedModel that opens everywhere."
        ) from error
    if hasattr(model, "ema_generator"):
        return model
    if not is_generator(model):
        raise ValueError(f"Expected a model of kgan. Received: {path}, which holds a {type(model).__name__}.")
    return KerasGenerator(model)


def _of_run(run: pathlib.Path, folder: pathlib.Path, custom_objects: dict[str, Any] | None) -> Any:
    """Return the newest model of a run: its `model.keras`, or a later state in the folder of its states."""
    final, unreadable = run / "model.keras", None
    if final.is_file():
        try:
            model = _load(final, custom_objects)
        except ValueError as error:
            if backups.damage_of(final) is None:
                raise
            unreadable = error
        else:
            progress = getattr(model, "progress", {})
            done = backups.Position(progress.get("epoch", 0), progress.get("batch", 0))
            newest = backups.position_of(backups.files(folder)[-1])
            if done == (0, 0) or done >= newest:  # a model that says nothing of its run was not made by it
                return model
    state = _newest_whole(folder)
    position = backups.position_of(state)
    model = _load(state, custom_objects)
    if unreadable is not None:
        what = f"{unreadable} The newest saved state in {folder} is used instead"
    elif final.is_file():
        what = f"The run in {run} went on after its model.keras ({done}) was written. Its newest saved state is used"
    elif folder == run:
        what = f"The newest saved state in {run} is used"
    else:
        what = f"The run in {run} was stopped, or is still training. Its newest saved state is used"
    warnings.warn(f"{what}: {position}.", stacklevel=3)
    return model


def _newest_whole(folder: pathlib.Path) -> pathlib.Path:
    """Return the newest file of a run that is not damaged; the others are named in a warning."""
    found = backups.files(folder)
    for path in reversed(found):
        try:
            damage = backups.damage_of(path)
        except FileNotFoundError:  # replaced by a run that is training
            continue
        if damage is None:
            return path
        warnings.warn(f"{path} is damaged ({damage}). The state before it is used.", stacklevel=4)
    raise ValueError(f"Expected a complete state in {folder}. Received: {len(found)} files, all damaged.")
