"""Checks of image-to-image networks and pairs of images before the first step."""

from typing import Any

import keras
import numpy as np

from kgan._checks import check_images, shapes_fit
from kgan._typing import Array, Shape
from kgan.training import checks, reach

NOISY = 1 + 5 * 55 / 127.5
"""The largest value of noisy inputs: 1 and five standard deviations of the strongest usual noise, 55 of 255."""


def check_networks(generator: keras.Model, discriminator: keras.Model) -> None:
    """Check that an image-to-image generator and a discriminator fit together.

    Args:
        generator: Functional or built Sequential model, images to images.
        discriminator: another one, images, or `[images, inputs]`, to logits.

    Raises:
        TypeError: one of them is not a Keras model.
        ValueError: they are not built, their shapes do not fit, the generator cannot make images in [-1, 1], or the
            discriminator ends in a sigmoid.
    """
    checks.check_order(generator, discriminator)
    for role, network, max_inputs in (("generator", generator, 1), ("discriminator", discriminator, 2)):
        checks.check_network(role, network)
        if len(network.inputs) > max_inputs or len(network.outputs) != 1:
            allowed = "one input" if max_inputs == 1 else "one input, or two, [images, inputs],"
            raise ValueError(
                f"Expected `{role}` to have {allowed} and one output. "
                f"Received: {len(network.inputs)} inputs and {len(network.outputs)} outputs."
            )
    source, images = generator.inputs[0].shape, generator.outputs[0].shape
    for name, shape in (("take", source), ("make", images)):
        if len(shape) != 4 or shape[-1] is None:
            raise ValueError(
                f"Expected a generator to {name} images (None, height, width, channels), sides may be None. "
                f"Received: {shape}. Generators of latents are for `kgan.GAN`."
            )
    expected = [("makes", images), ("takes", source)]
    for (verb, shape), discriminated in zip(expected, discriminator.inputs, strict=False):
        if not shapes_fit(shape[1:], discriminated.shape[1:]):
            raise ValueError(
                "Expected the discriminator to take the generator's images, or [images, inputs]. Received: a "
                f"generator that {verb} {shape[1:]} and a discriminator that takes {discriminated.shape[1:]}."
            )
    reach.check_generator(generator)
    reach.check_discriminator(discriminator)


def check_perceptual(perceptual: Any, image_shape: Shape) -> None:
    """Check that a network for a perceptual loss takes the generator's images.

    Args:
        perceptual: Keras model of images in [-1, 1] to one feature tensor or a list of them; or None.
        image_shape: the generator's, without the batch.

    Raises:
        TypeError: it is not a Keras model.
        ValueError: it is not built, or takes images of another shape.
    """
    if perceptual is None:
        return
    checks.check_network("perceptual", perceptual)
    expected = perceptual.inputs[0].shape
    if len(perceptual.inputs) != 1 or not shapes_fit(image_shape, expected[1:]):
        raise ValueError(
            f"Expected `perceptual` to take the generator's images {tuple(image_shape)} in [-1, 1]. Received: a model "
            f"that takes {expected[1:]}. Put layers before it that turn such images into what it takes."
        )


def check_batch(inputs: Array, targets: Array | None, generator: keras.Model, discriminator: keras.Model) -> None:
    """Check a batch, or whole arrays, of inputs and targets.

    Args:
        inputs: float array `(batch, height, width, channels)`; noise may take it a little out of [-1, 1].
        targets: float array `(batch, height, width, channels)` in [-1, 1], of the size that the generator makes.
        generator, discriminator: as in `check_networks`.

    Raises:
        ValueError: targets are missing, the numbers or sizes do not fit, or there are other values.
    """
    if targets is None:
        raise ValueError(
            "Expected pairs (inputs, targets). Received: inputs without targets. Call `fit(inputs, targets)`, or give "
            "batches of both."
        )
    targets = np.asarray(targets)
    _check_images("inputs", inputs, generator.inputs[0].shape[1:], NOISY)
    _check_images("targets", targets, generator.outputs[0].shape[1:], 1.01)
    if len(inputs) != len(targets):
        raise ValueError(f"Expected one target for each input. Received: {len(inputs)} inputs, {len(targets)} targets.")
    made = generator.compute_output_shape((None, *inputs.shape[1:]))[1:]
    if tuple(made) != targets.shape[1:]:
        raise ValueError(
            f"Expected targets of the size that the generator makes of the inputs: {tuple(made)} of "
            f"{inputs.shape[1:]}. Received: {targets.shape[1:]}"
        )
    judged = discriminator.inputs[0].shape
    if not shapes_fit(targets.shape[1:], judged[1:]):
        raise ValueError(f"Expected targets {judged[1:]}, for the discriminator. Received: {targets.shape[1:]}")


def _check_images(role: str, images: Array, shape: Shape, limit: float) -> None:
    try:
        check_images(images, shape, limit)
    except ValueError as error:
        raise ValueError(f"The {role} do not fit. {error}") from error
