"""The values that a network's outputs can take, as far as its layers tell."""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np

from kgan._functional import functional_class
from kgan.backend import keras_internals

LARGE = 1e6
"""What a function reaches at most this far from 0 counts as bounded."""

SAME = {
    *("ActivityRegularization", "AlphaDropout", "AveragePool", "AveragePooling1D", "AveragePooling2D", "Cast"),
    *("BroadcastTo", "Copy", "CropLike", "Cropping1D", "Cropping2D", "DepthToSpace", "Dropout", "ExpandDims"),
    *("Flatten", "Flip", "GaussianDropout", "GaussianNoise", "GetItem", "GlobalAveragePooling2D"),
    *("GlobalMaxPooling2D", "Identity", "InputLayer", "Max", "MaxPool", "MaxPooling1D", "MaxPooling2D", "Mean", "Min"),
    *("Moveaxis", "Permute", "Ravel", "Repeat", "RepeatVector", "Reshape", "Roll", "SpaceToDepth", "SpatialDropout2D"),
    *("Split", "Squeeze", "StopGradient", "Swapaxes", "Take", "Tile", "Transpose", "Unstack"),
}
"""Operations whose values lie among those of their first argument, by the names of their classes."""

JOINED = {"Append", "Average", "Concatenate", "Hstack", "Maximum", "Minimum", "Stack", "Vstack", "Where"}
"""Operations whose values lie among those of all their arguments."""

ELEMENTWISE = {
    *("Abs", "Absolute", "Activation", "Arctan", "Arcsinh", "Celu", "Clip", "Cos", "ELU", "Elu", "Erf", "Exp", "Expm1"),
    *("Exponential", "Gelu", "HardShrink", "HardSigmoid", "HardSilu", "HardTanh", "LeakyReLU", "LeakyRelu", "Log1p"),
    *("LogSigmoid", "LogSoftmax", "Negative", "ReLU", "Relu", "Relu6", "Round", "Selu", "Sigmoid", "Sign", "Silu"),
    *("Sin", "SoftShrink", "Softmax", "Softplus", "Softsign", "Sparsemax", "SparsePlus", "SparseSigmoid", "Sqrt"),
    *("Square", "Squareplus", "Tanh", "TanhShrink", "Threshold"),
}
"""Operations of one number at a time (or of a vector, as softmax), which can be tried on a row of numbers."""


