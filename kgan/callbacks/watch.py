"""Diagnosis while a GAN trains."""

import warnings

import keras
import numpy as np
from keras import ops

from kgan import backend, diagnosis
from kgan import features as feature_extractors
from kgan.training import data_adapter


class Watch(keras.callbacks.Callback):
    """Looks at a run many times and says in plain words what goes wrong, and what to try.

    Each look costs about as much as a few updates: the discriminator scores the same real images, as many held-out
    ones and new samples, which are compared with the real ones. The evidence of all looks is in `history`, the newest
    verdict in `verdict`; an epoch's logs get `sample_spread`, `sample_distance`, `discriminator_accuracy`,
    `overfitting` and `gradient_norm`. See `kgan.diagnosis.diagnose` for the rules.

    Args:
        held_out: real images that are not trained on, as an array `(n, height, width, channels)` or a data set. Without
            them overfitting cannot be seen.
        looks: how many in a run, evenly spread. Defaults to 100.
        num: real images and samples a look. Defaults to 256.
        features: as in `kgan.features.get`, with class probabilities, to see missing classes. Defaults to none.
        stop: whether a verdict other than healthy ends training. Defaults to False: it warns.
        seed: of the latents.

    Raises:
        ValueError: a number is out of range.

    Example:
    >>> callback = Watch(looks=50)
    """

    def __init__(self, held_out=None, looks=100, num=256, features=None, stop=False, seed=0):
        super().__init__()
        if looks < 2 or num < 16:
            raise ValueError(f"`looks` must be at least 2 and `num` at least 16. Received: {looks} and {num}")
        self.held_out = held_out
        self.looks = looks
        self.num = num
        self.features = feature_extractors.get(features) if features is not None else None
        self.stop = stop
        self.seed = seed
        self.history = []
        self.verdict = diagnosis.Verdict(diagnosis.HEALTHY, "nothing was looked at yet.", "")

    def on_train_begin(self, logs=None):
        """Take the real images."""
        if self.model.latent_dim is None:
            raise ValueError(
                f"Expected a GAN of latents to watch. Received: a {type(self.model).__name__}. Use `validation_data` "
                "and Keras's callbacks: `val_psnr` says how it learns."
            )
        self._real, self._labels = self._first(self.model._data)
        self.num = len(self._real)
        self._held_out = None if self.held_out is None else self._first(self.held_out)
        if self.features is not None:
            self.features.check((None, *self.model.image_shape))
            self.features.dimension("probabilities")
        noise = self.model._source(self._real, self._labels, self.seed)
        self._look = backend.compiled(lambda: self._score(noise))
        self._step, self._skipped, self._since = 0, 0.0, 0

    def on_epoch_begin(self, epoch, logs=None):
        """Count this epoch's skipped updates from 0."""
        self._epoch, self._skipped = epoch, 0.0

    def on_train_batch_end(self, batch, logs=None):
        """Look, if it is time."""
        if self.model._to_skip > 0:
            return
        self._step += 1
        self._since += 1
        steps = (self.params["steps"] or 1000) * self.params["epochs"]
        if self._since >= max(1, steps // self.looks):
            self._gather(logs or {})
            self._since = 0

    def on_epoch_end(self, epoch, logs=None):
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

    def _first(self, data):
        """Return the first images of data, and what the model takes for their labels."""
        pair = (None if each is None else ops.convert_to_tensor(each) for each in data_adapter.first(data, self.num))
        return self.model._unpack(tuple(pair))

    def _score(self, noise):
        model = self.model
        labels = self._labels
        fake = model._with(noise, labels, model.generator, training=False)

        def judge(images, labels):
            return ops.cast(model._logits(images, labels, training=False)[0], "float32")

        real_logits = judge(self._real, labels)

        def loss_of(fake):
            return ops.mean(model.loss.generator(real_logits, judge(fake, labels)))

        _, gradient = backend.input_gradient(loss_of, fake)
        norm = self.num * ops.mean(ops.sqrt(ops.sum(ops.square(ops.reshape(gradient, (self.num, -1))), axis=1)))
        held_out = None if self._held_out is None else judge(*self._held_out)
        return fake, real_logits, judge(fake, labels), held_out, norm

    def _gather(self, logs):
        fake, real_logits, fake_logits, held_out, gradient = self._look()
        skipped = float(logs.get("skipped_updates", 0.0))
        more = {"gradient": float(gradient), "not_finite": max(0.0, skipped - self._skipped) / self._since}
        self._skipped = skipped
        if self.features is not None:
            probabilities = ops.convert_to_numpy(self.features(fake)["probabilities"])
            share = np.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1]) / self.num
            share = share[share > 0]
            more["class_entropy"] = float(-np.sum(share * np.log(share)) / np.log(probabilities.shape[1]))
        real, fake = (ops.convert_to_numpy(each) for each in (self._real, fake))
        logits = [None if each is None else ops.convert_to_numpy(each) for each in (real_logits, fake_logits, held_out)]
        self.history.append(diagnosis.gather(self._step, real, fake, *logits, **more))
        verdict = diagnosis.diagnose(self.history)
        if verdict.name not in (diagnosis.HEALTHY, self.verdict.name):
            warnings.warn(f"Step {self._step}: {verdict}", stacklevel=2)
        self.verdict = verdict
        if self.stop and verdict.name != diagnosis.HEALTHY:
            self.model.stop_training = True

    def get_state(self):
        """Return what a resumed run must know."""
        return {"history": [list(each) for each in self.history], "step": self._step, "since": self._since}

    def set_state(self, state):
        """Go on from `get_state`."""
        self.history = [diagnosis.Evidence(*each) for each in state["history"]]
        self._step, self._since = state["step"], state["since"]
        if self.history:
            self.verdict = diagnosis.diagnose(self.history)
