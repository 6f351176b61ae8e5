"""What people write who know GANs from Keras's examples and other libraries, and what to write in kgan.

Each table has the arguments that a method does not take. The values are sentences of the error.
"""

import inspect
from collections.abc import Iterable

import keras

_LATENT_DIM = (
    "The size of the latents is that of the generator's input: give it to the generator, as in "
    "kgan.architectures.dcgan.generator(shape, latent_dim=...). `gan.latent_dim` tells it."
)
_GRADIENT_PENALTY = (
    'Write compile(recipe="wgan_gp"), or compile(loss="wasserstein", penalties=[kgan.penalties.WGANGP(10.0)]).'
)
_GENERATOR_OPTIMIZER = "It is called `generator_optimizer` and belongs to `compile`."
_DISCRIMINATOR_OPTIMIZER = "It is called `discriminator_optimizer` and belongs to `compile`."
_DISCRIMINATOR_STEPS = "It is called `discriminator_steps` and belongs to `compile`."
_TWO_OPTIMIZERS = (
    "There are two networks, so pass `generator_optimizer` and `discriminator_optimizer`: two optimizers, because each "
    "has a state of its own."
)
_LOSS = (
    'A loss of two networks is one object with one name: `loss`, for example compile(loss="non_saturating"), which is '
    "the cross-entropy of the original GAN. It takes raw logits. See kgan.losses."
)
_LOSSES_OF_EACH = (
    f"{_LOSS} For one of your own write a subclass of kgan.losses.Loss with `discriminator` and `generator` methods."
)
_LABEL_SMOOTHING = "Write compile(loss=kgan.losses.NonSaturating(label_smoothing=0.1))."
_CONDITIONAL = (
    "A GAN is class-conditional if its networks take labels: dcgan.generator(shape, num_classes=10), and the "
    " discriminator likewise. `num_classes` of kgan.GAN is for networks whose layers do not tell it."
)
_COMPILE = "It belongs to `compile`."
_FIT = "It belongs to `fit`."

CONSTRUCTOR = {
    **dict.fromkeys(("latent_dim", "noise_dim", "z_dim", "latent_size", "codings_size", "random_dim"), _LATENT_DIM),
    **dict.fromkeys(("gp_weight", "lambda_gp", "gradient_penalty_weight", "gp_lambda"), _GRADIENT_PENALTY),
    **dict.fromkeys(
        ("discriminator_extra_steps", "critic_steps", "n_critic", "d_steps", "disc_steps", "discriminator_steps"),
        _DISCRIMINATOR_STEPS,
    ),
    **dict.fromkeys(("g_optimizer", "gen_optimizer", "generator_optimizer"), _GENERATOR_OPTIMIZER),
    **dict.fromkeys(("d_optimizer", "disc_optimizer", "discriminator_optimizer"), _DISCRIMINATOR_OPTIMIZER),
    **dict.fromkeys(("optimizer", "loss", "penalties", "recipe", "augmentation", "metrics", "update"), _COMPILE),
    **dict.fromkeys(("conditional", "n_classes", "classes"), _CONDITIONAL),
    **dict.fromkeys(("gen", "g", "generator_model", "netG"), "It is called `generator`."),
    **dict.fromkeys(("critic", "disc", "d", "discriminator_model", "netD"), "It is called `discriminator`."),
    **dict.fromkeys(("ema", "ema_momentum", "use_ema"), "It is called `ema_decay`."),
    **dict.fromkeys(("epochs", "batch_size", "callbacks"), _FIT),
    "image_shape": "The shape of the images is that of the networks, kgan.architectures.dcgan.generator(shape).",
}
"""Of `kgan.GAN` and `kgan.ImageToImageGAN`."""

