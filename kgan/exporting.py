"""Generators for use without kgan: SavedModel, ONNX, LiteRT; and opening what was saved."""

import importlib.util
import pathlib
import shutil

import keras
import numpy as np
import tensorflow as tf

from kgan import files, latents
from kgan.names import unknown

# The largest difference to Keras's own images that an export may show, on their scale of 2.
TOLERANCE = 1e-4

# What each format needs beyond kgan's own dependencies (the `export` extra), and its file's suffix.
FORMATS = {
    "tf_saved_model": ((), ""),
    "onnx": (("tf2onnx", "onnx", "onnxruntime"), ".onnx"),
    "litert": (("ai_edge_litert",), ".tflite"),
}


def export(generator, path, format: str = "tf_saved_model", overwrite: bool = True, num_classes: int | None = None):
    """Write a generator so that it runs without kgan and Keras, and check that it gives the same images.

    A SavedModel has the signatures `serving_default(latents[, labels])`, `generate(num, seed[, labels])` and
    `generate_truncated(num, seed[, labels], truncation)`. Each returns `output`, float32 images in [-1, 1], and
    `output_uint8`. The loaded object has them as methods too. `generate` gives the very images of
    `GAN.generate` for the same seed. ONNX and LiteRT files take latents, and labels, and give images.

    Args:
        generator: Functional model, latents or `[latents, labels]` to images.
        path: a folder for a SavedModel, else a file. Its parents are made.
        format: `"tf_saved_model"`, `"onnx"` or `"litert"`.
        overwrite: replace an earlier export, as `keras.Model.save` does, so that a script that is run again
            does not fail in its last line. Anything else that stands at `path` is never replaced.
        num_classes: the number of classes of a class-conditional generator, for the check.

    Raises:
        ImportError: the format needs packages that are not installed.
        FileExistsError: something that is no earlier export of this format, or must not be overwritten.
        ValueError: the format is unknown, or the written file gives other images.

    Example:
    >>> from kgan import architectures
    >>> export(architectures.mlp.generator((8, 8, 1)), "generator")
    >>> model = tf.saved_model.load("generator")
    >>> tuple(model.generate(num=2, seed=7)["output"].shape)
    (2, 8, 8, 1)
    """
    if format not in FORMATS:
        raise unknown("export format", format, FORMATS)
    path = pathlib.Path(path)
    missing = [name for name in FORMATS[format][0] if importlib.util.find_spec(name) is None]
    if missing:
        raise ImportError(f"The format {format!r} needs {', '.join(missing)}: pip install 'kgan[export]'")
    _check_place(path, format, overwrite)
    labels = np.arange(5, dtype="int32") % (num_classes or 1) if len(generator.inputs) == 2 else None
    noise = keras.ops.convert_to_numpy(latents.draw(5, generator.inputs[0].shape[1], seed=0))
    expected = generator([noise, labels] if labels is not None else noise, training=False)
    write, run = {
        "tf_saved_model": (_write_saved_model, _run_saved_model),
        "onnx": (_write_onnx, _run_onnx),
        "litert": (_write_litert, _run_litert),
    }[format]
    with files.replacing(path) as temporary:
        write(generator, temporary)
        received = run(temporary, noise, labels)
        difference = float(np.abs(received - keras.ops.convert_to_numpy(expected)).max())
        if not difference <= TOLERANCE:
            raise ValueError(
                f"Expected the {format} export to give the generator's images. Received: a difference of "
                f"{difference:.2g}, more than {TOLERANCE}. Nothing was written."
            )
        if path.is_dir():  # what a user put beside the old export (a MODEL.md) stays
            for item in path.iterdir():
                if not (temporary / item.name).exists():
                    (shutil.copytree if item.is_dir() else shutil.copy2)(item, temporary / item.name)


def _check_place(path, format, overwrite):
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        return
    if format == "tf_saved_model":
        ours = (path / "saved_model.pb").is_file() or (
            path.is_dir() and [p.name for p in path.iterdir()] == ["MODEL.md"]
        )
    else:
        ours = path.is_file() and path.suffix == FORMATS[format][1]
    if not ours:
        raise FileExistsError(f"Expected a new path or an earlier {format} export. Received: {path}, which is neither.")
    if not overwrite:
        raise FileExistsError(f"{path} exists. Pass overwrite=True to replace it.")


class _TensorSeed(keras.random.SeedGenerator):
    """A seed that is a tensor, for Keras's random functions, which take integers and generators only."""

    def __init__(self, seed):
        self.seed = tf.stack([tf.cast(seed, tf.uint32), tf.constant(0, tf.uint32)])

    def next(self, ordered=True):
        return self.seed


