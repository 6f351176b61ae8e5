"""Diagnosis of a GAN in training: from evidence to a verdict with advice.

A check of a run gives an `Evidence`; `diagnose` reads a sequence of them. `kgan.callbacks.Watch` gathers them in `fit`.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import numpy as np

from kgan import _registry
from kgan._typing import Array

HEALTHY = "healthy"

PERSISTENCE = 2
"""Number of checks in a row that a verdict needs: single batches mislead."""

WARM_UP, WARM_UP_UPDATES = 10, 200
"""Number of first checks, and of first updates, in which some verdicts are not given: a generator begins with little
variety."""


class Evidence(NamedTuple):
    """What one check of a GAN in training shows. Figures that were not measured are NaN.

    Attributes:
        step: discriminator updates so far.
        spread: mean distance between generated samples, over that between real ones; 1 is right, 0 is collapse.
        repetition: median distance of a generated sample to the nearest other one, over the same of real ones; far
            below 1, samples repeat each other.
        distance: energy distance between generated and real samples over its value for a constant sample (the
            real mean); 0 is right, 1 and more is as bad as no generator at all.
        accuracy: share of (real, fake) pairs that the discriminator ranks correctly; 0.5 is chance.
        held_out_accuracy: the same with held-out real images.
        overfitting: how far the scores of held-out images have fallen from those of training images towards
            those of generated ones: 0 is right, 1 is complete (Karras et al., 2020, the heuristic r_v).
        ada: mean sign of the training images' logits against the middle of real and fake (there r_t).
        score: largest absolute mean logit; infinite if logits or samples are not finite.
        gradient: norm of the generator loss's gradient at a generated image, averaged.
        class_entropy: of a classifier's classes of the samples, over its largest value.
        not_finite: share of updates skipped since the last check.
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
    """What goes wrong, the evidence for it, and what to try.

    Attributes:
        name: `"healthy"`, `"mode collapse"`, `"discriminator too strong"`, `"generator too strong"`,
            `"overfitting"` or `"divergence"`.
        reason: the evidence, in words and figures.
        advice: what to change; empty for healthy runs.
    """

    name: str
    reason: str
    advice: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}" + (f" {self.advice}" if self.advice else "")


class Remedy(NamedTuple):
    """One thing to try.

    Attributes:
        python: in Python's words.
        command_line: in the words of `kgan train`; empty where it has no option for it.
        in_use: a run that has this part already is not told so; empty if there is no such part.
    """

    python: str
    command_line: str
    in_use: str = ""


REMEDIES: dict[str, tuple[Remedy, ...]] = {
    "divergence": (
        Remedy("lower learning rates", "a lower --learning-rate"),
        Remedy('the penalties "r1" and "r2"', "--penalty r1 --penalty r2", "r1"),
        Remedy("a lower gamma of the penalties if it is above 100", ""),
        Remedy("", "the recommended recipe (without --recipe, --loss and --penalty)", "recommended"),
    ),
    "mode collapse": (
        Remedy(
            "gan.compile() without arguments (the relativistic loss with R1 and R2)",
            "the recommended recipe (without --recipe, --loss and --penalty)",
            "recommended",
        ),
        Remedy("packing=2 in GAN and in the discriminator", ""),
        Remedy(
            "MinibatchStdDev in the discriminator",
            "--architecture dcgan, whose discriminator compares the images of a batch",
            "MinibatchStdDev",
        ),
        Remedy(
            "clusters=True in GAN, or labels", "--clusters 10, or --conditional if the data have classes", "classes"
        ),
        Remedy("", "a lower --learning-rate"),
    ),
    "discriminator too strong": (
        Remedy('the penalties "r1" and "r2"', "--penalty r1 --penalty r2", "r1"),
        Remedy("a larger gamma of the penalties", ""),
        Remedy(
            "loss='non_saturating' in place of 'minimax'", "--loss non_saturating in place of minimax", "no minimax"
        ),
        Remedy("a lower learning rate of the discriminator", "a lower --learning-rate"),
        Remedy("InstanceNoise", ""),
        Remedy("", "--augment", "augmentation"),
    ),
    "generator too strong": (
        Remedy("a higher learning rate of the discriminator", "another --learning-rate"),
        Remedy("a larger discriminator", ""),
        Remedy("a lower gamma of the penalties", ""),
        Remedy(
            "more discriminator_steps",
            "--recipe wgan_gp, with five updates of the discriminator",
            "discriminator_steps",
        ),
    ),
    "overfitting": (
        Remedy("augmentation=kgan.augmentation.recommended()", "--augment", "augmentation"),
        Remedy("fewer epochs", "fewer --epochs"),
        Remedy("more data", "more data"),
    ),
    HEALTHY: (),
}
"""What to try against each verdict, in Python and on the command line, the most promising first."""


