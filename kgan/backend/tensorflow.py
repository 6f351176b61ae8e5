"""Derivatives and conditional updates with TensorFlow."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import tensorflow as tf

from kgan._typing import Array, Tensor


def input_gradient(function: Callable[[Tensor], Any], points: Tensor, has_aux: bool = False) -> tuple[Any, Tensor]:
    """Return `function(points)` and the gradient of its sum with respect to `points`.

    The gradient is itself differentiable, so that a penalty on it can be minimized. The gradient of each image is its
    own as long as `function` does not mix the images of a batch.

    Args:
        function: a differentiable function of one tensor.
        points: tensor `(batch, ...)`.
        has_aux: whether `function` returns a tuple, of which only the first element is differentiated.

    Returns:
        The value, and the gradient in the shape of `points`.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(points)
        value = function(points)
        differentiated = value[0] if has_aux else value
    return value, tape.gradient(differentiated, points, unconnected_gradients=tf.UnconnectedGradients.ZERO)


def gradients(function: Callable[[], tuple[list[Tensor], Any]], *sources: Any) -> tuple[list[Tensor], list[Any], Any]:
    """Differentiate several losses of one forward pass, each with respect to its own sources.

    Args:
        function: without arguments, returns `(losses, results)`: a list with one scalar for each of `sources`, and
            anything else to return.
        *sources: for each loss a list of variables, or one tensor.

    Returns:
        The losses, the gradients (in the structure of `sources`) and the results.
    """
    sources = tf.nest.map_structure(_tensor, sources)
    with tf.GradientTape(persistent=len(sources) > 1, watch_accessed_variables=False) as tape:
        tape.watch(sources)
        losses, results = function()
    differentiated = [
        _dense(tape.gradient(loss, source, unconnected_gradients=tf.UnconnectedGradients.ZERO))
        for loss, source in zip(losses, sources, strict=True)
    ]
    return losses, differentiated, results


def pullback(
    function: Callable[[], Tensor], variables: Sequence[keras.Variable]
) -> tuple[Tensor, Callable[[Tensor], list[Tensor]]]:
    """Return `function()`, and a function that turns a gradient at its value into the gradients for `variables`.

    With it, one forward pass of the generator serves both updates of a training step, although the discriminator
    changes in between.
    """
    tensors = [_tensor(variable) for variable in variables]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(tensors)
        value = function()

    def pull_back(gradient: Tensor) -> list[Tensor]:
        return _dense(
            tape.gradient(value, tensors, output_gradients=gradient, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        )

    return value, pull_back


def where_finite(tensors: Sequence[Tensor], function: Callable[[], None]) -> Tensor:
    """Call `function` (for its side effects) only if every number in `tensors` is finite.

    Returns:
        A boolean scalar: whether it was called.
    """
    # A sum of squares is finite only if all its terms are, and reads each tensor once, without a mask.
    # An overflow of the sum itself means gradients around 1e19, which are of no use either.
    finite = tf.math.is_finite(tf.add_n([tf.nn.l2_loss(tf.cast(tensor, tf.float32)) for tensor in tensors]))

    def call() -> bool:
        function()
        return True

    return tf.cond(finite, call, lambda: False)


def compiled(function: Callable) -> Callable:
    """Return a function of tensors that runs as one graph for each shape."""
    return tf.function(function, autograph=False)


def lean_train_function(model: keras.Model) -> Callable[[Iterator], dict[str, Tensor]] | None:
    """Return a function of a data iterator that makes one step, or None where Keras's own function is needed.

    Keras wraps the results of each call in an optional value, which takes a twentieth of the step of a small network.
    One step in an execution on one device does not need it.
    """
    if model.run_eagerly or model.steps_per_execution != 1 or model.distribute_strategy.num_replicas_in_sync != 1:
        return None
    step = model.train_step
    if model.jit_compile:
        step = tf.function(step, jit_compile=True, reduce_retracing=True, autograph=False)
    from_iterator = tf.function(lambda iterator: step(iterator.get_next()), reduce_retracing=True, autograph=False)
    from_batch = tf.function(step, reduce_retracing=True, autograph=False)

    def function(iterator: Iterator) -> dict[str, Tensor]:
        if isinstance(iterator, tf.data.Iterator):
            return from_iterator(iterator)
        return from_batch(next(iterator))  # that of `train_on_batch` is a plain one

    return function


def _dense(gradients: Any) -> Any:
    """Return gradients as tensors; those of embeddings are slices."""
    return tf.nest.map_structure(tf.convert_to_tensor, gradients, expand_composites=False)


def _tensor(source: Any) -> Any:
    """Return what a tape can watch: the framework's variable inside a Keras variable, or the tensor itself."""
    return source.value if isinstance(source, keras.Variable) else source


def summarize_image(name: str, image: Array, step: int, writer: Any = None) -> None:
    """Write one uint8 image `(height, width, channels)` for TensorBoard. Without a writer do nothing."""
    with writer.as_default() if writer is not None else contextlib.nullcontext():
        if tf.summary.should_record_summaries():  # without a writer, TensorBoard need not even be installed
            tf.summary.image(name, image[None], step=step)


def use_device(name: str = "auto") -> str:
    """Choose what the process computes on, before it computes anything, and return what that is in words.

    Args:
        name: `"auto"` (a GPU where there is one), `"cpu"`, `"gpu"`, or `"gpu:1"` for the second one. Defaults to
            `"auto"`.

    Raises:
        ValueError: the name is unknown, or there is no such device.
        RuntimeError: TensorFlow has begun to compute on another device.
    """
    kind, _, number = name.partition(":")
    if kind not in ("auto", "cpu", "gpu") or (number and (kind != "gpu" or not number.isdecimal())):
        raise ValueError(f"`device` must be auto, cpu, gpu, or gpu and a number, such as gpu:1. Received: {name!r}")
    gpus = tf.config.list_physical_devices("GPU")
    if kind == "gpu" and int(number or 0) >= len(gpus):
        found = f"{len(gpus)} of them, which begin with gpu:0" if gpus else "none: install TensorFlow with CUDA"
        raise ValueError(f"`device` must be one that TensorFlow finds. Received: {name!r}, but it finds {found}.")
    chosen = [] if kind == "cpu" else gpus if kind == "auto" else [gpus[int(number or 0)]]
    if set(tf.config.get_visible_devices("GPU")) != set(chosen):
        tf.config.set_visible_devices(chosen, "GPU")
    if not chosen:
        return "CPU" if kind == "cpu" else "CPU (TensorFlow finds no GPU)"
    details = tf.config.experimental.get_device_details(chosen[0])
    return f"GPU: {details.get('device_name', 'of an unknown model')}"


def gpu_names() -> list[str]:
    """Return the names of the GPUs that TensorFlow uses."""
    details = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    return [str(detail.get("device_name", "GPU")) for detail in details]


def num_threads() -> tuple[int, int]:
    """Return how many threads compute within one operation, and how many operations run at once; 0: as many as fit."""
    threading = tf.config.threading
    return threading.get_intra_op_parallelism_threads(), threading.get_inter_op_parallelism_threads()
