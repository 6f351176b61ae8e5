"""Generators of images from images for use without kgan: SavedModel, ONNX, LiteRT."""

import pathlib

import keras
import numpy as np
from keras import ops

from kgan import _precision
from kgan.export import exporting
from kgan.images import to_uint8

# Sides of the images that an export is traced and checked with, where the generator takes any.
SIDES = (21, 30)


def export(generator: keras.Model, path: str | pathlib.Path, format: str = "tf_saved_model", overwrite: bool = True):
    """Write a generator of images from images so that it runs without kgan and Keras, and check it.

    A SavedModel has the signature `serving_default(input)` of float32 images `(batch, height, width, channels)` in
    [-1, 1], which returns `output`, float32 images, and `output_uint8`; any batch, and any size that the generator
    takes. ONNX files take `input` and give `output`, of any size too; LiteRT files are for generators of one size.

    The written file is run in its own runtime, with an odd size where any size goes, and must give Keras's images to
    1e-4. A generator trained in mixed precision is written in float32.

    Args:
        generator: Functional or built Sequential model, images to images.
        path, format, overwrite: as in `kgan.export.export`.

    Raises:
        ImportError, FileExistsError, ValueError: as in `kgan.export.export`; or the format is LiteRT and the
            generator takes images of any size.

    Example:
    >>> from kgan import architectures
    >>> export(architectures.restoration.denoiser(width=4, blocks=1), "denoiser")
    >>> denoise = keras.layers.TFSMLayer("denoiser", call_endpoint="serving_default")
    >>> tuple(denoise(ops.zeros((2, 9, 14, 1)))["output"].shape)
    (2, 9, 14, 1)
    """
    path = exporting.checked_path(path, format, overwrite)
    shape = generator.inputs[0].shape[1:]
    if format == "litert" and None in shape:
        raise ValueError(
            "Expected a generator of images of one size: LiteRT files have fixed shapes. Received: one of any size. "
            "Export `keras.Model(image, generator(image))` with `image = keras.Input((height, width, channels))`."
        )
    images = keras.Input(shape, dtype="float32", name="input")
    model = keras.Model(images, {"output": _precision.converted(generator)(images)})
    sides = [given or side for given, side in zip(shape[:2], SIDES, strict=True)]
    probe = np.random.default_rng(0).uniform(-1, 1, (3, *sides, shape[2])).astype("float32")
    with keras.device("cpu:0"):  # GPUs may round to 10 bits (TF32), and the other runtimes do not
        expected = ops.convert_to_numpy(model(probe, training=False)["output"])

    def write(temporary):
        if format == "tf_saved_model":
            _write_saved_model(model, temporary)
        else:
            exporting.convert(model, temporary, format)

    run = {"tf_saved_model": _run_saved_model, "onnx": exporting.run_onnx, "litert": exporting.run_litert}[format]
    exporting.write_checked(path, format, expected, write, lambda temporary: run(temporary, {"input": probe}))


def _write_saved_model(model, path):
    def serve(input):
        output = model(input, training=False)["output"]
        return {"output": output, "output_uint8": to_uint8(output)}

    archive = keras.export.ExportArchive()
    archive.track(model)
    signature = keras.InputSpec(shape=model.inputs[0].shape, dtype="float32", name="input")
    archive.add_endpoint("serve", serve, input_signature=[signature])
    archive.write_out(str(path), verbose=False)


def _run_saved_model(path, inputs):
    layer = keras.layers.TFSMLayer(str(path), call_endpoint="serving_default")
    with keras.device("cpu:0"):
        return ops.convert_to_numpy(layer(inputs["input"])["output"])
