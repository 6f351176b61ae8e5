"""How discriminators use labels."""

import keras
import networks
import numpy as np
import pytest

from kgan.architectures import ARCHITECTURES, mlp
from kgan.architectures.conditioning import CONDITIONINGS

SMALL = {"mlp": {"units": (16,)}, "dcgan": {"width": 4}, "resnet": {"width": 4}, "style": {"width": 4}}


@pytest.mark.parametrize("conditioning", CONDITIONINGS)
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_conditionings(name, conditioning):
    """The label changes the logit, or its class is an output; what depends on no label stays the same."""
    shape = (8, 8, 1)
    make = ARCHITECTURES[name].discriminator
    discriminator = make(shape, num_classes=3, conditioning=conditioning, **SMALL[name])
    images = networks.images(4, shape)
    if conditioning == "auxiliary_classifier":
        logits, class_logits = discriminator(images)
        assert (logits.shape, class_logits.shape, class_logits.dtype) == ((4, 1), (4, 3), "float32")
        return
    for weight in discriminator.weights:
        weight.assign(keras.random.normal(weight.shape, stddev=0.3, seed=1))
    outputs = [discriminator([images, np.full(4, label, "int32")]) for label in (-1, 0, 1, 2)]
    if conditioning == "projection_and_classifier":
        outputs, class_logits = zip(*outputs, strict=True)
        assert (class_logits[0].shape, class_logits[0].dtype) == ((4, 3), "float32")
        np.testing.assert_array_equal(class_logits[0], class_logits[1])
    assert all((np.abs(a - b) > 1e-6).all() for i, a in enumerate(outputs) for b in outputs[:i])


def test_unknown():
    with pytest.raises(ValueError, match="Unknown conditioning. Received: 'projektion'. Did you mean 'projection'"):
        mlp.discriminator((8, 8, 1), num_classes=3, conditioning="projektion")
