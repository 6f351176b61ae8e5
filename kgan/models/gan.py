"""A GAN whose generator makes images from latent vectors."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from kgan import export as exports
from kgan import latents, losses, recipes
from kgan._checks import check_images, check_labels
from kgan._functional import functional
from kgan._keywords import explained
from kgan._typing import Array, PathLike, Tensor
from kgan.architectures.inspection import num_classes_of
from kgan.augmentation import Augmentation
from kgan.losses import Loss
from kgan.models import class_names as names
from kgan.models.adversarial import AdversarialModel, Batch, call_network, wide
from kgan.models.clusters import Clusters
from kgan.models.sampler import Sampler
from kgan.penalties import Penalty
from kgan.recipes import Recipe
from kgan.training import checks, data_adapter, game, habits


@keras.saving.register_keras_serializable("kgan")
class GAN(AdversarialModel, Sampler):
    """A generator of images from latent vectors, and a discriminator, that are trained against each other in `fit`.

    Everything that Keras does with a model works: `compile`, `fit` with Keras's callbacks, `evaluate`, `save` and
    `keras.saving.load_model`. Each batch makes `discriminator_steps` updates of the discriminator and one of the
    generator. An update whose loss or gradients are not finite is skipped and counted.

    Args:
        generator: Functional model, latents `(batch, latent_dim)` to images `(batch, height, width, channels)` in
            [-1, 1]; for class-conditional generation from `[latents, labels]`.
        discriminator: Functional model, images to raw logits `(batch, 1)`, or patches of logits; for class-conditional
            generation from `[images, labels]`, or from either to two outputs, such logits and those of the classes
            `(batch, num_classes)` (an auxiliary classifier, whose loss both networks minimize).
        ema_decay: in [0, 1), decay of the averaged generator that `generate`, `evaluate` and `export` use; it warms up
            as (1 + step) / (10 + step). None keeps no average. Defaults to 0.9999.
        num_classes: for networks of two inputs. Defaults to the size of the generator's embedding.
        packing: number of images that the discriminator sees together, against mode collapse (PacGAN). It must take
            that many times the channels. Images of a batch that do not fill a pack are left out. Defaults to 1.
        label_dropout: in [0, 1), share of the labels that training replaces by -1, no class, so that one model also
            generates without a label (`generate(labels=-1)`). Defaults to 0.
        clusters: for networks of two inputs and data without labels: clusters of the data, which k-means finds when
            `fit` begins, as many as the networks have classes, replace the labels (`kgan.models.Clusters`). The
            generator gains two latents from which it reads the cluster, so `generate` needs no labels. Against missing
            modes and samples between modes. Defaults to False.
        class_names: names of the classes by label, for networks of two inputs, which then stand for the labels
            (`generate(labels="automobile")`). Default to those of the data: `fit` takes them from what
            `kgan.datasets.load` returned.
        seed: integer, of latents, penalties and augmentation. Two runs with one seed, equal initial weights and equal
            data are equal on a CPU. Defaults to one drawn from Keras's global seed.
        name: the model's name.

    Raises:
        TypeError: a network is not a Keras model.
        ValueError: the networks do not fit together, or the discriminator ends in a sigmoid.

    References: Goodfellow et al., Generative Adversarial Networks, 2014; Karras et al., Progressive Growing of GANs,
    2018 (the averaged generator); Lin et al., PacGAN: The power of two samples in generative adversarial networks,
    2018; Odena et al., Conditional Image Synthesis with Auxiliary Classifier GANs, 2017; Ho and Salimans,
    Classifier-Free Diffusion Guidance, 2022 (label dropout); Liu et al., Diverse Image Generation via Self-Conditioned
    GANs, 2020 (clusters).

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

    samples_from = "latents"

    @explained(habits.CONSTRUCTOR)
    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        ema_decay: float | None = 0.9999,
        num_classes: int | None = None,
        packing: int = 1,
        label_dropout: float = 0.0,
        clusters: bool = False,
        seed: int | None = None,
        name: str = "gan",
        class_names: Sequence[str] | None = None,
    ) -> None:
        generator, discriminator = functional(generator, "generator"), functional(discriminator, "discriminator")
        checks.check_networks(generator, discriminator, packing)
        found_clusters = None
        if clusters:
            found_clusters = Clusters(checks.cluster_count(generator, num_classes), generator.outputs[0].shape[1:])
            generator = found_clusters.with_sectors(generator)
        checks.check_label_dropout(label_dropout, generator, discriminator)
        super().__init__(generator, discriminator, ema_decay, seed, name)
        self.clusters = found_clusters
        self.conditional = self.takes_pairs = len(generator.inputs) == 2
        self.num_classes = num_classes or (num_classes_of(generator) if self.conditional else None)
        self.class_names = names.checked(class_names, self.num_classes if self.conditional else 0)
        self.latent_dim = generator.inputs[0].shape[1]
        self.packing = packing
        self.label_dropout = label_dropout
        self.classifies = len(discriminator.outputs) == 2

    @explained(habits.COMPILE)
    def compile(
        self,
        generator_optimizer: str | keras.optimizers.Optimizer | None = None,
        discriminator_optimizer: str | keras.optimizers.Optimizer | None = None,
        loss: str | Loss | None = None,
        penalties: Sequence[str | Penalty] | None = None,
        discriminator_steps: int | None = None,
        update: str | None = None,
        augmentation: str | Augmentation | Sequence[str | Augmentation] | None = None,
        classification_weight: float = 1.0,
        metrics: Sequence[keras.metrics.Metric] | None = None,
        jit_compile: str | bool = "auto",
        steps_per_execution: int = 1,
        run_eagerly: bool = False,
        recipe: str | Recipe | Callable[[], Recipe] | None = None,
    ) -> None:
        """Choose what the two networks are trained with. Without arguments: the recommended recipe.

        Every part that is given replaces the part of the recipe. A loss other than the recommended one, given without
        a recipe, is used as published: without the recommended penalties. `fit` prints what is trained.

        Args:
            generator_optimizer, discriminator_optimizer: Keras optimizers, or their names. Default to the recipe's: in
                the recommended one `kgan.optimizers.AnnealedAdam()` each.
            loss: a name or object as in `kgan.losses.get`. Defaults to the recipe's: `"relativistic"`.
            penalties: list of names or objects as in `kgan.penalties.get`; an empty list for none. Defaults to the
                recipe's: `kgan.penalties.recommended()`.
            discriminator_steps: discriminator updates for each batch, each with new fakes. Defaults to the recipe's: 1.
            update: `"alternating"` (the original algorithm: the generator's loss is that of the updated
                discriminator), or `"simultaneous"` (both from one forward pass: faster, and another algorithm).
                Defaults to the recipe's: `"alternating"`.
            augmentation: a name or object as in `kgan.augmentation.get`, or a list of them, for all images that the
                discriminator sees in training. Defaults to the recipe's: none.
            classification_weight: non-negative, weight of an auxiliary classifier's loss in the generator's: larger
                values give clearer classes and less variety. Defaults to 1.
            metrics: `kgan.metrics`, or any Keras metrics of (real images, generated images), in `evaluate` and
                validation. Those of features are not saved with the model: pass them again.
            jit_compile, steps_per_execution, run_eagerly: as in `keras.Model.compile`.
            recipe: a name or object as in `kgan.recipes.get`. Defaults to `"recommended"`.

        Raises:
            ValueError: a name is unknown, a number is out of range, or one optimizer is given twice.

        Example:
        >>> from kgan import architectures
        >>> gan = GAN(architectures.mlp.generator((8, 8, 1)), architectures.mlp.discriminator((8, 8, 1)))
        >>> gan.compile(recipe="wgan_gp", discriminator_steps=2)
        >>> gan.discriminator_steps, [penalty.name for penalty in gan.penalties]
        (2, ['wgan_gp'])
        """
        chosen = recipes.choose(
            recipe,
            loss=loss,
            penalties=penalties,
            generator_optimizer=generator_optimizer,
            discriminator_optimizer=discriminator_optimizer,
            discriminator_steps=discriminator_steps,
            update=update,
            augmentation=augmentation,
        )
        if not classification_weight >= 0:
            raise ValueError(f"`classification_weight` must be non-negative. Received: {classification_weight!r}")
        self.compile_adversarial(
            chosen,
            classification_weight,
            metrics,
            jit_compile=jit_compile,
            steps_per_execution=steps_per_execution,
            run_eagerly=run_eagerly,
        )

    def log_names(self) -> list[str]:
        """Return the names of the scalars whose means over an epoch are logged."""
        *names, real_score, fake_score = super().log_names()
        return [*names, *(["classification_loss"] if self.classifies else []), real_score, fake_score]

    def adapt(self, x: Any) -> None:
        """Find the clusters of the data, if they replace labels. `fit` does so unless they are known.

        Args:
            x: images, as `fit` takes them.

        Raises:
            ValueError: the GAN has no clusters, or there are fewer different images than clusters.
        """
        if self.clusters is None:
            raise ValueError("Expected a GAN with clusters. Received: one without. Pass `clusters=True` to `kgan.GAN`.")
        self.clusters.adapt(data_adapter.first(x, self.clusters.num_images)[0], self.seed or 0)
        for network in (self.generator, self.ema_generator):
            network.get_layer("sectors").assign(self.clusters.shares)

    def prepare_data(self, data: Any) -> None:
        """Find the names of the classes and the clusters of the data, unless they are known."""
        if self.conditional and self.class_names is None:
            self.class_names = names.names_of(data, self.num_classes)
        if self.clusters is not None and not self.clusters.adapted:
            self.adapt(data)

    def check_batch(self, images: Array, condition: Array | None) -> None:
        """Check images and labels against the networks."""
        check_images(images, self.image_shape)
        if not self.conditional:
            checks.check_no_targets(condition)
        else:
            check_labels(condition, len(images), self.num_classes)

    # Data and networks

    def unpack(self, data: Any) -> Batch:
        """Return a batch `real`, or `(real, labels)`; clusters replace the labels."""
        real, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        if isinstance(real, list | tuple):
            real, labels = real
        real = ops.cast(real, self.generator.outputs[0].dtype)
        if self.clusters is None:
            return Batch(real, labels if self.conditional else None)
        if not self.clusters.adapted:
            raise ValueError("Expected a GAN that knows the clusters of its data. Call `fit`, or `adapt` first.")
        return Batch(real, self.clusters(real))

    def training_batch(self, data: Any) -> Batch:
        """Return a batch as it is trained on: a share of the labels may be dropped."""
        real, labels = self.unpack(data)
        if self.label_dropout:
            kept = keras.random.uniform(ops.shape(labels), seed=self.seed_generator) >= self.label_dropout
            labels = ops.where(kept, labels, ops.full_like(labels, -1))
        return Batch(real, labels)

    def sources(self, batch: Batch, seed: Any) -> Tensor:
        """Return latents `(batch, latent_dim)`; those of clusters ask for the clusters of the batch."""
        drawn = latents.draw(ops.shape(batch.real)[0], self.latent_dim, seed)
        return drawn if self.clusters is None else self.clusters.request(drawn, batch.condition)

    def discrimination(self, images: Tensor, condition: Tensor | None, training: bool) -> game.Discrimination:
        """Return the discriminator's logits of packs of images, and the mean loss of its class logits."""
        outputs = call_network(self.discriminator, self.pack(images), condition, training)
        if not self.classifies:
            return game.Discrimination(wide(outputs), 0.0)
        logits, class_logits = outputs
        return game.Discrimination(wide(logits), ops.mean(losses.classification(class_logits, condition)))

    def pack(self, images: Tensor) -> Tensor:
        """Return `packing` images at a time with stacked channels. Images that do not fill a pack are left out."""
        if self.packing == 1:
            return images
        packs = ops.shape(images)[0] // self.packing
        *size, channels = self.image_shape
        images = ops.reshape(images[: packs * self.packing], (packs, self.packing, *size, channels))
        images = ops.moveaxis(images, 1, -2)
        return ops.reshape(images, (packs, *size, self.packing * channels))

    def train_step(self, data: Any) -> dict[str, Tensor]:
        """Make one step on one batch: `real`, or `(real, labels)`. A batch that does not fill a pack is passed over."""
        if self.packing == 1:
            return super().train_step(data)
        batch_size = ops.shape(self.unpack(data).real)[0]
        step = super().train_step
        return ops.cond(batch_size >= self.packing, lambda: step(data), self._step_metrics.result)

    # Samples and files

    def export(
        self,
        path: PathLike,
        format: str = "tf_saved_model",
        overwrite: bool = True,
        weights_dtype: str = "float32",
        classes: Sequence[int | str] | None = None,
    ) -> None:
        """Write the averaged generator for use without kgan; see `kgan.export.export`.

        Args:
            path: the folder or file.
            format: `"tf_saved_model"`, `"onnx"` or `"litert"`. Defaults to a SavedModel.
            overwrite: whether an earlier export at `path` is replaced. Defaults to True.
            weights_dtype: `"float16"` stores the large arrays of a SavedModel in half precision. Defaults to
                `"float32"`.
            classes: names or labels of the only classes to export, which get the labels 0, 1 and so on; a generator of
                one class takes no labels. Default to all.
        """
        exports.export(
            self.ema_generator,
            path,
            format=format,
            overwrite=overwrite,
            num_classes=self.num_classes,
            label_dropout=self.label_dropout,
            weights_dtype=weights_dtype,
            class_names=self.class_names,
            classes=self.chosen(classes),
        )

    # Configuration

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        generator = self.generator if self.clusters is None else self.generator.layers[-1]
        return {
            **super().get_config(),
            "generator": self.serialized("generator", generator),
            "num_classes": self.num_classes,
            "packing": self.packing,
            "label_dropout": self.label_dropout,
            "clusters": self.clusters is not None,
            "class_names": self.class_names and list(self.class_names),
        }

    def get_compile_config(self) -> dict[str, Any] | None:
        """Return the arguments of `compile`, or None if the model is not compiled."""
        config = super().get_compile_config()
        if config is None:
            return None
        return {
            **config,
            "discriminator_steps": self.discriminator_steps,
            "update": self.update,
            "augmentation": [keras.saving.serialize_keras_object(part) for part in self.augmentations],
            "classification_weight": self.classification_weight,
        }
