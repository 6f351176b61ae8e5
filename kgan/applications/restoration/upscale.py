"""Making pictures two, three or four times as large, with the details that they might have had.

`train` learns it from a folder of large pictures; `upscale` does it, with what was trained or with the small models
that come with kgan.
"""

from kgan._checks import check_positive
from kgan._registry import unknown
from kgan.applications.restoration import photographs, shipped, training
from kgan.applications.restoration.restorer import Restorer
from kgan.architectures import restoration
from kgan.datasets import patches
from kgan.datasets.degradations import Chain, Downsampling, Rounding
from kgan.images import resampling


def train(
    folder,
    out,
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
    callbacks=None,
) -> Restorer:
    """Train an upscaler on pictures, which `kgan.images.resampling.downsample` makes smaller.

    Pictures are decoded and made smaller once, in 256 levels as files hold them, and kept in memory. Run again after a
    stop, it goes on where it was.

    Args:
        folder, out, updates, fine_updates, sharp_updates, channels, batch_size, seed, precision, callbacks: as in
            `denoising.train`; `fine_updates` defaults to 0.
        scale: 2, 3 or 4. Defaults to 4.
        width: of the network, `kgan.architectures.restoration.upscaler`. Defaults to 48.
        patch: side of a large patch in pixels, a multiple of the scale. Defaults to 24 times the scale.

    Returns:
        The trained restorer, as it stands in `out`.

    Raises:
        FileNotFoundError, FileExistsError, ValueError: as in `denoising.train`.

    Reference: Ledig et al., Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network, 2017.

    Example:
    >>> import numpy as np
    >>> from kgan import images
    >>> images.save("large/one.png", np.zeros((41, 39, 3), "uint8"))
    >>> train("large", "model", scale=2, updates=1, sharp_updates=0, width=4, patch=16, batch_size=2).task
    'upscale'
    """
    if scale not in restoration.SCALES:
        raise unknown("scale", scale, restoration.SCALES)
    patch = patch or 24 * scale
    whole = training.read(folder, channels)
    check_positive(patch=patch)
    large = [resampling.crop_to_multiple(each, scale) for each in whole if min(each.shape[:2]) >= max(patch, 2 * scale)]
    if not large:
        raise ValueError(f"Expected pictures of at least {patch}x{patch}, the patch. Received: {len(whole)}, all less.")
    small = [resampling.downsample(each, scale) for each in large]
    settings = {
        "pictures": len(large),
        "degradation": repr(Chain([Downsampling(scale), Rounding()])),
        "width": width,
        "patch": patch,
        "batch_size": batch_size,
        "seed": seed,
        "precision": precision,
    }

    def build():
        return restoration.upscaler(scale, large[0].shape[-1], width)

    def data(steps):
        return patches.load(large, patch, batch_size=batch_size, steps=steps, seed=seed, inputs=small)

    data(1)  # finds out whether they fit, before anything is written
    counts = {"updates": updates, "fine_updates": fine_updates, "sharp_updates": sharp_updates}
    return training.train(build, data, out, counts, settings, callbacks)


def upscale(model, image, scale: int | None = None, fidelity: float = 1.0, tile: int | None = None, progress=None):
    """Make a picture of any size larger.

    Args:
        model: a `Restorer`, its folder, or None for the model that comes with kgan for this scale, 2 or 4.
        image: array `(height, width, channels)` with 1 or 3 channels, uint8, uint16 or float in [-1, 1]; or a
            `photographs.Photograph`.
        scale: how many times larger. Defaults to the model's, and without one to 4.
        fidelity, tile, progress: as in `denoising.denoise`.

    Returns:
        The same kind of picture with sides `scale * height` and `scale * width`; opacity is enlarged along (bicubic).

    Raises:
        FileNotFoundError: there is no such model.
        ValueError: the model is for another scale or task, or the image or a number not as above.

    Example:
    >>> import numpy as np
    >>> upscaler = Restorer(restoration.upscaler(3, channels=3, width=4, blocks=1))
    >>> upscale(upscaler, np.full((30, 41, 3), 77, "uint8")).shape
    (90, 123, 3)
    """
    restorer = shipped.resolve(model, "upscale", scale, photographs.channels(image))
    return photographs.changed(lambda pixels: restorer.restore(pixels, fidelity, tile, progress), image)
