"""Generators for use without kgan: SavedModel, ONNX, LiteRT."""

import importlib.util
import pathlib
import shutil
import warnings

import keras
import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf import saved_model_pb2

from kgan import _files, _precision, latents
from kgan._registry import unknown
from kgan.images import to_uint8
from kgan.training import checks

# The largest difference to Keras's own images that an export may show, on their scale of 2 (measured: about 1e-6).
TOLERANCE = 1e-4

# tf2onnx 1.17 simplifies a graph in an order that changes from call to call. In some it leaves images of one channel
# with a dimension too many: then it is asked again.
ATTEMPTS = 20

# What each format needs beyond kgan's own dependencies (the `export` extra), and its file's suffix.
FORMATS = {
    "tf_saved_model": ((), ""),
    "onnx": (("tf2onnx", "onnx", "onnxruntime"), ".onnx"),
    "litert": (("ai_edge_litert",), ".tflite"),
}


def export(
    generator: keras.Model,
    path: str | pathlib.Path,
    format: str = "tf_saved_model",
    overwrite: bool = True,
    num_classes: int | None = None,
    label_dropout: float = 0.0,
):
    """Write a generator so that it runs without kgan and Keras, and check that it gives the same images.

    A SavedModel has the signatures `serving_default(latents[, labels])`, `generate(num, seed[, labels])` and
    `generate_truncated(num, seed[, labels], truncation)`. Each returns `output`, float32 images in [-1, 1], and
    `output_uint8`. The loaded object has the last two as methods, and `num_classes[0]` if that is known.
    `generate` gives the very images of `GAN.generate` for the same seed. ONNX and LiteRT files take `latents`, and
    `labels`, and give `output`. Latents are float32 `(batch, latent_dim)`, labels int32 `(batch,)`, of any batch
    size; `num` and `seed` are int32 and `truncation` is float32, all scalars.

    The written file is run in its own runtime, with another batch size than it was traced with, and must give
    Keras's images to 1e-4. A generator trained in mixed precision is written in float32, the precision of its
    weights.

    Args:
        generator: Functional or built Sequential model, latents or `[latents, labels]` to images.
        path: a folder for a SavedModel, else a file that ends in `.onnx` or `.tflite`. Its parents are made.
        format: `"tf_saved_model"`, `"onnx"` or `"litert"`.
        overwrite: replace an earlier export, as `keras.Model.save` does, so that a script that is run again
            does not fail in its last line. Files that you put into an exported folder stay. Anything else that
            stands at `path` is never replaced.
        num_classes: the number of classes of a class-conditional generator. Defaults to what its layers tell.
        label_dropout: as it was trained; if not 0, label -1 (no class) is meant to be used.

    Raises:
        ImportError: the format needs packages that are not installed.
        FileExistsError: something that is no earlier export of this format, or must not be overwritten.
        ValueError: the format is unknown, `path` has the suffix of another one, the generator gives images that
            are not finite, or the written file gives other images.

    Example:
    >>> from kgan import architectures
    >>> export(architectures.mlp.generator((8, 8, 1)), "generator")
    >>> model = tf.saved_model.load("generator")
    >>> tuple(model.generate(num=2, seed=7)["output"].shape)
    (2, 8, 8, 1)
    """
    path = checked_path(path, format, overwrite)
    if len(generator.inputs) == 2:
        num_classes = num_classes or checks.class_count(generator)
        labels = np.arange(5, dtype="int32") % (num_classes or 1)
    else:
        num_classes = labels = None
    model = _portable(generator)
    with tf.device("CPU"):  # GPUs may round to 10 bits (TF32), and the other runtimes do not
        noise = keras.ops.convert_to_numpy(latents.draw(5, generator.inputs[0].shape[1], seed=0))
        expected = model([noise, labels] if labels is not None else noise, training=False)["output"].numpy()

    def write(temporary):
        if format == "tf_saved_model":
            _write_saved_model(model, temporary, num_classes, label_dropout)
        else:
            convert(model, temporary, format)

    run = {"tf_saved_model": _run_saved_model, "onnx": _run_onnx, "litert": _run_litert}[format]
    write_checked(path, format, expected, write, lambda temporary: run(temporary, noise, labels))


def checked_path(path, format, overwrite) -> pathlib.Path:
    """Return where to write an export of this format, if it can be made and written there.

    Args:
        path, format, overwrite: as in `export`.

    Raises:
        ImportError, FileExistsError, ValueError: as in `export`.
    """
    if format not in FORMATS:
        raise unknown("export format", format, FORMATS)
    path = pathlib.Path(path)
    missing = [name for name in FORMATS[format][0] if importlib.util.find_spec(name) is None]
    if missing:
        raise ImportError(f"The format {format!r} needs {', '.join(missing)}: pip install 'kgan[export]'")
    _check_place(path, format, overwrite)
    return path


