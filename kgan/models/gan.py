"""The adversarial update, inside Keras's own `fit`."""

import keras
from keras import ops

from kgan import augmentation as augmentations
from kgan import backend, latents, losses, optimizers
from kgan._registry import unknown
from kgan.export import exporting
from kgan.metrics import FeatureMetric
from kgan.models.clusters import Clusters
from kgan.models.sampler import Sampler
from kgan.penalties import get as get_penalty
from kgan.penalties import recommended as recommended_penalties
from kgan.training import checks, data_adapter
from kgan.training.fit import Loops
from kgan.training.persistence import PersistentModel
from kgan.training.step_metrics import StepMetrics

UPDATES = ("alternating", "simultaneous")


@keras.saving.register_keras_serializable("kgan")
class GAN(Sampler, Loops, PersistentModel):
    """A generator and a discriminator that train each other in `fit`.

    Everything that Keras does with a model works: `compile`, `fit` with Keras's callbacks, `evaluate`,
    `save` and `keras.saving.load_model`. One batch makes one step of the game: `discriminator_steps`
    updates of the discriminator, then one of the generator. An update whose loss or gradients are not
    finite is skipped and counted.

    Args:
        generator: Functional model, latents `(batch, latent_dim)` to images `(batch, height, width,
            channels)` in [-1, 1]; for class-conditional generation from `[latents, labels]`.
        discriminator: Functional model, images to raw logits `(batch, 1)`, or patches of logits; for
            class-conditional generation from `[images, labels]`, or from either to two outputs, such logits and
            those of the classes `(batch, num_classes)` (an auxiliary classifier, whose loss both networks minimize).
        ema_decay: in [0, 1), decay of the averaged generator that `generate`, `evaluate` and `export`
            use; it warms up as (1 + step) / (10 + step). None keeps no average. Defaults to 0.9999.
        num_classes: for two-input networks; read from the generator's embedding if not given.
        packing: how many images the discriminator judges together, against mode collapse (PacGAN). It must take
            that many times the channels; a few images of a batch may be left over. Defaults to 1.
        label_dropout: in [0, 1), the share of labels that training replaces by -1, no class, so that one model
            also generates without a label (`generate(labels=-1)`). Defaults to 0.
        clusters: for two-input networks and data without labels: clusters of the data, found when `fit` begins, as many
            as the networks have classes, stand in for them (`kgan.models.Clusters`), and `generate` needs none: the
            generator gains two latents from which it reads the cluster. Against missing parts of the data, and samples
            between them. Defaults to False.
        seed: integer, seeds latents and penalties. Two runs with one seed, equal initial weights and equal
            data are equal on a CPU. Defaults to one drawn from Keras's global seed.
        name: the model's name.

    Raises:
        TypeError: a network is not a Keras model.
        ValueError: the networks do not fit together, or the discriminator ends in a sigmoid.

    References: Goodfellow et al., Generative Adversarial Networks, 2014; Karras et al., Progressive
    Growing of GANs, 2018 (the averaged generator); Lin et al., PacGAN: The power of two samples in generative
    adversarial networks, 2018; Odena et al., Conditional Image Synthesis with Auxiliary Classifier GANs, 2017;
    Ho and Salimans, Classifier-Free Diffusion Guidance, 2022 (label dropout); Liu et al., Diverse Image Generation
    via Self-Conditioned GANs, 2020 (clusters).

    Example:
    >>> from kgan import architectures, datasets
    >>> gan = GAN(
    ...     architectures.mlp.generator((8, 8, 1), latent_dim=4),
    ...     architectures.mlp.discriminator((8, 8, 1)),
    ... )
    >>> gan.compile()
    >>> history = gan.fit(datasets.load("digits"), epochs=1, verbose=0)
    >>> gan.generate(16, seed=7).shape
    (16, 8, 8, 1)
    """

    def __init__(
        self,
        generator,
        discriminator,
        ema_decay=0.9999,
        num_classes=None,
        packing=1,
        label_dropout=0.0,
        clusters=False,
        seed=None,
        name="gan",
    ):
        super().__init__(name=name)
        self._check_networks(generator, discriminator, packing)
        self.clusters = None
        if clusters:
            self.clusters = Clusters(checks.cluster_count(generator, num_classes), generator.outputs[0].shape[1:])
            generator = self.clusters.steer(generator)
        checks.check_label_dropout(label_dropout, generator, discriminator)
        if ema_decay is not None and not 0 <= ema_decay < 1:
            raise ValueError(f"`ema_decay` must be in [0, 1) or None. Received: ema_decay={ema_decay}")
        self.generator = generator
        self.discriminator = discriminator
        self.ema_decay = ema_decay
        self.conditional = len(generator.inputs) == 2
        self.num_classes = num_classes or (checks.class_count(generator) if self.conditional else None)
        self.latent_dim = generator.inputs[0].shape[1]
        self.image_shape = generator.outputs[0].shape[1:]
        self.packing = packing
        self.label_dropout = label_dropout
        self.classifies = len(discriminator.outputs) == 2
        self.ema_generator = generator
        if ema_decay is not None:
            self.ema_generator = type(generator).from_config(generator.get_config())
            self.ema_generator.set_weights(generator.get_weights())
            self.ema_generator.trainable = False
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.evaluation_seed_generator = keras.random.SeedGenerator(0)
        self.seed = seed
        self._step_metrics = None
        self.built = True

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        loss=None,
        penalties=None,
        discriminator_steps=1,
        update="alternating",
        augmentation=None,
        classification_weight=1.0,
        metrics=None,
        jit_compile="auto",
        steps_per_execution=1,
        run_eagerly=False,
    ):
        """Choose the game. With nothing named: the recommended recipe.

        Args:
            generator_optimizer, discriminator_optimizer: Keras optimizers, or their names. Default to
                `kgan.optimizers.AnnealedAdam()` each: from 1e-3 down to 1e-4, and a beta 2 from 0.9 up to 0.99, in
                20,000 updates.
            loss: a name or object as in `kgan.losses.get`. Defaults to `"relativistic"`.
            penalties: list of names or objects as in `kgan.penalties.get`. Defaults to
                `kgan.penalties.recommended()`, R1 and R2 with a gamma that falls, if `loss` is left open too, and
                to none if it is named: a named loss is as published.
            discriminator_steps: discriminator updates a batch, each with new fakes. Defaults to 1.
            update: `"alternating"` (the original algorithm: the generator meets the updated
                discriminator), or `"simultaneous"` (both from one forward pass: faster, another game).
            augmentation: a name or object as in `kgan.augmentation.get`, or a list of them, for everything that
                the discriminator sees in training. Defaults to none.
            classification_weight: non-negative, of an auxiliary classifier's loss in the generator's: the more, the
                surer the class, and the smaller the variety. Defaults to 1.
            metrics: `kgan.metrics`, or any Keras metrics of (real images, generated images), in `evaluate` and
                validation. Those that look at features are not saved with the model: pass them again.
            jit_compile, steps_per_execution, run_eagerly: as in `keras.Model.compile`.

        Raises:
            ValueError: a name is unknown, a number is out of range, or one optimizer is given twice.
        """
        if update not in UPDATES:
            raise unknown("update", update, UPDATES)
        if not isinstance(discriminator_steps, int) or discriminator_steps < 1:
            raise ValueError(f"`discriminator_steps` must be a positive integer. Received: {discriminator_steps!r}")
        if update == "simultaneous" and discriminator_steps > 1:
            raise ValueError(
                "`update='simultaneous'` makes one update of each network. "
                f"Received: discriminator_steps={discriminator_steps}. Use 'alternating'."
            )
        if generator_optimizer is not None and generator_optimizer is discriminator_optimizer:
            raise ValueError("Expected two optimizers: one object cannot hold the slots of both networks.")
        if not classification_weight >= 0:
            raise ValueError(f"`classification_weight` must be non-negative. Received: {classification_weight!r}")
        if isinstance(penalties, str):
            raise ValueError(f"`penalties` must be a list. Received: {penalties!r}. Use [{penalties!r}].")
        if penalties is None:
            penalties = recommended_penalties() if loss is None else []
        self.loss = losses.get("relativistic" if loss is None else loss)
        self.penalties = [get_penalty(each) for each in penalties]
        names = [penalty.name for penalty in self.penalties]
        if len(set(names)) < len(names):
            raise ValueError(f"Expected each penalty once. Received: {names}")
        self.augmentations = augmentations.get_all(augmentation)
        self.classification_weight = float(classification_weight)
        self.discriminator_steps = discriminator_steps
        self.update = update
        self.generator_optimizer = optimizers.get(generator_optimizer, self.generator, "generator")
        self.discriminator_optimizer = optimizers.get(discriminator_optimizer, self.discriminator, "discriminator")
        super().compile(
            optimizer=optimizers.OptimizerPair(self.generator_optimizer, self.discriminator_optimizer),
            metrics=metrics,
            jit_compile=jit_compile,
            steps_per_execution=steps_per_execution,
            run_eagerly=run_eagerly,
            auto_scale_loss=False,
        )
        if metrics:
            images = keras.KerasTensor((None, *self.image_shape))
            self._compile_metrics.build(images, images)
            for metric in metrics:
                if isinstance(metric, FeatureMetric):
                    metric.build(images, images)
        self._metrics_given = metrics
        self._step_metrics = StepMetrics(means=self._figures(), sums=["skipped_updates"])

    def _figures(self) -> list[str]:
        """Return the names of what a step averages."""
        return [
            "discriminator_loss",
            "generator_loss",
            *(penalty.name for penalty in self.penalties),
            *(["classification_loss"] if self.classifies else []),
            "real_score",
            "fake_score",
        ]

    @property
    def metrics(self):
        """The loss trackers and the compiled metrics, reset at the start of each epoch."""
        return [metric for metric in (self._step_metrics, self._compile_metrics) if metric is not None]

    def call(self, inputs, training=False):
        """Return images `(batch, height, width, channels)` of latents, or of `[latents, labels]`."""
        return self.ema_generator(inputs, training=training)

    def adapt(self, x):
        """Find the clusters of the data, where they stand in for labels; `fit` does so unless they are known.

        Args:
            x: images, as `fit` takes them.

        Raises:
            ValueError: the GAN has no clusters, or there are fewer different images.
        """
        if self.clusters is None:
            raise ValueError("Expected a GAN with clusters. Received: one without. Pass `clusters=True` to `kgan.GAN`.")
        self.clusters.adapt(data_adapter.first(x, self.clusters.wanted)[0], self.seed or 0)
        for network in (self.generator, self.ema_generator):
            network.get_layer("sectors").assign(self.clusters.shares)

    def _prepare(self, data):
        if self.clusters is not None and not self.clusters.adapted:
            self.adapt(data)

    # The update

    def train_step(self, data):
        """Make one step of the game on one batch: `real`, or `(real, labels)`."""
        real, labels = self._unpack(data)
        if self.label_dropout:
            kept = keras.random.uniform(ops.shape(labels), seed=self.seed_generator) >= self.label_dropout
            labels = ops.where(kept, labels, ops.full_like(labels, -1))
        updated = []
        for _ in range(self.discriminator_steps - 1):
            fake = self._with(self._source(real, labels, self.seed_generator), labels, self.generator, training=True)
            updated.append(self._update_discriminator(real, fake, labels)[1])
        noise = self._source(real, labels, self.seed_generator)
        fake, pull = backend.pullback(
            lambda: self._with(noise, labels, self.generator, training=True), self.generator.trainable_variables
        )
        step = self._update_both if self.update == "simultaneous" else self._update_in_turn
        results, last = step(real, fake, labels, pull)
        return self._track(results, [*updated, *last], real)

    def _update_in_turn(self, real, fake, labels, pull):
        results, gradient, discriminator_updated = self._teach(real, fake, labels)
        generator_updated = self._update_generator(results["generator_loss"], pull(gradient))
        return results, [discriminator_updated, generator_updated]

    def _teach(self, real, fake, labels):
        """Return the figures, the gradient of the generator's loss at `fake`, and whether the discriminator moved."""
        results, updated = self._update_discriminator(real, fake, labels)
        (loss, figures), gradient = backend.input_gradient(
            lambda fake: self._generator_loss(real, fake, labels), fake, has_aux=True
        )
        return {**results, **figures, "generator_loss": loss}, gradient, updated

    def _generator_loss(self, real, fake, labels):
        """Return what the generator minimizes, and figures for the log."""
        real_logits, _, _ = self._judge(real, labels)
        fake_logits, _, classification = self._judge(fake, labels)
        return ops.mean(self.loss.generator(real_logits, fake_logits)) + self.classification_weight * classification, {}

    def _update_both(self, real, fake, labels, pull):
        def both():
            total, results = self._discriminator_loss(real, fake, labels)
            logits, classification = results.pop("for the generator")
            adversarial = ops.mean(self.loss.generator(*logits))
            results["generator_loss"] = adversarial + self.classification_weight * classification
            return [total, results["generator_loss"]], results

        (total, generator_loss), (gradients, gradient), results = backend.gradients(
            both, self.discriminator.trainable_variables, fake
        )
        discriminator_updated = self._apply_to_discriminator(total, gradients)
        return results, [discriminator_updated, self._update_generator(generator_loss, pull(gradient))]

    def _update_discriminator(self, real, fake, labels):
        def loss():
            total, results = self._discriminator_loss(real, fake, labels)
            return [total], results

        (total,), (gradients,), results = backend.gradients(loss, self.discriminator.trainable_variables)
        results.pop("for the generator")
        return results, self._apply_to_discriminator(total, gradients)

    def _discriminator_loss(self, real, fake, labels):
        points = {penalty.points for penalty in self.penalties}
        real_logits, real_gradient, real_classification = self._judge(real, labels, "real" in points)
        fake_logits, fake_gradient, fake_classification = self._judge(fake, labels, "fake" in points)
        for augmentation in self.augmentations:
            augmentation.adapt_to(ops.stop_gradient(real_logits), ops.stop_gradient(fake_logits))
        results = {"discriminator_loss": ops.mean(self.loss.discriminator(real_logits, fake_logits))}
        total = results["discriminator_loss"]
        for penalty in self.penalties:
            gradient = {"real": real_gradient, "fake": fake_gradient}.get(penalty.points)
            if penalty.points == "own":
                _, gradient, _ = self._judge(penalty.place(real, fake, self.seed_generator), labels, True)
            value = ops.mean(penalty(gradient, real_logits, fake_logits))
            results[penalty.name] = ops.multiply(value, penalty.factor(self.discriminator_optimizer.iterations))
            total += results[penalty.name]
        if self.classifies:
            results["classification_loss"] = real_classification
            total += real_classification + fake_classification
        results["real_score"], results["fake_score"] = ops.mean(real_logits), ops.mean(fake_logits)
        results["for the generator"] = (real_logits, fake_logits), fake_classification
        return total, results

    def _judge(self, images, labels, with_gradient=False):
        """Return the discriminator's logits, if asked their input gradient, and the loss of its classes (or 0)."""

        def found(images):
            for augmentation in self.augmentations:
                images = augmentation(images, seed=self.seed_generator)
            return self._logits(images, labels, training=True)

        if not with_gradient:
            logits, classification = found(images)
            return logits, None, classification
        (logits, classification), gradient = backend.input_gradient(found, images, has_aux=True)
        return logits, gradient, classification

    def _logits(self, images, labels, training):
        """Return the discriminator's logits, in float32 or wider, and the mean loss of its classes (or 0)."""
        logits = self._with(self._packed(images), labels, self.discriminator, training)
        classification = 0.0
        if self.classifies:
            logits, classes = logits
            classification = ops.mean(losses.classification(classes, labels))
        return ops.cast(logits, keras.backend.result_type(logits.dtype, "float32")), classification

    def _apply_to_discriminator(self, loss, gradients):
        variables = self.discriminator.trainable_variables

        def apply():
            self.discriminator_optimizer.apply(gradients, variables)
            for penalty in self.penalties:
                penalty.constrain(variables)

        return backend.where_finite([loss, *gradients], apply)

    def _update_generator(self, loss, gradients):
        def apply():
            self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
            if self.ema_decay is not None:
                self._update_average()

        return backend.where_finite([loss, *gradients], apply)

    def _update_average(self):
        step = ops.cast(self.generator_optimizer.iterations, "float32")
        decay = ops.minimum(self.ema_decay, (1.0 + step) / (10.0 + step))
        for average, weight in zip(self.ema_generator.weights, self.generator.weights, strict=True):
            if keras.backend.is_float_dtype(weight.dtype):  # running statistics too: a few batches make noisy ones
                average.assign_add(ops.cast(1.0 - decay, weight.dtype) * (weight - average))
            else:
                average.assign(weight)

    def test_step(self, data):
        """Score one batch of held-out data against the averaged generator, with the same latents every time."""
        real, labels = self._unpack(data)
        noise = self._source(real, labels, self.evaluation_seed_generator)
        fake = self._with(noise, labels, self.ema_generator, training=False)
        results = self._score(real, fake, labels)
        self._step_metrics.update_state(results, weight=ops.shape(real)[0])
        if self._compile_metrics is not None:
            self._compile_metrics.update_state(real, fake)  # their figures can be costly: `evaluate` asks once
        return {name: value for name, value in self._step_metrics.result().items() if name in results}

    def _score(self, real, fake, labels) -> dict:
        real_logits, fake_logits = (
            ops.cast(self._logits(images, labels, training=False)[0], "float32") for images in (real, fake)
        )
        return {
            "discriminator_loss": ops.mean(self.loss.discriminator(real_logits, fake_logits)),
            "generator_loss": ops.mean(self.loss.generator(real_logits, fake_logits)),
            "real_score": ops.mean(real_logits),
            "fake_score": ops.mean(fake_logits),
        }

    def _track(self, results, updated, real):
        # A step that was skipped counts in skipped_updates and must not turn the epoch's means into NaN.
        skipped = ops.sum(ops.cast(ops.logical_not(ops.stack(updated)), "float32"))
        weight = ops.where(skipped > 0, 0.0, ops.cast(ops.shape(real)[0], "float32"))
        self._step_metrics.update_state({**results, "skipped_updates": skipped}, weight=weight)
        return self._step_metrics.result()

    def _unpack(self, data):
        real, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        if isinstance(real, list | tuple):
            real, labels = real
        real = ops.cast(real, self.generator.outputs[0].dtype)
        if self.clusters is not None:
            if not self.clusters.adapted:
                raise ValueError("The clusters of the data are not known yet. Call `fit`, or `adapt` first.")
            return real, self.clusters(real)
        return real, labels if self.conditional else None

    def _packed(self, images):
        """Stack the channels of images that the discriminator judges together; a few may be left over."""
        if self.packing == 1:
            return images
        together = ops.shape(images)[0] // self.packing
        *size, channels = self.image_shape
        images = ops.reshape(images[: together * self.packing], (together, self.packing, *size, channels))
        images = ops.moveaxis(images, 1, -2)
        return ops.reshape(images, (together, *size, self.packing * channels))

    def _source(self, real, labels, seed):
        """Return what the generator makes images of."""
        noise = self._draw(real, seed)
        return noise if self.clusters is None else self.clusters.place(noise, labels)

    def _draw(self, real, seed):
        return latents.draw(ops.shape(real)[0], self.latent_dim, seed)

    def _with(self, inputs, labels, network, training):
        return network([inputs, labels] if len(network.inputs) == 2 else inputs, training=training)

    # Checks

    def _check_networks(self, generator, discriminator, packing):
        checks.check_networks(generator, discriminator, packing)

    def _check_batch(self, images, labels):
        checks.check_images(images, self.image_shape)
        if self.conditional:
            checks.check_labels(labels, len(images), self.num_classes)

    # Samples and files

    def _make(self, noise, labels):
        return self._with(noise, labels, self.ema_generator, training=False)

    def export(self, path, format="tf_saved_model", overwrite=True):
        """Write the averaged generator for use without kgan; see `kgan.export.export`."""
        return exporting.export(
            self.ema_generator,
            path,
            format=format,
            overwrite=overwrite,
            num_classes=self.num_classes,
            label_dropout=self.label_dropout,
        )

    # Configuration

    def get_config(self):
        """Return the constructor's arguments."""
        generator = self.generator if self.clusters is None else self.generator.layers[-1]
        return {
            "generator": keras.saving.serialize_keras_object(generator),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "ema_decay": self.ema_decay,
            "num_classes": self.num_classes,
            "packing": self.packing,
            "label_dropout": self.label_dropout,
            "clusters": self.clusters is not None,
            "seed": self.seed,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config):
        """Make the model that `get_config` described."""
        networks = {key: keras.saving.deserialize_keras_object(config[key]) for key in ("generator", "discriminator")}
        return cls(**{**config, **networks})

    def get_compile_config(self):
        """Return the arguments of `compile`."""
        serialize = keras.saving.serialize_keras_object
        return {
            "generator_optimizer": serialize(self.generator_optimizer),
            "discriminator_optimizer": serialize(self.discriminator_optimizer),
            "loss": serialize(self.loss),
            "penalties": [serialize(penalty) for penalty in self.penalties],
            "discriminator_steps": self.discriminator_steps,
            "update": self.update,
            "augmentation": [serialize(augmentation) for augmentation in self.augmentations],
            "classification_weight": self.classification_weight,
            # Features live outside the file: who loads it may have neither the data nor the network for them.
            "metrics": serialize([each for each in self._metrics_given or [] if not isinstance(each, FeatureMetric)])
            or None,
            "jit_compile": self.jit_compile,
            "steps_per_execution": self.steps_per_execution,
            "run_eagerly": self.run_eagerly,
        }

    def compile_from_config(self, config):
        """Compile as `get_compile_config` described."""
        self.compile(**{key: keras.saving.deserialize_keras_object(value) for key, value in config.items()})
