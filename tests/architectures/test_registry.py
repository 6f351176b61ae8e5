"""Architectures by name."""

import pytest

from kgan import architectures
from kgan.architectures import dcgan


def test_get_returns_a_named_pair():
    generator, discriminator = architectures.get("dcgan")
    assert (generator, discriminator) == (dcgan.generator, dcgan.discriminator)
    assert architectures.get("dcgan").generator is generator


def test_get_returns_an_architecture_unchanged():
    own = architectures.Architecture(lambda shape: None, lambda shape: None)
    assert architectures.get(own) is own


def test_unknown_names_are_told_the_nearest():
    with pytest.raises(ValueError, match="Unknown architecture. Received: 'dcgna'. Did you mean 'dcgan'"):
        architectures.get("dcgna")