def _write_saved_model(generator, path):
    latent_dim = generator.inputs[0].shape[1]
    labelled = [tf.TensorSpec([None], tf.int32, "labels")] if len(generator.inputs) == 2 else []
    drawn = [tf.TensorSpec([], tf.int32, "num"), tf.TensorSpec([], tf.int32, "seed")]
    truncated = [tf.TensorSpec([], tf.float32, "truncation")]

    def images(noise, labels=None):
        output = generator([noise, labels] if labelled else noise, training=False)
        whole = tf.clip_by_value(tf.round((output + 1.0) * 127.5), 0.0, 255.0)
        return {"output": output, "output_uint8": tf.cast(whole, tf.uint8)}

    def draw(num, seed, truncation=None):
        return latents.draw(num, latent_dim, _TensorSeed(seed), truncation)

    # A signature names its arguments, so each combination has a function of its own.
    if labelled:

        def serve(latents, labels):
            return images(latents, labels)

        def generate(num, seed, labels):
            return images(draw(num, seed), labels)

        def generate_truncated(num, seed, labels, truncation):
            return images(draw(num, seed, truncation), labels)

    else:

        def serve(latents):
            return images(latents)

        def generate(num, seed):
            return images(draw(num, seed))

        def generate_truncated(num, seed, truncation):
            return images(draw(num, seed, truncation))

    archive = keras.export.ExportArchive()
    archive.track(generator)
    serving = [tf.TensorSpec([None, latent_dim], tf.float32, "latents"), *labelled]
    archive.add_endpoint("serve", serve, input_signature=serving)
    archive.add_endpoint("generate", generate, input_signature=[*drawn, *labelled])
    archive.add_endpoint("generate_truncated", generate_truncated, input_signature=[*drawn, *labelled, *truncated])
    archive.write_out(path, verbose=False)


def _run_saved_model(path, noise, labels):
    serve = tf.saved_model.load(path).signatures["serving_default"]
    labels = {} if labels is None else {"labels": tf.constant(labels)}
    return serve(latents=tf.constant(noise), **labels)["output"].numpy()


def _write_onnx(generator, path):
    generator.export(path, format="onnx", input_signature=_signature(generator), verbose=False)


def _run_onnx(path, noise, labels):
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    values = [noise] if labels is None else [noise, labels]
    return session.run(None, {entry.name: value for entry, value in zip(session.get_inputs(), values, strict=True)})[0]


def _write_litert(generator, path):
    generator.export(path, format="litert", input_signature=_signature(generator), verbose=False)


def _run_litert(path, noise, labels):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=str(path))
    values = [noise] if labels is None else [noise, labels]
    # Inputs have lost their names here; latents and labels differ in rank.
    pairs = [(next(d for d in interpreter.get_input_details() if len(d["shape"]) == v.ndim), v) for v in values]
    for details, value in pairs:
        interpreter.resize_tensor_input(details["index"], value.shape)
    interpreter.allocate_tensors()
    for details, value in pairs:
        interpreter.set_tensor(details["index"], value)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def _signature(generator):
    specs = [keras.InputSpec(dtype=each.dtype, shape=each.shape, name=each.name) for each in generator.inputs]
    return [specs] if len(specs) == 2 else specs


class SavedGenerator:
    """A generator from an exported SavedModel, used as a `GAN`.

    Args:
        path: the folder.

    Attributes:
        latent_dim: size of the latent vector.
        image_shape: `(height, width, channels)`.
        conditional: whether it takes labels.
    """

    def __init__(self, path):
        self._loaded = tf.saved_model.load(str(path))
        serve = self._loaded.signatures.get("serving_default")
        if serve is None or "generate" not in self._loaded.signatures:
            raise ValueError(f"Expected a SavedModel exported by kgan. Received: {path}, without its signatures.")
        inputs = serve.structured_input_signature[1]
        self.latent_dim = inputs["latents"].shape[1]
        self.conditional = "labels" in inputs
        self.image_shape = tuple(serve.structured_outputs["output"].shape[1:])

    def generate(self, num, seed=None, labels=None, truncation=None) -> np.ndarray:
        """Return images `(num, height, width, channels)` in [-1, 1], as `GAN.generate` does."""
        if num < 1:
            raise ValueError(f"`num` must be positive. Received: num={num}")
        seed = int(np.random.default_rng().integers(2**31)) if seed is None else seed
        arguments = {"num": tf.constant(num), "seed": tf.constant(seed)}
        if self.conditional != (labels is not None):
            raise ValueError(
                "Expected labels: this generator is class-conditional." if self.conditional
                else "Expected no labels: this generator is unconditional."
            )  # fmt: skip
        if labels is not None:
            arguments["labels"] = tf.broadcast_to(tf.constant(labels, tf.int32), [num])
        name = "generate"
        if truncation is not None:
            if not truncation > 0:
                raise ValueError(f"`truncation` must be positive, or None. Received: truncation={truncation}")
            name, arguments["truncation"] = "generate_truncated", tf.constant(truncation, tf.float32)
        return self._loaded.signatures[name](**arguments)["output"].numpy()


def open_model(path):
    """Open what kgan saved: a `.keras` file as `GAN`, an exported SavedModel as `SavedGenerator`.

    Both have `generate(num, seed, labels, truncation)`, `latent_dim` and `image_shape`.

    Raises:
        FileNotFoundError: there is nothing at `path`.
        ValueError: it is no model of kgan.
    """
    path = pathlib.Path(path)
    if not path.exists():
        raise FileNotFoundError(f"Expected a model.keras or a SavedModel folder. Received: {path}, which is not there.")
    if (path / "saved_model.pb").is_file():
        return SavedGenerator(path)
    if path.suffix != ".keras":
        raise ValueError(f"Expected a model.keras or a SavedModel folder. Received: {path}")
    try:
        model = keras.saving.load_model(path)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ValueError(f"Expected a model of kgan. Received: {path}, which cannot be read: {error}") from error
    if not hasattr(model, "generate"):
        raise ValueError(f"Expected a model of kgan. Received: {path}, which holds a {type(model).__name__}.")
    return model
