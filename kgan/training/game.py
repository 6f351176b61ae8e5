"""The adversarial update: the losses of both networks and their gradients, as pure functions of tensors.

A step of training (Goodfellow et al., Generative Adversarial Networks, 2014, algorithm 1) is, with the images `real` of
the data, `fake = G(latents)` and the discriminator D:

1. `discriminator_gradients`: the gradients of `mean(L_D(D(real), D(fake))) + penalties` for D's weights; D is updated.
2. `generator_gradient`: the gradient of `mean(L_G(D(real), D(fake)))` at `fake`. The generator's weights get theirs by
   pulling it back through G, whose forward pass served both.

`simultaneous_gradients` computes both before either network changes. `kgan.models.adversarial.AdversarialModel` applies
the gradients. Everything here works on any of Keras's backends.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from keras import ops

from kgan import backend
from kgan._typing import Tensor
from kgan.augmentation import Augmentation
from kgan.losses import Loss
from kgan.penalties import GradientPenalty, LogitPenalty, Penalty


class Discrimination(NamedTuple):
    """What the discriminator says about a batch of images.

    Attributes:
        logits: one or more for each image, float32 or wider.
        classification_loss: scalar, of the auxiliary classifier; 0 without one.
    """

    logits: Tensor
    classification_loss: Tensor


Discriminator = Callable[[Tensor], Discrimination]


class Objective(NamedTuple):
    """What the two networks are trained on.

    Attributes:
        loss: the adversarial loss.
        penalties: of the discriminator.
        augmentations: applied to every image that the discriminator sees.
        classification_weight: of the auxiliary classifier in the generator's loss.
    """

    loss: Loss
    penalties: Sequence[Penalty]
    augmentations: Sequence[Augmentation]
    classification_weight: float


class DiscriminatorLoss(NamedTuple):
    """What the discriminator minimizes (`total`), its terms, and what it said of both batches."""

    total: Tensor
    adversarial: Tensor
    penalties: dict[str, Tensor]
    real: Discrimination
    fake: Discrimination


class GeneratorLoss(NamedTuple):
    """What the generator minimizes (`total`), and terms of it for the logs, by name."""

    total: Tensor
    terms: dict[str, Tensor]


class DiscriminatorGradients(NamedTuple):
    """The discriminator's loss, and its gradients, one for each trainable variable."""

    loss: DiscriminatorLoss
    gradients: list[Tensor]


class GeneratorGradient(NamedTuple):
    """The generator's loss, and its gradient at the generated images, in their shape."""

    loss: GeneratorLoss
    gradient: Tensor


class Game(NamedTuple):
    """What an update of the discriminator needs.

    Attributes:
        discriminator: function of images.
        variables: the discriminator's trainable variables.
        real: images of the data.
        fake: generated images.
        objective: what the networks are trained on.
        step: number of the discriminator's update, from 0.
        seed: a `keras.random.SeedGenerator`.
    """

    discriminator: Discriminator
    variables: Sequence
    real: Tensor
    fake: Tensor
    objective: Objective
    step: Tensor
    seed: Any


def augmented(discriminator: Discriminator, objective: Objective, seed: Any) -> Discriminator:
    """Return the discriminator of augmented images."""

    def discriminate(images: Tensor) -> Discrimination:
        for augmentation in objective.augmentations:
            images = augmentation(images, seed=seed)
        return discriminator(images)

    return discriminate


def with_input_gradient(
    discriminator: Discriminator, images: Tensor, wanted: bool = True
) -> tuple[Discrimination, Tensor | None]:
    """Return what the discriminator says of images and, if wanted, the gradient of its logits for the images."""
    if not wanted:
        return discriminator(images), None
    return backend.input_gradient(discriminator, images, has_aux=True)


def discriminator_loss(game: Game) -> DiscriminatorLoss:
    """Return what the discriminator minimizes: the mean loss, the penalties and the classification losses.

    Penalties at the real or the generated images share the forward pass and the input gradient of the loss.
    """
    loss, penalties, augmentations, _ = game.objective
    points = {penalty.points for penalty in penalties if isinstance(penalty, GradientPenalty)}
    real, real_gradient = with_input_gradient(game.discriminator, game.real, "real" in points)
    fake, fake_gradient = with_input_gradient(game.discriminator, game.fake, "fake" in points)
    for augmentation in augmentations:
        augmentation.adapt_to(ops.stop_gradient(real.logits), ops.stop_gradient(fake.logits))
    adversarial = ops.mean(loss.discriminator(real.logits, fake.logits))
    total, values = adversarial, {}
    for penalty in penalties:
        if isinstance(penalty, GradientPenalty):
            gradient = {"real": real_gradient, "fake": fake_gradient}.get(penalty.points)
            if gradient is None:
                drawn = penalty.draw_points(game.real, game.fake, game.seed)
                _, gradient = with_input_gradient(game.discriminator, drawn)
            value = ops.mean(penalty(gradient))
        elif isinstance(penalty, LogitPenalty):
            value = ops.mean(penalty(real.logits, fake.logits))
        else:
            continue  # a constraint acts on the weights, after the update
        values[penalty.name] = ops.multiply(value, penalty.factor(game.step))
        total += values[penalty.name]
    total += real.classification_loss + fake.classification_loss
    return DiscriminatorLoss(total, adversarial, values, real, fake)


def generator_loss(real: Discrimination, fake: Discrimination, objective: Objective) -> GeneratorLoss:
    """Return what the generator minimizes: the mean loss, and the classification loss of its images."""
    adversarial = ops.mean(objective.loss.generator(real.logits, fake.logits))
    return GeneratorLoss(adversarial + objective.classification_weight * fake.classification_loss, {})


def discriminator_gradients(game: Game) -> DiscriminatorGradients:
    """Return the discriminator's loss and its gradients for the discriminator's variables."""

    def losses() -> tuple[list[Tensor], DiscriminatorLoss]:
        loss = discriminator_loss(game)
        return [loss.total], loss

    _, (gradients,), loss = backend.gradients(losses, game.variables)
    return DiscriminatorGradients(loss, gradients)


def generator_gradient(loss_of: Callable[[Tensor], GeneratorLoss], fake: Tensor) -> GeneratorGradient:
    """Return the generator's loss, a function of generated images, and its gradient at them."""
    return GeneratorGradient(*backend.input_gradient(loss_of, fake, has_aux=True))


def simultaneous_gradients(game: Game) -> tuple[DiscriminatorGradients, GeneratorGradient]:
    """Return the gradients of both networks from one forward pass of the discriminator."""

    def losses() -> tuple[list[Tensor], tuple[DiscriminatorLoss, GeneratorLoss]]:
        for_discriminator = discriminator_loss(game)
        for_generator = generator_loss(for_discriminator.real, for_discriminator.fake, game.objective)
        return [for_discriminator.total, for_generator.total], (for_discriminator, for_generator)

    _, (gradients, gradient), (for_discriminator, for_generator) = backend.gradients(losses, game.variables, game.fake)
    return DiscriminatorGradients(for_discriminator, gradients), GeneratorGradient(for_generator, gradient)
