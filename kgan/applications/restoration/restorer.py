"""A pair of networks that restores pictures of any size: the faithful one, the sharp one, and all between them."""

import json
import pathlib
import zipfile

import keras
import numpy as np

from kgan import _files, _precision
from kgan import images as pictures
from kgan.applications.restoration import tiling
from kgan.architectures import restoration
from kgan.training.pair_checks import NOISY

# Of a tile's side, in pixels of the result: at 48 maps of a float each a tile takes a few hundred megabytes.
LARGEST_TILE = 1024
TASKS = ("denoise", "upscale")


class Restorer:
    """Denoises or upscales pictures of any size, faithfully, sharply or anything between.

    The faithful network was trained to be near the original in each pixel, which leaves blurred what it cannot know;
    the sharp one was trained to look real, and invents it. Between them the weights are interpolated, which works
    because the sharp one's training went on from the faithful one's.

    Large pictures are worked on in overlapping tiles of one shape: memory stays bounded, and no seams are left.

    On disk it is a folder with `faithful.keras`, `sharp.keras` (which may be missing) and `model.json`.

    Args:
        faithful: Functional model, images `(batch, height, width, channels)` in [-1, 1] of any size to images
            `scale` times as large; 1 or 3 channels.
        sharp: one of the same architecture, or None.
        trained_on: what it was trained on, plain values for `model.json`. Defaults to nothing.
        reach: `(margin, stride)`, as `kgan.architectures.restoration` measures them. Defaults to measuring them.

    Raises:
        ValueError: a network is not of this kind, or the two differ.

    Reference: Wang et al., ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks, 2018 (interpolation).

    Example:
    >>> restorer = Restorer(restoration.upscaler(2, channels=1, width=4, blocks=1))
    >>> restorer.restore(np.zeros((11, 17, 1), "uint8")).shape
    (22, 34, 1)
    """

    def __init__(self, faithful, sharp=None, trained_on: dict | None = None, reach: tuple[int, int] | None = None):
        faithful, sharp = (each and _precision.converted(each) for each in (faithful, sharp))
        self.channels, self.scale = _kind(faithful)
        if sharp is not None and [each.shape for each in sharp.weights] != [each.shape for each in faithful.weights]:
            raise ValueError("Expected a sharp network of the faithful one's architecture. Received: another.")
        self.faithful, self.sharp = faithful, sharp
        self.trained_on = dict(trained_on or {})
        self.margin, self.stride = reach or (restoration.margin(faithful), restoration.stride(faithful))
        self._blend = None

    @property
    def task(self) -> str:
        """`"denoise"`, or `"upscale"` if the result is larger."""
        return TASKS[self.scale > 1]

    @classmethod
    def open(cls, folder) -> "Restorer":
        """Return the restorer that `save` wrote to a folder.

        Raises:
            FileNotFoundError: there is no such folder, or a file is missing.
            ValueError: a file is damaged, or they do not fit together.
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
            networks = [
                keras.saving.load_model(folder / name, compile=False) if (folder / name).exists() else None
                for name in ("faithful.keras", "sharp.keras")
            ]
        except (KeyError, TypeError, ValueError, OSError, zipfile.BadZipFile) as error:
            raise ValueError(f"Expected a restorer. Received: {folder}, which cannot be read: {error}") from error
        restorer = cls(*networks, description.get("trained_on"), reach)
        for key, value in restorer._description().items():
            if key in ("task", "channels", "scale") and description.get(key) != value:
                raise ValueError(
                    f"Expected networks as {folder / 'model.json'} describes them. Received: {key} {value!r} rather "
                    f"than {description.get(key)!r}"
                )
        return restorer

    def save(self, folder, dtype: str = "float32"):
        """Write the networks and their description to a folder, which is made if missing.

        Each file is replaced whole, `model.json` last: a new folder without it is not complete.

        Args:
            folder: where to.
            dtype: of the weights in the files; `"float16"` takes half the room, and changes hardly a pixel by a grey
                level. Whatever it is, an opened restorer computes in float32.
        """
        folder = pathlib.Path(folder)
        for name, network in (("faithful.keras", self.faithful), ("sharp.keras", self.sharp)):
            if network is not None:
                with _files.replacing(folder / name) as temporary:
                    _precision.converted(network, dtype).save(temporary)
        if self.sharp is None:
            (folder / "sharp.keras").unlink(missing_ok=True)
        with _files.replacing(folder / "model.json") as temporary:
            temporary.write_text(json.dumps(self._description(), indent=2) + "\n")

    def _description(self):
        return {
            "task": self.task,
            "channels": self.channels,
            "scale": self.scale,
            "margin": self.margin,
            "stride": self.stride,
            "trained_on": self.trained_on,
        }

    def network(self, fidelity: float = 1.0):
        """Return the network whose weights are `fidelity` times the faithful one's and the rest the sharp one's.

        Args:
            fidelity: in [0, 1]: 1 is the faithful network, 0 the sharp one.

        Raises:
            ValueError: it is out of range, or less than 1 where there is no sharp network.
        """
        if not 0 <= fidelity <= 1:
            raise ValueError(f"`fidelity` must be in [0, 1], from sharp to faithful. Received: fidelity={fidelity}")
        if fidelity == 1:
            return self.faithful
        if self.sharp is None:
            raise ValueError(f"Expected fidelity=1: this model has no sharp network. Received: fidelity={fidelity}")
        if fidelity == 0:
            return self.sharp
        if self._blend is None:
            self._blend = self.faithful.__class__.from_config(self.faithful.get_config())
        pairs = zip(self.faithful.get_weights(), self.sharp.get_weights(), strict=True)
        self._blend.set_weights([fidelity * faithful + (1 - fidelity) * sharp for faithful, sharp in pairs])
        return self._blend

    def restore(self, image, fidelity: float = 1.0, tile: int | None = None, progress=None) -> np.ndarray:
        """Restore one picture.

        A network for grey pictures works on the three channels of a colour picture one by one. One for colours sees a
        grey picture in each of its three channels, and the result is their mean.

        Args:
            image: array `(height, width, channels)` of any size with 1 or 3 channels: float in [-1, 1], uint8, or
                uint16.
            fidelity: as in `network`. Defaults to 1.
            tile: side of the tiles in pixels, more than twice the margin. The larger, the faster, and the more
                memory. Defaults to 1024, for upscaling so much less that the enlarged tiles have this size.
            progress: optional function of how many tiles are done, and of how many.

        Returns:
            Array `(scale * height, scale * width, channels)` of the image's dtype; floats are float32, clipped to
            [-1, 1].

        Raises:
            ValueError: the image or a number is not of this kind.
        """
        image = np.asarray(image)
        _check(image)
        network = self.network(fidelity)
        tile = tile or max(LARGEST_TILE // self.scale, 4 * self.margin + self.stride)

        def function(part):
            images = _adapted(_unit(part), self.channels)
            restored = np.asarray(network.predict_on_batch(images))
            return _as(image.dtype, _readapted(restored, self.channels, image.shape[-1]))

        return tiling.apply(function, image, tile, self.margin, self.stride, self.scale, progress)


def _kind(network):
    """Return the channels and the scale of a network that restores."""
    inputs, outputs = network.inputs, network.outputs
    if len(inputs) != 1 or len(outputs) != 1 or inputs[0].shape[1:3] != (None, None):
        raise ValueError(
            "Expected a network of images of any size to images. Received: "
            f"{network.name!r}, {[each.shape for each in inputs]} to {[each.shape for each in outputs]}"
        )
    channels, made = inputs[0].shape[-1], outputs[0].shape[-1]
    if channels not in (1, 3) or made != channels:
        raise ValueError(f"Expected a network of 1 or 3 channels. Received: {channels} to {made} channels.")
    # Asked, not computed: layers with a shape rule of their own need not know symbolic sizes.
    height, width = network(np.zeros((1, 16, 24, channels), "float32")).shape[1:3]
    scale = height // 16
    if (height, width) != (16 * scale, 24 * scale):
        raise ValueError(f"Expected images enlarged by a whole number. Received: 16x24 to {height}x{width}.")
    return channels, scale


def _check(image):
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


def _unit(part):
    """Return a tile as float32 in [-1, 1]."""
    if part.dtype == np.uint16:
        return part.astype("float32") / 32767.5 - 1.0
    return pictures.from_uint8(part) if part.dtype == np.uint8 else part.astype("float32")


def _as(dtype, restored):
    """Return float images as the picture was."""
    if dtype == np.uint8:
        return pictures.to_uint8(restored)
    if dtype == np.uint16:
        return np.clip(np.rint((restored + 1.0) * 32767.5), 0, 65535).astype("uint16")
    return np.clip(restored, -1.0, 1.0)


def _adapted(image, channels):
    """Return an image as a batch for a network of so many channels."""
    if image.shape[-1] == channels:
        return image[None]
    return image.transpose(2, 0, 1)[..., None] if channels == 1 else image.repeat(channels, axis=-1)[None]


def _readapted(batch, channels, wanted):
    if channels == wanted:
        return batch[0]
    return batch[..., 0].transpose(1, 2, 0) if channels == 1 else batch[0].mean(axis=-1, keepdims=True)
