"""What every export format is given, and what it must do."""

import importlib.util
import pathlib
import warnings
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import keras
import numpy as np

from kgan import _precision, latents
from kgan._checks import check_labels
from kgan._typing import Array
from kgan.architectures.inspection import num_classes_of

NUM_PROBES = 5
"""How many images an export of a generator of latents is checked with; it is traced with another number."""

SIDES = (21, 30)
"""Height and width of the images that an image-to-image network of any size is checked with."""


class Portable(NamedTuple):
    """A network prepared for export.

    Attributes:
        model: computes in float32; its inputs are named `latents` and `labels`, or `input`, and its output is
            `{"output": images}`.
        inputs: arrays by name, with which the written file is checked. The latents are those of seed 0.
        num_classes: of a class-conditional generator; None if there are none, or their number is not known.
        label_dropout: share of labels dropped in training; if it is not 0, label -1 (no class) may be used.
        class_names: the names of the classes by label; None if they are not known.
    """

    model: keras.Model
    inputs: dict[str, Array]
    num_classes: int | None = None
    label_dropout: float = 0.0
    class_names: Sequence[str] | None = None

    def images(self) -> Array:
        """Return Keras's images for `inputs`, which the written file must give too."""
        inputs = list(self.inputs.values())
        with keras.device("cpu:0"):  # a GPU may round to 10 bits (TF32), and the other runtimes do not
            outputs = self.model(inputs if len(inputs) > 1 else inputs[0], training=False)
        return keras.ops.convert_to_numpy(outputs["output"])


def prepare(
    network: keras.Model,
    num_classes: int | None = None,
    label_dropout: float = 0.0,
    class_names: Sequence[str] | None = None,
    classes: Sequence[int] | None = None,
) -> Portable:
    """Return a generator of latents, or an image-to-image network, prepared for export.

    Args:
        network: Functional or built Sequential model: latents, `[latents, labels]` or images to images.
        num_classes: of a class-conditional generator. Defaults to what its layers tell.
        label_dropout: as it was trained.
        class_names: the names of the classes by label, or None.
        classes: labels to which the generator is restricted, as in `kgan.export.export`; None for all.

    Raises:
        ValueError: `classes` are not different labels of a class-conditional generator.

    Example:
    >>> from kgan import architectures
    >>> portable = prepare(architectures.mlp.generator((8, 8, 1), latent_dim=4))
    >>> {name: array.shape for name, array in portable.inputs.items()}
    {'latents': (5, 4)}
    """
    network = _precision.converted(network)
    shape = network.inputs[0].shape[1:]
    if classes is not None:
        num_classes = num_classes or num_classes_of(network)
        check_classes(classes, num_classes if len(network.inputs) == 2 else 0)
    if len(shape) == 3:
        image = keras.Input(shape, dtype="float32", name="input")
        sides = [given or side for given, side in zip(shape[:2], SIDES, strict=True)]
        probes = np.random.default_rng(0).uniform(-1, 1, (3, *sides, shape[2])).astype("float32")
        return Portable(keras.Model(image, {"output": network(image)}), {"input": probes})
    with keras.device("cpu:0"):
        probes = keras.ops.convert_to_numpy(latents.draw(NUM_PROBES, shape[0], seed=0))
    noise = keras.Input(shape, dtype="float32", name="latents")
    if classes is not None and len(classes) == 1:
        labels = keras.ops.full_like(noise[:, 0], classes[0], dtype="int32")
        model = keras.Model(noise, {"output": network([noise, labels])})
        return Portable(model, {"latents": probes}, class_names=chosen_names(class_names, classes))
    if len(network.inputs) == 1:
        return Portable(keras.Model(noise, {"output": network(noise)}), {"latents": probes})
    labels = keras.Input((), dtype="int32", name="labels")
    num_classes, asked = num_classes or num_classes_of(network), labels
    if classes is not None:
        num_classes, label_dropout, class_names = len(classes), 0.0, chosen_names(class_names, classes)
        asked = keras.ops.take(np.asarray(classes, "int32"), labels)
    inputs = {"latents": probes, "labels": np.arange(NUM_PROBES, dtype="int32") % (num_classes or 1)}
    model = keras.Model([noise, labels], {"output": network([noise, asked])})
    return Portable(model, inputs, num_classes, label_dropout, class_names)


def check_classes(classes: Sequence[int], num_classes: int | None) -> None:
    """Check the labels to which an export is restricted.

    Args:
        classes: at least one label, each once.
        num_classes: of the generator; 0 if it takes no labels, None if their number is not known.

    Raises:
        ValueError: they are not such labels.
    """
    if num_classes == 0:
        raise ValueError(f"Expected no `classes`: this generator takes no labels. Received: classes={list(classes)}")
    if not len(classes) or len(set(classes)) < len(classes):
        raise ValueError(f"`classes` must be one or more different labels. Received: classes={list(classes)}")
    check_labels(np.asarray(classes), None, num_classes)


def chosen_names(class_names: Sequence[str] | None, classes: Sequence[int]) -> tuple[str, ...] | None:
    """Return the names of some classes, or None."""
    return None if class_names is None else tuple(class_names[label] for label in classes)


class Format:
    """One export format.

    A subclass is registered in `kgan.export.FORMATS` under its `name`.

    Attributes:
        name: as in `export(format=...)`.
        suffix: of its files; empty if it writes a folder.
        packages: that it needs beyond kgan's own dependencies; `pip install 'kgan[export]'` installs them.
        weights_dtypes: in which it can store weights.
    """

    name: ClassVar[str]
    suffix: ClassVar[str] = ""
    packages: ClassVar[tuple[str, ...]] = ()
    weights_dtypes: ClassVar[tuple[str, ...]] = ("float32",)

    def missing_packages(self) -> list[str]:
        """Return the needed packages that are not installed."""
        return [name for name in self.packages if importlib.util.find_spec(name) is None]

    def check(self, network: keras.Model) -> None:
        """Raise a `ValueError` if a network cannot be exported in this format."""

    def is_own(self, path: pathlib.Path) -> bool:
        """Return whether an earlier export in this format is at `path`, so that it may be replaced."""
        raise NotImplementedError

    def write(self, portable: Portable, path: pathlib.Path, weights_dtype: str) -> None:
        """Write a prepared network to a new file or folder."""
        raise NotImplementedError

    def run(self, path: pathlib.Path, inputs: dict[str, Array]) -> Array:
        """Return the images that a written file gives for named arrays, in the format's own runtime."""
        raise NotImplementedError


def convert(model: keras.Model, path: pathlib.Path, format: str) -> None:
    """Write a model with named inputs by Keras's own converter, and nothing to the terminal."""
    # Without a signature Keras would take integer labels for floats.
    signature: list[Any] = [
        keras.InputSpec(dtype=tensor.dtype, shape=tensor.shape, name=tensor.name) for tensor in model.inputs
    ]
    with warnings.catch_warnings():
        # Keras's ONNX export asks whether NumPy still has `np.object`.
        warnings.filterwarnings("ignore", "In the future `np.object`", FutureWarning)
        model.export(
            path,
            format=format,
            input_signature=[signature] if len(signature) == 2 else signature,
            verbose=False,
        )
