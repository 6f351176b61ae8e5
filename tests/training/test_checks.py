"""Checks of networks."""

import networks
import pytest
from keras import layers

from kgan.training import checks


def test_fitting_networks_pass():
    checks.check_networks(networks.generator(), networks.discriminator())
    checks.check_networks(networks.generator(3), networks.discriminator(3))
    checks.check_networks(networks.generator(), networks.discriminator(shape=(8, 8, 2)), packing=2)


@pytest.mark.parametrize(
    ("generator", "discriminator", "packing", "message"),
    [
        (networks.generator(3), networks.discriminator(), 1, "take labels both or neither"),
        (networks.generator(), networks.discriminator(shape=(8, 8, 3)), 1, "shape of the discriminator's input"),
        (networks.generator(), networks.discriminator(), 2, "2 images with stacked channels"),
        (networks.generator(), networks.discriminator(), 0, "`packing` must be a positive integer"),
        (networks.generator(3), networks.discriminator(3), 2, "Expected networks without labels"),
        (networks.discriminator(), networks.discriminator(), 1, "first input to be latents"),
    ],
)
def test_networks_that_do_not_fit(generator, discriminator, packing, message):
    with pytest.raises(ValueError, match=message):
        checks.check_networks(generator, discriminator, packing)


def test_frozen_generators():
    generator = networks.generator()
    checks.check_trainable(generator)
    generator.trainable = False
    with pytest.raises(ValueError, match="all of whose 4 weights are frozen"):
        checks.check_trainable(generator)


@pytest.mark.parametrize("network", [None, layers.Dense(1)])
def test_no_network(network):
    with pytest.raises(TypeError, match="Expected `generator` to be a keras.Model"):
        checks.check_network("generator", network)


def test_clusters_need_labels():
    assert checks.cluster_count(networks.generator(3)) == 3
    with pytest.raises(ValueError, match="take labels, which clusters replace"):
        checks.cluster_count(networks.generator())


def test_label_dropout_needs_kgan_s_embedding():
    with pytest.raises(ValueError, match="Expected labels to be embedded with `kgan.layers.LabelEmbedding`"):
        checks.check_label_dropout(0.1, networks.generator(3), networks.discriminator(3))
    with pytest.raises(ValueError, match="Expected networks with labels"):
        checks.check_label_dropout(0.1, networks.generator(), networks.discriminator())
    with pytest.raises(ValueError, match=r"must be in \[0, 1\)"):
        checks.check_label_dropout(1.0, networks.generator(3), networks.discriminator(3))
