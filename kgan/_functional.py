"""Networks with known inputs and outputs, made of any built Keras model."""

import functools
import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import keras

LABELS = ("label", "labels", "class", "classes", "class_label", "class_labels", "y")
"""Names of inputs, and of outputs, that belong to labels."""

FAILURES = (TypeError, ValueError, AttributeError, IndexError, KeyError)
"""What the code of a network may raise for inputs that it was not written for."""

INPUTS = {
    "generator": "keras.Input((latent_dim,))",
    "discriminator": "keras.Input((height, width, channels))",
}


class Arguments(NamedTuple):
    """What a network is called with, as symbolic tensors.

    Attributes:
        positional: the arguments, which may be nested lists, tuples and dictionaries.
        names: of the tensors in them, in the order of `keras.tree.flatten(positional)`.
    """

    positional: list[Any]
    names: list[str]


def functional(network: keras.Model, role: str = "network") -> keras.Model:
    """Return a network with flat `inputs` and `outputs`, the labels last, that has the weights of `network`.

    A Functional or Sequential model is returned as it is if it has them already. Any other built model, such as an
    instance of a subclass of `keras.Model`, becomes the only layer of a Functional model: training that model trains
    the given one.

    Args:
        network: a built Keras model.
        role: the name of the argument, for the message.

    Raises:
        TypeError: it is not a Keras model.
        ValueError: it is not built, or its shapes cannot be known.

    Example:
    >>> class Generator(keras.Model):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden = keras.layers.Dense(16, "tanh")
    ...         self.image = keras.layers.Reshape((4, 4, 1))
    ...     def call(self, latents):
    ...         return self.image(self.hidden(latents))
    >>> generator = Generator()
    >>> images = generator(keras.ops.zeros((2, 3)))
    >>> network = functional(generator)
    >>> network.inputs[0].shape, network.outputs[0].shape
    ((None, 3), (None, 4, 4, 1))
    >>> [weight is same for weight, same in zip(network.weights, generator.weights)]
    [True, True]
    """
    if not isinstance(network, keras.Model):
        raise TypeError(f"Expected `{role}` to be a keras.Model. Received: {network!r}{_model_advice(network)}")
    if not network.built:
        raise ValueError(_unbuilt(role, network))
    network = without_subclass(network)
    return with_integer_labels(network if is_flat(network) else _wrapped(network, role))


def _wrapped(network: keras.Model, role: str) -> keras.Model:
    """Return a Functional model with a network as its only layer."""
    arguments = arguments_of(network, role)
    try:
        outputs = network(*arguments.positional)
    except FAILURES as error:
        if optional_labels(network) and len(arguments.positional) == 1:
            arguments.positional.append(_inputs_of(None, "labels"))
            arguments.names.append("labels")
            return _graph(network, arguments, network(*arguments.positional), role)
        inputs = keras.tree.flatten(arguments.positional)
        shapes = ", ".join(str(tensor.shape) for tensor in inputs)
        asked = len(inputs) > 1 and any(is_label(*pair) for pair in zip(inputs, arguments.names, strict=True))
        advice = "\n\nLabels are integers (batch,): `keras.ops.one_hot` makes them one-hot in `call`." if asked else ""
        reason = re.sub(r"\x1b\[\d*m", "", str(error)).partition("\n\nArguments received")[0]
        raise ValueError(
            f"Expected `{role}` to take symbolic inputs of the shapes that it was built for. Received: {network!r}, "
            f"which fails for keras.Input of {shapes}: {reason}{advice}"
        ) from error
    return _graph(network, arguments, outputs, role)


def _graph(network: keras.Model, arguments: Arguments, outputs: Any, role: str) -> keras.Model:
    """Return the Functional model from symbolic arguments to what a network gave for them."""
    inputs = labels_last(keras.tree.flatten(arguments.positional), arguments.names)
    outputs = labels_last(*_flat_outputs(outputs, role, network))
    return keras.Model(_one_or_all(inputs), _one_or_all(outputs), name=network.name)