def advice(verdict: str, in_use: Collection[str] = (), command_line: bool = False) -> str:
    """Return what to try against a verdict, as a sentence; empty for healthy runs.

    Args:
        verdict: name of a `Verdict`.
        in_use: parts that the run has already, as in `Remedy`: names of its penalties, `"recommended"` (the recipe),
            `"augmentation"`, `"classes"` and so on. They are left out.
        command_line: whether options of `kgan train` are named, or Python's arguments.

    Raises:
        ValueError: there is no such verdict.

    Example:
    >>> advice("overfitting")
    'Try augmentation=kgan.augmentation.recommended(); or fewer epochs; or more data.'
    >>> advice("overfitting", in_use=["augmentation"], command_line=True)
    'Try fewer --epochs; or more data.'
    """
    if verdict not in REMEDIES:
        raise _registry.unknown("verdict", verdict, REMEDIES)
    remedies = [remedy for remedy in REMEDIES[verdict] if not remedy.in_use or remedy.in_use not in in_use]
    words = [remedy.command_line if command_line else remedy.python for remedy in remedies]
    chosen = "; or ".join(word for word in words if word)
    return f"Try {chosen}." if chosen else ""


ADVICE = {name: advice(name) for name in REMEDIES}
"""What to try against each verdict, in Python, for a run of which nothing is known."""


def gather(
    step: int,
    real: Array,
    fake: Array,
    real_logits: Array,
    fake_logits: Array,
    held_out_logits: Array | None = None,
    **more: Any,
) -> Evidence:
    """Return the evidence of one check.

    Args:
        step: discriminator updates so far.
        real, fake: samples `(num, ...)` of equal number, at least 4.
        real_logits, fake_logits, held_out_logits: the discriminator's logits, `(num, 1)` or patches.
        **more: further fields of `Evidence`.

    Example:
    >>> real = np.random.default_rng(0).normal(size=(64, 2))
    >>> logits = np.zeros((64, 1))
    >>> evidence = gather(0, real, np.zeros((64, 2)), logits, logits)
    >>> evidence.spread, evidence.accuracy
    (0.0, 0.5)
    """
    real, fake = (np.reshape(np.asarray(images, "float64"), (len(images), -1)) for images in (real, fake))
    real_logits, fake_logits = (_mean_logits(logits) for logits in (real_logits, fake_logits))
    figures = {
        "accuracy": _ranking_accuracy(real_logits, fake_logits),
        "score": float(np.max(np.abs([real_logits.mean(), fake_logits.mean()]))),
        "ada": float(np.mean(np.sign(real_logits - (real_logits.mean() + fake_logits.mean()) / 2))),
    }
    if held_out_logits is not None:
        held_out_logits = _mean_logits(held_out_logits)
        figures["held_out_accuracy"] = _ranking_accuracy(held_out_logits, fake_logits)
        gap = real_logits.mean() - fake_logits.mean()
        fallen = real_logits.mean() - held_out_logits.mean()
        figures["overfitting"] = float(fallen / gap) if gap > 1e-6 else 0.0
    if np.isfinite(fake).all() and len(real) > 1:
        figures |= _compare(real, fake)
    if not (np.isfinite(fake).all() and np.isfinite([*real_logits, *fake_logits]).all()):
        figures["score"] = np.inf
    return Evidence(step, **figures, **more)


def _compare(real: Array, fake: Array) -> dict[str, float]:
    from scipy.spatial.distance import cdist

    among_real, among_fake = cdist(real, real), cdist(fake, fake)
    center = real.mean(axis=0, keepdims=True)

    def energy(other: Array, among_other: Array) -> float:
        return 2 * cdist(real, other).mean() - among_real.mean() - among_other.mean()

    for distances in (among_real, among_fake):
        np.fill_diagonal(distances, np.inf)
    nearest = [np.median(distances.min(axis=1)) for distances in (among_real, among_fake)]
    for distances in (among_real, among_fake):
        np.fill_diagonal(distances, 0.0)
    return {
        "spread": float(among_fake.mean() / max(among_real.mean(), 1e-12)),
        "repetition": float(nearest[1] / max(nearest[0], 1e-12)),
        "distance": float(energy(fake, among_fake) / max(energy(center, np.zeros(1)), 1e-12)),
    }


def _mean_logits(logits: Array) -> Array:
    return np.reshape(np.asarray(logits, "float64"), (len(logits), -1)).mean(axis=1)


def _ranking_accuracy(real: Array, fake: Array) -> float:
    """Return the share of pairs in which the real one has the higher score; ties count half."""
    difference = real[:, None] - fake[None, :]
    return float(np.mean((difference > 0) + 0.5 * (difference == 0)))


