"""Diagnosis inside `fit`."""

import networks
import numpy as np
import pytest

import kgan


class TestWatch:
    def test_a_collapse_is_named_with_advice(self):
        gan = networks.gan(ema_decay=None)
        gan.generator.layers[1].set_weights([np.zeros((4, 8)), np.ones(8)])  # the latents have no effect
        gan.generator.layers[1].trainable = False
        gan.compile()
        watch = kgan.callbacks.Watch(num_checks=20)
        with pytest.warns(UserWarning, match="mode collapse.*packing=2"):
            gan.fit(networks.images(64), epochs=5, batch_size=16, verbose=0, callbacks=[watch])
        assert watch.verdict.name == "mode collapse"
        assert len(watch.history) == 20

    def test_stop(self):
        gan = networks.gan(ema_decay=None)
        gan.generator.layers[1].set_weights([np.zeros((4, 8)), np.ones(8)])
        gan.generator.layers[1].trainable = False
        gan.compile()
        with pytest.warns(UserWarning, match="mode collapse"):
            history = gan.fit(
                networks.images(64), epochs=20, verbose=0, callbacks=[kgan.callbacks.Watch(num_checks=20, stop=True)]
            )
        assert len(history.epoch) < 15

    def test_evidence_in_the_logs_and_nothing_is_disturbed(self):
        """With and without Watch the same weights: it draws no number of the run and moves no data."""
        states = []
        for callbacks in ([], [kgan.callbacks.Watch(held_out=networks.images(40, seed=9), num_checks=3)]):
            gan = networks.gan()
            gan.compile()
            history = gan.fit(networks.images(64), epochs=3, verbose=0, callbacks=callbacks).history
            states.append(networks.state(gan))
        assert all(np.array_equal(value, states[1][name]) for name, value in states[0].items())
        assert np.isfinite(history["sample_spread"]).all()
        assert np.isfinite(history["overfitting"]).all()

    def test_labels_and_packing(self):
        gan = networks.gan(num_classes=3)
        gan.compile()
        data = networks.images(), networks.labels()
        watch = kgan.callbacks.Watch(held_out=data, num_checks=2, num=16)
        gan.fit(*data, epochs=2, verbose=0, callbacks=[watch])
        assert len(watch.history) == 2
        packed = kgan.GAN(networks.generator(), networks.discriminator(shape=(8, 8, 2)), packing=2)
        packed.compile()
        watch = kgan.callbacks.Watch(num_checks=2, num=16)
        packed.fit(networks.images(), epochs=2, verbose=0, callbacks=[watch])
        assert np.isfinite(watch.history[0].accuracy)

    def test_resumed_evidence_is_that_of_the_whole_run(self, tmp_path):
        def go(folder, epochs):
            gan = networks.gan()
            gan.compile()
            watch = kgan.callbacks.Watch(num_checks=8)
            callbacks = [watch, kgan.callbacks.Resume(tmp_path / folder)]
            gan.fit(networks.images(64), epochs=epochs, verbose=0, callbacks=callbacks)
            return watch.history

        whole = go("whole", 4)
        go("parts", 2)
        assert [each.step for each in go("parts", 4)][-2:] == [each.step for each in whole][-2:]

    @pytest.mark.parametrize("options", [{"num_checks": 1}, {"num": 3}])
    def test_bad(self, options):
        with pytest.raises(ValueError, match="must be"):
            kgan.callbacks.Watch(**options)

    def test_the_old_name_of_the_number_of_checks_warns(self):
        with pytest.warns(FutureWarning, match=r"`Watch\(num_checks=\)`"):
            assert kgan.callbacks.Watch(looks=7).num_checks == 7
