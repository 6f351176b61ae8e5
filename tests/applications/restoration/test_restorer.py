"""The restorer, on pictures of any size."""

import json

import keras
import numpy as np
import pytest
import restorers

from kgan import architectures
from kgan.applications.restoration.restorer import Restorer


def smooth(height, width, channels, seed=0):
    """A picture without sharp edges, uint8."""
    coarse = np.random.default_rng(seed).uniform(40, 215, (height // 4 + 2, width // 4 + 2, channels))
    return coarse.repeat(4, axis=0).repeat(4, axis=1)[:height, :width].astype("uint8")


class TestRestore:
    @pytest.mark.parametrize("scale", [1, 2, 3])
    def test_tiles_and_the_whole_agree_within_the_border(self, scale):
        restorer = Restorer(restorers.network(3, scale))
        image = (smooth(45, 61, 3) / 127.5 - 1).astype("float32")
        whole = np.clip(np.asarray(restorer.faithful(image[None]))[0], -1, 1)
        tiled = restorer.restore(image, tile=2 * restorer.margin + 9)
        assert tiled.shape == whole.shape == (45 * scale, 61 * scale, 3)
        border = scale * restorer.margin
        inner = slice(border, -border)
        assert np.abs(tiled - whole)[inner, inner].max() < 1e-5
        assert np.abs(tiled - restorer.restore(image)).max() < 1e-5  # everywhere: both are mirrored at the border
        assert np.abs(whole - whole.mean()).max() > 0.1

    def test_tiles_start_at_multiples_of_the_stride(self):
        restorer = Restorer(restorers.network(1, stride=2))
        assert restorer.stride == 2
        image = (smooth(40, 52, 1) / 127.5 - 1).astype("float32")
        whole = np.clip(np.asarray(restorer.faithful(image[None]))[0], -1, 1)
        tiled = restorer.restore(image, tile=2 * restorer.margin + 7)
        inner = slice(restorer.margin + 1, -restorer.margin - 1)
        assert np.abs(tiled - whole)[inner, inner].max() < 1e-5

    @pytest.mark.slow
    @pytest.mark.parametrize("make", [architectures.restoration.denoiser, architectures.restoration.upscaler])
    def test_kgan_s_own_networks(self, make):
        """With random weights, because the corrections are initially zero, and odd sizes."""
        scale = 2 if make is architectures.restoration.upscaler else 1
        network = make(**({"scale": 2} if scale == 2 else {}), channels=1, width=4, blocks=1)
        rng = np.random.default_rng(0)
        network.set_weights([rng.normal(0, 0.15, weight.shape) for weight in network.get_weights()])
        restorer = Restorer(network)
        image = (smooth(2 * restorer.margin + 41, 2 * restorer.margin + 35, 1) / 255 - 0.5).astype("float32")
        whole = np.clip(np.asarray(network(image[None]))[0], -1, 1)
        tiled = restorer.restore(image, tile=2 * restorer.margin + 24)
        inner = slice(scale * restorer.margin, -scale * restorer.margin)
        assert np.abs(tiled - whole)[inner, inner].max() < 1e-4
        assert np.abs(whole - image.repeat(scale, axis=0).repeat(scale, axis=1)).max() > 0.1

    @pytest.mark.parametrize("size", [(1, 1), (2, 5), (33, 1), (31, 47)])
    @pytest.mark.parametrize("channels", [1, 3])
    @pytest.mark.parametrize("network", [1, 3])
    @pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
    def test_any_size_channels_and_dtype(self, size, channels, network, dtype):
        restorer = Restorer(restorers.identity(network, 2))
        image = smooth(*size, channels)
        image = {"uint8": image, "uint16": image.astype("uint16") * 257 + 3, "float32": image / 127.5 - 1}[dtype]
        image = image.astype(dtype)
        result = restorer.restore(image, tile=16)
        assert result.dtype == dtype
        np.testing.assert_allclose(result, image.repeat(2, axis=0).repeat(2, axis=1), atol=1e-6)

    def test_constants_stay(self):
        for scale in (1, 2):
            restorer = Restorer(restorers.network(3, scale))
            result = restorer.restore(np.full((37, 53, 3), 77, "uint8"), tile=2 * restorer.margin + 10)
            # The network adds the same value everywhere: there are no seams and no border.
            assert np.abs(result.astype(int) - result[0, 0]).max() <= 1

    def test_floats_are_clipped_and_progress_is_reported(self):
        calls = []
        restorer = Restorer(restorers.identity(1))
        result = restorer.restore(np.full((20, 20, 1), 1.3), tile=10, progress=lambda *call: calls.append(call))
        assert result.dtype == np.float32
        assert (result == 1).all()
        assert calls[-1] == (4, 4)

    @pytest.mark.parametrize(
        ("image", "message"),
        [
            (np.zeros((4, 4), "uint8"), r"Received: shape \(4, 4\)"),
            (np.zeros((4, 4, 4), "uint8"), "1 or 3 channels. Received"),
            (np.zeros((0, 4, 3), "uint8"), "Received: shape"),
            (np.zeros((4, 4, 3), "int32"), "uint8, uint16 or float image. Received: int32"),
            (np.full((4, 4, 3), 255.0), "Pass uint8 images as uint8"),
            (np.full((4, 4, 3), np.nan), "Received: nan to nan"),
        ],
    )
    def test_invalid_images(self, image, message):
        with pytest.raises(ValueError, match=message):
            Restorer(restorers.identity(3)).restore(image)

    def test_too_small_a_tile(self):
        restorer = Restorer(restorers.network(1))
        with pytest.raises(ValueError, match="`tile` must be at least"):
            restorer.restore(np.zeros((9, 9, 1), "uint8"), tile=2)


def test_weights_in_half_precision(tmp_path):
    """Files in float16 are half as large, open in float32, and change hardly a pixel."""
    restorer = Restorer(restorers.network(1), restorers.network(1))
    for folder, dtype in (("whole", "float32"), ("half", "float16")):
        restorer.save(tmp_path / folder, dtype)
    opened = Restorer.open(tmp_path / "half")
    assert {weight.dtype for weight in opened.network(0.5).weights} == {"float32"}
    for first, second in zip(restorer.sharp.get_weights(), opened.sharp.get_weights(), strict=True):
        np.testing.assert_allclose(first, second, rtol=2**-11, atol=1e-7)
    image = smooth(20, 30, 1)
    np.testing.assert_allclose(opened.restore(image).astype(int), restorer.restore(image).astype(int), atol=1)
    np.testing.assert_array_equal(Restorer.open(tmp_path / "whole").restore(image), restorer.restore(image))


def test_floats_may_be_as_noisy_as_in_training():
    restorer = Restorer(restorers.identity(1))
    assert restorer.restore(np.full((4, 4, 1), 3.0, "float32")).max() == 1
    with pytest.raises(ValueError, match="Received: 3.5 to 3.5"):
        restorer.restore(np.full((4, 4, 1), 3.5, "float32"))


class TestFidelity:
    def test_weights_are_interpolated(self):
        restorer = Restorer(restorers.identity(1), restorers.identity(1, gain=0.5))
        image = np.full((4, 4, 1), 0.8, "float32")
        for fidelity, gain in ((1, 1.0), (0, 0.5), (0.5, 0.75), (0.2, 0.6)):
            np.testing.assert_allclose(restorer.restore(image, fidelity), gain * image, atol=1e-6)

    def test_out_of_range(self):
        with pytest.raises(ValueError, match=r"in \[0, 1\], from sharp to faithful. Received: fidelity=1.5"):
            Restorer(restorers.identity(1)).network(1.5)
        with pytest.raises(ValueError, match="no sharp network"):
            Restorer(restorers.identity(1)).network(0.5)


class TestDisk:
    @pytest.mark.slow
    def test_round_trip(self, tmp_path):
        restorer = Restorer(restorers.network(3, 2, seed=0), restorers.network(3, 2, seed=1), {"pictures": 91})
        restorer.save(tmp_path / "new" / "model")
        opened = Restorer.open(tmp_path / "new" / "model")
        image = smooth(20, 30, 3)
        for fidelity in (0, 0.3, 1):
            np.testing.assert_array_equal(opened.restore(image, fidelity), restorer.restore(image, fidelity))
        assert opened.trained_on == {"pictures": 91}
        assert (opened.task, opened.scale, opened.channels) == ("upscale", 2, 3)
        assert json.loads((tmp_path / "new" / "model" / "model.json").read_text())["margin"] == restorer.margin

    def test_without_a_sharp_network(self, tmp_path):
        Restorer(restorers.identity(1), restorers.identity(1)).save(tmp_path)
        Restorer(restorers.identity(1)).save(tmp_path)
        assert Restorer.open(tmp_path).sharp is None
        assert Restorer.open(tmp_path).task == "denoise"

    def test_damage_is_named(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="without model.json"):
            Restorer.open(tmp_path / "nothing")
        Restorer(restorers.identity(1)).save(tmp_path)
        whole = (tmp_path / "faithful.keras").read_bytes()
        (tmp_path / "faithful.keras").write_bytes(whole[: len(whole) // 2])
        with pytest.raises(ValueError, match="which cannot be read"):
            Restorer.open(tmp_path)
        (tmp_path / "faithful.keras").unlink()
        with pytest.raises(FileNotFoundError, match="without faithful.keras"):
            Restorer.open(tmp_path)
        restorers.identity(3).save(tmp_path / "faithful.keras")
        with pytest.raises(ValueError, match="channels 3 instead of 1"):
            Restorer.open(tmp_path)
        for text in ("no description", '{"margin": 1}'):
            (tmp_path / "model.json").write_text(text)
            with pytest.raises(ValueError, match="which cannot be read"):
                Restorer.open(tmp_path)

    def test_margin_and_stride_are_measured_if_they_are_not_in_the_file(self, tmp_path):
        Restorer(restorers.network(1)).save(tmp_path)
        description = json.loads((tmp_path / "model.json").read_text())
        del description["margin"], description["stride"]
        (tmp_path / "model.json").write_text(json.dumps(description))
        assert (Restorer.open(tmp_path).margin, Restorer.open(tmp_path).stride) == (3, 1)


def test_networks_of_another_kind():
    fixed = keras.Input((8, 8, 1))
    with pytest.raises(ValueError, match="images of any size"):
        Restorer(keras.Model(fixed, keras.layers.Conv2D(1, 1)(fixed)))
    images = keras.Input((None, None, 3))
    with pytest.raises(ValueError, match="3 to 1 channels"):
        Restorer(keras.Model(images, keras.layers.Conv2D(1, 1)(images)))
    with pytest.raises(ValueError, match="by a whole number. Received: 24x16 to 22x14"):
        Restorer(keras.Model(images, keras.layers.Conv2D(3, 3)(images)))
    with pytest.raises(ValueError, match="faithful one's architecture"):
        Restorer(restorers.network(3), restorers.identity(3))