def write_checked(path, format, expected, write, run):
    """Write an export, whole or not at all, and only if it gives the expected images.

    Args:
        path: from `checked_path`. Files that a user put into an earlier export stay.
        format: its name, for the error.
        expected: array of images.
        write: a function of the path to write to.
        run: a function of that path that returns the images of what was written.

    Raises:
        ValueError: the images are not finite, or others.
    """
    if not np.isfinite(expected).all():
        raise ValueError("Expected a generator of finite images. Received: one that has diverged to NaN or infinity.")
    with _files.replacing(path) as temporary:
        write(temporary)
        with tf.device("CPU"):
            received = run(temporary)
        if received.shape != expected.shape:
            raise ValueError(
                f"Expected the {format} export to give images of shape {expected.shape}. Received: {received.shape}. "
                "Nothing was written."
            )
        difference = float(np.abs(received - expected).max())
        if not difference <= TOLERANCE * max(1.0, np.abs(expected).max()):
            raise ValueError(
                f"Expected the {format} export to give the generator's images. Received: a difference of "
                f"{difference:.2g}, more than {TOLERANCE}. Nothing was written."
            )
        if path.is_dir():  # what a user put beside the old export (a MODEL.md) stays
            for item in path.iterdir():
                if (temporary / item.name).exists():
                    continue
                if item.is_dir() and not item.is_symlink():
                    shutil.copytree(item, temporary / item.name, symlinks=True)
                else:
                    shutil.copy2(item, temporary / item.name, follow_symlinks=False)


def _check_place(path, format, overwrite):
    suffix = FORMATS[format][1]
    known = {name: ending for name, (_, ending) in FORMATS.items() if ending}
    if suffix and path.suffix != suffix:
        raise ValueError(f"Expected a path that ends in {suffix} for the format {format!r}. Received: {path}")
    if not suffix and path.suffix in (*known.values(), ".keras"):
        raise ValueError(
            f"Expected a folder name for a SavedModel. Received: {path}. For another format name it, "
            f"format={' or format='.join(map(repr, known))}; for a Keras file use `save`."
        )
    if not path.exists() or (path.is_dir() and [item.name for item in path.iterdir()] in ([], ["MODEL.md"])):
        return
    if not {"tf_saved_model": _is_our_saved_model, "onnx": _is_onnx, "litert": _is_litert}[format](path):
        raise FileExistsError(f"Expected a new path or an earlier {format} export. Received: {path}, which is neither.")
    if not overwrite:
        raise FileExistsError(f"{path} exists. Pass overwrite=True to replace it.")


def _is_our_saved_model(path):
    try:
        graphs = saved_model_pb2.SavedModel.FromString((path / "saved_model.pb").read_bytes()).meta_graphs
    except (OSError, DecodeError):
        return False
    return any("output_uint8" in graph.signature_def["serving_default"].outputs for graph in graphs)


def _is_onnx(path):
    import onnx

    try:
        return bool(onnx.load(path, load_external_data=False).graph.node)
    except (OSError, DecodeError):
        return False


def _is_litert(path):
    return path.is_file() and path.read_bytes()[4:8] == b"TFL3"


def _portable(generator):
    """Return the generator in float32, with inputs and an output that have names."""
    generator = _precision.converted(generator)
    inputs = [keras.Input(generator.inputs[0].shape[1:], dtype="float32", name="latents")]
    if len(generator.inputs) == 2:
        inputs.append(keras.Input((), dtype="int32", name="labels"))
    inputs = inputs if len(inputs) == 2 else inputs[0]
    return keras.Model(inputs, {"output": generator(inputs)})


class _TensorSeed(keras.random.SeedGenerator):
    """A seed that is a tensor, for Keras's random functions, which take integers and generators only."""

    def __init__(self, seed):
        # What Keras makes of an integer on TensorFlow; in another type, negative seeds would give other numbers.
        self.seed = tf.stack([tf.cast(seed, tf.int64), tf.constant(0, tf.int64)])

    def next(self, ordered=True):
        return self.seed


