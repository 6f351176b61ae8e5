"""Taking the noise out of pictures, of whatever strength it is.

`train` learns it from a folder of clean pictures; `denoise` does it, with what was trained or with the small models
that come with kgan.
"""

from kgan.applications.restoration import photographs, shipped, training
from kgan.applications.restoration.restorer import Restorer
from kgan.architectures import restoration
from kgan.datasets import patches
from kgan.datasets.degradations import Chain, Degradation, GaussianNoise, Rounding, get


def train(
    folder,
    out,
    updates: int = 40_000,
    fine_updates: int = 10_000,
    sharp_updates: int = 10_000,
    sigma=(0, 55),
    degradation=None,
    channels: int | None = None,
    width: int = 48,
    patch: int = 64,
    batch_size: int = 16,
    seed: int = 0,
    precision: str | None = None,
    callbacks=None,
) -> Restorer:
    """Train a denoiser on clean pictures: blind, one network for noise of all strengths.

    Pictures are decoded once and kept in memory as bytes; each patch gets its own noise. Run again after a stop, it
    goes on where it was.

    Args:
        folder: PNG, JPEG or BMP pictures of any sizes, also in subfolders; those smaller than a patch are left out.
        out: a new folder, for `Restorer.open`.
        updates: by the Charbonnier loss. Beyond 1,000 in whole thousands, as the following.
        fine_updates: after those, by squared differences, which fine texture is not too small for; then the network is
            the faithful one. 0 for none.
        sharp_updates: after those, with a discriminator; they give the sharp network. 0 for none.
        sigma: of the normal noise, in grey levels of 255: a number, or a range of which each patch draws its own. Half
            of the patches are then clipped and rounded to 256 levels, as those of picture files are.
        degradation: what is to be undone instead: one of `kgan.datasets.degradations`, also a chain, its name, or a
            function of images and a seed.
        channels: 1 or 3. Defaults to 1 if all pictures are grey.
        width: of the network, `kgan.architectures.restoration.denoiser`. Defaults to 48.
        patch: side of a patch in pixels. Defaults to 64.
        batch_size: patches an update. Defaults to 16.
        seed: of weights, patches and noise.
        precision: the Keras dtype policy to train in; "mixed_bfloat16" is much faster on processors that compute in it
            (Intel's AMX). The restorer computes in float32 all the same. Defaults to the policy that is set.
        callbacks: as in `fit`, for each of the phases.

    Returns:
        The trained restorer, as it stands in `out`.

    Raises:
        FileNotFoundError: there is no such folder.
        FileExistsError: `out` holds something else, or another training.
        ValueError: there are no pictures as large as a patch, damaged ones, or a number is out of range.

    Reference: Zhang et al., Beyond a Gaussian Denoiser: Residual Learning of Deep CNN for Image Denoising, 2017.

    Example:
    >>> import numpy as np
    >>> from kgan import images
    >>> images.save("clean/one.png", np.zeros((20, 24, 1), "uint8"))
    >>> train("clean", "model", updates=1, fine_updates=0, sharp_updates=0, width=4, patch=16, batch_size=2).task
    'denoise'
    """
    spoiled = Chain([GaussianNoise(sigma), Rounding(0.5)]) if degradation is None else get(degradation)
    clean = training.read(folder, channels)
    settings = {
        "pictures": len(clean),
        "degradation": repr(spoiled) if isinstance(spoiled, Degradation) else spoiled.__name__,
        "width": width,
        "patch": patch,
        "batch_size": batch_size,
        "seed": seed,
        "precision": precision,
    }

    def build():
        return restoration.denoiser(clean[0].shape[-1], width)

    def data(steps):
        return patches.load(clean, patch, batch_size=batch_size, steps=steps, seed=seed, degradation=spoiled)

    data(1)  # finds out whether they fit, before anything is written
    counts = {"updates": updates, "fine_updates": fine_updates, "sharp_updates": sharp_updates}
    return training.train(build, data, out, counts, settings, callbacks)


def denoise(model, image, fidelity: float = 1.0, tile: int | None = None, progress=None):
    """Take the noise out of a picture of any size.

    Args:
        model: a `Restorer`, its folder, or None for the model that comes with kgan (one for grey pictures, one for
            colours), which was trained on normal noise of sigma up to 55.
        image: array `(height, width, channels)` with 1 or 3 channels, uint8, uint16 or float in [-1, 1]; or a
            `photographs.Photograph`.
        fidelity: in [0, 1]: 1 is nearest to the original in each pixel, 0 looks sharpest, and invents. Defaults to 1.
        tile, progress: as in `Restorer.restore`.

    Returns:
        The same kind of picture, of the same size; opacity and metadata stay.

    Raises:
        FileNotFoundError: there is no such model.
        ValueError: the model is no denoiser, or the image or a number not as above.

    Example:
    >>> import numpy as np
    >>> denoiser = Restorer(restoration.denoiser(channels=3, width=4, blocks=1))
    >>> denoise(denoiser, np.full((30, 41, 3), 77, "uint8")).shape
    (30, 41, 3)
    """
    restorer = shipped.resolve(model, "denoise", 1, photographs.channels(image))
    return photographs.changed(lambda pixels: restorer.restore(pixels, fidelity, tile, progress), image)
