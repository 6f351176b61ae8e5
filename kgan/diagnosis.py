"""From cheap evidence, gathered while a GAN trains, to a verdict in plain words with advice.

The evidence of one look at a run is an `Evidence`; `diagnose` reads a sequence of them. `kgan.callbacks.Watch`
gathers them in `fit`.
"""

from typing import NamedTuple

import numpy as np
from scipy.spatial.distance import cdist

HEALTHY = "healthy"

# A verdict needs this many looks in a row: single batches mislead.
PERSISTENCE = 2

# So many looks a run has to leave the state in which it begins.
WARM_UP = 10


class Evidence(NamedTuple):
    """What one look at a GAN in training shows; figures that were not taken are nan.

    Attributes:
        step: discriminator updates so far.
        spread: mean distance between generated samples, over that between real ones; 1 is right, 0 is collapse.
        repetition: median distance of a generated sample to the nearest other one, over the same of real ones; far
            below 1, samples repeat each other.
        distance: energy distance between generated and real samples over its value for a constant sample (the
            real mean); 0 is right, 1 and more is as bad as no generator at all.
        accuracy: share of (real, fake) pairs that the discriminator ranks rightly; 0.5 is chance.
        held_out_accuracy: the same with held-out real images.
        overfitting: how far the scores of held-out images have fallen from those of training images towards
            those of generated ones: 0 is right, 1 is complete (Karras et al., 2020, the heuristic r_v).
        ada: mean sign of the training images' logits against the middle of real and fake (there r_t).
        score: largest absolute mean logit; infinite if logits or samples are not finite.
        gradient: norm of the generator loss's gradient at a generated image, averaged.
        class_entropy: of a classifier's classes of the samples, over its largest value.
        not_finite: share of updates skipped since the last look.
    """

    step: int
    spread: float = np.nan
    repetition: float = np.nan
    distance: float = np.nan
    accuracy: float = np.nan
    held_out_accuracy: float = np.nan
    overfitting: float = np.nan
    ada: float = np.nan
    score: float = np.nan
    gradient: float = np.nan
    class_entropy: float = np.nan
    not_finite: float = 0.0


class Verdict(NamedTuple):
    """What is going on, why that is believed, and what to try.

    Attributes:
        name: `"healthy"`, `"mode collapse"`, `"discriminator too strong"`, `"generator too strong"`,
            `"overfitting"` or `"divergence"`.
        reason: the evidence, in words and figures.
        advice: what to change; empty for healthy runs.
    """

    name: str
    reason: str
    advice: str

    def __str__(self):
        return f"{self.name}: {self.reason}" + (f" {self.advice}" if self.advice else "")


ADVICE = {
    "divergence": "Lower the learning rates, add the penalties r1 and r2, or lower their gamma if it is above 100.",
    "mode collapse": (
        "Use gan.compile() with nothing named (the relativistic loss with R1 and R2), or packing=2 in GAN and in the "
        "discriminator, or add MinibatchStdDev to it."
    ),
    "discriminator too strong": (
        "Add the penalties r1 and r2 or raise their gamma, lower the discriminator's learning rate, or use "
        "InstanceNoise; with loss='minimax', use 'non_saturating'."
    ),
    "generator too strong": (
        "Raise the discriminator's learning rate or its size, lower gamma, or give it more updates "
        "(discriminator_steps)."
    ),
    "overfitting": "Stop earlier, use augmentation=kgan.augmentation.recommended(), or get more data.",
    HEALTHY: "",
}


def gather(step, real, fake, real_logits, fake_logits, held_out_logits=None, **more) -> Evidence:
    """Return the evidence of one look.

    Args:
        step: discriminator updates so far.
        real, fake: samples `(n, ...)` of equal number, at least 4.
        real_logits, fake_logits, held_out_logits: the discriminator's logits, `(n, 1)` or patches.
        **more: further fields of `Evidence`.

    Example:
    >>> real = np.random.default_rng(0).normal(size=(64, 2))
    >>> logits = np.zeros((64, 1))
    >>> evidence = gather(0, real, np.zeros((64, 2)), logits, logits)
    >>> evidence.spread, evidence.accuracy
    (0.0, 0.5)
    """
    real, fake = (np.reshape(np.asarray(each, "float64"), (len(each), -1)) for each in (real, fake))
    real_logits, fake_logits = (_mean_logits(each) for each in (real_logits, fake_logits))
    figures = {
        "accuracy": _ranked_rightly(real_logits, fake_logits),
        "score": float(np.max(np.abs([real_logits.mean(), fake_logits.mean()]))),
        "ada": float(np.mean(np.sign(real_logits - (real_logits.mean() + fake_logits.mean()) / 2))),
    }
    if held_out_logits is not None:
        held_out_logits = _mean_logits(held_out_logits)
        figures["held_out_accuracy"] = _ranked_rightly(held_out_logits, fake_logits)
        gap = real_logits.mean() - fake_logits.mean()
        fallen = real_logits.mean() - held_out_logits.mean()
        figures["overfitting"] = float(fallen / gap) if gap > 1e-6 else 0.0
    if np.isfinite(fake).all():
        figures |= _compare(real, fake)
    if not (np.isfinite(fake).all() and np.isfinite([*real_logits, *fake_logits]).all()):
        figures["score"] = np.inf
    return Evidence(step, **figures, **more)


