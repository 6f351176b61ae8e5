"""Diagnosis while a GAN trains."""

import warnings
from typing import Any

import keras
import numpy as np
from keras import ops

from kgan import _deprecation, backend, diagnosis
from kgan import features as feature_extractors
from kgan._checks import check_positive
from kgan._typing import Array, Tensor
from kgan.models.adversarial import Batch
from kgan.training import data_adapter


class Watch(keras.callbacks.Callback):
    """Checks a run many times, and warns with a diagnosis and advice when something goes wrong.

    Each check costs about as much as a few updates: the discriminator scores the same real images, as many held-out
    ones and new samples, which are compared with the real ones. The evidence of all checks is in `history`, the newest
    verdict in `verdict`. The logs of an epoch get `sample_spread`, `sample_distance`, `discriminator_accuracy`,
    `overfitting` and `gradient_norm`. See `kgan.diagnosis.diagnose` for the rules.

    Args:
        held_out: real images that are not trained on, as an array `(num, height, width, channels)` or a data set.
            Overfitting can be seen only with them.
        num_checks: number of checks in a run, evenly spread, at least 2. Defaults to 100.
        num: number of real images and of samples in a check, at least 16. Defaults to 256.
        features: as in `kgan.features.get`, with class probabilities, to see missing classes. Defaults to none.
        stop: whether a verdict other than healthy ends training. Defaults to False: it warns.
        seed: of the latents.

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
        self.history: list[diagnosis.Evidence] = []
        self.verdict = diagnosis.Verdict(diagnosis.HEALTHY, "there was no check yet.", "")

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Take the real images from the data."""
        if self.model.samples_from != "latents":
            raise ValueError(
                f"Expected a GAN of latents to watch. Received: a {type(self.model).__name__}. Use `validation_data` "
                "and Keras's callbacks: `val_psnr` says how it learns."
            )
        self._batch = self._first(self.model.data_position.data)
        self.num = len(self._batch.real)
        self._held_out = None if self.held_out is None else self._first(self.held_out)
        if self.features is not None:
            self.features.check((None, *self.model.image_shape))
            self.features.dimension("probabilities")
        sources = self.model.sources(self._batch, self.seed)
        self._measure = backend.compiled(lambda: self._samples_and_logits(sources))
        self._step, self._skipped, self._steps_since_check = 0, 0.0, 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Count the skipped updates of the epoch from 0."""
        self._epoch, self._skipped = epoch, 0.0

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Check if it is due."""
        if self.model.data_position.skipping:
            return
        self._step += 1
        self._steps_since_check += 1
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
        verdict = diagnosis.diagnose(self.history)
        if verdict.name not in (diagnosis.HEALTHY, self.verdict.name):
            warnings.warn(f"Step {self._step}: {verdict}", stacklevel=2)
        self.verdict = verdict
        if self.stop and verdict.name != diagnosis.HEALTHY:
            self.model.stop_training = True

    def get_state(self) -> dict[str, Any]:
        """Return what a resumed run must know."""
        history = [list(evidence) for evidence in self.history]
        return {"history": history, "step": self._step, "since": self._steps_since_check}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from `get_state`."""
        self.history = [diagnosis.Evidence(*values) for values in state["history"]]
        self._step, self._steps_since_check = state["step"], state["since"]
        if self.history:
            self.verdict = diagnosis.diagnose(self.history)


def _class_entropy(probabilities: Array) -> float:
    """Return the entropy of the most probable classes, over its largest value."""
    shares = np.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1]) / len(probabilities)
    shares = shares[shares > 0]
    return float(-np.sum(shares * np.log(shares)) / np.log(probabilities.shape[1]))
