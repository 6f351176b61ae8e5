"""Keep the messages of TensorFlow's C++ libraries away from the user, unless they are asked for.

`KGAN_VERBOSE=1` shows all of them.
"""

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

LEVELS = {"TF_CPP_MIN_LOG_LEVEL": "3", "ABSL_MIN_LOG_LEVEL": "3", "GRPC_VERBOSITY": "NONE"}
"""What TensorFlow, absl and gRPC read once, when they are imported. 3: only fatal errors are printed."""

_set_here: list[str] = []


def is_verbose() -> bool:
    """Return whether the messages of all libraries are to be shown."""
    return os.environ.get("KGAN_VERBOSE", "0") not in ("", "0")


def install() -> None:
    """Have TensorFlow print nothing from now on. What the user has set stays, and nothing is imported."""
    if is_verbose():
        return
    for name, value in LEVELS.items():
        if name not in os.environ:
            os.environ[name] = value
            _set_here.append(name)
    if "tensorflow" not in sys.modules and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def uninstall() -> None:
    """Let TensorFlow print what it prints without kgan; before its import."""
    while _set_here:
        os.environ.pop(_set_here.pop(), None)
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]


@contextlib.contextmanager
def held_back(show_on_error: bool = True) -> Iterator[None]:
    """Hold back what is written to standard error, by Python and by libraries in C++.

    Args:
        show_on_error: whether to show it if the block fails.
    """
    if is_verbose():
        yield
        return
    try:
        stderr = os.dup(2)
    except OSError:  # closed: nothing can be written there
        yield
        return
    with tempfile.TemporaryFile() as file:
        _flush()
        os.dup2(file.fileno(), 2)
        try:
            yield
        except Exception:
            if show_on_error:
                _flush()
                file.seek(0)
                os.write(stderr, file.read())
            raise
        finally:
            _flush()
            os.dup2(stderr, 2)
            os.close(stderr)


def _flush() -> None:
    with contextlib.suppress(AttributeError, OSError, ValueError):  # None, or closed
        sys.stderr.flush()


class _Finder(importlib.abc.MetaPathFinder):
    """Finds TensorFlow as it is found without kgan, and has its messages held back during its import.

    Its libraries write some before they read any setting.
    """

    def __init__(self) -> None:
        self.searching = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "tensorflow" or self.searching:
            return None
        self.searching = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self.searching = False
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(importlib.abc.Loader):
    def __init__(self, loader: Any) -> None:
        self.loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Import TensorFlow with its own loader, which stays the module's loader."""
        module.__loader__ = self.loader
        if module.__spec__ is not None:
            module.__spec__.loader = self.loader
        with held_back():
            self.loader.exec_module(module)
        sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
