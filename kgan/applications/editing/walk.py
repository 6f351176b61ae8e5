"""Walk from one generated image to the next: the frames of an animation, or the cells of a strip."""

from collections.abc import Iterator

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike

from kgan import _networks
from kgan._typing import Array
from kgan.applications.editing.edit import interpolate
from kgan.applications.editing.spaces import CodeSpace, Model, code_space
from kgan.backend import keras_internals


def walk(
    model: Model,
    codes: ArrayLike,
    steps: int = 16,
    labels: int | Array | None = None,
    closed: bool = False,
    method: str = "spherical",
) -> Array:
    """Return the images on the way from each code to the next.

    Between two classes of a class-conditional generator without styles, the vectors that its layers hold for the
    classes are interpolated too, which a Keras generator allows and an exported one does not. The styles of a
    style-based generator contain the class.

    Args:
        model: as in `CodeSpace`.
        codes: codes or latents of at least two images, as `CodeSpace.codes` takes them.
        steps: number of images from one code to the next, the first included. Defaults to 16.
        labels: for class-conditional generators without styles: integers `(num,)`, or one for all.
        closed: whether the walk returns from the last code to the first, so that it can be repeated forever; else it
            ends with the last code. Defaults to False.
        method: as in `interpolate`.

    Returns:
        Images `(num * steps, height, width, channels)` in [-1, 1] of a closed walk, else
        `((num - 1) * steps + 1, ...)`.

    Raises:
        ValueError: there are fewer than two codes or one step, labels are missing, or the generator cannot be
            interpolated between classes.

    Example:
    >>> from kgan.architectures import mlp
    >>> space = CodeSpace(mlp.generator((8, 8, 1), latent_dim=4))
    >>> walk(space, space.sample(3), steps=5).shape, walk(space, space.sample(3), steps=5, closed=True).shape
    ((11, 8, 8, 1), (15, 8, 8, 1))
    """
    space = code_space(model)
    codes = space.codes(codes, labels)
    if len(codes) < 2:
        raise ValueError(f"Expected at least two codes to walk between. Received: {len(codes)}")
    if not isinstance(steps, int) or steps < 1:
        raise ValueError(f"`steps` must be a positive integer. Received: steps={steps!r}")
    given = space.check_labels(len(codes), labels)
    classes = np.zeros(len(codes), int) if given is None else ops.convert_to_numpy(given)
    images = []
    for start in range(len(codes) if closed else len(codes) - 1):
        end = (start + 1) % len(codes)
        between = interpolate(space, codes[start], codes[end], steps + 1, method)[:-1]
        if classes[start] == classes[end]:
            images.append(space.images(between, None if given is None else int(classes[start])))
        else:
            images.append(_between_classes(space, between, int(classes[start]), int(classes[end])))
    if not closed:
        images.append(space.images(codes[-1:], None if given is None else int(classes[-1])))
    return np.concatenate(images)


def _between_classes(space: CodeSpace, codes: Array, first: int, last: int) -> Array:
    """Return images of codes, from one class to another."""
    images = []
    copy = None if space.generator is None else _networks.copy(space.generator)
    tables = [] if copy is None else list(_class_tables(copy, space.num_classes))
    if copy is None or not tables:
        raise ValueError(
            f"Expected a Keras generator with an embedding of its classes, to walk from class {first} to {last}. "
            "Received: one whose classes cannot be mixed. Walk within one class, or use the model.keras of an export."
        )
    starts = [ops.convert_to_numpy(table) for table in tables]
    for share, code in zip(np.arange(len(codes)) / len(codes), codes, strict=True):
        for table, start in zip(tables, starts, strict=True):
            mixed = np.array(start)
            mixed[first] = (1 - share) * start[first] + share * start[last]
            table.assign(mixed)
        images.append(copy([code[None], np.array([first], "int32")], training=False))
    return np.concatenate([ops.convert_to_numpy(image) for image in images])


def _class_tables(generator: keras.Model, num_classes: int | None) -> Iterator[keras.Variable]:
    """Give the weights of layers that know the classes which have a row for each class (and perhaps one for none)."""
    for layer in keras_internals.nested_layers(generator):
        known = getattr(layer, "num_classes", None) or getattr(layer, "input_dim", None)
        if num_classes is None or known not in (num_classes, num_classes + 1):
            continue
        for weight in layer.weights:
            if len(weight.shape) == 2 and weight.shape[0] in (num_classes, num_classes + 1):
                yield weight
