"""Super-resolution: `train_upscaler` trains a network on large pictures, `upscale` enlarges pictures 2 to 4 times."""

from collections.abc import Sequence
from typing import Any

import keras

from kgan._checks import check_positive
from kgan._deprecation import old_names
from kgan._registry import unknown
from kgan._typing import Array, PathLike
from kgan.applications.restoration import photographs, shipped, training
from kgan.applications.restoration.photographs import Photograph
from kgan.applications.restoration.restorer import Progress, Restorer
from kgan.architectures import restoration
from kgan.datasets import patches
from kgan.datasets.degradations import Chain, Downsampling, Rounding
from kgan.images import resampling

__getattr__ = old_names(__name__, train="kgan.applications.restoration.train_upscaler")


def train_upscaler(
    folder: PathLike,
    out: PathLike,
    scale: int = 4,
    updates: int = 40_000,
    fine_updates: int = 0,
    sharp_updates: int = 10_000,
    channels: int | None = None,
    width: int = 48,
    patch: int | None = None,
    batch_size: int = 16,
    seed: int = 0,
    precision: str | None = None,
    callbacks: Sequence[keras.callbacks.Callback] | None = None,
) -> Restorer:
    """Train an upscaler on pictures and their copies made smaller by `kgan.images.downsample`.

    Pictures are decoded and downsampled once, rounded to 256 levels as in picture files, and kept in memory. If
    training was interrupted, the same call continues it.

    Args:
        folder: folder with pictures of any formats and sizes, also in subfolders. Pictures smaller than a patch are not
            used; unreadable ones are named in a warning and not used.
        out: a new folder, which `Restorer.open` reads.
        scale: 2, 3 or 4. Defaults to 4.
        updates: number of updates with the Charbonnier loss. Numbers above 1,000 are rounded up to a multiple of
            1,000, here and below. Defaults to 40,000.
        fine_updates: number of updates with the squared difference after that. Defaults to 0.
        sharp_updates: number of updates with a discriminator after that, which give the sharp network. 0 for none.
            Defaults to 10,000.
        channels: 1 or 3. Defaults to 1 if all pictures are gray, else 3.
        width: of the network, see `kgan.architectures.restoration.upscaler`. Defaults to 48.
        patch: side of a patch of the large pictures in pixels, a multiple of the scale. Defaults to 24 times the
            scale.
        batch_size: patches per update. Defaults to 16.
        seed: of initial weights and patches. Defaults to 0.
        precision: the Keras dtype policy for training, as in `train_denoiser`. Defaults to the global policy.
        callbacks: Keras callbacks for each of the phases.

    Returns:
        The trained restorer, as saved in `out`.

    Raises:
        FileNotFoundError: there is no such folder.
        FileExistsError: `out` holds other files, or a training with other settings.
        ValueError: there are no readable pictures as large as a patch, or an argument is out of range.

    Reference: Ledig et al., Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network, 2017.

    Example:
    >>> import numpy as np
    >>> from kgan import images
    >>> images.save("large/one.png", np.zeros((41, 39, 3), "uint8"))
    >>> train_upscaler("large", "model", scale=2, updates=1, sharp_updates=0, width=4, patch=16, batch_size=2).task
    'upscale'
    """
    if scale not in restoration.SCALES:
        raise unknown("scale", scale, restoration.SCALES)
    patch = patch or 24 * scale
    pictures = training.read(folder, channels)
    check_positive(patch=patch)
    large = [
        resampling.crop_to_multiple(picture, scale)
        for picture in pictures
        if min(picture.shape[:2]) >= max(patch, 2 * scale)
    ]
    if not large:
        raise ValueError(
            f"Expected pictures of at least {patch}x{patch}, the patch. Received: {len(pictures)} smaller pictures."
        )
    small = [resampling.downsample(picture, scale) for picture in large]
    settings = {
        "pictures": len(large),
        "degradation": repr(Chain([Downsampling(scale), Rounding()])),
        "width": width,
        "patch": patch,
        "batch_size": batch_size,
        "seed": seed,
        "precision": precision,
    }

    def build() -> keras.Model:
        return restoration.upscaler(scale, large[0].shape[-1], width)

    def data(steps: int) -> Any:
        return patches.load(large, patch, batch_size=batch_size, steps=steps, seed=seed, inputs=small)

    data(1)  # raises if the pictures do not fit, before anything is written
    updates_of_phases = {"updates": updates, "fine_updates": fine_updates, "sharp_updates": sharp_updates}
    return training.train_restorer(build, data, out, updates_of_phases, settings, callbacks)


def upscale(
    model: Restorer | PathLike | None,
    image: Array | Photograph,
    scale: int | None = None,
    fidelity: float = 1.0,
    tile: int | None = None,
    progress: Progress | None = None,
) -> Array | Photograph:
    """Enlarge a picture of any size, with plausible detail.

    Args:
        model: a `Restorer`, its folder, or None for the model that comes with kgan for this scale, 2 or 4.
        image: array `(height, width, channels)` with 1 or 3 channels, uint8, uint16 or float in [-1, 1]; or a
            `photographs.Photograph`.
        scale: how many times the sides grow. Defaults to the model's scale, and to 4 without a model.
        fidelity: in [0, 1]. 1 is closest to the original in each pixel; 0 is sharpest, with details that may be
            invented. Defaults to 1.
        tile: side of the tiles in pixels, as in `Restorer.restore`.
        progress: function of the number of finished tiles and the number of all, as in `Restorer.restore`.

    Returns:
        The same kind of picture with sides `scale * height` and `scale * width`, with its metadata; its transparency
        is enlarged by bicubic interpolation.

    Raises:
        FileNotFoundError: there is no such model.
        ValueError: the model is for another scale or task, or the image or a number is invalid.

    Example:
    >>> import numpy as np
    >>> upscaler = Restorer(restoration.upscaler(3, channels=3, width=4, blocks=1))
    >>> upscale(upscaler, np.full((30, 41, 3), 77, "uint8")).shape
    (90, 123, 3)
    """
    restorer = shipped.resolve(model, "upscale", scale, photographs.channels(image))
    return photographs.changed(lambda pixels: restorer.restore(pixels, fidelity, tile, progress), image)
