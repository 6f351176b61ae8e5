"""What a network's inputs, outputs and layers tell about it."""

from typing import Any

import keras

from kgan.backend import keras_internals


def is_generator(model: Any) -> bool:
    """Return whether a Keras model turns latents, or `[latents, labels]`, into images.

    Example:
    >>> latents = keras.Input((4,))
    >>> is_generator(keras.Model(latents, keras.layers.Reshape((2, 2, 1))(latents)))
    True
    """
    inputs, outputs = getattr(model, "inputs", None) or [], getattr(model, "outputs", None) or []
    return len(inputs) in (1, 2) and len(outputs) == 1 and len(inputs[0].shape) == 2 and len(outputs[0].shape) == 4


def num_classes_of(generator: keras.Model) -> int | None:
    """Return the number of classes that a two-input generator embeds, or None if its layers do not tell.

    Example:
    >>> latents, labels = keras.Input((4,)), keras.Input((), dtype="int32")
    >>> embedded = keras.layers.Concatenate()([latents, keras.layers.Embedding(10, 3)(labels)])
    >>> num_classes_of(keras.Model([latents, labels], embedded))
    10
    """
    sizes = [
        getattr(layer, "num_classes", None)
        or getattr(layer, "num_tokens", None)
        or (layer.input_dim if isinstance(layer, keras.layers.Embedding) else None)
        for layer in keras_internals.nested_layers(generator)
    ]
    return min((size for size in sizes if isinstance(size, int)), default=None)
