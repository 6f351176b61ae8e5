"""Checks of networks and data before the first step."""

from typing import Any

import keras
import numpy as np

from kgan._checks import shapes_fit
from kgan.architectures.inspection import num_classes_of
from kgan.backend import keras_internals
from kgan.training import reach


def check_networks(generator: keras.Model, discriminator: keras.Model, packing: int = 1) -> None:
    """Check that a generator from latents and a discriminator fit together.

    Args:
        generator: Functional or Sequential model, latents `(batch, latent_dim)` to images, or
            `[latents, labels]` to images.
        discriminator: Functional or Sequential model, images to logits, or `[images, labels]` to logits; with
            labels, either may give logits and class logits.
        packing: number of images that the discriminator takes together, with stacked channels.

    Raises:
        TypeError: one of them is not a Keras model.
        ValueError: they are not built, their shapes or inputs do not fit, the generator cannot make images in [-1, 1],
            or the discriminator ends in a sigmoid.
    """
    check_order(generator, discriminator)
    for role, network in (("generator", generator), ("discriminator", discriminator)):
        check_network(role, network)
        if len(network.inputs) > 2 or len(network.outputs) > 1 + (role == "discriminator"):
            raise ValueError(
                f"Expected `{role}` to have one input (two with labels) and one output. "
                f"Received: {len(network.inputs)} inputs and {len(network.outputs)} outputs."
            )
    _check_label_inputs(generator, discriminator)
    latents, images = generator.inputs[0].shape, generator.outputs[0].shape
    if len(latents) != 2 or latents[1] is None:
        raise ValueError(f"Expected the generator's first input to be latents (None, latent_dim). Received: {latents}")
    if not isinstance(packing, int) or packing < 1:
        raise ValueError(f"`packing` must be a positive integer. Received: packing={packing!r}")
    if packing > 1 and len(generator.inputs) == 2:
        raise ValueError(
            "Expected networks without labels where the discriminator sees several images together. "
            f"Received: packing={packing} and networks with labels."
        )
    if packing > 1 and images[-1] is not None:
        images = (*images[:-1], packing * images[-1])
    expected = discriminator.inputs[0].shape
    if not shapes_fit(images[1:], expected[1:]):
        stacked = f", {packing} images with stacked channels" if packing > 1 else ""
        raise ValueError(
            f"Expected the generator's output to have the shape of the discriminator's input{stacked}. Received: "
            f"a generator that makes {images[1:]} and a discriminator that takes {expected[1:]}."
        )
    reach.check_generator(generator)
    reach.check_discriminator(discriminator)


def check_order(generator: keras.Model, discriminator: keras.Model) -> None:
    """Check that the generator and the discriminator are not swapped.

    Raises:
        ValueError: the "discriminator" makes the images that the "generator" takes.
    """
    outputs, inputs = (getattr(discriminator, "outputs", None), getattr(generator, "inputs", None))
    if not outputs or not inputs or len(generator.outputs[0].shape) == 4:
        return
    if (
        len(outputs[0].shape) == 4
        and shapes_fit(outputs[0].shape, inputs[0].shape)
        and outputs[0].shape[-1] is not None
    ):
        raise ValueError(
            f"Expected the generator first. Received: networks that seem to be swapped: the `generator` takes images "
            f"{tuple(inputs[0].shape[1:])} and gives {tuple(generator.outputs[0].shape[1:])}, the `discriminator` "
            "makes such images. Pass them by name: generator=..., discriminator=..."
        )


def check_inputs(inputs: Any, generator: keras.Model) -> None:
    """Check the shapes of what a model is called with.

    Raises:
        ValueError: they are not those of the generator's inputs, for example those of its images.
    """
    received: list[Any] = [getattr(part, "shape", None) for part in keras.tree.flatten(inputs)]
    if any(shape is None or getattr(shape, "rank", 0) is None for shape in received):
        return  # numbers, or not known while a function is traced
    expected = [tensor.shape for tensor in generator.inputs]
    fits = [shapes_fit(tuple(given), known) for given, known in zip(received, expected, strict=False)]
    if len(fits) == len(expected) == len(received) and all(fits):
        return
    raise ValueError(
        f"Expected the generator's inputs, of shape {', '.join(map(str, expected))}, to make images from. Received: "
        f"{', '.join(str(tuple(shape)) for shape in received)}. Real images are for `fit` and `evaluate`."
    )


