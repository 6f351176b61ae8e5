"""How networks take class labels, and the inputs and outputs that all discriminators have in common."""

import keras
from keras import layers

from kgan._checks import check_positive
from kgan._registry import unknown
from kgan._typing import ImageShape, Tensor
from kgan.layers.common import LabelEmbedding, projection_logit, wide_dtype

CONDITIONINGS = ("projection", "auxiliary_classifier", "projection_and_classifier", "concatenation")


def label_input(num_classes: int | None) -> Tensor | None:
    """Return the input for labels, or None for an unconditional network.

    Raises:
        ValueError: `num_classes` is not a positive integer.
    """
    if num_classes is None:
        return None
    check_positive(num_classes=num_classes)
    return keras.Input((), dtype="int32", name="labels")


def with_labels(images_or_latents: Tensor, labels: Tensor | None) -> Tensor | list[Tensor]:
    """Return the inputs of a network: its first input alone, or `[first input, labels]`."""
    return images_or_latents if labels is None else [images_or_latents, labels]


class DiscriminatorBuilder:
    """Creates the inputs of a discriminator, and the discriminator from the features of its last hidden layer.

    Args:
        image_shape: `(height, width, channels)`, valid.
        packing: the number of images that are discriminated together, stacked along the channels.
        num_classes: the number of classes, or None.
        conditioning: how labels are used, as `kgan.architectures` describes; ignored without classes.

    Raises:
        ValueError: a number is not positive, or the conditioning is unknown.

    Example:
    >>> builder = DiscriminatorBuilder((8, 8, 1), 1, num_classes=3, conditioning="auxiliary_classifier")
    >>> builder.build(layers.Flatten()(builder.input_maps()), "linear").output_shape
    [(None, 1), (None, 3)]
    """

    def __init__(self, image_shape: ImageShape, packing: int, num_classes: int | None, conditioning: str) -> None:
        if conditioning not in CONDITIONINGS:
            raise unknown("conditioning", conditioning, CONDITIONINGS)
        check_positive(packing=packing)
        height, width, channels = image_shape
        self.images = keras.Input((height, width, packing * channels), name="images")
        self.labels = label_input(num_classes)
        self.num_classes = num_classes
        self.conditioning = conditioning

    def input_maps(self) -> Tensor:
        """Return the maps that the first layer takes: the images, and with `"concatenation"` a map of the label."""
        if self.num_classes is None or self.conditioning != "concatenation":
            return self.images
        height, width = self.images.shape[1:3]
        label_map = layers.Reshape((height, width, 1))(LabelEmbedding(self.num_classes, height * width)(self.labels))
        return layers.Concatenate()([self.images, label_map])

    def build(self, features: Tensor, name: str) -> keras.Model:
        """Return the discriminator whose last hidden layer returns `features`, `(batch, channels)`."""
        projects = self.conditioning in ("projection", "projection_and_classifier")
        inputs = self.images if self.conditioning == "auxiliary_classifier" else with_labels(self.images, self.labels)
        outputs = projection_logit(features, self.labels, self.num_classes) if projects else projection_logit(features)
        if self.num_classes and self.conditioning in ("auxiliary_classifier", "projection_and_classifier"):
            class_logits = layers.Dense(self.num_classes, dtype=wide_dtype(), name="class_logits")(features)
            outputs = [outputs, class_logits]
        return keras.Model(inputs, outputs, name=name)
