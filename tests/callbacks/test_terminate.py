"""Ending training on updates that are not finite."""

import keras
import networks
import numpy as np
import pytest

from kgan.callbacks import TerminateOnNonFinite

IMAGES = networks.images()


class TestNonFinite:
    @pytest.fixture
    def broken(self, gan):
        """A learning rate that overflows in the second step or so."""
        gan.compile(keras.optimizers.SGD(1e30), keras.optimizers.SGD(1e30), loss="wasserstein")
        return gan

    def test_skips_if_not_asked(self, broken):
        history = broken.fit(IMAGES, batch_size=4, epochs=2, verbose=0).history
        assert history["skipped_updates"][1] > 0
        assert all(np.isfinite(weight).all() for weight in broken.generator.get_weights())

    def test_ends_if_asked(self, broken):
        with pytest.warns(UserWarning, match="updates were not finite"):
            history = broken.fit(IMAGES, batch_size=4, epochs=5, verbose=0, callbacks=[TerminateOnNonFinite()]).history
        assert len(history["skipped_updates"]) == 1

    def test_patience(self, broken):
        with pytest.raises(ValueError, match="non-negative"):
            TerminateOnNonFinite(patience=-1)
        history = broken.fit(IMAGES, batch_size=4, epochs=2, verbose=0, callbacks=[TerminateOnNonFinite(999)]).history
        assert len(history["skipped_updates"]) == 2
