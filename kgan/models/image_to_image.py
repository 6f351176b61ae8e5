"""A GAN whose generator makes images of images: denoising, super-resolution, translation."""

import keras
from keras import ops

from kgan import backend
from kgan.export import exporting_images
from kgan.losses import feature_matching, pixel
from kgan.metrics import psnr
from kgan.models.gan import GAN
from kgan.training import pair_checks

WEIGHTS = ("pixel_weight", "adversarial_weight", "feature_weight", "perceptual_weight")


@keras.saving.register_keras_serializable("kgan")
class ImageToImageGAN(GAN):
    """A generator that learns what belongs to an image from pairs, and a discriminator that asks for sharpness.

    As `kgan.GAN`, with batches `(inputs, targets)`, both float32 images in [-1, 1]: `fit(inputs, targets)` for arrays,
    or a `tf.data.Dataset` or `keras.utils.PyDataset` of such pairs, of one size; noise may take inputs a little out
    of that range. `predict` and `call` give the averaged generator's images, of any size that it takes.

    The generator minimizes `pixel_weight * pixel_loss + adversarial_weight * adversarial_loss + feature_weight *
    feature_loss + perceptual_weight * perceptual_loss`. The pixel loss alone gives the highest PSNR and blurs what it
    is not sure of; the others ask for images like the real ones. The features are those of the discriminator itself.

    Args:
        generator: Functional model, images `(batch, height, width, channels)` to images of the same size or a
            multiple; sides may be None. For example one of `kgan.architectures.restoration` or `unet`.
        discriminator: Functional model, images to raw logits `(batch, 1)`, or patches of logits, such as
            `kgan.architectures.patch.discriminator`; with two inputs, `[images, inputs]`, it judges whether they
            belong together (pix2pix).
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

    def __init__(self, generator, discriminator, ema_decay=0.999, seed=None, name="image_to_image_gan"):
        super().__init__(generator, discriminator, ema_decay=ema_decay, seed=seed, name=name)
        self.latent_dim = None
        self.conditional = True  # data are pairs; the input plays the part of the label

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        loss="relativistic",
        penalties=None,
        pixel_loss="charbonnier",
        pixel_weight=1.0,
        adversarial_weight=0.01,
        feature_weight=0.05,
        perceptual=None,
        perceptual_weight=0.1,
        warmup_steps=0,
        metrics=None,
        jit_compile="auto",
        steps_per_execution=1,
        run_eagerly=False,
    ):
        """Choose the losses. With nothing named: all but the perceptual one.

        Args:
            generator_optimizer, discriminator_optimizer: Keras optimizers, or their names. Default to
                `Adam(5e-4, beta_2=0.99)` and `Adam(2e-4, beta_2=0.99)`.
            loss: a name or object as in `kgan.losses.get`. Defaults to `"relativistic"`.
            penalties: list as in `kgan.penalties.get`. Defaults to none: the patch discriminator has spectral
                normalisation.
            pixel_loss: a name or object as in `kgan.losses.pixel.get`. Defaults to `"charbonnier"`.
            pixel_weight, adversarial_weight, feature_weight, perceptual_weight: non-negative. With `adversarial_weight`
                and `feature_weight` 0 the discriminator is neither asked nor trained: a regression, at its cost.
            perceptual: Keras model of images in [-1, 1] to one feature tensor or a list of them; it stays as it is,
                and is saved with the model. Defaults to none.
            warmup_steps: updates of the generator on the pixel loss alone, in which the discriminator rests and costs
                nothing, before all losses join. Defaults to 0.
            metrics: Keras metrics of (targets, images), in `evaluate` and validation.
            jit_compile, steps_per_execution, run_eagerly: as in `keras.Model.compile`.

        Raises:
            ValueError: a name is unknown, a number is out of range, one optimizer is given twice, or a network has no
                features.
            TypeError: `perceptual` is not a Keras model.
        """
        self.pixel_loss = pixel.get(pixel_loss)
        given = (pixel_weight, adversarial_weight, feature_weight, perceptual_weight)
        for name, value in zip(WEIGHTS, given, strict=True):
            if not value >= 0:
                raise ValueError(f"`{name}` must be non-negative. Received: {name}={value}")
            setattr(self, name, float(value))
        if not isinstance(warmup_steps, int) or warmup_steps < 0:
            raise ValueError(f"`warmup_steps` must be a non-negative integer. Received: {warmup_steps!r}")
        if not pixel_weight and (warmup_steps or not (adversarial_weight or feature_weight or perceptual)):
            raise ValueError("Expected a positive `pixel_weight`: without it there is nothing to learn from.")
        pair_checks.check_perceptual(perceptual, self.image_shape)
        self.warmup_steps = warmup_steps
        self.perceptual = perceptual
        self._judges = bool(adversarial_weight or feature_weight)
        view = feature_matching.hidden(self.discriminator) if feature_weight else None
        # In a function, since Keras would take a model of its own for one more part to save.
        self._view = lambda inputs, training: (
            view(inputs, training=training) if view else [self.discriminator(inputs, training=training)]
        )
        super().compile(
            generator_optimizer=generator_optimizer or keras.optimizers.Adam(5e-4, beta_2=0.99),
            discriminator_optimizer=discriminator_optimizer or keras.optimizers.Adam(2e-4, beta_2=0.99),
            loss=loss,
            penalties=penalties,
            metrics=metrics,
            jit_compile=jit_compile,
            steps_per_execution=steps_per_execution,
            run_eagerly=run_eagerly,
        )

    def _figures(self):
        return [
            *super()._figures(),
            "pixel_loss",
            "adversarial_loss",
            "feature_loss",
            *(["perceptual_loss"] if self.perceptual is not None else []),
            "psnr",
        ]

    # The update, in the steps of `GAN`: `real` is the target, and the input plays the part of `labels`

    def _unpack(self, data):
        inputs, targets, _ = keras.utils.unpack_x_y_sample_weight(data)
        if isinstance(inputs, list | tuple):
            inputs, targets = inputs
        return ops.cast(targets, self.generator.outputs[0].dtype), ops.cast(inputs, self.generator.inputs[0].dtype)

    def _source(self, real, labels, seed):
        return labels

    def _teach(self, real, fake, labels):
        def judged():
            return super(ImageToImageGAN, self)._teach(real, fake, labels)

        def alone(loss):
            (total, figures), gradient = backend.input_gradient(lambda fake: loss(real, fake), fake, has_aux=True)
            # What is not a number counts for no mean; both branches of a condition must give the same names.
            everything = {**dict.fromkeys(self._figures(), ops.convert_to_tensor(float("nan"))), **figures}
            return {**everything, "generator_loss": total}, gradient, ops.convert_to_tensor(True)

        def lesson():
            return judged() if self._judges else alone(self._comparison)

        if not self.warmup_steps:
            return lesson()
        warm = self.generator_optimizer.iterations < self.warmup_steps
        return ops.cond(warm, lambda: alone(self._pixels), lesson)

    def _generator_loss(self, real, fake, labels, training=True):
        total, figures = self._comparison(real, fake)
        (real_logits, *real_features), (fake_logits, *fake_features) = (
            self._view([images, labels] if len(self.discriminator.inputs) == 2 else images, training)
            for images in (real, fake)
        )
        real_logits, fake_logits = ops.cast(real_logits, "float32"), ops.cast(fake_logits, "float32")
        figures["adversarial_loss"] = ops.mean(self.loss.generator(real_logits, fake_logits))
        total += self.adversarial_weight * figures["adversarial_loss"]
        figures["feature_loss"] = ops.zeros(())
        if self.feature_weight:
            figures["feature_loss"] = feature_matching.distance(real_features, fake_features)
            total += self.feature_weight * figures["feature_loss"]
        return total, figures

    def _comparison(self, real, fake):
        """Return the loss, and figures for the log, of what needs no discriminator."""
        total, figures = self._pixels(real, fake)
        if self.perceptual is not None:
            seen = (self.perceptual(images, training=False) for images in (real, fake))
            features = (each if isinstance(each, list | tuple) else [each] for each in seen)
            figures["perceptual_loss"] = feature_matching.distance(*features)
            total += self.perceptual_weight * figures["perceptual_loss"]
        return total, figures

    def _pixels(self, real, fake):
        real, fake = ops.cast(real, "float32"), ops.cast(fake, "float32")
        loss = ops.mean(self.pixel_loss(real, fake))
        return self.pixel_weight * loss, {"pixel_loss": loss, "psnr": ops.mean(psnr(real, fake))}

    def _score(self, real, fake, labels):
        if not self._judges:
            total, figures = self._comparison(real, fake)
            return {**figures, "generator_loss": total}
        total, figures = self._generator_loss(real, fake, labels, training=False)
        return {**super()._score(real, fake, labels), **figures, "generator_loss": total}

    # What there is at the door

    def _check_networks(self, generator, discriminator, packing):
        pair_checks.check_networks(generator, discriminator)

    def _check_batch(self, images, labels):
        pair_checks.check_batch(images, labels, self.generator, self.discriminator)

    def generate(self, *args, **kwargs):
        """Raise: the images of this model are made of images, by `predict`."""
        raise TypeError("Expected `predict(inputs)`: an ImageToImageGAN makes images of images, and has no latents.")

    def export(self, path, format="tf_saved_model", overwrite=True):
        """Write the averaged generator for use without kgan; see `kgan.export.exporting_images.export`."""
        return exporting_images.export(self.ema_generator, path, format=format, overwrite=overwrite)

    # Configuration

    def get_config(self):
        """Return the constructor's arguments."""
        config = super().get_config()
        return {key: config[key] for key in ("generator", "discriminator", "ema_decay", "seed", "name")}

    def get_compile_config(self):
        """Return the arguments of `compile`."""
        config = super().get_compile_config()
        for key in ("discriminator_steps", "update", "augmentation", "classification_weight"):
            del config[key]
        serialize = keras.saving.serialize_keras_object
        return {
            **config,
            "pixel_loss": serialize(self.pixel_loss),
            **{name: getattr(self, name) for name in WEIGHTS},
            "perceptual": None if self.perceptual is None else serialize(self.perceptual),
            "warmup_steps": self.warmup_steps,
        }
