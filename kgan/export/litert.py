"""LiteRT (formerly TensorFlow Lite), for phones and small devices."""

import pathlib
import zipfile

import keras

from kgan._typing import Array
from kgan.export._format import Format, Portable, convert


class LiteRT(Format):
    """A file that takes `latents` and `labels`, or `input` of one size, and gives `output`, for any batch size."""

    name = "litert"
    suffix = ".tflite"
    packages = ("ai_edge_litert",)

    def check(self, network: keras.Model) -> None:
        """Refuse networks of images of any size: the shapes of a LiteRT file are fixed."""
        if None in network.inputs[0].shape[1:]:
            raise ValueError(
                "Expected a network of images of one size: LiteRT files have fixed shapes. Received: one of any size. "
                "Export `keras.Model(image, network(image))` with `image = keras.Input((height, width, channels))`."
            )

    def is_own(self, path: pathlib.Path) -> bool:
        """Return whether it is a LiteRT file."""
        return path.is_file() and path.read_bytes()[4:8] == b"TFL3"

    def write(self, portable: Portable, path: pathlib.Path, weights_dtype: str) -> None:
        """Convert with Keras."""
        convert(portable.model, path, "litert")
        if portable.class_names:
            # As TensorFlow Lite's metadata tools do it: a zip archive behind the model, which the interpreter skips.
            with zipfile.ZipFile(path, "a") as archive:
                archive.writestr("labels.txt", "".join(f"{' '.join(name.split())}\n" for name in portable.class_names))

    def run(self, path: pathlib.Path, inputs: dict[str, Array]) -> Array:
        """Return the images by LiteRT's interpreter."""
        from ai_edge_litert.interpreter import Interpreter

        return Interpreter(model_path=str(path)).get_signature_runner("serving_default")(**inputs)["output"]
