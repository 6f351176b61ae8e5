"""A GAN whose generator makes images from images: denoising, super-resolution, translation."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from kgan import export as exports
from kgan._functional import functional
from kgan._keywords import explained
from kgan._typing import Array, PathLike, Tensor
from kgan.losses import Loss, feature_matching, pixel
from kgan.losses.pixel import PixelLoss
from kgan.metrics import psnr
from kgan.models.adversarial import AdversarialModel, Batch, Step
from kgan.penalties import Penalty
from kgan.recipes import Recipe
from kgan.training import game, habits, pair_checks

WEIGHTS = ("pixel_weight", "adversarial_weight", "feature_weight", "perceptual_weight")


@keras.saving.register_keras_serializable("kgan")
class ImageToImageGAN(AdversarialModel):
    """A generator that learns from pairs of images, and a discriminator that makes its images sharp.

    As `kgan.GAN`, with batches `(inputs, targets)`, both float32 images in [-1, 1]: `fit(inputs, targets)` for arrays,
    or a `tf.data.Dataset` or `keras.utils.PyDataset` of such pairs, of one size; noise may take inputs a little out
    of that range. `predict` and `call` give the averaged generator's images, of any size that it takes.

    The generator minimizes `pixel_weight * pixel_loss + adversarial_weight * adversarial_loss + feature_weight *
    feature_loss + perceptual_weight * perceptual_loss`. The pixel loss alone gives the highest PSNR, and blurred images
    where the target is uncertain. The other losses compare distributions of images and features; the features are those
    of the discriminator itself.

    Args:
        generator: Functional model, images `(batch, height, width, channels)` to images of the same size or a
            multiple; sides may be None. For example one of `kgan.architectures.restoration` or `unet`.
        discriminator: Functional model, images to raw logits `(batch, 1)`, or patches of logits, such as
            `kgan.architectures.patch.discriminator`; with two inputs, `[images, inputs]`, it sees whether they belong
            together (pix2pix).
        ema_decay: in [0, 1), decay of the averaged generator; None keeps no average. Defaults to 0.999.
        seed: integer, as in `kgan.GAN`.
        name: the model's name.

    Raises:
        TypeError: a network is not a Keras model.
        ValueError: the networks do not fit together, or the discriminator ends in a sigmoid.

    References: Isola et al., Image-to-Image Translation with Conditional Adversarial Networks, 2017; Ledig et al.,
    Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network, 2017; Wang et al., ESRGAN,
    2018 (a relativistic discriminator, after training on pixels alone).

    Example:
    >>> from kgan.architectures import patch, restoration
    >>> gan = ImageToImageGAN(restoration.denoiser(width=4, blocks=1), patch.discriminator(width=4), seed=0)
    >>> gan.compile(warmup_steps=2)
    >>> clean = keras.random.uniform((8, 16, 16, 1), -1, 1, seed=0)
    >>> noisy = clean + keras.random.normal(clean.shape, stddev=0.2, seed=1)
    >>> history = gan.fit(noisy, clean, batch_size=2, verbose=0)
    >>> gan.predict(noisy[:, :13, :9], verbose=0).shape
    (8, 13, 9, 1)
    """

    samples_from = "images"
    takes_pairs = True

    @explained(habits.CONSTRUCTOR)
    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        ema_decay: float | None = 0.999,
        seed: int | None = None,
        name: str = "image_to_image_gan",
    ) -> None:
        generator, discriminator = functional(generator, "generator"), functional(discriminator, "discriminator")
        pair_checks.check_networks(generator, discriminator)
        super().__init__(generator, discriminator, ema_decay, seed, name)

    @explained(habits.COMPILE)
    def compile(
        self,
        generator_optimizer: str | keras.optimizers.Optimizer | None = None,
        discriminator_optimizer: str | keras.optimizers.Optimizer | None = None,
        loss: str | Loss = "relativistic",
        penalties: Sequence[str | Penalty] | None = None,
        pixel_loss: str | PixelLoss = "charbonnier",
        pixel_weight: float = 1.0,
        adversarial_weight: float = 0.01,
        feature_weight: float = 0.05,
        perceptual: keras.Model | None = None,
        perceptual_weight: float = 0.1,
        warmup_steps: int = 0,
        metrics: Sequence[keras.metrics.Metric] | None = None,
        jit_compile: str | bool = "auto",
        steps_per_execution: int = 1,
        run_eagerly: bool = False,
    ) -> None:
        """Choose the losses. Without arguments: all but the perceptual one.

        Args:
            generator_optimizer, discriminator_optimizer: Keras optimizers, or their names. Default to
                `Adam(5e-4, beta_2=0.99)` and `Adam(2e-4, beta_2=0.99)`.
            loss: a name or object as in `kgan.losses.get`. Defaults to `"relativistic"`.
            penalties: list as in `kgan.penalties.get`. Defaults to none: the patch discriminator has spectral
                normalization.
            pixel_loss: a name or object as in `kgan.losses.pixel.get`. Defaults to `"charbonnier"`.
            pixel_weight, adversarial_weight, feature_weight, perceptual_weight: non-negative. With `adversarial_weight`
                and `feature_weight` 0 the discriminator is neither used nor trained: a regression, at its cost.
            perceptual: Keras model of images in [-1, 1] to one feature tensor or a list of them. It is not trained, and
                is saved with the model. Defaults to none.
            warmup_steps: number of first updates of the generator on the pixel loss alone, without the discriminator.
                Defaults to 0.
            metrics: Keras metrics of (targets, images), in `evaluate` and validation.
            jit_compile, steps_per_execution, run_eagerly: as in `keras.Model.compile`.

        Raises:
            ValueError: a name is unknown, a number is out of range, one optimizer is given twice, or a network has no
                features.
            TypeError: `perceptual` is not a Keras model.
        """
        self.pixel_loss = pixel.get(pixel_loss)
        self._set_weights(pixel_weight, adversarial_weight, feature_weight, perceptual_weight)
        if not isinstance(warmup_steps, int) or warmup_steps < 0:
            raise ValueError(f"`warmup_steps` must be a non-negative integer. Received: {warmup_steps!r}")
        if not pixel_weight and (warmup_steps or not (self.uses_discriminator or perceptual)):
            raise ValueError(
                f"Expected a positive `pixel_weight`, without which there is no loss. Received: {pixel_weight}"
            )
        pair_checks.check_perceptual(perceptual, self.image_shape)
        self.warmup_steps = warmup_steps
        self.perceptual = perceptual
        self._discriminator_features = feature_function(self.discriminator, wanted=bool(feature_weight))
        recipe = Recipe(
            "image to image",
            loss,
            penalties or [],
            generator_optimizer or keras.optimizers.Adam(5e-4, beta_2=0.99),
            discriminator_optimizer or keras.optimizers.Adam(2e-4, beta_2=0.99),
        )
        self.compile_adversarial(
            recipe,
            metrics=metrics,
            jit_compile=jit_compile,
            steps_per_execution=steps_per_execution,
            run_eagerly=run_eagerly,
        )

    def _set_weights(self, *weights: float) -> None:
        for name, value in zip(WEIGHTS, weights, strict=True):
            if not value >= 0:
                raise ValueError(f"`{name}` must be non-negative. Received: {name}={value}")
            setattr(self, name, float(value))

    @property
    def uses_discriminator(self) -> bool:
        """Whether a loss of the generator needs the discriminator."""
        return bool(getattr(self, "adversarial_weight", 1.0) or getattr(self, "feature_weight", 1.0))

    def log_names(self) -> list[str]:
        """Return the names of the scalars whose means over an epoch are logged."""
        perceptual = ["perceptual_loss"] if self.perceptual is not None else []
        return [*super().log_names(), "pixel_loss", "adversarial_loss", "feature_loss", *perceptual, "psnr"]

    def recipe_summary(self) -> str:
        """Return one line that says what the networks are trained with."""
        weights = ", ".join(f"{name}={getattr(self, name):g}" for name in WEIGHTS)
        return f"{super().recipe_summary()}, {type(self.pixel_loss).__name__} pixel loss, {weights}"

    def check_batch(self, images: Array, condition: Array | None) -> None:
        """Check inputs and targets against the networks."""
        pair_checks.check_batch(images, condition, self.generator, self.discriminator)

    # Data and networks

    def unpack(self, data: Any) -> Batch:
        """Return a batch `(inputs, targets)`: the targets are real, the inputs the condition."""
        inputs, targets, _ = keras.utils.unpack_x_y_sample_weight(data)
        if isinstance(inputs, list | tuple):
            inputs, targets = inputs
        return Batch(
            ops.cast(targets, self.generator.outputs[0].dtype), ops.cast(inputs, self.generator.inputs[0].dtype)
        )

    def sources(self, batch: Batch, seed: Any) -> Tensor:
        """Return the inputs of the batch."""
        return batch.condition

    # The step

    def adversarial_step(self, batch: Batch, fake: Tensor) -> Step:
        """Update the discriminator, unless it is not used yet, and return the gradient of the generator's loss."""
        adversarial = super().adversarial_step
        if not self.uses_discriminator:
            return self._regression_step(self._comparison, batch, fake)
        if not self.warmup_steps:
            return adversarial(batch, fake)
        return ops.cond(
            self.generator_optimizer.iterations < self.warmup_steps,
            lambda: self._regression_step(self._pixel_comparison, batch, fake),
            lambda: adversarial(batch, fake),
        )

    def _regression_step(
        self, loss: Callable[[Tensor, Tensor], game.GeneratorLoss], batch: Batch, fake: Tensor
    ) -> Step:
        """Return the gradient of a loss of real and generated images, without the discriminator."""
        (total, terms), gradient = game.generator_gradient(lambda images: loss(batch.real, images), fake)
        # NaN counts for no mean. Both branches of a condition must give the same names.
        unknown = dict.fromkeys(self.log_names(), ops.convert_to_tensor(float("nan")))
        logs = {**unknown, **terms, "generator_loss": total}
        return Step(total, gradient, logs, ops.convert_to_tensor(True))

    def generator_loss(self, batch: Batch, fake: Tensor, training: bool = True) -> game.GeneratorLoss:
        """Return what the generator minimizes: the weighted losses."""
        total, terms = self._comparison(batch.real, fake)
        (real_logits, *real_features), (fake_logits, *fake_features) = (
            self._discriminator_features(images, batch.condition, training) for images in (batch.real, fake)
        )
        real_logits, fake_logits = ops.cast(real_logits, "float32"), ops.cast(fake_logits, "float32")
        terms["adversarial_loss"] = ops.mean(self.loss.generator(real_logits, fake_logits))
        total += self.adversarial_weight * terms["adversarial_loss"]
        terms["feature_loss"] = ops.zeros(())
        if self.feature_weight:
            terms["feature_loss"] = feature_matching.distance(real_features, fake_features)
            total += self.feature_weight * terms["feature_loss"]
        return game.GeneratorLoss(total, terms)

    def _comparison(self, real: Tensor, fake: Tensor) -> game.GeneratorLoss:
        """Return the losses that need no discriminator."""
        total, terms = self._pixel_comparison(real, fake)
        if self.perceptual is not None:
            outputs = (self.perceptual(images, training=False) for images in (real, fake))
            features = (output if isinstance(output, list | tuple) else [output] for output in outputs)
            terms["perceptual_loss"] = feature_matching.distance(*features)
            total += self.perceptual_weight * terms["perceptual_loss"]
        return game.GeneratorLoss(total, terms)

    def _pixel_comparison(self, real: Tensor, fake: Tensor) -> game.GeneratorLoss:
        real, fake = ops.cast(real, "float32"), ops.cast(fake, "float32")
        loss = ops.mean(self.pixel_loss(real, fake))
        return game.GeneratorLoss(self.pixel_weight * loss, {"pixel_loss": loss, "psnr": ops.mean(psnr(real, fake))})

    def score(self, batch: Batch, fake: Tensor) -> dict[str, Tensor]:
        """Return the losses, scores and the PSNR of a batch in inference mode, by name."""
        if not self.uses_discriminator:
            total, terms = self._comparison(batch.real, fake)
            return {**terms, "generator_loss": total}
        total, terms = self.generator_loss(batch, fake, training=False)
        return {**super().score(batch, fake), **terms, "generator_loss": total}

    # Files and configuration

    def export(
        self,
        path: PathLike,
        format: str = "tf_saved_model",
        overwrite: bool = True,
        weights_dtype: str = "float32",
    ) -> None:
        """Write the averaged generator for use without kgan; see `kgan.export.export`.

        Args:
            path: the folder or file.
            format: `"tf_saved_model"`, `"onnx"` or `"litert"`. Defaults to a SavedModel.
            overwrite: whether an earlier export at `path` is replaced. Defaults to True.
            weights_dtype: `"float16"` stores the large arrays of a SavedModel in half precision. Defaults to
                `"float32"`.
        """
        exports.export(self.ema_generator, path, format=format, overwrite=overwrite, weights_dtype=weights_dtype)

    def get_compile_config(self) -> dict[str, Any] | None:
        """Return the arguments of `compile`, or None if the model is not compiled."""
        config = super().get_compile_config()
        if config is None:
            return None
        serialize = keras.saving.serialize_keras_object
        return {
            **config,
            "pixel_loss": serialize(self.pixel_loss),
            **{name: getattr(self, name) for name in WEIGHTS},
            "perceptual": None if self.perceptual is None else serialize(self.perceptual),
            "warmup_steps": self.warmup_steps,
        }


def feature_function(discriminator: keras.Model, wanted: bool) -> Callable[[Tensor, Tensor, bool], list[Tensor]]:
    """Return a function of images, condition and training mode that gives the logits and, if wanted, hidden features.

    It is a function, because Keras would save a model that is an attribute of another one as a part of it.
    """
    network = feature_matching.with_hidden_features(discriminator) if wanted else None

    def features(images: Tensor, condition: Tensor, training: bool) -> list[Tensor]:
        inputs = [images, condition] if len(discriminator.inputs) == 2 else images
        if network is None:
            return [discriminator(inputs, training=training)]
        return network(inputs, training=training)

    return features
