"""Tiny networks that are written as subclasses, in the ways that people write them."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

SHAPE = (4, 4, 1)
CLASSES = 3


class Generator(keras.Model):
    """The plainest: no argument, no configuration."""

    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(8, activation="relu")
        self.normalized = layers.BatchNormalization()
        self.pixels = layers.Dense(16, activation="tanh")
        self.image = layers.Reshape(SHAPE)

    def call(self, latents, training=False):
        return self.image(self.pixels(self.normalized(self.hidden(latents), training=training)))


class Discriminator(keras.Model):
    """Another one, which gives `training` a role, and has a random state."""

    def __init__(self):
        super().__init__()
        self.flat = layers.Flatten()
        self.dropped = layers.Dropout(0.3)
        self.logits = layers.Dense(1)

    def call(self, images, training=None):
        images = self.flat(images)
        return self.logits(self.dropped(images, training=training) if training else images)


class WithArguments(Generator):
    """Constructor arguments that no configuration has: a function, and a layer that the caller made."""

    def __init__(self, width, first, function):
        super().__init__()
        self.first, self.function = first, function
        self.more = [layers.Dense(width), layers.Dense(width)]
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")

    def call(self, latents, training=False):
        latents = self.first(latents)
        for layer in self.more:
            latents = self.function(layer(latents))
        return super().call(latents * self.scale, training=training)


@keras.saving.register_keras_serializable("tests")
class Configured(Generator):
    """Everything that Keras asks of a class that is to be saved."""

    def __init__(self, width, **kwargs):
        keras.Model.__init__(self, **kwargs)
        self.width = width
        self.hidden = layers.Dense(width, activation="relu")
        self.normalized = layers.BatchNormalization()
        self.pixels = layers.Dense(16, activation="tanh")
        self.image = layers.Reshape(SHAPE)

    def get_config(self):
        return {**super().get_config(), "width": self.width}


class Forgetful(Generator):
    """A configuration that leaves out what decides what the class computes."""

    def __init__(self, sign=1.0, **kwargs):
        keras.Model.__init__(self, **kwargs)
        self.sign = sign
        self.pixels = layers.Dense(16, activation="tanh")
        self.image = layers.Reshape(SHAPE)

    def call(self, latents):
        return self.sign * self.image(self.pixels(latents))

    def get_config(self):
        return super().get_config()


class Built(keras.Model):
    """With a `build` of its own, and TensorFlow's functions in `call`."""

    def __init__(self):
        super().__init__()
        self.pixels = layers.Dense(16)

    def build(self, input_shape):
        self.pixels.build(input_shape)
        self.built = True

    def call(self, latents):
        return tf.tanh(tf.reshape(self.pixels(latents), (tf.shape(latents)[0], *SHAPE)))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *SHAPE)


class InOrder(keras.Sequential):
    """A subclass of `Sequential` that begins with no `keras.Input`."""

    def __init__(self, width):
        super().__init__([layers.Dense(width), layers.Dense(16, "tanh"), layers.Reshape(SHAPE)])


class Graph(keras.Model):
    """A subclass whose constructor makes a Functional model."""

    def __init__(self, width):
        latents = keras.Input((3,))
        pixels = layers.Dense(16, "tanh")(layers.Dense(width)(latents))
        super().__init__(latents, layers.Reshape(SHAPE)(pixels))


class GraphWithCall(Graph):
    """Another one, which also computes something else."""

    def call(self, inputs, training=None, mask=None):
        return ops.flip(super().call(inputs, training=training, mask=mask), axis=1)


class Conditional(keras.Model):
    """Takes its latents or images, and labels, in one of four ways: `call`, "list", "tuple" or "dict"."""

    def __init__(self, units, shape):
        super().__init__()
        self.flat, self.embedded = layers.Flatten(), layers.Embedding(CLASSES, 2)
        self.last, self.image = layers.Dense(units), layers.Reshape(shape)

    def compute(self, first, labels):
        return self.image(self.last(ops.concatenate([self.flat(first), self.embedded(labels)], axis=1)))


class Arguments(Conditional):
    def call(self, inputs, labels):
        return self.compute(inputs, labels)


class Sum(keras.Model):
    """Adds one-hot labels to its latents."""

    def call(self, latents, labels):
        return latents + labels


class SumOfPair(keras.Model):
    """The same, of a list."""

    def call(self, inputs):
        return inputs[0] + inputs[1]


class Pairs(Conditional):
    def call(self, inputs, training=False):
        first, labels = inputs
        return self.compute(first, labels)


class Named(Conditional):
    def call(self, inputs):
        return self.compute(inputs["first"], inputs["label"])


class Classifier(keras.Model):
    """A discriminator with an auxiliary classifier: a list, a tuple or a dictionary of outputs."""

    def __init__(self, kind):
        super().__init__()
        self.kind, self.flat = kind, layers.Flatten()
        self.logits, self.classes = layers.Dense(1), layers.Dense(CLASSES)

    def call(self, images):
        features = self.flat(images)
        outputs = [self.logits(features), self.classes(features)]
        return {"classes": outputs[1], "validity": outputs[0]} if self.kind is dict else self.kind(outputs)


def built(network, *shapes):
    """Return a network after a call on arrays of these shapes; those of one number are labels."""
    arrays = [np.zeros(shape, "int32" if len(shape) == 1 else "float32") for shape in shapes]
    if isinstance(network, Named):
        network(dict(zip(("first", "label"), arrays, strict=True)))
    elif isinstance(network, Pairs):
        network(arrays)
    else:
        network(*arrays)
    return network


def generator(network=None):
    """Return a built generator of three latents."""
    return built(network or Generator(), (2, 3))


def discriminator(network=None):
    """Return a built discriminator of its images."""
    return built(network or Discriminator(), (2, *SHAPE))
