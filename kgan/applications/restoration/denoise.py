"""Denoising: `train_denoiser` trains a network on clean pictures, `denoise` removes noise of any strength."""

from collections.abc import Sequence
from typing import Any

import keras

from kgan._deprecation import old_names
from kgan._typing import Array, PathLike
from kgan.applications.restoration import photographs, shipped, training
from kgan.applications.restoration.photographs import Photograph
from kgan.applications.restoration.restorer import Progress, Restorer
from kgan.architectures import restoration
from kgan.datasets import patches
from kgan.datasets.degradations import Chain, Degradation, DegradationFunction, GaussianNoise, Range, Rounding, get

__getattr__ = old_names(__name__, train="kgan.applications.restoration.train_denoiser")


def train_denoiser(
    folder: PathLike,
    out: PathLike,
    updates: int = 40_000,
    fine_updates: int = 10_000,
    sharp_updates: int = 10_000,
    sigma: Range = (0, 55),
    degradation: str | DegradationFunction | None = None,
    channels: int | None = None,
    width: int = 48,
    patch: int = 64,
    batch_size: int = 16,
    seed: int = 0,
    precision: str | None = None,
    callbacks: Sequence[keras.callbacks.Callback] | None = None,
) -> Restorer:
    """Train a blind denoiser, one network for noise of all strengths, on clean pictures.

    Pictures are decoded once and kept in memory as uint8; each patch gets noise of its own. If training was
    interrupted, the same call continues it.

    Args:
        folder: folder with pictures of any formats and sizes, also in subfolders. Pictures smaller than a patch are not
            used; unreadable ones are named in a warning and not used.
        out: a new folder, which `Restorer.open` reads.
        updates: number of updates with the Charbonnier loss. Numbers above 1,000 are rounded up to a multiple of
            1,000, here and below. Defaults to 40,000.
        fine_updates: number of updates with the squared difference after that, which preserves fine texture. They
            complete the faithful network. 0 for none. Defaults to 10,000.
        sharp_updates: number of updates with a discriminator after that, which give the sharp network. 0 for none.
            Defaults to 10,000.
        sigma: standard deviation of the Gaussian noise in levels of 255: a number, or a range from which each patch
            draws its own. Half of the patches are then rounded and clipped to 256 levels, as in picture files.
            Defaults to `(0, 55)`.
        degradation: what to remove instead: one of `kgan.datasets.degradations` or its name, or a function of images
            and a seed. Defaults to Gaussian noise.
        channels: 1 or 3. Defaults to 1 if all pictures are gray, else 3.
        width: of the network, see `kgan.architectures.restoration.denoiser`. Defaults to 48.
        patch: side of a patch in pixels. Defaults to 64.
        batch_size: patches per update. Defaults to 16.
        seed: of initial weights, patches and noise. Defaults to 0.
        precision: the Keras dtype policy for training. `"mixed_bfloat16"` is much faster on processors with native
            support (Intel's AMX). The restorer computes in float32 in any case. Defaults to the global policy.
        callbacks: Keras callbacks for each of the phases.

    Returns:
        The trained restorer, as saved in `out`.

    Raises:
        FileNotFoundError: there is no such folder.
        FileExistsError: `out` holds other files, or a training with other settings.
        ValueError: there are no readable pictures as large as a patch, or an argument is out of range.

    Reference: Zhang et al., Beyond a Gaussian Denoiser: Residual Learning of Deep CNN for Image Denoising, 2017.

    Example:
    >>> import numpy as np
    >>> from kgan import images
    >>> images.save("clean/one.png", np.zeros((20, 24, 1), "uint8"))
    >>> small = {"fine_updates": 0, "sharp_updates": 0, "width": 4, "patch": 16, "batch_size": 2}
    >>> train_denoiser("clean", "model", updates=1, **small).task
    'denoise'
    """
    applied = Chain([GaussianNoise(sigma), Rounding(0.5)]) if degradation is None else get(degradation)
    clean = training.read(folder, channels)
    settings = {
        "pictures": len(clean),
        "degradation": repr(applied) if isinstance(applied, Degradation) else applied.__name__,
        "width": width,
        "patch": patch,
        "batch_size": batch_size,
        "seed": seed,
        "precision": precision,
    }

    def build() -> keras.Model:
        return restoration.denoiser(clean[0].shape[-1], width)

    def data(steps: int) -> Any:
        return patches.load(clean, patch, batch_size=batch_size, steps=steps, seed=seed, degradation=applied)

    data(1)  # raises if the pictures do not fit, before anything is written
    updates_of_phases = {"updates": updates, "fine_updates": fine_updates, "sharp_updates": sharp_updates}
    return training.train_restorer(build, data, out, updates_of_phases, settings, callbacks)


def denoise(
    model: Restorer | PathLike | None,
    image: Array | Photograph,
    fidelity: float = 1.0,
    tile: int | None = None,
    progress: Progress | None = None,
) -> Array | Photograph:
    """Remove the noise of a picture of any size.

    Args:
        model: a `Restorer`, its folder, or None for the models that come with kgan (one for gray, one for color
            pictures), which were trained on Gaussian noise with a standard deviation of up to 55 levels.
        image: array `(height, width, channels)` with 1 or 3 channels, uint8, uint16 or float in [-1, 1]; or a
            `photographs.Photograph`.
        fidelity: in [0, 1]. 1 is closest to the original in each pixel; 0 is sharpest, with details that may be
            invented. Defaults to 1.
        tile: side of the tiles in pixels, as in `Restorer.restore`.
        progress: function of the number of finished tiles and the number of all, as in `Restorer.restore`.

    Returns:
        The same kind of picture in the same size, with its transparency and metadata.

    Raises:
        FileNotFoundError: there is no such model.
        ValueError: the model is not a denoiser, or the image or a number is invalid.

    Example:
    >>> import numpy as np
    >>> denoiser = Restorer(restoration.denoiser(channels=3, width=4, blocks=1))
    >>> denoise(denoiser, np.full((30, 41, 3), 77, "uint8")).shape
    (30, 41, 3)
    """
    restorer = shipped.resolve(model, "denoise", 1, photographs.channels(image))
    return photographs.changed(lambda pixels: restorer.restore(pixels, fidelity, tile, progress), image)
