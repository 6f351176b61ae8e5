"""Old names that work for one more release, with a warning that says what to write instead."""

import functools
import importlib
import importlib.machinery
import sys
import warnings
from collections.abc import Callable, Sequence
from types import FrameType, ModuleType
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])

MODULES = {
    "kgan.applications.attributes": "kgan.applications.editing.attributes",
    "kgan.applications.denoising": "kgan.applications.restoration.denoise",
    "kgan.applications.directions": "kgan.applications.editing.directions",
    "kgan.applications.inversion": "kgan.applications.editing.inversion",
    "kgan.applications.judging": "kgan.applications.data_augmentation.ensemble",
    "kgan.applications.labelled": "kgan.datasets.labelled",
    "kgan.applications.photographs": "kgan.applications.restoration.photographs",
    "kgan.applications.restoration_training": "kgan.applications.restoration.training",
    "kgan.applications.shipped": "kgan.applications.restoration.shipped",
    "kgan.applications.spaces": "kgan.applications.editing.spaces",
    "kgan.applications.super_resolution": "kgan.applications.restoration.upscale",
    "kgan.applications.supervised": "kgan.applications.editing.supervised",
    "kgan.applications.unsupervised": "kgan.applications.editing.unsupervised",
    "kgan.classifier": "kgan.features.classifier",
    "kgan.clusters": "kgan.models.clusters",
    "kgan.degradations": "kgan.datasets.degradations",
    "kgan.exporting": "kgan.export",
    "kgan.exporting_images": "kgan.export",
    "kgan.feature_matching": "kgan.losses.feature_matching",
    "kgan.gan": "kgan.models.gan",
    "kgan.image_to_image": "kgan.models.image_to_image",
    "kgan.metrics.luma": "kgan.images",
    "kgan.opening": "kgan.models",
    "kgan.patches": "kgan.datasets.patches",
    "kgan.pixel_losses": "kgan.losses.pixel",
    "kgan.resampling": "kgan.images.resampling",
    "kgan.restoration_layers": "kgan.layers",
    "kgan.resume": "kgan.callbacks",
    "kgan.sampling": "kgan.models.sampler",
    "kgan.sources": "kgan.datasets.sources",
    "kgan.style_layers": "kgan.layers",
    "kgan.tiling": "kgan.applications.restoration.tiling",
    "kgan.watch": "kgan.callbacks",
}
"""Old module names, and the modules that hold their contents now."""

PACKAGES = {
    "kgan.applications.denoising": "kgan.applications.restoration",
    "kgan.applications.judging": "kgan.applications.data_augmentation",
    "kgan.applications.super_resolution": "kgan.applications.restoration",
    "kgan.clusters": "kgan.models",
    "kgan.gan": "kgan",
    "kgan.image_to_image": "kgan",
    "kgan.opening": "kgan",
    "kgan.resampling": "kgan.images",
    "kgan.sources": "kgan.datasets",
}
"""What to import from instead, where that is not the module itself but a package that names its contents."""


def warn(old: str, new: str) -> None:
    """Warn that `old` is now `new`, at the line of the user that names it.

    Args:
        old: the old name.
        new: what to write now.
    """
    import inspect  # slow to import, and seldom needed

    message = f"`{old}` is now `{new}`. The old name will be removed in the next release."
    frame = inspect.currentframe()
    if frame is None:  # an interpreter without frames
        warnings.warn(message, FutureWarning, stacklevel=2)
        return
    while _is_machinery(frame) and frame.f_back is not None:
        frame = frame.f_back
    warnings.warn_explicit(
        message,
        FutureWarning,
        filename=frame.f_code.co_filename,
        lineno=frame.f_lineno,
        module=frame.f_globals.get("__name__"),
        registry=frame.f_globals.setdefault("__warningregistry__", {}),
    )


def _is_machinery(frame: FrameType) -> bool:
    """Return whether a frame belongs to the import system or to this module, so that a user's line called it."""
    module = str(frame.f_globals.get("__name__"))
    if module == __name__ or module.startswith(("importlib", "_frozen_importlib")):
        return True
    return module.partition(".")[0] == "kgan" and frame.f_code.co_name == "__getattr__"


class _Alias(ModuleType):
    """A module under its old name: every attribute is that of the module that replaced it."""

    def __init__(self, name: str, current: ModuleType) -> None:
        super().__init__(name, current.__doc__)
        self._current = current

    def __getattr__(self, name: str) -> Any:
        if name == "__path__":  # it has no submodules of its own
            raise AttributeError(name)
        if name == "__all__":
            return [public for public in dir(self._current) if not public.startswith("_")]
        return getattr(self._current, name)

    def __dir__(self) -> list[str]:
        return dir(self._current)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function of the same name: importing `kgan.metrics.luma` hides the function `luma` there."""
        return getattr(self._current, self.__name__.rpartition(".")[2])(*args, **kwargs)


class _Finder:
    """Imports a module under its old name."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(fullname, self) if fullname in MODULES else None  # type: ignore[arg-type]

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        warn(spec.name, PACKAGES.get(spec.name, MODULES[spec.name]))
        return _Alias(spec.name, importlib.import_module(MODULES[spec.name]))

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
    (6, '`double(count=)` is now `double(num=)`. The old name will be removed in the next release.')
    """
    return functools.partial(_renamed, names)


def _renamed(names: dict[str, str], function: Function) -> Function:
    called = function.__qualname__.removesuffix(".__init__").rpartition(".<locals>.")[2]

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        for old in names.keys() & kwargs.keys():
            new = names[old]
            if new in kwargs:
                raise TypeError(f"Expected `{new}` or its old name `{old}`. Received: both.")
            warn(f"{called}({old}=)", f"{called}({new}=)")
            kwargs[new] = kwargs.pop(old)
        return function(*args, **kwargs)

    return cast(Function, wrapper)


def moved(name: str, current: Callable[..., Any], instead: str) -> Callable[..., Any]:
    """Return a function of an old name that warns and calls the one that replaced it.

    Args:
        name: the old name.
        current: the function that replaced it.
        instead: what to write now, for example `"kgan.export.export"`.

    Example:
    >>> largest = moved("kgan.largest", max, "builtins.max")
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     largest(1, 2), str(caught[0].message)
    (2, '`kgan.largest` is now `builtins.max`. The old name will be removed in the next release.')
    """

    @functools.wraps(current)
    def function(*args: Any, **kwargs: Any) -> Any:
        warn(name, instead)
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
        warn(f"{module}.{name}", new)
        owner, _, attribute = new.rpartition(".")
        return getattr(importlib.import_module(owner), attribute)

    return find
