"""ONNX, for ONNX Runtime and what reads it."""

import json
import pathlib
from collections.abc import Sequence

from kgan._typing import Array
from kgan.export._format import Format, Portable, convert

ATTEMPTS = 20
"""How often a conversion is repeated.

tf2onnx 1.17 simplifies a graph in an order that changes from call to call. In some orders images of one channel end up
with a dimension too many.
"""


class ONNX(Format):
    """A file that takes `latents` and `labels`, or `input`, and gives `output`, for batches of any size."""

    name = "onnx"
    suffix = ".onnx"
    packages = ("tf2onnx", "onnx", "onnxruntime")

    def is_own(self, path: pathlib.Path) -> bool:
        """Return whether it is an ONNX file with a graph."""
        import onnx
        from google.protobuf.message import DecodeError

        try:
            return bool(onnx.load(path, load_external_data=False).graph.node)
        except (OSError, DecodeError):
            return False

    def write(self, portable: Portable, path: pathlib.Path, weights_dtype: str) -> None:
        """Convert until the output has the right rank; what the last attempt leaves is checked by the caller."""
        rank = len(portable.model.output["output"].shape)
        for _ in range(ATTEMPTS):
            convert(portable.model, path, "onnx")
            if output_rank(path) == rank:
                break
        if portable.class_names:
            _add_class_names(path, portable.class_names)

    def run(self, path: pathlib.Path, inputs: dict[str, Array]) -> Array:
        """Return the images by ONNX Runtime on the CPU."""
        import onnxruntime

        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        return session.run(["output"], inputs)[0]


def _add_class_names(path: pathlib.Path, class_names: Sequence[str]) -> None:
    """Write names of classes into an ONNX file's metadata, as a JSON list."""
    import onnx

    model = onnx.load(path)
    model.metadata_props.add(key="class_names", value=json.dumps(list(class_names), ensure_ascii=False))
    onnx.save(model, path)


def output_rank(path: pathlib.Path) -> int:
    """Return how many dimensions the output of an ONNX file has."""
    import onnx

    return len(onnx.load(path).graph.output[0].type.tensor_type.shape.dim)
