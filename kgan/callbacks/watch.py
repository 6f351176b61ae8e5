"""Diagnosis while a GAN trains."""

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from kgan import _deprecation, backend, diagnosis, layers, losses
from kgan import features as feature_extractors
from kgan._checks import check_positive
from kgan._typing import Array, Tensor
from kgan.models.adversarial import AdversarialModel, Batch
from kgan.training import data_adapter


class Change(NamedTuple):
    """A change of the verdict in a run.

    Attributes:
        step: updates so far.
        epoch: the same in epochs, 0.5 in the middle of the first.
        verdict: the new one.
    """

    step: int
    epoch: float
    verdict: diagnosis.Verdict


class Watch(keras.callbacks.Callback):
    """Checks a run many times, and warns with a diagnosis and advice when something goes wrong.

    Each check costs about as much as a few updates: the discriminator scores the same real images, as many held-out
    ones and new samples, which are compared with the real ones. The logs of an epoch get `sample_spread`,
    `sample_distance`, `discriminator_accuracy`, `overfitting` and `gradient_norm`. See `kgan.diagnosis.diagnose` for
    the rules. A verdict that appears is a warning, and so is its end: two healthy checks in a row. Training itself
    stays the same, bit for bit.

    Args:
        held_out: real images that are not trained on, as an array `(num, height, width, channels)` or a data set.
            Overfitting can be seen only with them.
        num_checks: number of checks in a run, evenly spread, at least 2. Defaults to 100.
        num: number of real images and of samples in a check, at least 16. Defaults to 256.
        features: as in `kgan.features.get`, with class probabilities, to see missing classes. Defaults to none.
        stop: whether a verdict other than healthy ends training. Defaults to False: it warns.
        seed: of the latents.
        on_change: function of a `Change`, called instead of a warning. Defaults to None.

    Attributes:
        history: the `kgan.diagnosis.Evidence` of all checks.
        verdict: the newest `kgan.diagnosis.Verdict`.
        changes: each `Change` of the verdict so far.
        in_use: the parts of the training, as in `kgan.diagnosis.advice`.

    Raises:
        ValueError: a number is out of range, or the model in training is not a `kgan.GAN`.

    Example:
    >>> callback = Watch(num_checks=50)
    """

    @_deprecation.renamed(looks="num_checks")
    def __init__(
        self,
        held_out: Any = None,
        num_checks: int = 100,
        num: int = 256,
        features: Any = None,
        stop: bool = False,
        seed: int = 0,
        on_change: Callable[[Change], None] | None = None,
    ) -> None:
        super().__init__()
        check_positive(num_checks=num_checks, num=num)
        if num_checks < 2 or num < 16:
            raise ValueError(
                f"`num_checks` must be at least 2 and `num` at least 16. Received: num_checks={num_checks}, num={num}"
            )
        self.held_out = held_out
        self.num_checks = num_checks
        self.num = num
        self.features = feature_extractors.get(features) if features is not None else None
        self.stop = stop
        self.seed = seed
        self.on_change = on_change
        self.history: list[diagnosis.Evidence] = []
        self.verdict = diagnosis.Verdict(diagnosis.HEALTHY, "there was no check yet.", "")
        self.changes: list[Change] = []
        self.in_use: frozenset[str] = frozenset()

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Take the real images from the data."""
        if self.model.samples_from != "latents":
            raise ValueError(
                f"Expected a GAN of latents to watch. Received: a {type(self.model).__name__}. Use `validation_data` "
                "and Keras's callbacks: `val_psnr` says how it learns."
            )
        self.in_use = parts_of(self.model)
        self._batch = self._first(self.model.data_position.data)
        self.num = len(self._batch.real)
        self._held_out = None if self.held_out is None else self._first(self.held_out)
        if self.features is not None:
            self.features.check((None, *self.model.image_shape))
            self.features.dimension("probabilities")
        sources = self.model.sources(self._batch, self.seed)
        self._measure = backend.compiled(lambda: self._samples_and_logits(sources))
        self._step, self._skipped, self._steps_since_check, self._done = 0, 0.0, 0, 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Count the skipped updates of the epoch from 0."""
        self._epoch, self._skipped, self._done = epoch, 0.0, 0

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Check if it is due."""
        num_steps, self._done = batch + 1 - self._done, batch + 1  # several with `steps_per_execution`
        if self.model.data_position.passed_over:
            return
        self._step += num_steps
        self._steps_since_check += num_steps
        steps = (self.params["steps"] or 1000) * self.params["epochs"]
        if self._steps_since_check >= max(1, steps // self.num_checks):
            self._check(logs or {})
            self._steps_since_check = 0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Put the newest evidence into the logs."""
        if self.history and logs is not None:
            last = self.history[-1]
            logs.update(
                sample_spread=last.spread,
                sample_distance=last.distance,
                discriminator_accuracy=last.accuracy,
                overfitting=last.overfitting,
                gradient_norm=last.gradient,
            )

    def _first(self, data: Any) -> Batch:
        """Return the first images of data, and what the model takes for their labels."""
        arrays = data_adapter.first(data, self.num)
        return self.model.unpack(tuple(None if array is None else ops.convert_to_tensor(array) for array in arrays))

    def _samples_and_logits(self, sources: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor | None, Tensor]:
        """Return samples, the logits of real images, samples and held-out images, and a gradient norm."""
        model, (real, labels) = self.model, self._batch
        fake = model.synthesize(sources, labels, average=False)
        real_logits = self._logits(real, labels)

        def generator_loss(images: Tensor) -> Tensor:
            return ops.mean(model.loss.generator(real_logits, self._logits(images, labels)))

        _, gradient = backend.input_gradient(generator_loss, fake)
        norm = self.num * ops.mean(ops.sqrt(ops.sum(ops.square(ops.reshape(gradient, (self.num, -1))), axis=1)))
        held_out_logits = None if self._held_out is None else self._logits(*self._held_out)
        return fake, real_logits, self._logits(fake, labels), held_out_logits, norm

    def _logits(self, images: Tensor, labels: Tensor | None) -> Tensor:
        return ops.cast(self.model.discriminate(images, labels), "float32")

    def _check(self, logs: dict[str, Any]) -> None:
        fake, *logits, gradient = self._measure()
        skipped = float(logs.get("skipped_updates", 0.0))
        not_finite = max(0.0, skipped - self._skipped) / self._steps_since_check
        self._skipped = skipped
        further: dict[str, Any] = {"gradient": float(gradient), "not_finite": not_finite}
        if self.features is not None:
            probabilities = ops.convert_to_numpy(self.features(fake)["probabilities"])
            further["class_entropy"] = _class_entropy(probabilities)
        real, fake = (ops.convert_to_numpy(images) for images in (self._batch.real, fake))
        arrays: list[Any] = [None if values is None else ops.convert_to_numpy(values) for values in logits]
        self.history.append(diagnosis.gather(self._step, real, fake, *arrays, **further))
        self.verdict = diagnosis.diagnose(self.history, self.in_use)
        self._announce()
        if self.stop and self.verdict.name != diagnosis.HEALTHY:
            self.model.stop_training = True

    def _announce(self) -> None:
        """Report a verdict that is new, or one that has gone away for two checks."""
        before = self.changes[-1].verdict.name if self.changes else diagnosis.HEALTHY
        if self.verdict.name == before:
            return
        if self.verdict.name == diagnosis.HEALTHY:
            rule = diagnosis.RULES[before]
            if rule(self.history) or rule(self.history[:-1]):  # it was seen at one of the last two checks
                return
            self._change(self.verdict._replace(reason=f"no longer {before}."))
        else:
            self._change(self.verdict)

    def _change(self, verdict: diagnosis.Verdict) -> None:
        epoch = self._epoch + self._done / self.params["steps"] if self.params["steps"] else float(self._epoch)
        change = Change(self._step, epoch, verdict)
        self.changes.append(change)
        if self.on_change is None:
            warnings.warn(f"Step {self._step:,}: {verdict}", stacklevel=2)
        else:
            self.on_change(change)

    def get_state(self) -> dict[str, Any]:
        """Return what a resumed run must know."""
        history = [list(evidence) for evidence in self.history]
        changes = [[change.step, change.epoch, list(change.verdict)] for change in self.changes]
        return {"history": history, "changes": changes, "step": self._step, "since": self._steps_since_check}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from `get_state`."""
        self.history = [diagnosis.Evidence(*values) for values in state["history"]]
        changes = state.get("changes", [])  # version 0.2 saved none
        self.changes = [Change(step, epoch, diagnosis.Verdict(*verdict)) for step, epoch, verdict in changes]
        self._step, self._steps_since_check = state["step"], state["since"]
        if self.history:
            self.verdict = diagnosis.diagnose(self.history, self.in_use)


def parts_of(model: AdversarialModel) -> frozenset[str]:
    """Return which parts of a training a compiled model has, as in `kgan.diagnosis.advice`."""
    parts = {penalty.name for penalty in model.penalties}
    names = {layer.__class__.__name__ for layer in model.discriminator.layers}
    recommended = isinstance(model.loss, losses.Relativistic) and {"r1", "r2"} <= parts
    conditions = {
        "recommended": recommended,
        "no minimax": not isinstance(model.loss, losses.Minimax),
        "augmentation": bool(model.augmentations),
        "classes": len(model.discriminator.inputs) == 2 or len(model.discriminator.outputs) == 2,
        "discriminator_steps": model.discriminator_steps > 1,
        layers.MinibatchStdDev.__name__: layers.MinibatchStdDev.__name__ in names,
    }
    return frozenset(parts | {name for name, holds in conditions.items() if holds})


def _class_entropy(probabilities: Array) -> float:
    """Return the entropy of the most probable classes, over its largest value."""
    shares = np.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1]) / len(probabilities)
    shares = shares[shares > 0]
    return float(-np.sum(shares * np.log(shares)) / np.log(probabilities.shape[1]))
