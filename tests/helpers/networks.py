"""Tiny networks that many tests train."""

import keras
import numpy as np
from keras import layers

import kgan

SHAPE = (8, 8, 1)


def generator(num_classes=None, shape=SHAPE, latent_dim=4, dtype=None):
    """A dense generator of a few hundred weights."""
    latents = keras.Input((latent_dim,), dtype=dtype)
    inputs, x = latents, latents
    if num_classes:
        labels = keras.Input((), dtype="int32")
        inputs = [latents, labels]
        x = layers.Concatenate()([x, layers.Embedding(num_classes, 3)(labels)])
    x = layers.Dense(8, activation="relu", dtype=dtype)(x)
    x = layers.Dense(int(np.prod(shape)), activation="tanh", dtype=dtype)(x)
    return keras.Model(inputs, layers.Reshape(shape, dtype=dtype)(x))


def discriminator(num_classes=None, shape=SHAPE, activation=None, dropout=0.0):
    """A dense discriminator; with dropout it has a random state of its own."""
    images = keras.Input(shape)
    inputs, x = images, layers.Flatten()(images)
    if num_classes:
        labels = keras.Input((), dtype="int32")
        inputs = [images, labels]
        x = layers.Concatenate()([x, layers.Embedding(num_classes, 3)(labels)])
    x = layers.Dense(8)(x)
    x = layers.LeakyReLU(0.2)(x)
    if dropout:
        x = layers.Dropout(dropout)(x)
    return keras.Model(inputs, layers.Dense(1, activation=activation)(x))


def gan(num_classes=None, dropout=0.0, seed=0, **options):
    """A tiny GAN with repeatable initial weights, not compiled."""
    keras.utils.set_random_seed(seed)
    return kgan.GAN(generator(num_classes), discriminator(num_classes, dropout=dropout), seed=seed, **options)


def images(count=32, shape=SHAPE, seed=0):
    """Smooth random float32 images in [-1, 1]."""
    return np.random.default_rng(seed).uniform(-1, 1, (count, *shape)).astype("float32")


def labels(count=32, num_classes=3):
    """Classes in turn, int32."""
    return (np.arange(count) % num_classes).astype("int32")


def state(model):
    """Every number that a resumed run must have again."""
    variables = {
        "generator": model.generator.weights,
        "average": model.ema_generator.weights,
        "discriminator": model.discriminator.weights,
        "optimizers": model.optimizer.variables,
        "seeds": model.seed_states(),
    }
    return {f"{name}/{i}": v.numpy() for name, group in variables.items() for i, v in enumerate(group)}


def images_of(generator, noise, labels=None):
    """What a generator makes of latents, and labels if it takes them."""
    noise = np.asarray(noise)
    return generator(noise if labels is None else [noise, np.int32(labels)], training=False).numpy()


class Stop(keras.callbacks.Callback):
    """Interrupts training after so many batches, of all epochs."""

    def __init__(self, batch):
        super().__init__()
        self.batch = batch
        self.seen = 0

    def on_train_batch_end(self, number, logs=None):
        self.seen += 1
        if self.seen == self.batch:
            raise KeyboardInterrupt
