"""How a restorer is trained: first to be faithful, then, from there, to be sharp."""

import json
import pathlib
import shutil

import keras

from kgan import _files
from kgan import images as pictures
from kgan._checks import check_positive
from kgan._precision import computing_in
from kgan.applications._seeding import seeded
from kgan.applications.restoration.restorer import Restorer
from kgan.architectures import patch
from kgan.callbacks.resume import Resume
from kgan.datasets import sources
from kgan.models.image_to_image import ImageToImageGAN

EPOCH = 1000  # updates
# Of each phase: the learning rate from which it falls, and the losses.
ALONE = {"adversarial_weight": 0.0, "feature_weight": 0.0}
PHASES = {
    "updates": (5e-4, ALONE),
    "fine_updates": (2e-4, {**ALONE, "pixel_loss": "l2"}),
    "sharp_updates": (1e-4, {}),
}


def read(folder, channels: int | None = None) -> list:
    """Read all pictures of a folder, uint8 arrays `(height, width, channels)`.

    Args:
        folder: PNG, JPEG or BMP pictures of any sizes, also in subfolders.
        channels: 1 or 3. Defaults to 1 if all of them are grey.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: it holds no pictures, or damaged ones.
    """
    if channels not in (None, 1, 3):
        raise ValueError(f"`channels` must be 1 or 3. Received: channels={channels}")
    found = sources.Folder(folder, "train")
    return [pictures.read(path, channels or found.shape[2]) for path in found.files]


def train(build, data, out, counts: dict, settings: dict, callbacks=None) -> Restorer:
    """Train a generator in phases and keep what comes of them in a folder.

    By the Charbonnier loss (`updates`), from there by squared differences (`fine_updates`), which gives the faithful
    network; and from there with a discriminator (`sharp_updates`), which gives the sharp one.

    A training that was stopped goes on where it was, if it is called again with the same settings.

    Args:
        build: a function that returns a network that restores, untrained.
        data: a function of a number of batches that returns a `tf.data.Dataset` with so many pairs `(inputs, targets)`.
        out: the folder for `kgan.applications.restoration.Restorer.open`; until training ends with a `backup` in it.
        counts: the updates of each phase, by its name as above; those of the last two may be 0. Beyond 1,000 they are
            rounded up to whole thousands.
        settings: plain values that describe the training; with them a `seed`, and `precision`, the Keras dtype policy
            to train in or None for the one that is set. Whichever it is, the restorer computes in float32.
        callbacks: as in `fit`, for each phase.

    Returns:
        The restorer; its networks are the averaged generators.

    Raises:
        FileExistsError: the folder holds something else, or another training.
        ValueError: a number is out of range.
    """
    check_positive(**{name: count for name, count in counts.items() if count or name == "updates"})
    settings = {**settings, **counts}
    if settings["precision"]:
        keras.dtype_policies.get(settings["precision"])  # raises, before anything is written
    with seeded(settings["seed"]):
        faithful = build()
    out = pathlib.Path(out)
    _check_folder(out, settings)
    for phase in ("updates", "fine_updates"):
        _teach(faithful, phase, build, data, out, settings, callbacks)
    restorer = Restorer(faithful, trained_on=settings)
    restorer.save(out)
    if counts["sharp_updates"]:
        sharp = build()
        sharp.set_weights(faithful.get_weights())
        _teach(sharp, "sharp_updates", build, data, out, settings, callbacks)
        restorer = Restorer(faithful, sharp, settings, (restorer.margin, restorer.stride))
        restorer.save(out)
    shutil.rmtree(out / "backup")
    return restorer


def _teach(network, phase, build, data, out, settings, callbacks):
    """Train a twin of a network in the precision that is asked for, and give the network its averaged weights."""
    if not settings[phase]:
        return
    steps = min(settings[phase], EPOCH)
    epochs = -(-settings[phase] // steps)
    rate, losses = PHASES[phase]
    with computing_in(settings["precision"]), seeded(settings["seed"]):
        generator = build()
        generator.set_weights(network.get_weights())
        discriminator = patch.discriminator(generator.outputs[0].shape[-1])
        gan = ImageToImageGAN(generator, discriminator, seed=settings["seed"])
        rates = keras.optimizers.schedules.CosineDecay(rate, epochs * steps)
        gan.compile(generator_optimizer=keras.optimizers.Adam(rates, beta_2=0.99), **losses)
        resume = Resume(out / "backup" / phase)
        gan.fit(data(steps), epochs=epochs, verbose=0, callbacks=[*(callbacks or ()), resume])
    network.set_weights(gan.ema_generator.get_weights())


def _check_folder(out, settings):
    """Refuse a folder that holds anything but this very training, unfinished."""
    record = out / "backup" / "settings.json"
    if record.exists():
        before = json.loads(record.read_text())
        if before != json.loads(json.dumps(settings)):
            raise FileExistsError(f"Expected the training that began in {out}: {before}. Received: {settings}")
    elif out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(f"Expected a new or empty folder. Received: {out}, which is not empty.")
    else:
        with _files.replacing(record) as temporary:
            temporary.write_text(json.dumps(settings, indent=2) + "\n")
