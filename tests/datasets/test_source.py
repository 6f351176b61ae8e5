"""What all data sources share."""

import numpy as np
import pytest
from PIL import Image

from kgan import images
from kgan.datasets import Info, Source, load, source


class Noise(Source):
    """Four images, white at the left and black at the right."""

    num_examples = 4
    image_shape = (8, 8, 1)

    @classmethod
    def accepts(cls, name):
        return name == "noise"

    def has_split(self, split):
        return split == "train"

    def read(self, size, channels):
        return source.resized(np.full((4, 8, 8, 1), 255, "uint8"), size, channels)

    def fingerprint(self):
        return "noise"


def test_what_a_subclass_gets():
    noise = Noise("noise", "train")
    assert noise.info == Info(4, (8, 8, 1), None)
    assert noise.shape_as((9, 10), 3) == (9, 10, 3)
    assert noise.shape_as(None, None) == (8, 8, 1)
    assert noise.other_split("test") is None
    (batch,) = load(noise, image_size=16, batch_size=4)
    np.testing.assert_array_equal(batch, np.ones((4, 16, 16, 1)))


def test_too_large_for_memory(monkeypatch):
    monkeypatch.setattr(source, "MEMORY_LIMIT", 10)
    with pytest.raises(ValueError, match="Expected at most 10 bytes of images. Received: 4 images of shape"):
        load(Noise("noise", "train"), batch_size=4)


@pytest.mark.parametrize(("size", "channels"), [((4, 6), 1), ((8, 8), 3), (None, 4), (None, None)])
def test_resized_as_files_are_read(tmp_path, size, channels):
    array = np.random.default_rng(0).integers(0, 256, (1, 8, 8, 1), "uint8")
    Image.fromarray(array[0, ..., 0]).save(tmp_path / "1.png")
    np.testing.assert_array_equal(
        source.resized(array, size, channels)[0], images.read(tmp_path / "1.png", channels, size)
    )


def test_resized_images_of_16_bits_and_with_hidden_colors():
    deep = np.uint16([0, 128, 129, 257 * 100, 65535]).reshape(1, 1, 5, 1)
    assert source.resized(deep, None, None).ravel().tolist() == [0, 0, 1, 100, 255]
    hidden = np.uint8([9, 8, 7, 0, 9, 8, 7, 1]).reshape(1, 1, 2, 4)
    assert source.resized(hidden, None, None).ravel().tolist() == [0, 0, 0, 0, 9, 8, 7, 1]
    assert source.resized(hidden[:, :, :1], None, 3).ravel().tolist() == [255, 255, 255]
    with pytest.raises(ValueError, match="8 or 16 bits, uint8 or uint16. Received: float32"):
        source.resized(np.zeros((1, 2, 2, 1), "float32"), None, None)
