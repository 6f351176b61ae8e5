"""What the layers of a network tell about it."""

import keras
import networks
import pytest

from kgan import architectures
from kgan.architectures.inspection import is_generator, num_classes_of


def test_generators_and_other_networks():
    assert is_generator(networks.generator())
    assert is_generator(networks.generator(num_classes=3))
    assert not is_generator(networks.discriminator())
    assert not is_generator(keras.layers.Dense(3))


@pytest.mark.parametrize("name", ["mlp", "dcgan", "resnet", "style"])
def test_the_number_of_classes_is_read_from_the_layers(name):
    make = architectures.get(name).generator
    small = {"units": (4,)} if name == "mlp" else {"width": 4}
    assert num_classes_of(make((8, 8, 1), num_classes=3, **small)) == 3
    assert num_classes_of(make((8, 8, 1), **small)) is None
