"""Trace a network into a SavedModel: its signatures, and its weights as plain TensorFlow variables."""

import contextlib
import logging
import pathlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan import _truncation, latents
from kgan._typing import Tensor
from kgan.export._format import Portable
from kgan.images import to_uint8

LARGE = 10_000
"""How many numbers an array has at least that is stored in another precision.

Smaller ones take hardly any space, and add most of the error: for 256 images of the shipped `fashion_mnist` generator,
the largest difference is 0.005 with float16, and 0.011 if all kernels are stored so.
"""

MESSAGE = "`truncation` must be in (0, 1], the share of latents to keep."

Serve = Callable[..., dict[str, Tensor]]


def save_network(portable: Portable, path: pathlib.Path, weights_dtype: str) -> None:
    """Write a prepared network as a SavedModel.

    Args:
        portable: the network.
        path: the folder.
        weights_dtype: in which matrices and kernels are stored.
    """
    model = portable.model
    lowest = None if "labels" not in portable.inputs else -1 if portable.label_dropout else 0
    trainable = stored(model.trainable_variables, weights_dtype)
    others = stored(model.non_trainable_variables, weights_dtype)

    def serve(*inputs: Tensor) -> dict[str, Tensor]:
        with tf.control_dependencies(_label_checks(inputs, lowest)):
            first, *labels = inputs
            arguments = [tf.identity(first), *labels] if labels else tf.identity(first)
            weights = ([read(variable) for variable in group] for group in (trainable, others))
            outputs, _ = model.stateless_call(*weights, arguments, training=False)
        return with_uint8(outputs["output"])

    specs = [tf.TensorSpec([None, *tensor.shape[1:]], tensor.dtype, tensor.name) for tensor in model.inputs]
    variables = [*trainable, *others]
    save(path, serve, specs, variables, portable.num_classes, portable.label_dropout, portable.class_names)


def stored(variables: list[Any], weights_dtype: str) -> list[tf.Variable]:
    """Return TensorFlow variables with the values of others; large arrays of floats in `weights_dtype`.

    Args:
        variables: of Keras or TensorFlow.
        weights_dtype: a floating-point type.
    """
    copies = []
    for variable in variables:
        value = np.asarray(variable)
        if value.dtype == np.float32 and value.size >= LARGE:
            with np.errstate(over="ignore"):  # too large a weight shows in the images, which are checked
                value = value.astype(weights_dtype)
        name = variable.name.split(":")[0]  # TensorFlow's names end in the number of an output
        copies.append(tf.Variable(value, trainable=False, name=name))
    return copies


def read(variable: tf.Variable) -> Tensor:
    """Return the value of a stored variable in the type to compute with."""
    return tf.cast(variable, tf.float32) if variable.dtype.is_floating else tf.convert_to_tensor(variable)


def with_uint8(images: Tensor) -> dict[str, Tensor]:
    """Return images in [-1, 1] together with the same as bytes."""
    return {"output": images, "output_uint8": to_uint8(images)}


def _label_checks(inputs: tuple[Tensor, ...], lowest: int | None) -> list[Any]:
    if lowest is None:
        return []
    return [tf.debugging.assert_greater_equal(inputs[1], lowest, f"Expected labels from {lowest} up.")]


def save(
    path: pathlib.Path,
    serve: Serve,
    specs: list[tf.TensorSpec],
    variables: list[tf.Variable],
    num_classes: int | None = None,
    label_dropout: float = 0.0,
    class_names: Sequence[str] | None = None,
) -> None:
    """Write a SavedModel.

    Args:
        path: the folder.
        serve: a function of tensors, in the order of `specs`, to `output` and `output_uint8`.
        specs: named `latents` and perhaps `labels`, or `input`.
        variables: which `serve` reads.
        num_classes, label_dropout, class_names: as in `kgan.export.export`; stored if they are not None and not 0.
    """
    module = tf.Module()
    module.weights = variables
    if num_classes:
        module.num_classes = [tf.Variable(num_classes, trainable=False)]
    if label_dropout:
        module.label_dropout = [tf.Variable(label_dropout, trainable=False)]
    if class_names:
        module.class_names = [tf.Variable(list(class_names), trainable=False)]
    functions = {"serve": _serving(serve, specs)}
    if specs[0].name == "latents":
        functions |= _generating(functions["serve"], specs)
    for name, function in functions.items():
        setattr(module, name, function)
    signatures = {name: function.get_concrete_function() for name, function in functions.items()}
    with _without_notes():
        tf.saved_model.save(module, str(path), signatures={"serving_default": signatures["serve"], **signatures})


@contextlib.contextmanager
def _without_notes() -> Iterator[None]:
    """Keep TensorFlow from telling where it writes: it is a temporary folder, and notebooks show it as an error."""
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel(max(level, logging.WARNING))
    try:
        yield
    finally:
        logger.setLevel(level)