def _compare(real, fake):
    among_real, among_fake = cdist(real, real), cdist(fake, fake)
    centre = real.mean(axis=0, keepdims=True)

    def energy(other, among_other):
        return 2 * cdist(real, other).mean() - among_real.mean() - among_other.mean()

    for among in (among_real, among_fake):
        np.fill_diagonal(among, np.inf)
    nearest = [np.median(among.min(axis=1)) for among in (among_real, among_fake)]
    for among in (among_real, among_fake):
        np.fill_diagonal(among, 0.0)
    return {
        "spread": float(among_fake.mean() / max(among_real.mean(), 1e-12)),
        "repetition": float(nearest[1] / max(nearest[0], 1e-12)),
        "distance": float(energy(fake, among_fake) / max(energy(centre, np.zeros(1)), 1e-12)),
    }


def _mean_logits(logits):
    return np.reshape(np.asarray(logits, "float64"), (len(logits), -1)).mean(axis=1)


def _ranked_rightly(real, fake):
    """Return the share of pairs in which the real one has the higher score; ties count half."""
    difference = real[:, None] - fake[None, :]
    return float(np.mean((difference > 0) + 0.5 * (difference == 0)))


def diagnose(history) -> Verdict:
    """Read the evidence of a run so far, the newest last.

    The rules, in this order; each must hold at the last looks:

    - divergence: updates were skipped since they were not finite, or the scores are beyond 1,000 and ten times
      what they were at first, or samples are not finite;
    - mode collapse: samples spread less than 0.35 as much as real ones, or repeat each other (0.25), or have a
      class entropy below 0.6; not in the first ten looks, since a generator begins with little variety;
    - overfitting: held-out images have fallen more than seven tenths of the way towards generated ones;
    - discriminator too strong: it ranks more than 99.5 % of pairs rightly, and samples do not come nearer;
    - generator too strong: the discriminator ranks no better than chance while samples are far from real ones.

    Args:
        history: list of `Evidence`.

    Raises:
        ValueError: there is no evidence.

    Example:
    >>> diagnose([Evidence(step, spread=0.9, accuracy=0.7, distance=0.1) for step in (100, 200)]).name
    'healthy'
    """
    if not history:
        raise ValueError("Expected at least one look at the run. Received: no evidence.")
    for name, rule in RULES.items():
        reasons = [rule(history[: len(history) - back]) for back in range(PERSISTENCE) if back < len(history)]
        if len(reasons) == PERSISTENCE and all(reasons):
            return Verdict(name, reasons[0], ADVICE[name])
    return Verdict(HEALTHY, "nothing suspicious.", ADVICE[HEALTHY])


def _divergence(history):
    last = history[-1]
    if last.not_finite > 0:
        return f"{last.not_finite:.0%} of the last updates were not finite."
    if np.isinf(last.score):
        return "scores or samples are not finite."
    before = np.median([each.score for each in history[: max(1, len(history) // 4)]])
    if last.score > 1000 and last.score > 10 * before:
        return f"the scores have grown to {last.score:.0f}."
    return None


def _mode_collapse(history):
    last = history[-1]
    figures = {
        "spread": (0.35, "samples are {:.0%} as different from each other as real ones."),
        "repetition": (0.25, "samples repeat each other: the nearest is {:.0%} as far as among real ones."),
        "class_entropy": (0.6, "the classes of the samples have {:.0%} of the possible entropy."),
    }
    for name, (limit, words) in figures.items():
        value = getattr(last, name)
        if value < limit and len(history) > WARM_UP:
            return words.format(value)
    return None


def _overfitting(history):
    last = history[-1]
    if last.overfitting > 0.7 and last.accuracy > 0.75:
        return (
            f"held-out images score {last.overfitting:.0%} of the way down to generated ones; the discriminator knows "
            "its training images by heart."
        )
    return None


def _discriminator_too_strong(history):
    last = history[-1]
    if last.accuracy > 0.995 and last.distance > 0.3 and not _improving(history):
        return (
            f"the discriminator ranks {last.accuracy:.1%} of pairs rightly, and samples do not get nearer to real ones."
        )
    return None


def _generator_too_strong(history):
    last = history[-1]
    if last.accuracy < 0.55 and last.distance > 0.15 and not _improving(history):
        return (
            f"the discriminator ranks {last.accuracy:.0%} of pairs rightly, about chance, while samples are far from "
            "real ones."
        )
    return None


def _improving(history, looks=5):
    """Whether samples come nearer to real ones than they were some looks ago, or have not had the time to."""
    recent = [each.distance for each in history[-looks:]]
    return len(history) <= WARM_UP or min(recent[-2:]) < 0.97 * min(recent[:-2])


RULES = {
    "divergence": _divergence,
    "mode collapse": _mode_collapse,
    "overfitting": _overfitting,
    "discriminator too strong": _discriminator_too_strong,
    "generator too strong": _generator_too_strong,
}
