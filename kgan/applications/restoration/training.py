"""Training of a restorer: first the faithful network, then, starting from it, the sharp one."""

import dataclasses
import json
import pathlib
import shutil
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras

from kgan import _files
from kgan._checks import check_positive
from kgan._fit_progress import fit_progress
from kgan._precision import computing_in
from kgan._typing import Array, PathLike
from kgan.applications._seeding import seeded
from kgan.applications.restoration.restorer import Restorer
from kgan.architectures import patch
from kgan.callbacks.resume import Resume
from kgan.datasets import Folder
from kgan.models.image_to_image import ImageToImageGAN

UPDATES_PER_EPOCH = 1000


class Phase(NamedTuple):
    """One phase of training.

    Attributes:
        learning_rate: at the start of the phase; it decays to 0 (cosine decay).
        losses: arguments of `ImageToImageGAN.compile`.
    """

    learning_rate: float
    losses: dict[str, Any]


WITHOUT_DISCRIMINATOR = {"adversarial_weight": 0.0, "feature_weight": 0.0}
PHASES = {
    "updates": Phase(5e-4, WITHOUT_DISCRIMINATOR),
    "fine_updates": Phase(2e-4, {**WITHOUT_DISCRIMINATOR, "pixel_loss": "l2"}),
    "sharp_updates": Phase(1e-4, {}),
}


def read(folder: PathLike, channels: int | None = None) -> list[Array]:
    """Read all pictures of a folder, uint8 arrays `(height, width, channels)`.

    Args:
        folder: pictures of any formats and sizes, also in subfolders. Unreadable ones are named in a warning
            and left out.
        channels: 1 or 3. Defaults to 1 if all pictures are gray, else 3.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: it has no readable pictures, or `channels` is neither 1 nor 3.

    Example:
    >>> import numpy as np
    >>> from kgan import images
    >>> images.save("clean/one.png", np.zeros((20, 24, 1), "uint8"))
    >>> [picture.shape for picture in read("clean")]
    [(20, 24, 1)]
    """
    if channels not in (None, 1, 3):
        raise ValueError(f"`channels` must be 1 or 3. Received: channels={channels}")
    return Folder(folder, "train", skip_unreadable=True).read_each(channels)


def train_restorer(
    build: Callable[[], keras.Model],
    data: Callable[[int], Any],
    out: PathLike,
    updates: dict[str, int],
    settings: dict[str, Any],
    callbacks: Sequence[keras.callbacks.Callback] | None = None,
) -> Restorer:
    """Train a generator in phases and save the result in a folder.

    The phases are the Charbonnier loss (`updates`), then the squared difference (`fine_updates`), which complete the
    faithful network, and then a discriminator (`sharp_updates`), which gives the sharp one.

    If training was interrupted, the same call with the same settings continues it.

    Args:
        build: function that returns the network to train, with its initial weights.
        data: function of a number of batches that returns a `tf.data.Dataset` with that many pairs
            `(inputs, targets)`.
        out: a new folder, which `Restorer.open` reads; it contains a `backup` until training is complete.
        updates: the number of updates of each phase, by its name. It may be 0 in the last two. Numbers above 1,000
            are rounded up to a multiple of 1,000.
        settings: plain values that describe the training. Among them are `seed`, and `precision`: the Keras dtype
            policy for training, or None for the global one. The restorer computes in float32 in any case.
        callbacks: Keras callbacks for each phase.

    Returns:
        The restorer. Its networks are the averaged generators.

    Raises:
        FileExistsError: `out` holds other files, or a training with other settings.
        ValueError: a number is out of range.
    """
    check_positive(**{name: num for name, num in updates.items() if num or name == "updates"})
    settings = {**settings, **updates}
    if settings["precision"]:
        keras.dtype_policies.get(settings["precision"])  # raises, before anything is written
    with seeded(settings["seed"]):
        faithful = build()
    training = _Training(build, data, pathlib.Path(out), settings, callbacks or ())
    training.check_folder()
    for name in ("updates", "fine_updates"):
        training.run(name, faithful)
    restorer = Restorer(faithful, trained_on=settings)
    restorer.save(out)
    if updates["sharp_updates"]:
        sharp = build()
        sharp.set_weights(faithful.get_weights())
        training.run("sharp_updates", sharp)
        restorer = Restorer(faithful, sharp, settings, (restorer.margin, restorer.stride))
        restorer.save(out)
    shutil.rmtree(training.backup)
    return restorer


@dataclasses.dataclass(frozen=True)
class _Training:
    """A training whose phases can be resumed.

    Attributes:
        build, data, out, settings, callbacks: as in `train_restorer`; `settings` includes the numbers of updates.
    """

    build: Callable[[], keras.Model]
    data: Callable[[int], Any]
    out: pathlib.Path
    settings: dict[str, Any]
    callbacks: Sequence[keras.callbacks.Callback]

    @property
    def backup(self) -> pathlib.Path:
        """The folder with the state of unfinished phases."""
        return self.out / "backup"

    def check_folder(self) -> None:
        """Accept a new or empty folder, or one with this very training, unfinished.

        Raises:
            FileExistsError: the folder holds anything else.
        """
        record = self.backup / "settings.json"
        if record.exists():
            before = json.loads(record.read_text())
            if before != json.loads(json.dumps(self.settings)):
                raise FileExistsError(
                    f"Expected the settings of the training that began in {self.out}: {before}. "
                    f"Received: {self.settings}. Use the same settings, or a new folder."
                )
        else:
            _files.check_new_folder(self.out)
            with _files.replacing(record) as temporary:
                temporary.write_text(json.dumps(self.settings, indent=2) + "\n")

    def run(self, name: str, network: keras.Model) -> None:
        """Run or resume one phase: train a copy of the network in the chosen precision, and set its averaged weights.

        Args:
            name: of the phase, in `PHASES`.
            network: the network to start from, whose weights are replaced.
        """
        updates, seed = self.settings[name], self.settings["seed"]
        if not updates:
            return
        steps = min(updates, UPDATES_PER_EPOCH)
        epochs = -(-updates // steps)
        phase = PHASES[name]
        with computing_in(self.settings["precision"]), seeded(seed):
            generator = self.build()
            generator.set_weights(network.get_weights())
            discriminator = patch.discriminator(generator.outputs[0].shape[-1])
            gan = ImageToImageGAN(generator, discriminator, seed=seed)
            learning_rate = keras.optimizers.schedules.CosineDecay(phase.learning_rate, epochs * steps)
            gan.compile(generator_optimizer=keras.optimizers.Adam(learning_rate, beta_2=0.99), **phase.losses)
            number = list(PHASES).index(name) + 1
            with fit_progress(f"training, phase {number} of {len(PHASES)}", self.callbacks) as callbacks:
                callbacks.append(Resume(self.backup / name))
                gan.fit(self.data(steps), epochs=epochs, verbose=0, callbacks=callbacks)
        network.set_weights(gan.ema_generator.get_weights())