def check_metrics(metrics: Any) -> None:
    """Check that metrics are not those of a classifier.

    Raises:
        ValueError: one is an accuracy.
    """
    for metric in metrics or []:
        name = metric if isinstance(metric, str) else type(metric).__name__
        if name == "acc" or "accuracy" in name.lower():
            raise ValueError(
                f"Expected metrics of real and generated images, as those of kgan.metrics. Received: {metric!r}. How "
                "often the discriminator is right is no measure of images; `real_score` and `fake_score` tell it."
            )


def check_no_targets(targets: Any) -> None:
    """Check that a GAN without labels is not given targets for its discriminator, as in `fit(images, ones)`.

    Raises:
        ValueError: the second part of the data are floats. Labels are passed over.
    """
    if targets is None:
        return
    targets = np.asarray(targets)
    if np.issubdtype(targets.dtype, np.floating):
        raise ValueError(
            f"Expected images alone: the networks take no labels. Received: images and an array {targets.shape} of "
            f"{targets.dtype}. The targets of real and generated images, ones and zeros, are part of the loss: call "
            "fit(images)."
        )


def _check_label_inputs(generator: keras.Model, discriminator: keras.Model) -> None:
    classifies = len(discriminator.outputs) == 2
    takes_labels = len(generator.inputs) == 2
    if takes_labels != (len(discriminator.inputs) == 2 or classifies):
        raise ValueError(
            "Expected the generator and the discriminator to take labels both or neither. Received: "
            f"a generator with {len(generator.inputs)} and a discriminator with {len(discriminator.inputs)} inputs"
            + (" that classifies images." if classifies else ".")
        )
    if classifies and discriminator.outputs[1].shape[1:] != (num_classes_of(generator),):
        raise ValueError(
            "Expected the discriminator's second output to be logits of the generator's classes "
            f"(batch, {num_classes_of(generator)}). Received: {discriminator.outputs[1].shape}"
        )


def check_network(role: str, network: Any) -> None:
    """Check that `network` is a Keras model whose shapes are known.

    Args:
        role: the name of the argument, for the message.
        network: what was given.

    Raises:
        TypeError: it is not a Keras model.
        ValueError: it is not built.
    """
    if not isinstance(network, keras.Model):
        raise TypeError(f"Expected `{role}` to be a keras.Model. Received: {network!r}")
    if not network.built or not getattr(network, "inputs", None):
        raise ValueError(
            f"Expected `{role}` to be a built model, whose shapes are known. Received: {network!r}. Start it with "
            "keras.Input(...)."
        )


def check_trainable(generator: keras.Model) -> None:
    """Check that a generator has trainable weights.

    Raises:
        ValueError: all its weights are frozen, as those of an averaged generator and of a copy from its config.
    """
    if not generator.trainable_variables:
        raise ValueError(
            f"Expected a generator with trainable weights. Received: {generator.name!r}, all of whose "
            f"{len(generator.weights)} weights are frozen. Set `trainable = True` on it before `compile`."
        )


def check_label_dropout(label_dropout: float, generator: keras.Model, discriminator: keras.Model) -> None:
    """Check the share of labels that training drops, and that the networks have an embedding of no class.

    Raises:
        ValueError: it is not in [0, 1), or a network takes no labels or embeds them with layers other than kgan's.
    """
    if not 0 <= label_dropout < 1:
        raise ValueError(f"`label_dropout` must be in [0, 1). Received: label_dropout={label_dropout}")
    if not label_dropout:
        return
    if len(generator.inputs) != 2:
        raise ValueError(f"Expected networks with labels. Received: label_dropout={label_dropout} and no labels.")
    for network in (generator, discriminator):
        if any(type(layer) is keras.layers.Embedding for layer in keras_internals.nested_layers(network)):
            raise ValueError(
                "Expected labels to be embedded with `kgan.layers.LabelEmbedding`, which has a vector for no class. "
                f"Received: `label_dropout` and {network.name!r}, with `keras.layers.Embedding`."
            )


def cluster_count(generator: keras.Model, num_classes: int | None = None) -> int:
    """Return the number of clusters that a generator can be asked for: `num_classes` if it is given.

    Raises:
        ValueError: the generator takes no labels, or does not tell how many there are.
    """
    count = num_classes or num_classes_of(generator) if len(generator.inputs) == 2 else None
    if count is None:
        raise ValueError(
            "Expected networks that take labels, which clusters replace: build both with `num_classes`, the number of "
            "clusters. Received: a generator without."
        )
    return count
