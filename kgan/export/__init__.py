"""Export generators to SavedModel, ONNX and LiteRT."""

from kgan.export.exporting import FORMATS, export

__all__ = [
    "FORMATS",
    "export",
]