def with_integer_labels(network: keras.Model) -> keras.Model:
    """Return a network whose labels are integers, with a layer before one that takes them one-hot."""
    if len(network.inputs) != 2 or len(network.inputs[1].shape) != 2 or (network.inputs[1].shape[1] or 1) == 1:
        return network
    first = keras.Input(network.inputs[0].shape[1:], dtype=network.inputs[0].dtype, name="inputs")
    labels = keras.Input((), dtype="int32", name="labels")
    one_hot = keras.layers.CategoryEncoding(network.inputs[1].shape[1], output_mode="one_hot")(labels)
    return keras.Model([first, labels], network([first, one_hot]), name=network.name)


def without_subclass(network: Any) -> keras.Model:
    """Return a Functional or Sequential model with the same layers and no class of its own, which any file can hold.

    A class that has a `call` of its own stays, and so does a network of another kind. A Sequential model that was
    built by a call loses the size of the batch of that call.
    """
    inputs = getattr(network, "inputs", None)
    if not inputs:
        return network
    if isinstance(network, keras.Sequential) and type(network).call is keras.Sequential.call:
        if type(network) is keras.Sequential and inputs[0].shape[0] is None:
            return network
        first = keras.Input(inputs[0].shape[1:], dtype=inputs[0].dtype)
        return keras.Sequential([first, *network.layers], name=network.name)
    if type(network) is not functional_class() and type(network).call is functional_class().call:
        return keras.Model(network.input, network.output, name=network.name)
    return network


@functools.cache
def functional_class() -> Any:
    """Return Keras's class of Functional models, which it does not name in public."""
    tensor = keras.Input((1,))
    return type(keras.Model(tensor, tensor))


def is_flat(network: Any) -> bool:
    """Return whether a network takes a tensor or a list, gives a tensor or a list, and takes the labels last."""
    if type(network) is keras.Sequential:
        return True
    if type(network) is not functional_class():
        return False
    structures = (network.input, network.output)
    if any(_is_nested(structure) for structure in structures):
        return False
    return labels_last(network.inputs, [tensor.name for tensor in network.inputs]) == list(network.inputs)


def arguments_of(network: keras.Model, role: str) -> Arguments:
    """Return symbolic tensors to call a built network with.

    Raises:
        ValueError: the network does not tell the shapes that it was built for.
    """
    if getattr(network, "inputs", None):
        tensors = keras.tree.map_structure(
            lambda tensor: keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=tensor.name), network.input
        )
        return Arguments([tensors], [tensor.name for tensor in keras.tree.flatten(tensors)])
    config = network.get_build_config() or {}
    shapes = config.get("shapes_dict") or {"input_shape": config.get("input_shape")}
    if not all(shapes.values()):
        raise ValueError(_unbuilt(role, network))
    names = required_arguments(network)
    values = list(shapes.values())
    if len(values) == 1 and len(names) == 2:  # Keras remembers the shape of the first argument only
        values.append(None)
    tensors = [_inputs_of(shape, name) for shape, name in zip(values, [*names, *LABELS], strict=False)]
    flat = keras.tree.flatten(tensors)
    return Arguments(tensors, [tensor.name for tensor in flat])


def required_arguments(network: keras.Model) -> list[str]:
    """Return the names of the tensors that a network's `call` must be given."""
    parameters = inspect.signature(network.call).parameters.values()
    return [
        parameter.name
        for parameter in parameters
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        and parameter.default is parameter.empty
        and parameter.name not in ("training", "mask")
    ]


def optional_labels(network: keras.Model) -> bool:
    """Return whether a network's `call` has an argument for labels with a default, which it may need all the same."""
    parameters = inspect.signature(network.call).parameters
    return len(required_arguments(network)) == 1 and [*parameters][1:2] != [] and [*parameters][1] in LABELS