def diagnose(history: Sequence[Evidence], in_use: Collection[str] = ()) -> Verdict:
    """Read the evidence of a run so far, the newest last.

    The rules, in this order; each must hold at the last two checks:

    - divergence: updates were skipped since they were not finite, or the scores are beyond 1,000 and ten times
      what they were at first, or samples are not finite;
    - mode collapse: samples spread less than 0.35 as much as real ones, or repeat each other (0.25), or have a
      class entropy below 0.6; not in the first ten checks or 200 updates: a generator begins with little variety;
    - overfitting: held-out images have fallen more than seven tenths of the way towards generated ones;
    - discriminator too strong: it ranks more than 99.5 % of pairs correctly, and samples do not come nearer;
    - generator too strong: the discriminator ranks no better than chance while samples are far from real ones.

    Args:
        history: list of `Evidence`.
        in_use: parts that the run has already, as in `advice`.

    Raises:
        ValueError: there is no evidence.

    Example:
    >>> diagnose([Evidence(step, spread=0.9, accuracy=0.7, distance=0.1) for step in (100, 200)]).name
    'healthy'
    """
    if not history:
        raise ValueError("Expected at least one check of the run. Received: no evidence.")
    for name, rule in RULES.items():
        reasons = [rule(history[: len(history) - back]) for back in range(PERSISTENCE) if back < len(history)]
        if len(reasons) == PERSISTENCE and all(reasons):
            return Verdict(name, str(reasons[0]), advice(name, in_use))
    return Verdict(HEALTHY, "nothing suspicious.", "")


def percent(share: float, digits: int = 0) -> str:
    """Return a share in words.

    Example:
    >>> percent(0.2), percent(0.9966, digits=1)
    ('20 %', '99.7 %')
    """
    return f"{100 * share:.{digits}f} %"


def _divergence(history: Sequence[Evidence]) -> str | None:
    last = history[-1]
    if last.not_finite > 0:
        return f"{percent(last.not_finite)} of the last updates were not finite."
    if np.isinf(last.score):
        return "scores or samples are not finite."
    before = np.median([evidence.score for evidence in history[: max(1, len(history) // 4)]])
    if last.score > 1000 and last.score > 10 * before:
        return f"the scores have grown to {last.score:,.0f}."
    return None


def _mode_collapse(history: Sequence[Evidence]) -> str | None:
    last = history[-1]
    figures = {
        "spread": (0.35, "samples are {} as different from each other as real ones."),
        "repetition": (0.25, "samples repeat each other: the nearest is {} as far as among real ones."),
        "class_entropy": (0.6, "the classes of the samples have {} of the possible entropy."),
    }
    for name, (limit, words) in figures.items():
        value = getattr(last, name)
        if value < limit and not warming_up(history):
            return words.format(percent(value))
    return None


def warming_up(history: Sequence[Evidence]) -> bool:
    """Return whether it is too early for some verdicts.

    Example:
    >>> warming_up([Evidence(step) for step in range(50)]), warming_up([Evidence(100 * step) for step in range(11)])
    (True, False)
    """
    return len(history) <= WARM_UP or max(evidence.step for evidence in history) < WARM_UP_UPDATES


def _overfitting(history: Sequence[Evidence]) -> str | None:
    last = history[-1]
    if last.overfitting > 0.7 and last.accuracy > 0.75:
        return (
            f"held-out images score {percent(last.overfitting)} of the way down to generated ones; the discriminator "
            "has memorized its training images."
        )
    return None


def _discriminator_too_strong(history: Sequence[Evidence]) -> str | None:
    last = history[-1]
    if last.accuracy > 0.995 and last.distance > 0.3 and not _improving(history):
        ranking = f"the discriminator ranks {percent(last.accuracy, 1)} of pairs correctly"
        return f"{ranking}, and samples do not get nearer to real ones."
    return None


def _generator_too_strong(history: Sequence[Evidence]) -> str | None:
    last = history[-1]
    if last.accuracy < 0.55 and last.distance > 0.15 and not _improving(history):
        return (
            f"the discriminator ranks {percent(last.accuracy)} of pairs correctly, about chance, while samples are far "
            "from real ones."
        )
    return None


def _improving(history: Sequence[Evidence], num_checks: int = 5) -> bool:
    """Return whether samples are nearer to real ones than some checks ago, or have not had the time to be."""
    recent = [evidence.distance for evidence in history[-num_checks:]]
    return warming_up(history) or min(recent[-2:]) < 0.97 * min(recent[:-2])


RULES: dict[str, Callable[[Sequence[Evidence]], str | None]] = {
    "divergence": _divergence,
    "mode collapse": _mode_collapse,
    "overfitting": _overfitting,
    "discriminator too strong": _discriminator_too_strong,
    "generator too strong": _generator_too_strong,
}
