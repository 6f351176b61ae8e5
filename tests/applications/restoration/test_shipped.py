"""The restorers that come with kgan: present, small, and better than methods without a network."""

import functools

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from sklearn.datasets import load_sample_images

from kgan import images, metrics
from kgan.applications.restoration import denoise, shipped, upscale
from kgan.architectures.restoration import margin, stride
from kgan.images import resampling


@functools.cache
def photograph(channels=3):
    """A crop, of odd size, of a photograph that comes with scikit-learn."""
    flower = load_sample_images().images[1][120:321, 200:411]
    return flower if channels == 3 else images.to_uint8(images.from_uint8(flower).mean(axis=-1, keepdims=True))


def psnr(first, second):
    return float(metrics.psnr(first[None], second[None])[0])


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), shipped.NAMES.items())
def test_task_scale_and_channels_are_those_of_the_name(kind, name):
    task, number = kind
    restorer = shipped.resolve(None, task, number if task == "upscale" else None, number)
    assert restorer.task == task
    assert number in (restorer.scale, restorer.channels)
    assert (restorer.margin, restorer.stride) == (margin(restorer.faithful), stride(restorer.faithful))
    files = list(shipped.folder(name).iterdir())
    assert {"faithful.keras", "sharp.keras", "model.json", "MODEL.md"} <= {file.name for file in files}
    assert sum(file.stat().st_size for file in files) < 8e6
    assert name in (shipped.folder(name) / "MODEL.md").read_text()


CASES = [(channels, sigma, fidelity) for channels in (1, 3) for sigma in (15, 25, 50) for fidelity in (1, 0.5, 0)]
QUICK = (1, 25, 1)


@pytest.mark.parametrize(
    ("channels", "sigma", "fidelity"),
    [QUICK, *(pytest.param(*case, marks=pytest.mark.slow) for case in CASES if case != QUICK)],
)
def test_noise_is_removed(channels, sigma, fidelity):
    """From 8-bit pictures, better than with any blur."""
    clean = photograph(channels)
    noise = np.random.default_rng(0).normal(scale=sigma, size=clean.shape)
    noisy = np.clip(np.rint(clean + noise), 0, 255).astype("uint8")
    blurred = max(psnr(gaussian_filter(noisy, (width, width, 0)), clean) for width in (0.5, 0.75, 1, 1.5, 2))
    denoised = denoise(None, noisy, fidelity)
    assert denoised.shape == clean.shape
    assert psnr(denoised, clean) > blurred + 1.5


@pytest.mark.slow
@pytest.mark.parametrize("channels", [1, 3])
def test_a_clean_picture_hardly_changes(channels):
    clean = photograph(channels)
    assert psnr(denoise(None, clean), clean) > 34


@pytest.mark.parametrize("scale", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_larger_and_sharper_than_bicubic(scale):
    large = resampling.crop_to_multiple(photograph(), scale)
    small = np.asarray(resampling.downsample(large, scale))
    bicubic = np.asarray(resampling.upsample(small, scale))
    faithful, sharp = (upscale(None, small, scale, fidelity) for fidelity in (1, 0))
    assert psnr(faithful, large) > psnr(bicubic, large) + 0.8
    detail = [np.abs(np.diff(image.astype(float), axis=0)).mean() for image in (bicubic, faithful, sharp, large)]
    assert detail[0] < detail[1] < detail[2] < 1.1 * detail[3]


@pytest.mark.slow
@pytest.mark.parametrize("shade", [0, 77, 255])
def test_a_constant_image_stays_constant(shade):
    for channels in (1, 3):
        image = np.full((41, 35, channels), shade, "uint8")
        for fidelity in (1, 0):
            restored = denoise(None, image, fidelity).astype(int)
            assert np.abs(restored - shade).max() <= 2
            for scale in (2, 4):
                restored = upscale(None, image, scale, fidelity).astype(int)
                assert np.abs(restored - shade).max() <= 2


@pytest.mark.slow
def test_tiles_leave_no_seams():
    image = photograph()
    for function in (denoise, functools.partial(upscale, scale=2)):
        whole, tiled = (function(None, images.from_uint8(image), tile=tile) for tile in (None, 224))
        np.testing.assert_allclose(tiled, whole, atol=1e-3)
