"""How a discriminator takes labels: the first and the last step that all of them share."""

import keras
from keras import layers

from kgan._checks import check_positive
from kgan._registry import unknown
from kgan.architectures.arguments import label_input, with_labels
from kgan.layers.common import LabelEmbedding, projection_logit, wide_dtype

CONDITIONINGS = ("projection", "auxiliary_classifier", "projection_and_classifier", "concatenation")


class Judge:
    """What stands before and behind the layers of a discriminator.

    - `"projection"` (the default): the logit gains `embedding(label) . features` (Miyato and Koyama, cGANs with
      Projection Discriminator, 2018).
    - `"auxiliary_classifier"`: it takes images alone, and beside the logit gives the logits of the classes; `GAN`
      adds the loss of their classification to both sides (Odena et al., Conditional Image Synthesis with Auxiliary
      Classifier GANs, 2017).
    - `"projection_and_classifier"`: both; with a small `classification_weight` in `GAN.compile` the classifier makes
      classes surer, and the projection sees to the variety within them.
    - `"concatenation"`: a learned map of the label is a further channel of the image (Mirza and Osindero,
      Conditional Generative Adversarial Nets, 2014).

    Args:
        image_shape: `(height, width, channels)`, checked.
        packing: so many images together, their channels stacked.
        num_classes: the number of classes, or None.
        conditioning: see above; without classes it does not matter.

    Raises:
        ValueError: a number is not positive, or the conditioning is unknown.

    Example:
    >>> judge = Judge((8, 8, 1), 1, num_classes=3, conditioning="auxiliary_classifier")
    >>> judge.end(layers.Flatten()(judge.begin()), "linear").output_shape
    [(None, 1), (None, 3)]
    """

    def __init__(self, image_shape: tuple, packing: int, num_classes: int | None, conditioning: str):
        if conditioning not in CONDITIONINGS:
            raise unknown("conditioning", conditioning, CONDITIONINGS)
        check_positive(packing=packing)
        height, width, channels = image_shape
        self.images = keras.Input((height, width, packing * channels), name="images")
        self.labels = label_input(num_classes)
        self.num_classes = num_classes
        self.conditioning = conditioning

    def begin(self):
        """Return what the first layer takes."""
        if self.labels is None or self.conditioning != "concatenation":
            return self.images
        height, width = self.images.shape[1:3]
        label_map = layers.Reshape((height, width, 1))(LabelEmbedding(self.num_classes, height * width)(self.labels))
        return layers.Concatenate()([self.images, label_map])

    def end(self, features, name: str) -> keras.Model:
        """Return the discriminator whose last layer gave `features`, `(batch, channels)`."""
        projects = self.conditioning in ("projection", "projection_and_classifier")
        inputs = self.images if self.conditioning == "auxiliary_classifier" else with_labels(self.images, self.labels)
        outputs = projection_logit(features, *((self.labels, self.num_classes) if projects else ()))
        if self.labels is not None and self.conditioning in ("auxiliary_classifier", "projection_and_classifier"):
            classes = layers.Dense(self.num_classes, dtype=wide_dtype(), name="class_logits")(features)
            outputs = [outputs, classes]
        return keras.Model(inputs, outputs, name=name)
