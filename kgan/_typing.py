"""The types that annotations share."""

import os
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray
"""A NumPy array."""

Tensor: TypeAlias = Any
"""A tensor of Keras's backend, or what it converts to one. Each framework has a type of its own, so this is `Any`."""

PathLike: TypeAlias = str | os.PathLike[str]
"""A file or a folder."""

Shape: TypeAlias = tuple[int | None, ...]
"""A shape, with or without the batch; None stands for any size."""

ImageShape: TypeAlias = tuple[int, int, int]
"""`(height, width, channels)`."""
