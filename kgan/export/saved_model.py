"""TensorFlow's SavedModel: a folder that TensorFlow, TensorFlow Serving and TensorFlow.js load."""

import pathlib

import numpy as np

from kgan._typing import Array
from kgan.export._format import Format, Portable

SAME = 1e-4
"""How far the images of `generate` may be from those of its latents."""


class SavedModel(Format):
    """A folder with the signatures that `kgan.export.export` describes. It needs TensorFlow only."""

    name = "tf_saved_model"
    weights_dtypes = ("float32", "float16")

    def is_own(self, path: pathlib.Path) -> bool:
        """Return whether it is a SavedModel that kgan wrote."""
        from google.protobuf.message import DecodeError
        from tensorflow.core.protobuf import saved_model_pb2

        try:
            graphs = saved_model_pb2.SavedModel.FromString((path / "saved_model.pb").read_bytes()).meta_graphs
        except (OSError, DecodeError):
            return False
        return any("output_uint8" in graph.signature_def["serving_default"].outputs for graph in graphs)

    def write(self, portable: Portable, path: pathlib.Path, weights_dtype: str) -> None:
        """Trace the network with its weights as plain TensorFlow variables, and save that."""
        from kgan.export import tracing

        tracing.save_network(portable, path, weights_dtype)

    def run(self, path: pathlib.Path, inputs: dict[str, Array]) -> Array:
        """Return the images by TensorFlow; those of `generate` must be the same."""
        import tensorflow as tf

        signatures = tf.saved_model.load(str(path)).signatures
        tensors = {name: tf.constant(array) for name, array in inputs.items()}
        served = signatures["serving_default"](**tensors)["output"].numpy()
        if "generate" in signatures:
            # The latents of the check are those of seed 0, so `generate` must give the same images.
            num = tf.constant(len(tensors.pop("latents")))
            generated = signatures["generate"](num=num, seed=tf.constant(0), **tensors)["output"].numpy()
            if not np.abs(served - generated).max() <= SAME * max(1.0, np.abs(served).max()):
                raise ValueError(
                    "Expected `generate` to give the images of its latents. Received: others. Nothing was written."
                )
        return served
