"""Export in any format: the file is checked in its own runtime, and is there whole or not at all."""

import pathlib
import shutil
from collections.abc import Callable, Sequence

import keras
import numpy as np

from kgan import _files
from kgan._deprecation import renamed
from kgan._functional import functional
from kgan._registry import unknown
from kgan._typing import Array, PathLike
from kgan.export._format import Format, prepare
from kgan.export.litert import LiteRT
from kgan.export.onnx import ONNX
from kgan.export.saved_model import SavedModel

FORMATS: dict[str, type[Format]] = {format.name: format for format in (SavedModel, ONNX, LiteRT)}
"""The formats by name. To add one, write a subclass of `Format` and register it here."""

TOLERANCES = {"float32": 1e-4, "float16": 1e-2}
"""The largest difference to Keras's images that an export may show, on their scale of 2, by the weights' type.

Measured: about 1e-6 for float32, and 1e-3 for float16.
"""


@renamed(generator="network")
def export(
    network: keras.Model,
    path: PathLike,
    format: str = "tf_saved_model",
    overwrite: bool = True,
    num_classes: int | None = None,
    label_dropout: float = 0.0,
    weights_dtype: str = "float32",
    class_names: Sequence[str] | None = None,
    classes: Sequence[int] | None = None,
) -> None:
    """Write a generator, or an image-to-image network, so that it runs without kgan and Keras.

    The written file is run in its own runtime, with another batch size than it was traced with (and an odd size where
    any size is allowed), and must give Keras's images to 1e-4. A network trained in mixed precision is exported in
    float32, the precision of its weights.

    **SavedModel** of a generator: the signatures `serving_default(latents[, labels])`, `generate(num, seed[, labels])`
    and `generate_truncated(num, seed[, labels], truncation)`. Each returns `output`, float32 images in [-1, 1], and
    `output_uint8`. The loaded object has the last two as methods, and `num_classes[0]` and `class_names[0]`
    (a tensor of texts) if they are known. `generate`
    gives the same images as `GAN.generate` for the same seed. Latents are float32 `(batch, latent_dim)` and labels
    int32 `(batch,)`, for any batch size; `num` and `seed` are int32 and `truncation` is float32, all scalars.

    **SavedModel** of an image-to-image network: `serving_default(input)` with float32 images `(batch, height, width,
    channels)` in [-1, 1], of any size that the network takes; it returns `output` and `output_uint8`.

    **ONNX and LiteRT** files take `latents` and `labels`, or `input`, and give `output`. LiteRT needs one size. The
    names of classes are in the ONNX file's metadata, as a JSON list under `class_names`, and in `labels.txt`, one in
    each line, which `unzip` takes out of a LiteRT file.

    Args:
        network: built Keras model: latents, `[latents, labels]` or images to images.
        path: a folder for a SavedModel, else a file that ends in `.onnx` or `.tflite`. Missing parents are created.
        format: `"tf_saved_model"`, `"onnx"` or `"litert"`. Defaults to `"tf_saved_model"`.
        overwrite: replace an earlier export, as `keras.Model.save` does, so that a script that is run again does not
            fail in its last line. Files that you put into an exported folder stay. Anything else at `path` is never
            replaced. Defaults to True.
        num_classes: number of classes of a class-conditional generator. Defaults to what its layers tell.
        label_dropout: as it was trained; if it is not 0, label -1 (no class) is allowed. Defaults to 0.
        weights_dtype: `"float16"` stores the large arrays (10,000 numbers or more) of a SavedModel in half precision,
            in about half the space. It still computes in float32, and must give Keras's images to 1e-2. Defaults to
            `"float32"`.
        class_names: the names of the classes by label, written into the file. Default to None: none are written.
        classes: labels of the only classes that the written generator makes, in their new order: its labels are
            0 to `len(classes) - 1`, and with one class it takes no labels. Default to all classes.

    Raises:
        ImportError: the format needs packages that are not installed.
        FileExistsError: there is something at `path` that is no earlier export of this format, or that must not be
            overwritten.
        ValueError: the format is unknown, `path` has the suffix of another one, the network cannot be exported in
            this format or gives images that are not finite, or the written file gives other images.

    Example:
    >>> import tensorflow as tf
    >>> from kgan import architectures
    >>> export(architectures.mlp.generator((8, 8, 1)), "generator")
    >>> model = tf.saved_model.load("generator")
    >>> tuple(model.generate(num=2, seed=7)["output"].shape)
    (2, 8, 8, 1)
    >>> export(architectures.restoration.denoiser(width=4, blocks=1), "denoiser")
    >>> denoise = keras.layers.TFSMLayer("denoiser", call_endpoint="serving_default")
    >>> tuple(denoise(keras.ops.zeros((2, 9, 14, 1)))["output"].shape)
    (2, 9, 14, 1)
    """
    writer = checked_format(format, weights_dtype)
    path = checked_path(path, writer, overwrite)
    network = functional(network)
    writer.check(network)
    portable = prepare(network, num_classes, label_dropout, class_names, classes)

    def write(temporary: pathlib.Path) -> None:
        writer.write(portable, temporary, weights_dtype)

    write_checked(path, writer, portable.inputs, portable.images(), write, TOLERANCES[weights_dtype])


