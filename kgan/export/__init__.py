"""Export generators and image-to-image networks to SavedModel, ONNX and LiteRT."""

from kgan.export._format import Format, Portable
from kgan.export.compress import compress
from kgan.export.exporting import FORMATS, export
from kgan.export.resave import resave

__all__ = [
    "FORMATS",
    "Format",
    "Portable",
    "compress",
    "export",
    "resave",
]
