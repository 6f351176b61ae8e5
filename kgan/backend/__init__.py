"""What kgan needs of a framework and Keras does not offer, in one module for each backend of Keras."""

import keras

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"kgan trains on Keras's TensorFlow backend. Received: {keras.backend.backend()!r}. "
        "Set the environment variable KERAS_BACKEND=tensorflow before Python starts."
    )

from kgan.backend.tensorflow import (
    compiled,
    gpu_names,
    gradients,
    input_gradient,
    lean_train_function,
    num_threads,
    pullback,
    summarize_image,
    use_device,
    where_finite,
)

__all__ = [
    "compiled",
    "gpu_names",
    "gradients",
    "input_gradient",
    "lean_train_function",
    "num_threads",
    "pullback",
    "summarize_image",
    "use_device",
    "where_finite",
]
