"""Checks of what networks can give: images in [-1, 1], and logits of both signs."""

import warnings
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from kgan._typing import Array
from kgan.architectures.output_ranges import Known, Range, output_ranges

MARGIN = 0.1
"""How far the data may lie outside of what a generator can reach, before there is a warning."""
FAR = 1e4
"""Images of this size drive a sigmoid to exactly 0 or 1, and logits to large values."""

SCALE = "Scale the data to [-1, 1], or end the generator without an activation."
"""What to do about data that are no images in [-1, 1]."""


def check_generator(generator: keras.Model) -> None:
    """Check that a generator can make images in [-1, 1]. Other data, such as points in the plane, may have any range.

    Raises:
        ValueError: its last operations let it make no negative, or no positive values.
    """
    known = output_ranges(generator)[0]
    if len(generator.outputs[0].shape) == 4 and known is not None and known.one_sided:
        raise ValueError(
            f"Expected a generator of images in [-1, 1]. Received: one that ends in {_article(known.source)}, whose "
            f"images are in {known}. {_generator_advice(known)}"
        )


def check_discriminator(discriminator: keras.Model) -> None:
    """Check that a discriminator gives raw logits.

    Raises:
        ValueError: its last operations let logits, or the class logits of a second output, have one sign only.

    Warns:
        UserWarning: they are bounded, as after tanh.
    """
    known, *classes = output_ranges(discriminator)
    if known is not None and known.one_sided:
        raise ValueError(
            f"Expected the discriminator to end in raw logits. Received: one that ends in {_article(known.source)}, "
            f"whose values are in {known}. kgan's losses apply the sigmoid themselves, in a form that does not "
            "overflow, and need logits of both signs: remove the activation."
        )
    if classes and classes[0] is not None and classes[0].one_sided:
        raise ValueError(
            "Expected the discriminator's class logits to be raw. Received: a second output that ends in "
            f"{_article(classes[0].source)}, whose values are in {classes[0]}. kgan's losses apply the softmax "
            "themselves: remove the activation."
        )
    if known is not None and known.bounded:
        warnings.warn(
            f"The discriminator ends in {_article(known.source)}, so that its logits stay in {known}: it can never be "
            "sure that an image is real or generated, and its gradients vanish at the bounds. Remove the activation.",
            stacklevel=5,
        )


def warn_of_generator(generator: keras.Model, data: Array, samples: Callable[[], Array]) -> None:
    """Warn if a generator cannot reach the data.

    Args:
        generator: from latents or images.
        data: real images, or other data.
        samples: function that returns what the generator makes, called only where its layers do not tell.

    Warns:
        UserWarning: some of the data lie more than `MARGIN` outside of what the layers allow; or, where they do not
            tell, no sample has a negative value although the data have, or none a positive one.
    """
    known = output_ranges(generator)[0]
    low, high = float(np.min(data)), float(np.max(data))
    span = f"the data are in [{low:.3g}, {high:.3g}]"
    within = low >= -1 - MARGIN and high <= 1 + MARGIN
    if known is not None:
        if low < known.low - MARGIN or high > known.high + MARGIN:
            warnings.warn(
                f"The generator ends in {_article(known.source)}, so that its images are in {known}, while {span}: it "
                f"can never reach all of them. {_generator_advice(known) if within else SCALE}",
                stacklevel=4,
            )
        return
    made = samples()
    least, most = float(np.min(made)), float(np.max(made))
    if least == most or not np.isfinite(made).all():
        return
    if (least >= 0 and low < -MARGIN) or (most <= 0 and high > MARGIN):
        warnings.warn(
            f"The generator's images are in [{least:.3g}, {most:.3g}] before training, none of another sign, while "
            f"{span}. If it ends in a sigmoid or relu, it can never reach all of them. {_generator_advice(None)}",
            stacklevel=4,
        )


def warn_of_discriminator(discriminator: keras.Model, logits_of: Callable[[Array], Array], images: Array) -> None:
    """Warn if a discriminator seems to end in a sigmoid or softmax, where its layers do not tell.

    Args:
        discriminator: from images.
        logits_of: function that returns its logits of images.
        images: real ones.

    Warns:
        UserWarning: even for images of huge values, all logits are in [0, 1], and some are 1.
    """
    if output_ranges(discriminator)[0] is not None:
        return
    logits = logits_of(np.concatenate([FAR * images, -FAR * images]).astype("float32"))
    if logits.size and np.min(logits) >= 0 and np.max(logits) <= 1 and np.max(logits) > 1 - 1e-6:
        warnings.warn(
            "The discriminator's logits stay in [0, 1] even for images of huge values, as after a sigmoid. kgan's "
            "losses apply the sigmoid themselves, and need raw logits of both signs: remove the activation.",
            stacklevel=4,
        )


def _article(source: str) -> str:
    return f"{'an' if source[:1].lower() in 'aeiou' else 'a'} {source or 'function with bounds'}"


def _generator_advice(known: Known | Any) -> str:
    """Return what to do about a generator that cannot reach the data."""
    advice = 'End it in tanh instead (activation="tanh")'
    if isinstance(known, Range) and (known.low, known.high) == (0, 1):
        return f"{advice}, or rescale its output with keras.layers.Rescaling(2.0, offset=-1.0)."
    return f"{advice}."
