"""What the models of a generator and a discriminator share: networks, average, compile, the step, state."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from kgan import augmentation, backend, losses, optimizers, penalties
from kgan._typing import Array, Tensor
from kgan.backend import keras_internals
from kgan.metrics import FeatureMetric
from kgan.models.pair import NetworkPair
from kgan.recipes import Recipe
from kgan.training import checks, game, reach
from kgan.training.step_metrics import StepMetrics

NUM_PROBES, NUM_DRAWS = 32, 2
"""From how many images of the data, and latents for each, it is seen what a network can give."""


class Batch(NamedTuple):
    """One batch of data.

    Attributes:
        real: the images that generated ones are compared with.
        condition: what belongs to each of them: labels, the input of an image-to-image model, or None.
    """

    real: Tensor
    condition: Tensor | None


class Step(NamedTuple):
    """What comes out of an update of the discriminator, for the generator and the logs.

    Attributes:
        generator_loss: what the generator minimizes.
        gradient: of `generator_loss` at the generated images.
        logs: scalars by name.
        discriminator_updated: whether the discriminator's update was finite, and made.
    """

    generator_loss: Tensor
    gradient: Tensor
    logs: dict[str, Tensor]
    discriminator_updated: Tensor


class AdversarialModel(NetworkPair):
    """Base of `kgan.GAN` and `kgan.ImageToImageGAN`.

    A subclass says what its data are (`unpack`), what the generator makes images from (`sources`), and calls
    `compile_adversarial` in its `compile`. It overrides `discrimination` or `generator_loss` where it needs other ones.
    The constructor is that of `kgan.models.pair.NetworkPair`.
    """

    samples_from: str
    """What the generator makes images from: `"latents"` or `"images"`."""

    def compile_adversarial(
        self,
        recipe: Recipe,
        classification_weight: float = 1.0,
        metrics: Sequence | None = None,
        **keras_options: Any,
    ) -> None:
        """Set what the two networks are trained with; a subclass calls it in its `compile`.

        Args:
            recipe: losses, penalties, optimizers, updates and augmentation.
            classification_weight, metrics: as in `kgan.GAN.compile`.
            **keras_options: `jit_compile`, `steps_per_execution` and `run_eagerly`.

        Raises:
            ValueError: a name is unknown, a number is out of range, or one optimizer is given twice.
        """
        checks.check_metrics(metrics)
        self.loss = losses.get(recipe.loss)
        self.penalties = [penalties.get(penalty) for penalty in recipe.penalties]
        names = [penalty.name for penalty in self.penalties]
        if len(set(names)) < len(names):
            raise ValueError(f"Expected each penalty once. Received: {names}")
        self.augmentations = augmentation.get_all(recipe.augmentation)
        self.classification_weight = float(classification_weight)
        self.discriminator_steps = recipe.discriminator_steps
        self.update = recipe.update
        self.generator_optimizer = optimizers.get(recipe.generator_optimizer)
        self.discriminator_optimizer = optimizers.get(recipe.discriminator_optimizer)
        optimizers.build(self.generator_optimizer, self.generator.trainable_variables, "generator")
        optimizers.build(self.discriminator_optimizer, self.discriminator.trainable_variables, "discriminator")
        super().compile(
            optimizer=optimizers.OptimizerPair(self.generator_optimizer, self.discriminator_optimizer),
            metrics=metrics,
            auto_scale_loss=False,
            **keras_options,
        )
        self._build_metrics(metrics)
        self._step_metrics = StepMetrics(means=self.log_names(), sums=["skipped_updates"])

    def _build_metrics(self, metrics: Sequence | None) -> None:
        self._given_metrics = metrics
        if not metrics:
            return
        images = keras.KerasTensor((None, *self.image_shape))
        compiled: Any = keras_internals.compiled_metrics(self)
        compiled.build(images, images)
        for metric in metrics:
            if isinstance(metric, FeatureMetric):
                metric.build(images, images)

    def log_names(self) -> list[str]:
        """Return the names of the scalars whose means over an epoch are logged."""
        penalty_names = [penalty.name for penalty in self.penalties if not isinstance(penalty, penalties.Constraint)]
        return ["discriminator_loss", "generator_loss", *penalty_names, "real_score", "fake_score"]

    def recipe_summary(self) -> str:
        """Return one line that says what the networks are trained with."""
        terms = [f"{type(self.loss).__name__} loss"]
        parts: list[Any] = [*self.penalties, *self.augmentations]
        for part in parts:
            settings = {
                name: value for name, value in part.get_config().items() if isinstance(value, int | float | str)
            }
            terms.append(f"{part.name} ({', '.join(f'{key}={value}' for key, value in settings.items())})")
        if not self.penalties:
            terms.append("no penalty")
        steps = f"{self.discriminator_steps} discriminator steps" if self.discriminator_steps > 1 else None
        terms.append(f"{self.update} updates" + (f" with {steps}" if steps else ""))
        for optimizer in (self.generator_optimizer, self.discriminator_optimizer):
            rate = float(ops.convert_to_numpy(optimizer.learning_rate))
            terms.append(f"{optimizer.name}: {type(optimizer).__name__}({rate:g})")
        return f"Training {self.name}: {', '.join(terms)}"

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The loss trackers and the compiled metrics, reset at the start of each epoch."""
        trackers = (self._step_metrics, keras_internals.compiled_metrics(self))
        return [metric for metric in trackers if metric is not None]

    # Data and networks

    def unpack(self, data: Any) -> Batch:
        """Return a batch as `fit` and `evaluate` get it."""
        raise NotImplementedError

    def check_reach(self, images: Array, condition: Array | None) -> None:
        """Warn if the generator cannot reach the data, or the discriminator ends in a sigmoid; see `training.reach`."""
        count = min(NUM_PROBES, len(images))
        inputs = images[:count] if condition is None else (images[:count], condition[:count])
        batch = self.unpack(inputs)

        def samples() -> Array:
            made = [
                self.synthesize(self.sources(batch, seed), batch.condition, average=False) for seed in range(NUM_DRAWS)
            ]
            return np.concatenate([ops.convert_to_numpy(ops.cast(images, "float32")) for images in made])

        def logits_of(probes: Array) -> Array:
            halves = [self.discriminate(half, batch.condition) for half in np.split(probes, 2)]
            return np.concatenate([ops.convert_to_numpy(ops.cast(half, "float32")).ravel() for half in halves])

        real = ops.convert_to_numpy(ops.cast(batch.real, "float32"))
        reach.warn_of_generator(self.generator, real, samples)
        reach.warn_of_discriminator(self.discriminator, logits_of, real)

    def training_batch(self, data: Any) -> Batch:
        """Return a batch as it is trained on."""
        return self.unpack(data)

    def sources(self, batch: Batch, seed: Any) -> Tensor:
        """Return what the generator makes the fake images of a batch from.

        Args:
            batch: of the data.
            seed: an integer or a `keras.random.SeedGenerator`.
        """
        raise NotImplementedError

    def synthesize(
        self, sources: Tensor, condition: Tensor | None = None, training: bool = False, average: bool = True
    ) -> Tensor:
        """Return generated images.

        Args:
            sources: as `sources` returns them.
            condition: as in a `Batch`.
            training: whether layers such as dropout are in training mode.
            average: whether the averaged generator makes the images.
        """
        return call_network(self.ema_generator if average else self.generator, sources, condition, training)

    def discriminate(self, images: Tensor, condition: Tensor | None = None, training: bool = False) -> Tensor:
        """Return the discriminator's logits of images, in float32 or wider."""
        return self.discrimination(images, condition, training).logits

    def discrimination(self, images: Tensor, condition: Tensor | None, training: bool) -> game.Discrimination:
        """Return the discriminator's logits of images, and the loss of an auxiliary classifier (0 without one)."""
        return game.Discrimination(wide(call_network(self.discriminator, images, condition, training)), 0.0)

    def call(self, inputs: Any, training: bool = False) -> Tensor:
        """Return the images `(batch, height, width, channels)` that the averaged generator makes of its inputs."""
        checks.check_inputs(inputs, self.ema_generator)
        return self.ema_generator(inputs, training=training)

    # The step

    def objective(self) -> game.Objective:
        """Return what the two networks are trained on."""
        return game.Objective(self.loss, self.penalties, self.augmentations, self.classification_weight)

    def training_discriminator(self, condition: Tensor | None) -> game.Discriminator:
        """Return the discriminator as a function of images, in training mode and with augmentation."""
        return game.augmented(
            lambda images: self.discrimination(images, condition, training=True), self.objective(), self.seed_generator
        )

    def generator_loss(self, batch: Batch, fake: Tensor) -> game.GeneratorLoss:
        """Return what the generator minimizes."""
        discriminator = self.training_discriminator(batch.condition)
        return game.generator_loss(discriminator(batch.real), discriminator(fake), self.objective())

    def train_step(self, data: Any) -> dict[str, Tensor]:
        """Update the discriminator `discriminator_steps` times and then the generator, on one batch."""
        batch = self.training_batch(data)
        updated = []
        for _ in range(self.discriminator_steps - 1):
            sources = self.sources(batch, self.seed_generator)
            fake = self.synthesize(sources, batch.condition, training=True, average=False)
            updated.append(self._apply_to_discriminator(game.discriminator_gradients(self._game(batch, fake))))
        sources = self.sources(batch, self.seed_generator)
        fake, pull_back = backend.pullback(
            lambda: self.synthesize(sources, batch.condition, training=True, average=False),
            self.generator.trainable_variables,
        )
        step = self.adversarial_step(batch, fake)
        generator_updated = self._apply_to_generator(step.generator_loss, pull_back(step.gradient))
        return self._track(batch, step.logs, [*updated, step.discriminator_updated, generator_updated])

    def adversarial_step(self, batch: Batch, fake: Tensor) -> Step:
        """Update the discriminator, and return the gradient of the generator's loss at the generated images."""
        if self.update == "simultaneous":
            for_discriminator, for_generator = game.simultaneous_gradients(self._game(batch, fake))
            updated = self._apply_to_discriminator(for_discriminator)
        else:
            for_discriminator = game.discriminator_gradients(self._game(batch, fake))
            updated = self._apply_to_discriminator(for_discriminator)
            for_generator = game.generator_gradient(lambda images: self.generator_loss(batch, images), fake)
        loss = for_discriminator.loss
        logs = {
            "discriminator_loss": loss.adversarial,
            **loss.penalties,
            "classification_loss": loss.real.classification_loss,
            "real_score": ops.mean(loss.real.logits),
            "fake_score": ops.mean(loss.fake.logits),
            **for_generator.loss.terms,
            "generator_loss": for_generator.loss.total,
        }
        return Step(for_generator.loss.total, for_generator.gradient, self._logged(logs), updated)

    def _game(self, batch: Batch, fake: Tensor) -> game.Game:
        return game.Game(
            self.training_discriminator(batch.condition),
            self.discriminator.trainable_variables,
            batch.real,
            fake,
            self.objective(),
            self.discriminator_optimizer.iterations,
            self.seed_generator,
        )

    def _logged(self, values: dict[str, Any]) -> dict[str, Tensor]:
        return {name: values[name] for name in self.log_names()}

    def _apply_to_discriminator(self, update: game.DiscriminatorGradients) -> Tensor:
        variables = self.discriminator.trainable_variables

        def apply() -> None:
            self.discriminator_optimizer.apply(update.gradients, variables)
            for penalty in self.penalties:
                if isinstance(penalty, penalties.Constraint):
                    penalty.apply(variables)

        return backend.where_finite([update.loss.total, *update.gradients], apply)

    def _apply_to_generator(self, loss: Tensor, gradients: list[Tensor]) -> Tensor:
        def apply() -> None:
            self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
            if self.ema_decay is not None:
                self._update_average(self.ema_decay)

        return backend.where_finite([loss, *gradients], apply)

    def _update_average(self, ema_decay: float) -> None:
        step = ops.cast(self.generator_optimizer.iterations, "float32")
        decay = ops.minimum(ema_decay, (1.0 + step) / (10.0 + step))
        for average, weight in zip(self.ema_generator.weights, self.generator.weights, strict=True):
            if keras.backend.is_float_dtype(weight.dtype):  # running statistics too: those of few batches are noisy
                average.assign_add(ops.cast(1.0 - decay, weight.dtype) * (weight - average))
            else:
                average.assign(weight)

    def _track(self, batch: Batch, logs: dict[str, Tensor], updated: list[Tensor]) -> dict[str, Tensor]:
        # A skipped step is counted in skipped_updates and must not turn the epoch's means into NaN.
        skipped = ops.sum(ops.cast(ops.logical_not(ops.stack(updated)), "float32"))
        weight = ops.where(skipped > 0, 0.0, ops.cast(ops.shape(batch.real)[0], "float32"))
        self._step_metrics.update_state({**logs, "skipped_updates": skipped}, weight=weight)
        return self._step_metrics.result()

    def test_step(self, data: Any) -> dict[str, Tensor]:
        """Score one batch of held-out data against the averaged generator, with the same latents every time."""
        batch = self.unpack(data)
        fake = self.synthesize(self.sources(batch, self.evaluation_seed_generator), batch.condition)
        logs = self.score(batch, fake)
        self._step_metrics.update_state(logs, weight=ops.shape(batch.real)[0])
        metrics = keras_internals.compiled_metrics(self)
        if metrics is not None:
            metrics.update_state(batch.real, fake)  # their figures can be costly: `evaluate` computes them once
        return {name: value for name, value in self._step_metrics.result().items() if name in logs}

    def score(self, batch: Batch, fake: Tensor) -> dict[str, Tensor]:
        """Return the losses and scores of a batch in inference mode, by name."""
        real_logits, fake_logits = (
            ops.cast(self.discriminate(images, batch.condition), "float32") for images in (batch.real, fake)
        )
        return {
            "discriminator_loss": ops.mean(self.loss.discriminator(real_logits, fake_logits)),
            "generator_loss": ops.mean(self.loss.generator(real_logits, fake_logits)),
            "real_score": ops.mean(real_logits),
            "fake_score": ops.mean(fake_logits),
        }

    # Configuration

    def get_compile_config(self) -> dict[str, Any] | None:
        """Return the arguments of `compile` that all adversarial models have, or None if the model is not compiled."""
        if not self.compiled:
            return None
        serialize = keras.saving.serialize_keras_object
        # Feature extractors are not part of the file: whoever loads it may have neither their data nor their network.
        metrics = [metric for metric in self._given_metrics or [] if not isinstance(metric, FeatureMetric)]
        return {
            "generator_optimizer": serialize(self.generator_optimizer),
            "discriminator_optimizer": serialize(self.discriminator_optimizer),
            "loss": serialize(self.loss),
            "penalties": [serialize(penalty) for penalty in self.penalties],
            "metrics": serialize(metrics) or None,
            "jit_compile": self.jit_compile,
            "steps_per_execution": self.steps_per_execution,
            "run_eagerly": self.run_eagerly,
        }

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile as `get_compile_config` described."""
        self.compile(**{key: keras.saving.deserialize_keras_object(value) for key, value in config.items()})


def call_network(network: keras.Model, inputs: Tensor, condition: Tensor | None, training: bool) -> Any:
    """Return what a network of `inputs`, or of `[inputs, condition]`, gives."""
    return network([inputs, condition] if len(network.inputs) == 2 else inputs, training=training)


def wide(logits: Tensor) -> Tensor:
    """Return logits in float32, or in their own type if that is wider."""
    return ops.cast(logits, keras.backend.result_type(logits.dtype, "float32"))