def _write_saved_model(model, path, num_classes, label_dropout):
    latent_dim = model.inputs[0].shape[1]
    labelled = [tf.TensorSpec([None], tf.int32, "labels")] if len(model.inputs) == 2 else []
    drawn = [tf.TensorSpec([], tf.int32, "num"), tf.TensorSpec([], tf.int32, "seed")]
    truncated = [tf.TensorSpec([], tf.float32, "truncation")]

    def images(noise, labels=None):
        checks = []
        if labels is not None:
            lowest = -1 if label_dropout else 0
            checks.append(tf.debugging.assert_greater_equal(labels, lowest, f"Expected labels from {lowest} up."))
        with tf.control_dependencies(checks):
            output = model([tf.identity(noise), labels] if labelled else noise, training=False)["output"]
        return {"output": output, "output_uint8": to_uint8(output)}

    def draw(num, seed, truncation=None, labels=None):
        # A stranger has none of kgan's checks: these travel with the graph. All that follows must wait for them,
        # or an error from within the network, of the same cause, may come first.
        checks = [tf.debugging.assert_positive(num, "`num` must be positive.")]
        if truncation is not None:
            checks.append(tf.debugging.assert_positive(truncation, "`truncation` must be positive."))
        if labels is not None:
            checks.append(tf.debugging.assert_equal(tf.size(labels), num, "Expected `num` labels."))
        with tf.control_dependencies(checks):
            return latents.draw(tf.identity(num), latent_dim, _TensorSeed(seed), truncation)

    # A signature names its arguments, so each combination has a function of its own.
    if labelled:

        def serve(latents, labels):
            return images(latents, labels)

        def generate(num, seed, labels):
            return images(draw(num, seed, labels=labels), labels)

        def generate_truncated(num, seed, labels, truncation):
            return images(draw(num, seed, truncation, labels), labels)

    else:

        def serve(latents):
            return images(latents)

        def generate(num, seed):
            return images(draw(num, seed))

        def generate_truncated(num, seed, truncation):
            return images(draw(num, seed, truncation))

    archive = keras.export.ExportArchive()
    archive.track(model)
    serving = [tf.TensorSpec([None, latent_dim], tf.float32, "latents"), *labelled]
    archive.add_endpoint("serve", serve, input_signature=serving)
    archive.add_endpoint("generate", generate, input_signature=[*drawn, *labelled])
    archive.add_endpoint("generate_truncated", generate_truncated, input_signature=[*drawn, *labelled, *truncated])
    if num_classes:
        archive.add_variable_collection("num_classes", [tf.Variable(num_classes, trainable=False)])
    if label_dropout:
        archive.add_variable_collection("label_dropout", [tf.Variable(label_dropout, trainable=False)])
    archive.write_out(path, verbose=False)


def convert(model, path, format):
    """Write a model with named inputs as ONNX or LiteRT."""
    # Without a signature Keras would take integer labels for floats.
    signature = [keras.InputSpec(dtype=each.dtype, shape=each.shape, name=each.name) for each in model.inputs]
    signature = [signature] if len(signature) == 2 else signature
    with warnings.catch_warnings():
        # Keras's ONNX export asks whether NumPy still has `np.object`.
        warnings.filterwarnings("ignore", "In the future `np.object`", FutureWarning)
        for _ in range(ATTEMPTS):  # whatever the last one leaves is refused by `write_checked`
            model.export(path, format=format, input_signature=signature, verbose=False)
            if format != "onnx" or _onnx_rank(path) == len(next(iter(model.output.values())).shape):
                return


def _onnx_rank(path):
    """Return how many dimensions the output of an ONNX file has."""
    import onnx

    return len(onnx.load(path).graph.output[0].type.tensor_type.shape.dim)


# What the exported file makes of latents and labels, both NumPy arrays, in its own runtime.


def _run_saved_model(path, noise, labels):
    signatures = tf.saved_model.load(path).signatures
    labels = {} if labels is None else {"labels": tf.constant(labels)}
    served = signatures["serving_default"](latents=tf.constant(noise), **labels)["output"].numpy()
    # The latents of the check are those of seed 0, so `generate` must give the same images.
    generated = signatures["generate"](num=tf.constant(len(noise)), seed=tf.constant(0), **labels)["output"].numpy()
    if not np.abs(served - generated).max() <= TOLERANCE * max(1.0, np.abs(served).max()):
        raise ValueError(
            "Expected `generate` to give the images of its latents. Received: others. Nothing was written."
        )
    return served


def _run_onnx(path, noise, labels):
    return run_onnx(path, {"latents": noise} | ({} if labels is None else {"labels": labels}))


def _run_litert(path, noise, labels):
    return run_litert(path, {"latents": noise} | ({} if labels is None else {"labels": labels}))


def run_onnx(path, inputs: dict):
    """Return the output of an ONNX file for named arrays."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(["output"], inputs)[0]


def run_litert(path, inputs: dict):
    """Return the output of a LiteRT file for named arrays."""
    from ai_edge_litert.interpreter import Interpreter

    return Interpreter(model_path=str(path)).get_signature_runner("serving_default")(**inputs)["output"]
