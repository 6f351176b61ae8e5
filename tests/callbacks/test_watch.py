"""Diagnosis inside `fit`."""

import json

import networks
import numpy as np
import pytest

import kgan
from kgan.callbacks.watch import parts_of
from kgan.diagnosis import Evidence, diagnose


class TestWatch:
    @pytest.mark.slow
    def test_a_collapse_is_named_with_advice(self):
        gan = networks.gan(ema_decay=None)
        gan.generator.layers[1].set_weights([np.zeros((4, 8)), np.ones(8)])  # the latents have no effect
        gan.generator.layers[1].trainable = False
        gan.compile()
        watch = kgan.callbacks.Watch(num_checks=20)
        with pytest.warns(UserWarning, match="Step 240: mode collapse.*packing=2") as warned:
            gan.fit(networks.images(64), epochs=100, batch_size=16, verbose=0, callbacks=[watch])
        assert watch.verdict.name == "mode collapse"
        assert len(watch.history) == 20
        assert [(change.step, change.epoch, change.verdict.name) for change in watch.changes] == [
            (240, 60.0, "mode collapse")
        ]
        assert len(warned) == 1
        assert "gan.compile()" not in watch.verdict.advice  # it is in use

    @pytest.mark.slow
    def test_stop(self):
        gan = networks.gan(ema_decay=None)
        gan.generator.layers[1].set_weights([np.zeros((4, 8)), np.ones(8)])
        gan.generator.layers[1].trainable = False
        gan.compile()
        with pytest.warns(UserWarning, match="mode collapse"):
            history = gan.fit(
                networks.images(64), epochs=160, verbose=0, callbacks=[kgan.callbacks.Watch(num_checks=20, stop=True)]
            )
        assert len(history.epoch) < 120

    @pytest.mark.slow
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

    @pytest.mark.slow
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

    @pytest.mark.slow
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


class Scripted(kgan.callbacks.Watch):
    """A `Watch` without a model, whose checks see what they are told."""

    def __init__(self, **options):
        super().__init__(**options)
        self.set_params({"steps": 10, "epochs": 3})
        self._epoch, self._done, self._step = 0, 0, 0

    def see(self, *spreads):
        for spread in spreads:
            self._step += 1
            self._done += 1
            self.history.append(Evidence(100 * self._step, spread=spread, accuracy=0.8, distance=0.1))
            self.verdict = diagnose(self.history)
            self._announce()


class TestChanges:
    def test_a_verdict_appears_and_goes_away(self):
        seen = []
        watch = Scripted(on_change=seen.append)
        watch.see(*[0.9] * 12, 0.1, 0.1, 0.1, 0.9, 0.9)
        assert [(change.step, change.verdict.name) for change in seen] == [(14, "mode collapse"), (17, "healthy")]
        assert seen[0].verdict.reason == "samples are 10 % as different from each other as real ones."
        assert seen[1].verdict.reason == "no longer mode collapse."
        assert watch.changes == seen

    def test_a_verdict_that_comes_and_goes_is_said_once(self):
        seen = []
        Scripted(on_change=seen.append).see(*[0.9] * 12, 0.1, 0.1, 0.9, 0.1, 0.1, 0.9, 0.1, 0.1)
        assert [change.verdict.name for change in seen] == ["mode collapse"]

    def test_they_are_warnings_by_default(self):
        with pytest.warns(UserWarning, match="Step") as warned:
            Scripted().see(*[0.9] * 12, 0.1, 0.1, 0.9, 0.9)
        assert [str(warning.message)[:26] for warning in warned] == [
            "Step 14: mode collapse: sa",
            "Step 16: healthy: no longe",
        ]

    def test_a_resumed_run_knows_them(self):
        watch, other = Scripted(on_change=print), Scripted(on_change=print)
        watch._steps_since_check = 0
        watch.see(*[0.9] * 12, 0.1, 0.1)
        other.set_state(json.loads(json.dumps(watch.get_state())))
        assert other.changes == watch.changes
        assert other.verdict == watch.verdict
        old = {name: value for name, value in watch.get_state().items() if name != "changes"}
        other.set_state(old)  # of a version that saved none
        assert other.changes == []


class TestPartsInUse:
    def test_the_recommended_recipe(self, gan):
        gan.compile()
        assert parts_of(gan) == {"recommended", "r1", "r2", "no minimax"}

    def test_others(self):
        gan = networks.gan(num_classes=3)
        gan.compile(loss="minimax", augmentation="ada", discriminator_steps=2)
        assert parts_of(gan) == {"augmentation", "classes", "discriminator_steps"}

    def test_a_discriminator_that_compares_images(self):
        shape = (8, 8, 1)
        gan = kgan.GAN(networks.generator(), kgan.architectures.dcgan.discriminator(shape))
        gan.compile(loss="hinge", penalties=["r1"])
        assert parts_of(gan) == {"r1", "no minimax", "MinibatchStdDev"}