def class_names_of(loaded: Any) -> tuple[str, ...] | None:
    """Return the names of the classes that a loaded SavedModel carries, or None."""
    if not hasattr(loaded, "class_names"):
        return None
    return tuple(name.decode() for name in loaded.class_names[0].numpy())


# A signature and a loaded function take the names of the Python function's arguments, so each combination of arguments
# has a function of its own.


def _traced(function: Callable[..., Any], specs: list[tf.TensorSpec]) -> Any:
    return tf.function(function, input_signature=specs, autograph=False)


def _serving(serve: Serve, specs: list[tf.TensorSpec]) -> Any:
    def serve_images(input: Tensor) -> dict[str, Tensor]:
        return serve(input)

    def serve_latents(latents: Tensor) -> dict[str, Tensor]:
        return serve(latents)

    def serve_labels(latents: Tensor, labels: Tensor) -> dict[str, Tensor]:
        return serve(latents, labels)

    if specs[0].name == "input":
        return _traced(serve_images, specs)
    return _traced(serve_labels if len(specs) == 2 else serve_latents, specs)


def _generating(serve: Serve, specs: list[tf.TensorSpec]) -> dict[str, Any]:
    latent_dim, labels = specs[0].shape[1], specs[1:]
    drawn = [tf.TensorSpec([], tf.int32, "num"), tf.TensorSpec([], tf.int32, "seed"), *labels]
    truncated = [*drawn, tf.TensorSpec([], tf.float32, "truncation")]

    def generate(num: Tensor, seed: Tensor) -> dict[str, Tensor]:
        return serve(_draw(num, latent_dim, seed))

    def generate_truncated(num: Tensor, seed: Tensor, truncation: Tensor) -> dict[str, Tensor]:
        return serve(_truncated(serve, num, latent_dim, seed, truncation))

    def generate_labels(num: Tensor, seed: Tensor, labels: Tensor) -> dict[str, Tensor]:
        return serve(_draw(num, latent_dim, seed, labels), labels)

    def generate_labels_truncated(num: Tensor, seed: Tensor, labels: Tensor, truncation: Tensor) -> dict[str, Tensor]:
        return serve(_truncated(serve, num, latent_dim, seed, truncation, labels), labels)

    return {
        "generate": _traced(generate_labels if labels else generate, drawn),
        "generate_truncated": _traced(generate_labels_truncated if labels else generate_truncated, truncated),
    }


def _draw(num: Tensor, latent_dim: int, seed: Tensor, labels: Tensor | None = None) -> Tensor:
    """Return latents. Without kgan there are none of its checks, so these are part of the graph.

    All that follows must wait for them, or an error from within the network, of the same cause, may come first.
    """
    with tf.control_dependencies(_checks(num, labels)):
        return latents.draw(tf.identity(num), latent_dim, _TensorSeed(seed))


def _truncated(
    serve: Serve, num: Tensor, latent_dim: int, seed: Tensor, truncation: Tensor, labels: Tensor | None = None
) -> Tensor:
    """Return latents without those at which the image changes fastest, as `kgan.models.Sampler.generate` does."""
    inside = tf.logical_and(truncation > 0, truncation <= 1)
    with tf.control_dependencies([*_checks(num, labels), tf.debugging.Assert(inside, [MESSAGE])]):
        num, share = tf.identity(num), tf.identity(truncation)
    classes = tf.zeros([num], tf.int32) if labels is None else labels + 1
    rounds = _truncation.rounds(classes, share)
    candidates = latents.draw(rounds * num, latent_dim, _TensorSeed(seed))
    condition = [] if labels is None else [tf.tile(labels, [rounds])]

    def images(sources: Tensor) -> Tensor:
        return serve(sources, *condition)["output"]

    chosen = _truncation.select(_truncation.sensitivity(images, candidates), classes, share)
    return tf.gather(candidates, chosen)


def _checks(num: Tensor, labels: Tensor | None) -> list[Any]:
    checks = [tf.debugging.assert_positive(num, "`num` must be positive.")]
    if labels is not None:
        checks.append(tf.debugging.assert_equal(tf.size(labels), num, "Expected `num` labels."))
    return checks


class _TensorSeed(keras.random.SeedGenerator):
    """A seed that is a tensor, for Keras's random functions, which take integers and generators only."""

    def __init__(self, seed: Tensor) -> None:
        # What Keras makes of an integer on TensorFlow; in another type, negative seeds would give other numbers.
        self.seed = tf.stack([tf.cast(seed, tf.int64), tf.constant(0, tf.int64)])

    def next(self, ordered: bool = True) -> Tensor:
        """Return the seed."""
        return self.seed
