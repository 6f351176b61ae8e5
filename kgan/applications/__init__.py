"""Uses of trained generators: editing, data augmentation, restoration."""

import importlib
from types import ModuleType

from kgan import _deprecation

__all__ = [
    "data_augmentation",
    "editing",
    "restoration",
]


def __getattr__(name: str) -> ModuleType:
    if name in __all__ or f"{__name__}.{name}" in _deprecation.MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
