"""Names of the version before, which work for one release more and say what to write instead."""

import functools
import importlib
import importlib.abc
import importlib.machinery
import sys
import warnings
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

MODULES = {
    "kgan.applications.attributes": "kgan.applications.editing.attributes",
    "kgan.applications.denoising": "kgan.applications.restoration.denoise",
    "kgan.applications.directions": "kgan.applications.editing.directions",
    "kgan.applications.inversion": "kgan.applications.editing.inversion",
    "kgan.applications.judging": "kgan.applications.data_augmentation.ensemble",
    "kgan.applications.labelled": "kgan.datasets.labelled",
    "kgan.applications.photographs": "kgan.applications.restoration.photographs",
    "kgan.applications.shipped": "kgan.applications.restoration.shipped",
    "kgan.applications.spaces": "kgan.applications.editing.spaces",
    "kgan.applications.super_resolution": "kgan.applications.restoration.upscale",
    "kgan.applications.supervised": "kgan.applications.editing.supervised",
    "kgan.applications.unsupervised": "kgan.applications.editing.unsupervised",
    "kgan.clusters": "kgan.models.clusters",
    "kgan.degradations": "kgan.datasets.degradations",
    "kgan.exporting": "kgan.export",
    "kgan.exporting_images": "kgan.export",
    "kgan.feature_matching": "kgan.losses.feature_matching",
    "kgan.gan": "kgan.models.gan",
    "kgan.image_to_image": "kgan.models.image_to_image",
    "kgan.opening": "kgan.models",
    "kgan.patches": "kgan.datasets.patches",
    "kgan.pixel_losses": "kgan.losses.pixel",
    "kgan.resampling": "kgan.images.resampling",
    "kgan.restoration_layers": "kgan.layers",
    "kgan.style_layers": "kgan.layers",
}
"""Where the modules of version 0.1's first layout are now."""


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports a module under its old name as the module that took its place."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(fullname, self) if fullname in MODULES else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        warnings.warn(
            f"`{spec.name}` is now `{MODULES[spec.name]}`. The old name will be removed in the next release.",
            FutureWarning,
            stacklevel=2,
        )
        current = importlib.import_module(MODULES[spec.name])
        alias = ModuleType(spec.name, current.__doc__)
        alias.__getattr__ = lambda name: getattr(current, name)  # type: ignore[method-assign]
        return alias

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: the alias is complete."""


def install() -> None:
    """Let the old module names be imported."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())


def renamed(**names: str) -> Callable[[Function], Function]:
    """Let a function take arguments under their old names, with a warning.

    Args:
        **names: the old name of each renamed argument, and its new one.

    Example:
    >>> @renamed(count="num")
    ... def double(num):
    ...     return 2 * num
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     double(count=3), str(caught[0].message)
    (6, '`count` of `double` is now `num`. The old name will be removed in the next release.')
    """

    def decorate(function: Function) -> Function:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            for old, new in names.items():
                if old in kwargs:
                    warnings.warn(
                        f"`{old}` of `{function.__name__}` is now `{new}`. "
                        "The old name will be removed in the next release.",
                        FutureWarning,
                        stacklevel=2,
                    )
                    kwargs[new] = kwargs.pop(old)
            return function(*args, **kwargs)

        return wrapper  # type: ignore[return-value]

    return decorate


def moved(name: str, current: Callable[..., Any], instead: str) -> Callable[..., Any]:
    """Return a function of an old name that warns and calls the one that took its place.

    Args:
        name: the old name.
        current: the function that took its place.
        instead: what to write now, for example `"kgan.export.export"`.
    """

    @functools.wraps(current)
    def function(*args: Any, **kwargs: Any) -> Any:
        warnings.warn(
            f"`{name}` is now `{instead}`. The old name will be removed in the next release.",
            FutureWarning,
            stacklevel=2,
        )
        return current(*args, **kwargs)

    return function


def old_names(module: str, **names: str) -> Callable[[str], Any]:
    """Return a module-level `__getattr__` that finds renamed functions and constants under their old names.

    Args:
        module: the module's `__name__`.
        **names: each old name, and the new one: a name in the same module, or a dotted path that begins with `kgan`.

    Example:
    >>> find = old_names("kgan._registry", not_known="unknown")
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     find("not_known").__name__, str(caught[0].message)  # doctest: +ELLIPSIS
    ('unknown', '`kgan._registry.not_known` is now `kgan._registry.unknown`. The old name will be removed in ...')
    """

    def find(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        new = names[name] if "." in names[name] else f"{module}.{names[name]}"
        warnings.warn(
            f"`{module}.{name}` is now `{new}`. The old name will be removed in the next release.",
            FutureWarning,
            stacklevel=2,
        )
        owner, _, attribute = new.rpartition(".")
        return getattr(importlib.import_module(owner), attribute)

    return find
