"""Super-resolution: trained on a folder, applied to pictures."""

import functools
import json

import numpy as np
import pytest
import restorers

from kgan import images
from kgan.applications.restoration import train_upscaler, upscale
from kgan.applications.restoration.photographs import Photograph
from kgan.applications.restoration.restorer import Restorer
from kgan.architectures import restoration
from kgan.images import resampling


@pytest.fixture
def large(tmp_path):
    """A folder with a colour and a grey picture of odd sizes."""
    rng = np.random.default_rng(0)
    images.save(tmp_path / "large" / "a.png", rng.integers(0, 256, (33, 41, 3), "uint8"))
    images.save(tmp_path / "large" / "b.png", rng.integers(0, 256, (35, 39, 1), "uint8"))
    return tmp_path / "large"


@pytest.mark.slow
def test_train(large, tmp_path, monkeypatch):
    small = functools.partial(restoration.upscaler, blocks=1)
    monkeypatch.setattr(restoration, "upscaler", small)
    restorer = train_upscaler(
        large, tmp_path / "out", scale=3, updates=1, sharp_updates=0, width=4, patch=24, batch_size=2
    )
    opened = Restorer.open(tmp_path / "out")
    assert (opened.task, opened.scale, opened.channels) == ("upscale", 3, 3)
    description = json.loads((tmp_path / "out" / "model.json").read_text())["trained_on"]
    assert (description["pictures"], description["patch"]) == (2, 24)
    picture = images.read(large / "a.png")
    np.testing.assert_array_equal(upscale(tmp_path / "out", picture), upscale(restorer, picture))
    # After one update the network is still close to its initial function, bicubic interpolation.
    difference = upscale(restorer, picture).astype(int) - resampling.upsample(picture, 3)
    assert np.abs(difference).mean() < 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scale": 5}, "Unknown scale. Received: 5"),
        ({"scale": 4, "patch": 18}, "`size` must be a multiple of the scale 4"),
        ({"scale": 4, "patch": 64}, "at least 64x64, the patch. Received: 2 smaller pictures"),
    ],
)
def test_bad_arguments_leave_nothing(large, tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        train_upscaler(large, tmp_path / "out", **arguments)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("size", [(1, 1), (31, 17)])
def test_sizes_are_exact(scale, size):
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), "uint8")
    result = upscale(Restorer(restorers.network(3, scale)), pixels, scale, tile=24)
    assert result.shape == (size[0] * scale, size[1] * scale, 3)


def test_opacity_is_enlarged_along():
    photograph = Photograph(np.zeros((5, 7, 3), "uint8"), np.full((5, 7), 9, "uint8"), dpi=(72, 72))
    result = upscale(Restorer(restorers.identity(3, 2)), photograph)
    assert result.alpha.shape == (10, 14)
    assert (result.alpha == 9).all()
    assert result.dpi == (72, 72)


def test_a_model_for_another_scale_or_task():
    pixels = np.zeros((5, 7, 3), "uint8")
    with pytest.raises(ValueError, match="Expected scale=2, which the model was trained for. Received: scale=4"):
        upscale(Restorer(restorers.identity(3, 2)), pixels, 4)
    with pytest.raises(ValueError, match="Expected a model to upscale. Received: one to denoise"):
        upscale(Restorer(restorers.identity(3)), pixels)
    with pytest.raises(ValueError, match="Expected scale 2, 4, for which models come with kgan. Received: scale=3"):
        upscale(None, pixels, 3)