COMPILE = {
    "optimizer": _TWO_OPTIMIZERS,
    **dict.fromkeys(
        ("g_optimizer", "gen_optimizer", "gen_opt", "g_opt", "optimizer_g"), "Pass it as `generator_optimizer`."
    ),
    **dict.fromkeys(
        ("d_optimizer", "disc_optimizer", "disc_opt", "d_opt", "critic_optimizer", "optimizer_d"),
        "Pass it as `discriminator_optimizer`.",
    ),
    **dict.fromkeys(("loss_fn", "loss_function", "adversarial_loss", "gan_loss", "criterion"), _LOSS),
    **dict.fromkeys(
        ("g_loss_fn", "gen_loss_fn", "generator_loss", "g_loss", "generator_loss_fn", "gen_loss"), _LOSSES_OF_EACH
    ),
    **dict.fromkeys(
        ("d_loss_fn", "disc_loss_fn", "discriminator_loss", "d_loss", "discriminator_loss_fn", "disc_loss"),
        _LOSSES_OF_EACH,
    ),
    **dict.fromkeys(("gp_weight", "lambda_gp", "gradient_penalty_weight", "gp_lambda"), _GRADIENT_PENALTY),
    **dict.fromkeys(
        ("discriminator_extra_steps", "critic_steps", "n_critic", "d_steps", "disc_steps"),
        "It is called `discriminator_steps`.",
    ),
    **dict.fromkeys(
        ("learning_rate", "lr"),
        "The learning rate belongs to the optimizers: compile(generator_optimizer=keras.optimizers.Adam(2e-4), "
        "discriminator_optimizer=keras.optimizers.Adam(2e-4)).",
    ),
    **dict.fromkeys(("label_smoothing", "smoothing"), _LABEL_SMOOTHING),
    **dict.fromkeys(("penalty", "gradient_penalty"), 'It is called `penalties`, a list: penalties=["r1"].'),
    **dict.fromkeys(("lambda_cycle", "cycle_loss_fn", "identity_loss_fn"), "Cycle consistency is not part of kgan."),
    **dict.fromkeys(("ema_decay", "ema", "latent_dim"), "It belongs to the constructor, kgan.GAN(...)."),
    **dict.fromkeys(("epochs", "batch_size", "callbacks"), _FIT),
    **dict.fromkeys(
        ("loss_weights", "weighted_metrics"), "kgan's losses are weighted by their own arguments, and so are penalties."
    ),
    "auto_scale_loss": "kgan scales the losses of both networks itself.",
}
"""Of `compile`."""

FIT = {
    **dict.fromkeys(("num_epochs", "n_epochs", "iterations"), "It is called `epochs`."),
    **dict.fromkeys(("bs", "batchsize"), "It is called `batch_size`."),
    **dict.fromkeys(
        ("images", "data", "dataset", "train_dataset", "train_ds", "real_images"), "Pass it first, as `x`."
    ),
    **dict.fromkeys(("labels", "targets"), "Pass them as `y`."),
    **dict.fromkeys(("validation", "val_data", "test_data"), "It is called `validation_data`."),
    **dict.fromkeys(("callback",), "It is called `callbacks`."),
    **dict.fromkeys(("latent_dim", "noise_dim"), _LATENT_DIM),
    **dict.fromkeys(("learning_rate", "loss", "optimizer", "recipe"), _COMPILE),
}
"""Of `fit` and `evaluate`."""

GENERATE = {
    **dict.fromkeys(("n", "num_images", "num_samples", "n_samples", "count", "size"), "It is called `num`."),
    **dict.fromkeys(("noise", "z", "random_latent_vectors", "latent_vectors", "inputs"), "It is called `latents`."),
    **dict.fromkeys(("classes", "class_labels", "label", "y", "c", "class_names"), "It is called `labels`."),
    **dict.fromkeys(("psi", "truncation_psi", "trunc"), "It is called `truncation`."),
    **dict.fromkeys(("random_seed", "random_state", "rng"), "It is called `seed`."),
}
"""Of `generate`."""


def keras_arguments(method: str) -> Iterable[str]:
    """Return the names of the arguments of a method of `keras.Model`, for example `"fit"`."""
    return [name for name in inspect.signature(getattr(keras.Model, method)).parameters if name != "self"]
