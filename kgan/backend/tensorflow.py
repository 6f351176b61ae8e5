"""Derivatives and conditional updates with TensorFlow."""

import contextlib

import keras
import tensorflow as tf


def input_gradient(function, points, has_aux=False):
    """Return `function(points)` and the gradient of its sum with respect to `points`.

    The gradient is itself differentiable, so a penalty on it can be trained on. Each image's gradient
    is its own as long as `function` treats the images of a batch one by one.

    Args:
        function: a differentiable function of one tensor.
        points: tensor `(batch, ...)`.
        has_aux: `function` returns a pair, of which only the first is differentiated.

    Returns:
        The value, and the gradient in the shape of `points`.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(points)
        value = function(points)
        differentiated = value[0] if has_aux else value
    return value, tape.gradient(differentiated, points, unconnected_gradients=tf.UnconnectedGradients.ZERO)


def gradients(function, *sources):
    """Differentiate several losses in one forward pass, each with respect to sources of its own.

    Args:
        function: takes nothing, returns `(losses, results)`: a list with one scalar for each of
            `sources`, and anything else worth keeping.
        *sources: for each loss a list of variables, or one tensor.

    Returns:
        The losses, the gradients (in the structure of `sources`) and the results.
    """
    sources = tf.nest.map_structure(_tensor, sources)
    with tf.GradientTape(persistent=len(sources) > 1, watch_accessed_variables=False) as tape:
        tape.watch(sources)
        losses, results = function()
    found = [
        _dense(tape.gradient(loss, source, unconnected_gradients=tf.UnconnectedGradients.ZERO))
        for loss, source in zip(losses, sources, strict=True)
    ]
    return losses, found, results


def pullback(function, variables):
    """Return `function()` and a function that pulls a gradient at its value back to `variables`.

    With it one forward pass of the generator serves both halves of a training step, whatever
    happens to the discriminator in between.
    """
    variables = [_tensor(variable) for variable in variables]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(variables)
        value = function()

    def pull(gradient):
        return _dense(
            tape.gradient(
                value, variables, output_gradients=gradient, unconnected_gradients=tf.UnconnectedGradients.ZERO
            )
        )

    return value, pull


def where_finite(tensors, function):
    """Call `function` (for its side effects) only if every number in `tensors` is finite.

    Returns:
        A boolean scalar: whether it was called.
    """
    # A sum of squares is finite only if all its terms are, and reads each tensor once, without a mask.
    # An overflow of the sum itself means gradients around 1e19: no step that anyone would want to take.
    finite = tf.math.is_finite(tf.add_n([tf.nn.l2_loss(tf.cast(tensor, tf.float32)) for tensor in tensors]))

    def call():
        function()
        return True

    return tf.cond(finite, call, lambda: False)


def compiled(function):
    """Return a function of tensors that runs as one graph for each shape."""
    return tf.function(function, autograph=False)


def lean_train_function(model):
    """Return a function of a data iterator that makes one step, or None where Keras's own function is needed.

    Keras wraps the results of each call in an optional value, which takes a twentieth of a small network's
    step. One step an execution on one device does without.
    """
    if model.run_eagerly or model.steps_per_execution != 1 or model.distribute_strategy.num_replicas_in_sync != 1:
        return None
    step = model.train_step
    if model.jit_compile:
        step = tf.function(step, jit_compile=True, reduce_retracing=True, autograph=False)
    from_iterator = tf.function(lambda iterator: step(iterator.get_next()), reduce_retracing=True, autograph=False)
    from_batch = tf.function(step, reduce_retracing=True, autograph=False)

    def function(iterator):
        if isinstance(iterator, tf.data.Iterator):
            return from_iterator(iterator)
        return from_batch(next(iterator))  # `train_on_batch` brings a plain one

    return function


def _dense(gradients):
    """Return gradients as tensors; those of embeddings come as slices."""
    return tf.nest.map_structure(tf.convert_to_tensor, gradients, expand_composites=False)


def _tensor(source):
    """Return what a tape can watch: the framework's variable inside a Keras variable, or the tensor itself."""
    return source.value if isinstance(source, keras.Variable) else source


def summarize_image(name, image, step, writer=None):
    """Write one uint8 image `(height, width, channels)` for TensorBoard, if there is a writer, else do nothing."""
    with writer.as_default() if writer is not None else contextlib.nullcontext():
        if tf.summary.should_record_summaries():  # without a writer, TensorBoard need not even be installed
            tf.summary.image(name, image[None], step=step)