def is_label(tensor: keras.KerasTensor, name: str) -> bool:
    """Return whether a symbolic tensor of this name is one of labels: one number for each image."""
    if tensor.dtype.startswith(("int", "uint")) or len(tensor.shape) == 1:
        return True
    return name.split("/")[-1].lower() in LABELS


def labels_last(tensors: Sequence[keras.KerasTensor], names: Sequence[str]) -> list[keras.KerasTensor]:
    """Return tensors in the order that networks have in kgan: what belongs to labels comes last."""
    pairs = sorted(zip(tensors, names, strict=True), key=lambda pair: is_label(*pair))
    return [tensor for tensor, _ in pairs]


def _inputs_of(shape: Any, name: str) -> Any:
    """Return symbolic inputs for the shape, or the nested shapes, of one argument. None is that of labels."""
    if isinstance(shape, Mapping):
        return {key: _inputs_of(part, key) for key, part in shape.items()}
    if isinstance(shape, list | tuple) and any(isinstance(part, list | tuple) for part in shape):
        names = [name] if len(shape) == 1 else ["inputs", *LABELS]
        return type(shape)(_inputs_of(part, part_name) for part, part_name in zip(shape, names, strict=False))
    shape = (None,) if shape is None else tuple(shape)
    labels = len(shape) == 1 or (name.lower() in LABELS and shape[1:] in ((), (1,)))
    return keras.Input(shape[1:], dtype="int32" if labels else None, name=name)


def _is_nested(structure: Any) -> bool:
    """Return whether a structure is neither a tensor nor a list of several."""
    if isinstance(structure, list | tuple):
        return len(structure) == 1 or any(isinstance(part, list | tuple | Mapping) for part in structure)
    return isinstance(structure, Mapping)


def _one_or_all(tensors: list[Any]) -> Any:
    return tensors[0] if len(tensors) == 1 else tensors


def _flat_outputs(outputs: Any, role: str, network: keras.Model) -> tuple[list[keras.KerasTensor], list[str]]:
    """Return the outputs as a list, the class logits last, and their names.

    Raises:
        ValueError: their shapes are not fixed.
    """
    names: list[str] = []
    if isinstance(outputs, Mapping):
        about_labels = [any(part in str(key).lower() for part in ("class", "label", "aux")) for key in sorted(outputs)]
        names = ["label" if about else "" for about in about_labels]
    flat = keras.tree.flatten(outputs)
    if any(tensor.shape[-1] is None or not isinstance(tensor, keras.KerasTensor) for tensor in flat):
        raise ValueError(
            f"Expected `{role}` to give outputs of a known shape. Received: {network!r}, with outputs of "
            f"{', '.join(str(tensor.shape) for tensor in flat)}. Write the sizes as numbers in its `call` (only the "
            "batch may be -1 in keras.ops.reshape), or give the class a method `compute_output_shape`."
        )
    return flat, names if len(names) == len(flat) else [""] * len(flat)


def _unbuilt(role: str, network: keras.Model) -> str:
    """Return what to do about a network whose shapes are not known."""
    first = INPUTS.get(role, "keras.Input(shape)")
    takes_labels = hasattr(network, "call") and len(required_arguments(network)) > 1
    example = f'{role}({first}, keras.Input((), dtype="int32"))' if takes_labels else f"{role}({first})"
    begin = " or let it begin with keras.Input(...)," if isinstance(network, keras.Sequential) else ""
    return (
        f"Expected `{role}` to be a built model, whose shapes are known. Received: {network!r}, which is not built. "
        f"Call it once before,{begin} with the shapes of one image's inputs: {example}"
    )


def _model_advice(network: Any) -> str:
    if isinstance(network, type):
        return f". This is the class: pass an instance, {network.__name__}(...)."
    if isinstance(network, keras.layers.Layer):
        return ". A layer becomes a model in keras.Sequential([keras.Input(...), layer])."
    if callable(network):
        return ". This is a function: pass the model that it returns."
    return ""
