"""Write an exported SavedModel again, with its weights in another precision."""

import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from kgan import latents
from kgan._typing import Array, PathLike, Tensor
from kgan.export._format import NUM_PROBES, SIDES, check_classes, chosen_names
from kgan.export.exporting import TOLERANCES, checked_format, checked_path, write_checked


def resave(
    source: PathLike,
    path: PathLike,
    weights_dtype: str = "float16",
    overwrite: bool = True,
    class_names: Sequence[str] | None = None,
    classes: Sequence[int] | None = None,
) -> None:
    """Write a SavedModel that kgan exported again, with the same signatures and other precision of its weights.

    For models whose `.keras` file is not at hand. The graph that makes the images stays as it is, and computes in
    float32; only how its weights are stored changes.

    Args:
        source: the folder of an exported SavedModel.
        path: the folder to write, which may be `source`.
        weights_dtype: `"float16"` or `"float32"`. Defaults to `"float16"`.
        overwrite, class_names, classes: as in `kgan.export.export`. The names default to those in `source`.

    Raises:
        FileExistsError, ValueError: as in `kgan.export.export`; or `source` is no SavedModel of kgan.

    Example:
    >>> from kgan import architectures, export
    >>> export.export(architectures.mlp.generator((8, 8, 1)), "generator")
    >>> resave("generator", "smaller")
    """
    import tensorflow as tf

    from kgan.export import tracing

    writer = checked_format("tf_saved_model", weights_dtype)
    path = checked_path(path, writer, overwrite)
    try:
        loaded = tf.saved_model.load(str(source))
        function = loaded.serve.concrete_functions[0]
    except (OSError, ValueError, AttributeError) as error:
        raise ValueError(f"Expected a SavedModel exported by kgan. Received: {source}: {error}") from error
    specs = list(function.structured_input_signature[0])
    variables = {id(variable.handle): variable for variable in function.variables}
    copies = tracing.stored([variables[id(handle)] for handle in function.captured_inputs], weights_dtype)
    num_classes = int(loaded.num_classes[0]) if hasattr(loaded, "num_classes") else None
    label_dropout = float(loaded.label_dropout[0]) if hasattr(loaded, "label_dropout") else 0.0
    class_names = class_names or tracing.class_names_of(loaded)
    if classes is not None:
        check_classes(classes, num_classes if len(specs) == 2 else 0)
        specs = specs if len(classes) > 1 else specs[:1]
        num_classes, label_dropout = len(classes) if len(classes) > 1 else None, 0.0
        class_names = chosen_names(class_names, classes)
    inputs = _probes(specs, num_classes or 1)
    expected = function(*_chosen([tf.constant(array) for array in inputs.values()], classes))

    def serve(*tensors: Tensor) -> dict[str, Tensor]:
        return _images(function, _chosen(tensors, classes), [tracing.read(variable) for variable in copies])

    def write(temporary: pathlib.Path) -> None:
        tracing.save(temporary, serve, specs, copies, num_classes, label_dropout, class_names)

    write_checked(path, writer, inputs, expected["output"].numpy(), write, TOLERANCES[weights_dtype])


def _chosen(tensors: Sequence[Tensor], classes: Sequence[int] | None) -> tuple[Tensor, ...]:
    """Return inputs of a generator restricted to some classes as the inputs of the whole one."""
    import tensorflow as tf

    if classes is None:
        return tuple(tensors)
    latents, *labels = tensors
    if not labels:
        return latents, tf.fill([tf.shape(latents)[0]], tf.constant(classes[0], tf.int32))
    with tf.control_dependencies([tf.debugging.assert_non_negative(labels[0], "Expected labels from 0 up.")]):
        return latents, tf.gather(tf.constant(classes, tf.int32), labels[0])


def _probes(specs: list[Any], num_classes: int) -> dict[str, Array]:
    """Return inputs for the check, as `kgan.export.export` makes them."""
    import keras

    if specs[0].name == "input":
        _, *sides, channels = specs[0].shape
        sides = [given or side for given, side in zip(sides, SIDES, strict=True)]
        return {"input": np.random.default_rng(0).uniform(-1, 1, (3, *sides, channels)).astype("float32")}
    with keras.device("cpu:0"):
        drawn = latents.draw(NUM_PROBES, specs[0].shape[1], seed=0)
    inputs = {"latents": keras.ops.convert_to_numpy(drawn)}
    if len(specs) == 2:
        inputs["labels"] = np.arange(NUM_PROBES, dtype="int32") % num_classes
    return inputs


def _images(function: Any, tensors: tuple[Tensor, ...], weights: list[Tensor]) -> dict[str, Tensor]:
    """Return what a loaded function makes of tensors, with other weights in place of its variables."""
    import tensorflow as tf

    graph = function.graph.as_graph_def()
    count = len(function.graph.inputs) - len(weights)
    values = {tensor.op.name: weight for tensor, weight in zip(function.graph.inputs[count:], weights, strict=True)}
    replaced = {f"{tensor.op.name}:0": given for tensor, given in zip(function.graph.inputs, tensors, strict=False)}
    removed = {tensor.op.name for tensor in function.graph.inputs}
    for node in graph.node:
        if node.op == "ReadVariableOp":
            replaced[f"{node.name}:0"] = tf.cast(values[node.input[0]], tf.as_dtype(node.attr["dtype"].type))
            removed.add(node.name)
    kept = [node for node in graph.node if node.name not in removed]
    used: set[str] = set()
    for node in kept:
        used.update(f"{name}:0" for name in node.input)
        # Nothing need wait for a variable to be read.
        inputs = [name for name in node.input if not (name.startswith("^") and name[1:] in removed)]
        del node.input[:]
        node.input.extend(inputs)
    del graph.node[:]
    graph.node.extend(kept)
    replaced = {name: tensor for name, tensor in replaced.items() if name in used}
    received = tf.graph_util.import_graph_def(
        graph, input_map=replaced, return_elements=[tensor.name for tensor in function.outputs], name="network"
    )
    return dict(zip(sorted(function.structured_outputs), received, strict=True))
