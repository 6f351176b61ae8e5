import re

import networks
import numpy as np
import pytest
from scipy.stats import energy_distance, rankdata

from kgan.diagnosis import ADVICE, REMEDIES, Evidence, advice, diagnose, gather

RANDOM = np.random.default_rng(0)


class TestGather:
    def test_energy_distance(self):
        """In one dimension SciPy has it: the root of the same figure."""
        real, fake = RANDOM.normal(size=(60, 1)), RANDOM.normal(1, 2, size=(60, 1))
        logits = np.zeros((60, 1))
        expected = energy_distance(real[:, 0], fake[:, 0]) ** 2
        constant = energy_distance(real[:, 0], [real.mean()]) ** 2
        assert gather(0, real, fake, logits, logits).distance == pytest.approx(expected / constant, rel=1e-6)

    def test_accuracy_is_the_rank_statistic(self):
        real, fake = RANDOM.normal(0.5, size=(40, 1)), RANDOM.normal(size=(40, 1))
        ranks = rankdata(np.concatenate([real, fake]))[:40]
        expected = (ranks.sum() - 40 * 41 / 2) / 1600
        samples = networks.images(40)
        assert gather(0, samples, samples, real, fake).accuracy == pytest.approx(expected)

    def test_patch_logits_count_by_their_mean(self):
        samples, logits = networks.images(8), RANDOM.normal(size=(8, 3, 3, 1))
        evidence = gather(0, samples, samples, logits, logits - 1)
        assert evidence.accuracy > 0.5
        assert evidence.score == pytest.approx(max(abs(logits.mean()), abs(logits.mean() - 1)))

    def test_collapse_copies_and_good_samples(self):
        real, good = RANDOM.normal(size=(2, 200, 6))
        logits = np.zeros((200, 1))
        found = gather(0, real, good, logits, logits)
        assert found.spread == pytest.approx(1, abs=0.1)
        assert found.repetition == pytest.approx(1, abs=0.1)
        assert found.distance < 0.05
        two = np.repeat(real[:2], 100, axis=0)
        repeated = gather(0, real, two, logits, logits)
        assert repeated.repetition == 0

    def test_overfitting_is_the_way_that_held_out_images_have_fallen(self):
        samples = networks.images(10)
        real, fake, held_out = (np.full((10, 1), value) for value in (3.0, -1.0, 0.0))
        evidence = gather(0, samples, samples, real, fake, held_out)
        assert evidence.overfitting == pytest.approx(0.75)
        assert evidence.ada == 1


def looks(count=12, **fields):
    usual = {"spread": 0.95, "repetition": 0.9, "distance": 0.1, "accuracy": 0.8, "score": 1.0, "overfitting": 0.0}
    return [Evidence(100 * step, **{**usual, **fields}) for step in range(1, count + 1)]


class TestDiagnose:
    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({}, "healthy"),
            ({"not_finite": 0.1}, "divergence"),
            ({"spread": 0.1}, "mode collapse"),
            ({"repetition": 0.1}, "mode collapse"),
            ({"class_entropy": 0.3}, "mode collapse"),
            ({"overfitting": 0.8, "accuracy": 0.99}, "overfitting"),
            ({"overfitting": 0.6, "accuracy": 0.8}, "healthy"),  # so ends a long run on a thousand images
            ({"accuracy": 1.0, "distance": 0.8}, "discriminator too strong"),
            ({"accuracy": 0.5, "distance": 0.8}, "generator too strong"),
            ({"accuracy": 0.5, "distance": 0.01}, "healthy"),  # that is how it should end
            ({"accuracy": 1.0, "distance": 0.01}, "healthy"),
        ],
    )
    def test_rules(self, fields, name):
        verdict = diagnose(looks(**fields))
        assert verdict.name == name
        assert verdict.advice == ADVICE[name]
        assert str(verdict).startswith(name)

    def test_growing_scores(self):
        history = looks() + [
            Evidence(700 + step, spread=1.0, accuracy=1.0, distance=0.1, score=5e4) for step in range(3)
        ]
        assert diagnose(history).name == "divergence"

    def test_one_bad_look_is_not_enough(self):
        assert diagnose(looks() + looks(1, spread=0.0)).name == "healthy"
        assert diagnose(looks() + looks(2, spread=0.0)).name == "mode collapse"

    def test_little_variety_in_the_first_updates_is_no_collapse(self):
        """However many checks there were: a generator begins so."""
        early = [evidence._replace(step=step + 1) for step, evidence in enumerate(looks(50, spread=0.1))]
        assert diagnose(early).name == "healthy"
        assert diagnose([*early, *(early[-1]._replace(step=step) for step in (200, 210))]).name == "mode collapse"

    def test_no_evidence(self):
        with pytest.raises(ValueError, match="at least one check"):
            diagnose([])


class TestAdvice:
    @pytest.mark.parametrize("name", [name for name in REMEDIES if name != "healthy"])
    def test_each_verdict_has_some_in_both_languages(self, name):
        assert ADVICE[name] == advice(name)
        assert ADVICE[name].startswith("Try ")
        words = advice(name, command_line=True)
        assert "--" in words
        assert not re.search(r"\w\(|\w=", words), f"Python on the command line: {words}"

    def test_what_the_run_has_already_is_left_out(self):
        assert "gan.compile()" in advice("mode collapse")
        assert "gan.compile()" not in advice("mode collapse", in_use={"recommended"})
        assert "--augment" not in advice("overfitting", {"augmentation"}, command_line=True)
        history = looks(spread=0.1)
        assert "gan.compile()" in diagnose(history).advice
        assert "gan.compile()" not in diagnose(history, in_use={"recommended"}).advice

    def test_unknown(self):
        with pytest.raises(ValueError, match="Unknown verdict. Received: 'mode colapse'. Did you mean 'mode collapse'"):
            advice("mode colapse")


def test_one_pair_of_images_is_no_error():
    image, logit = np.zeros((1, 4)), np.zeros((1, 1))
    assert np.isnan(gather(0, image, image, logit, logit).spread)


def test_percentages_are_written_as_in_the_documentation():
    assert "10 % as different" in diagnose(looks(spread=0.1)).reason
    assert "99.9 % of pairs" in diagnose(looks(accuracy=0.999, distance=0.8)).reason
