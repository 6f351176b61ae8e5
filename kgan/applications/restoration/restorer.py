"""The restorer: a faithful and a sharp network, and everything between them, for pictures of any size."""

import json
import pathlib
import zipfile
from collections.abc import Callable
from typing import Any, TypeAlias

import keras
import numpy as np

from kgan import _files, _precision, images
from kgan._sizes import size_text
from kgan._typing import Array, PathLike
from kgan.applications.restoration import tiling
from kgan.architectures import restoration
from kgan.export import compress
from kgan.training.pair_checks import NOISY

LARGEST_TILE = 1024
"""Default side of a tile of the result, in pixels: with 48 filters in float32 it takes a few hundred megabytes."""

TASKS = ("denoise", "upscale")

Progress: TypeAlias = Callable[[int, int], object]
"""A function of the number of finished tiles and the number of all tiles."""


class Restorer:
    """Denoises or upscales pictures of any size: faithfully, sharply, or anything between.

    The faithful network was trained to be close to the original in each pixel, which leaves unpredictable detail
    blurred. The sharp network was trained to look real, and invents such detail. Between them the weights are
    interpolated, which is possible because training of the sharp network started from the faithful one.

    Large pictures are processed in overlapping tiles of one shape, with bounded memory and without visible seams.

    On disk it is a folder with `faithful.keras`, `sharp.keras` (optional) and `model.json`.

    Args:
        faithful: Functional model, images `(batch, height, width, channels)` in [-1, 1] of any size to images
            `scale` times as large; 1 or 3 channels.
        sharp: a network of the same architecture. Defaults to None: only the faithful one is used.
        trained_on: description of the training data and settings, plain values for `model.json`. Defaults to none.
        reach: `(margin, stride)` of the networks, see `kgan.architectures.restoration`. Defaults to measured values.

    Raises:
        ValueError: a network is not of this kind, or the two differ in architecture.

    Reference: Wang et al., ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks, 2018 (interpolation).

    Example:
    >>> restorer = Restorer(restoration.upscaler(2, channels=1, width=4, blocks=1))
    >>> restorer.restore(np.zeros((11, 17, 1), "uint8")).shape
    (22, 34, 1)
    """

    def __init__(
        self,
        faithful: keras.Model,
        sharp: keras.Model | None = None,
        trained_on: dict[str, Any] | None = None,
        reach: tuple[int, int] | None = None,
    ) -> None:
        self.faithful = _precision.converted(faithful)
        self.sharp = None if sharp is None else _precision.converted(sharp)
        self.channels, self.scale = _channels_and_scale(self.faithful)
        if self.sharp is not None and not _same_shapes(self.faithful, self.sharp):
            raise ValueError("Expected a sharp network of the faithful one's architecture. Received: another.")
        self.trained_on = dict(trained_on or {})
        self.margin, self.stride = reach or (restoration.margin(self.faithful), restoration.stride(self.faithful))
        self._interpolated: keras.Model | None = None

    @property
    def task(self) -> str:
        """`"denoise"`, or `"upscale"` if the result is larger."""
        return TASKS[self.scale > 1]

    @classmethod
    def open(cls, folder: PathLike) -> "Restorer":
        """Return the restorer that `save` wrote to a folder.

        Raises:
            FileNotFoundError: there is no such folder, or a file is missing.
            ValueError: a file is damaged, or the files do not fit together.
        """
        folder = pathlib.Path(folder)
        for needed in ("model.json", "faithful.keras"):
            if not (folder / needed).is_file():
                raise FileNotFoundError(
                    f"Expected a folder with model.json and faithful.keras. Received: {folder}, without {needed}."
                )
        try:
            description = json.loads((folder / "model.json").read_text())
            reach = (description["margin"], description["stride"]) if "margin" in description else None
            faithful, sharp = (
                keras.saving.load_model(folder / name, compile=False) if (folder / name).exists() else None
                for name in ("faithful.keras", "sharp.keras")
            )
        except (KeyError, TypeError, ValueError, OSError, zipfile.BadZipFile) as error:
            raise ValueError(f"Expected a restorer. Received: {folder}, which cannot be read: {error}") from error
        restorer = cls(faithful, sharp, description.get("trained_on"), reach)
        for key in ("task", "channels", "scale"):
            if description.get(key) != getattr(restorer, key):
                raise ValueError(
                    f"Expected networks as {folder / 'model.json'} describes them. Received: {key} "
                    f"{getattr(restorer, key)!r} instead of {description.get(key)!r}"
                )
        return restorer

    def save(self, folder: PathLike, dtype: str = "float32") -> None:
        """Write the networks and their description to a folder, which is created if it does not exist.

        Each file is replaced atomically, `model.json` last: a new folder without it is incomplete.

        Args:
            folder: where to write.
            dtype: of the weights in the files. `"float16"` halves the size of the files and changes few pixels, by at
                most one level. An opened restorer computes in float32 in any case. Defaults to `"float32"`.
        """
        folder = pathlib.Path(folder)
        for name, network in (("faithful.keras", self.faithful), ("sharp.keras", self.sharp)):
            if network is not None:
                with _files.replacing(folder / name) as temporary:
                    _precision.converted(network, dtype).save(temporary)
                    compress(temporary)
        if self.sharp is None:
            (folder / "sharp.keras").unlink(missing_ok=True)
        description = {
            name: getattr(self, name) for name in ("task", "channels", "scale", "margin", "stride", "trained_on")
        }
        with _files.replacing(folder / "model.json") as temporary:
            temporary.write_text(json.dumps(description, indent=2) + "\n")

    def network(self, fidelity: float = 1.0) -> keras.Model:
        """Return the network for a fidelity: its weights are interpolated between the two networks.

        Formula: `fidelity * faithful + (1 - fidelity) * sharp`.

        Args:
            fidelity: in [0, 1]: 1 is the faithful network, 0 the sharp one. Defaults to 1.

        Raises:
            ValueError: it is out of range, or less than 1 without a sharp network.
        """
        if not 0 <= fidelity <= 1:
            raise ValueError(f"`fidelity` must be in [0, 1], from sharp to faithful. Received: fidelity={fidelity}")
        if fidelity == 1:
            return self.faithful
        if self.sharp is None:
            raise ValueError(f"Expected fidelity=1: this model has no sharp network. Received: fidelity={fidelity}")
        if fidelity == 0:
            return self.sharp
        if self._interpolated is None:
            self._interpolated = type(self.faithful).from_config(self.faithful.get_config())
        pairs = zip(self.faithful.get_weights(), self.sharp.get_weights(), strict=True)
        self._interpolated.set_weights([fidelity * faithful + (1 - fidelity) * sharp for faithful, sharp in pairs])
        return self._interpolated

    def restore(
        self,
        image: Array,
        fidelity: float = 1.0,
        tile: int | None = None,
        progress: Progress | None = None,
    ) -> Array:
        """Restore one picture.

        A network for gray pictures processes the three channels of a color picture one by one. A network for color
        pictures gets a gray picture in each of its three channels, and the result is their mean.

        Args:
            image: array `(height, width, channels)` of any size with 1 or 3 channels: float in [-1, 1], uint8, or
                uint16.
            fidelity: as in `network`. Defaults to 1.
            tile: side of the tiles in pixels, more than twice the margin. Larger tiles are faster and take more
                memory. Defaults to 1024 divided by the scale.
            progress: function of the number of finished tiles and the number of all tiles. Defaults to None.

        Returns:
            Array `(scale * height, scale * width, channels)` of the image's dtype; floats become float32, clipped to
            [-1, 1].

        Raises:
            ValueError: the image or a number is invalid.
        """
        image = np.asarray(image)
        _check_image(image)
        network = self.network(fidelity)
        tile = tile or max(LARGEST_TILE // self.scale, 4 * self.margin + self.stride)

        def restore_tile(pixels: Array) -> Array:
            batch = _batch_for(_to_float(pixels), self.channels)
            restored = np.asarray(network.predict_on_batch(batch))
            return _from_float(_image_from(restored, image.shape[-1]), image.dtype)

        return tiling.apply(restore_tile, image, tile, self.margin, self.stride, self.scale, progress)


def _same_shapes(first: keras.Model, second: keras.Model) -> bool:
    return [weight.shape for weight in first.weights] == [weight.shape for weight in second.weights]


def _channels_and_scale(network: keras.Model) -> tuple[int, int]:
    """Return the channels and the scale of a network that restores.

    Raises:
        ValueError: the network is not of this kind.
    """
    inputs, outputs = network.inputs, network.outputs
    if len(inputs) != 1 or len(outputs) != 1 or inputs[0].shape[1:3] != (None, None):
        raise ValueError(
            "Expected a network of images of any size to images. Received: "
            f"{network.name!r}, {[tensor.shape for tensor in inputs]} to {[tensor.shape for tensor in outputs]}"
        )
    channels, out_channels = inputs[0].shape[-1], outputs[0].shape[-1]
    if channels not in (1, 3) or out_channels != channels:
        raise ValueError(f"Expected a network of 1 or 3 channels. Received: {channels} to {out_channels} channels.")
    # Measured, because custom layers may not compute output shapes from symbolic sizes.
    height, width = network(np.zeros((1, 16, 24, channels), "float32")).shape[1:3]
    scale = height // 16
    if (height, width) != (16 * scale, 24 * scale):
        raise ValueError(
            f"Expected images enlarged by a whole number. Received: 24x16 to {size_text((height, width))}."
        )
    return channels, scale


def _check_image(image: Array) -> None:
    if image.ndim != 3 or image.shape[-1] not in (1, 3) or 0 in image.shape:
        raise ValueError(
            f"Expected an image (height, width, channels) with 1 or 3 channels. Received: shape {image.shape}"
        )
    if image.dtype not in (np.uint8, np.uint16):
        if not np.issubdtype(image.dtype, np.floating):
            raise ValueError(f"Expected a uint8, uint16 or float image. Received: {image.dtype}")
        if not (np.abs(image) <= NOISY).all():
            raise ValueError(
                f"Expected float images in [-1, 1]. Received: {image.min():g} to {image.max():g}. Pass uint8 images "
                "as uint8."
            )


def _to_float(pixels: Array) -> Array:
    """Return a tile as float32 in [-1, 1]."""
    if pixels.dtype == np.uint16:
        return pixels.astype("float32") / 32767.5 - 1.0
    return images.from_uint8(pixels) if pixels.dtype == np.uint8 else pixels.astype("float32")


def _from_float(pixels: Array, dtype: np.dtype) -> Array:
    """Return a float tile in the range of the original picture's dtype."""
    if dtype == np.uint8:
        return images.to_uint8(pixels)
    if dtype == np.uint16:
        return np.clip(np.rint((pixels + 1.0) * 32767.5), 0, 65535).astype("uint16")
    return np.clip(pixels, -1.0, 1.0)


def _batch_for(image: Array, channels: int) -> Array:
    """Return an image as a batch for a network with this number of channels."""
    if image.shape[-1] == channels:
        return image[None]
    return image.transpose(2, 0, 1)[..., None] if channels == 1 else image.repeat(channels, axis=-1)[None]


def _image_from(batch: Array, channels: int) -> Array:
    """Return the image with this number of channels that a batch from `_batch_for` stands for."""
    if batch.shape[-1] == channels:
        return batch[0]
    return batch[..., 0].transpose(1, 2, 0) if channels == 3 else batch[0].mean(axis=-1, keepdims=True)