class Range(NamedTuple):
    """The values that a tensor can take.

    Attributes:
        low, high: their bounds, which may be infinite.
        source: what bounds them, for example `"sigmoid"`; empty if nothing does.
    """

    low: float
    high: float
    source: str = ""

    @property
    def bounded(self) -> bool:
        """Whether both bounds are finite."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def one_sided(self) -> bool:
        """Whether there are no positive, or no negative values."""
        return self.low >= 0 or self.high <= 0

    def __str__(self) -> str:
        left = "[" if math.isfinite(self.low) else "("
        right = "]" if math.isfinite(self.high) else ")"
        return f"{left}{self.low:.3g}, {self.high:.3g}{right}"


ANY = Range(-math.inf, math.inf)
Known = Range | None  # None: the layers do not tell


def output_ranges(network: keras.Model) -> list[Known]:
    """Return the range of each output of a network; None where its layers do not tell.

    The last operations decide: activations, as an argument, as layers or as functions of `keras.ops`; and what follows
    them, such as rescaling, clipping, concatenation and changes of shape. Nested networks, and the `call` of subclassed
    ones where it can be followed, are looked into. A layer of another class does not tell.

    Args:
        network: Functional or Sequential model.

    Example:
    >>> network = keras.Sequential([
    ...     keras.Input((3,)),
    ...     keras.layers.Dense(4, activation="sigmoid"),
    ...     keras.layers.Rescaling(2.0, offset=-1.0),
    ...     keras.layers.Reshape((2, 2, 1)),
    ... ])
    >>> [str(output_range) for output_range in output_ranges(network)]
    ['[-1, 1]']
    """
    return _network_ranges(network, [ANY] * len(network.inputs))


def _network_ranges(network: Any, inputs: Sequence[Known]) -> list[Known]:
    ranges = {id(tensor): known for tensor, known in zip(network.inputs, inputs, strict=True)}
    for node in keras_internals.nodes_of(network):
        outputs = keras.tree.flatten(node.outputs)
        if all(id(tensor) in ranges for tensor in outputs):  # an input
            continue
        arguments = [_of_argument(value, ranges) for value in keras.tree.flatten(node.arguments.args)]
        values = _operation_ranges(node.operation, arguments, len(outputs))
        ranges.update({id(tensor): known for tensor, known in zip(outputs, values, strict=True)})
    return [ranges.get(id(tensor)) for tensor in keras_internals.functional_of(network).outputs]


def _of_argument(value: Any, ranges: dict[int, Known]) -> Known:
    """Return the range of an argument: a symbolic tensor, or a constant."""
    if isinstance(value, keras.KerasTensor):
        return ranges.get(id(value))
    if isinstance(value, int | float | np.ndarray | np.number) and np.size(value):
        return Range(float(np.min(value)), float(np.max(value)))
    return ANY  # a variable can be trained to anything


def _operation_ranges(operation: Any, arguments: list[Known], num_outputs: int) -> list[Known]:
    """Return the ranges of the results of an operation."""
    if isinstance(operation, keras.Model):
        inner = _graph_of(operation)
        if inner is None or len(inner.inputs) != len(arguments):
            return [None] * num_outputs
        return _network_ranges(inner, arguments)
    return [_operation_range(operation, arguments)] * num_outputs


def _graph_of(model: Any) -> Any:
    """Return a nested model as a graph; None if its code cannot be followed."""
    if type(model) in (keras.Sequential, functional_class()):
        return model
    nodes = [node for node in keras_internals.calls_of(model) if node.arguments.keras_tensors]
    if not nodes:
        return None
    tensors = nodes[-1].arguments.keras_tensors
    inputs = [keras.Input(tensor.shape[1:], dtype=tensor.dtype) for tensor in tensors]
    replaced = {id(tensor): own for tensor, own in zip(tensors, inputs, strict=True)}
    args, kwargs = nodes[-1].arguments.convert(lambda value: replaced.get(id(value), value))
    try:
        outputs = model.call(*args, **kwargs)
        return keras.Model(inputs, keras.tree.flatten(outputs))
    except (TypeError, ValueError, AttributeError, LookupError, RuntimeError):  # code that needs numbers
        return None


def _operation_range(operation: Any, arguments: list[Known]) -> Known:
    """Return the range of what a layer or function gives for arguments of known ranges."""
    name = type(operation).__name__
    own = type(operation).__module__.partition(".")[0] not in ("keras", "kgan")
    if own or not arguments:
        return None
    first = arguments[0]
    wrapped = getattr(operation, "layer", None)
    if isinstance(wrapped, keras.layers.Layer):  # spectral normalization, time distributed
        return _operation_range(wrapped, arguments)
    if name in SAME:
        return first
    if name in JOINED:
        return _union(arguments)
    if name in ELEMENTWISE:
        function = getattr(operation, "activation", None) if name == "Activation" else operation
        return _image(function, first, _name_of(function))
    if name in ARITHMETIC:
        return _arithmetic(name, arguments)
    if name == "Rescaling":
        scale, offset = (_of_argument(np.asarray(value), {}) for value in (operation.scale, operation.offset))
        return _arithmetic("Add", [_arithmetic("Multiply", [first, scale]), offset])
    if name in ("ZeroPadding1D", "ZeroPadding2D", "Pad"):
        constant = 0.0 if name != "Pad" or operation.mode == "constant" else None
        return first if constant is None else _union([first, Range(constant, constant)])
    if name in ("UpSampling2D", "Resizing", "Resize") and operation.interpolation in ("nearest", "bilinear", "area"):
        return first
    if hasattr(operation, "activation"):
        return _image(operation.activation, ANY, _name_of(operation.activation))
    if name == "Lambda" or (isinstance(operation, keras.layers.Layer) and not operation.weights):
        return None
    return ANY  # layers with weights, sums of products


def _name_of(function: Any) -> str:
    """Return the name of a function, or of the class of a layer or operation, as Keras writes activations."""
    name = getattr(function, "__name__", None)
    if name is None:
        name = re.sub("(?<=[a-z])(?=[A-Z])", "_", type(function).__name__.replace("LU", "lu")).lower()
    return "function" if name == "<lambda>" else name


def _image(function: Callable[..., Any] | None, known: Known, name: str) -> Known:
    """Return the range of a function of one number, found by trying many; None if it cannot be tried."""
    if function is None:
        return known
    low, high = (-math.inf, math.inf) if known is None else (known.low, known.high)
    points = np.concatenate([np.linspace(-20, 20, 4001), np.geomspace(20, 1e9, 200), -np.geomspace(20, 1e9, 200), [0]])
    ends = [end for end in (low, high) if math.isfinite(end)]
    points = np.sort(np.concatenate([points[(points >= low) & (points <= high)], ends])).astype("float32")
    try:
        with np.errstate(all="ignore"):
            values = keras.ops.convert_to_numpy(function(keras.ops.convert_to_tensor(points[None])))
    except (TypeError, ValueError, AttributeError, LookupError, RuntimeError, ArithmeticError):
        return None
    if values.shape != (1, len(points)):
        return None
    lowest, highest = np.nanmin(values), np.nanmax(values)
    if not known and (lowest < -LARGE or highest > LARGE):  # what it is applied to may have bounds
        return None
    result = Range(
        -math.inf if lowest < -LARGE else round(float(lowest), 4) + 0.0,
        math.inf if highest > LARGE else round(float(highest), 4) + 0.0,
        name,
    )
    if known is not None and (result.low, result.high) == (known.low, known.high):
        return known
    return result


def _union(ranges: Sequence[Known]) -> Known:
    known = [part for part in ranges if part is not None]
    if len(known) < len(ranges):
        return None
    source = next((part.source for part in known if part.source), "")
    return Range(min(part.low for part in known), max(part.high for part in known), source)


def _arithmetic(name: str, arguments: Sequence[Known]) -> Known:
    """Return the range of sums, differences, products and quotients."""
    if ANY in arguments and name in ("Add", "Subtract"):
        return ANY
    result, *others = arguments
    for other in others:
        if result is None or other is None:
            return None
        with np.errstate(all="ignore"):
            corners = [ARITHMETIC[name](a, b) for a in result[:2] for b in other[:2]]
        if name == "TrueDivide" and other.low <= 0 <= other.high:
            return ANY
        if name == "Power" and (other.low != other.high or other.low != 2):
            return None
        if name == "Power" and result.low <= 0 <= result.high:
            corners.append(0.0)
        corners = [0.0 if math.isnan(corner) else float(corner) for corner in corners]  # 0 times infinity
        result = Range(min(corners), max(corners), result.source or other.source)
    return result


ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "Add": np.add,
    "Divide": np.divide,
    "Multiply": np.multiply,
    "Power": np.power,
    "Subtract": np.subtract,
    "TrueDivide": np.divide,
}