def checked_format(format: str, weights_dtype: str) -> Format:
    """Return the format of a name, if it can be written here.

    Args:
        format: its name.
        weights_dtype: in which it should store weights.

    Raises:
        ImportError, ValueError: as in `export`.
    """
    if format not in FORMATS:
        raise unknown("export format", format, FORMATS)
    writer = FORMATS[format]()
    missing = writer.missing_packages()
    if missing:
        raise ImportError(f"The format {format!r} needs {', '.join(missing)}: pip install 'kgan[export]'")
    if weights_dtype not in writer.weights_dtypes:
        allowed = " or ".join(map(repr, writer.weights_dtypes))
        raise ValueError(f"`weights_dtype` must be {allowed} for the format {format!r}. Received: {weights_dtype!r}")
    return writer


def checked_path(path: PathLike, writer: Format, overwrite: bool) -> pathlib.Path:
    """Return the path, if an export in this format may be written there.

    Raises:
        FileExistsError, ValueError: as in `export`.
    """
    path = pathlib.Path(path)
    suffixes = {name: format.suffix for name, format in FORMATS.items() if format.suffix}
    if writer.suffix and path.suffix != writer.suffix:
        raise ValueError(
            f"Expected a path that ends in {writer.suffix} for the format {writer.name!r}. Received: {path}"
        )
    if not writer.suffix and path.suffix in (*suffixes.values(), ".keras"):
        raise ValueError(
            f"Expected a folder name for a SavedModel. Received: {path}. For another format pass "
            f"format={' or format='.join(map(repr, suffixes))}; for a Keras file use `save`."
        )
    if not path.exists() or (path.is_dir() and [item.name for item in path.iterdir()] in ([], ["MODEL.md"])):
        return path
    if not writer.is_own(path):
        raise FileExistsError(
            f"Expected a new path or an earlier {writer.name} export. Received: {path}, which is neither."
        )
    if not overwrite:
        raise FileExistsError(f"{path} exists. Pass overwrite=True to replace it.")
    return path


def write_checked(
    path: pathlib.Path,
    writer: Format,
    inputs: dict[str, Array],
    expected: Array,
    write: Callable[[pathlib.Path], None],
    tolerance: float,
) -> None:
    """Write an export, whole or not at all, and only if it gives the expected images.

    Args:
        path: from `checked_path`. Files that a user put into an earlier export stay.
        writer: the format, which runs what was written.
        inputs: arrays by name.
        expected: images for these inputs.
        write: a function of the path to write to.
        tolerance: the largest difference allowed, for images in [-1, 1].

    Raises:
        ValueError: the images are not finite, or differ.
    """
    if not np.isfinite(expected).all():
        raise ValueError("Expected a network of finite images. Received: one that has diverged to NaN or infinity.")
    with _files.replacing(path) as temporary:
        write(temporary)
        with keras.device("cpu:0"):
            received = writer.run(temporary, inputs)
        if received.shape != expected.shape:
            raise ValueError(
                f"Expected the {writer.name} export to give images of shape {expected.shape}. "
                f"Received: {received.shape}. Nothing was written."
            )
        difference = float(np.abs(received - expected).max())
        if not difference <= tolerance * max(1.0, np.abs(expected).max()):
            raise ValueError(
                f"Expected the {writer.name} export to give the network's images. Received: a difference of "
                f"{difference:.2g}, more than {tolerance}. Nothing was written."
            )
        if path.is_dir():
            _keep_other_files(path, temporary)


def _keep_other_files(old: pathlib.Path, new: pathlib.Path) -> None:
    """Copy what a user put into an earlier export, such as a MODEL.md, into the new one."""
    for item in old.iterdir():
        if (new / item.name).exists():
            continue
        if item.is_dir() and not item.is_symlink():
            shutil.copytree(item, new / item.name, symlinks=True)
        else:
            shutil.copy2(item, new / item.name, follow_symlinks=False)
