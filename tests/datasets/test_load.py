"""Loading, whatever the source."""

import numpy as np
import pytest

from kgan.datasets import info_of, load


@pytest.mark.parametrize("options", [{"channels": 2}, {"image_size": 0}, {"image_size": (8, 8, 1)}, {"workers": 0}])
def test_bad_arguments(options):
    with pytest.raises(ValueError, match="must be"):
        load("digits", **options)


def test_flip_mirrors_at_random_and_keeps_the_labels():
    plain, mirrored = (
        [array for batch in load("digits", labels=True, flip=flip).as_numpy_iterator() for array in batch]
        for flip in (False, True)
    )
    images, labels = (np.concatenate(plain[start::2]) for start in (0, 1))
    received = np.concatenate(mirrored[::2])
    np.testing.assert_array_equal(np.concatenate(mirrored[1::2]), labels)
    turned = (received == images[:, :, ::-1]).all(axis=(1, 2, 3))
    np.testing.assert_array_equal(received[~turned], images[~turned])
    assert 0.4 < turned.mean() < 0.6
    assert info_of(load("digits", flip=True)).num_examples == 1437
