"""Every public function of kgan says what it takes and what it returns."""

import functools
import importlib
import inspect
import pathlib
import pkgutil
import types

import pytest

import kgan

PACKAGES = sorted(
    module.name
    for module in pkgutil.walk_packages([str(pathlib.Path(kgan.__file__).parent)], "kgan.")
    if module.ispkg and not module.name.startswith("kgan.cli")
)


def functions_of(name, value):
    """Give the functions behind a public name: the function, or the methods that a class of kgan defines."""
    if inspect.isclass(value):
        for attribute, member in vars(value).items():
            if not attribute.startswith("_") or attribute in {"__init__", "__call__"}:
                yield from functions_of(f"{name}.{attribute}", member)
    elif isinstance(value, property):
        yield from ((f"{name} ({part.__name__})", part) for part in (value.fget, value.fset) if part is not None)
    elif isinstance(value, classmethod | staticmethod):
        yield name, value.__func__
    elif isinstance(value, functools.cached_property):
        yield name, value.func
    elif inspect.isfunction(value):
        yield name, value


def missing(function):
    """Return the arguments without an annotation, and `return`, which a constructor need not annotate."""
    signature = inspect.signature(function)
    names = [
        parameter.name
        for position, parameter in enumerate(signature.parameters.values())
        if parameter.annotation is parameter.empty and not (position == 0 and parameter.name in {"self", "cls"})
    ]
    returns = signature.return_annotation is not signature.empty or function.__name__ == "__init__"
    return names if returns else [*names, "return"]


def unannotated(name, value):
    """Return a line for each function behind a public name that lacks annotations."""
    return [
        f"{function_name}: {', '.join(missing(function))}"
        for function_name, function in functions_of(name, value)
        if getattr(function, "__module__", "").startswith("kgan") and missing(function)
    ]


def public_names(package):
    """Return the public classes and functions of a package, and of its public modules: all, if it names none."""
    names = {}
    modules = [module.name for module in pkgutil.iter_modules(package.__path__) if not module.name.startswith("_")]
    for name in getattr(package, "__all__", modules):
        value = getattr(package, name, None) or importlib.import_module(f"{package.__name__}.{name}")
        if isinstance(value, types.ModuleType):
            names.update(
                {
                    f"{value.__name__}.{inner}": thing
                    for inner, thing in vars(value).items()
                    if not inner.startswith("_") and getattr(thing, "__module__", None) == value.__name__
                }
            )
        else:
            names[f"{package.__name__}.{name}"] = value
    return names


@pytest.mark.parametrize("package", ["kgan", *PACKAGES])
def test_every_public_function_is_annotated(package):
    names = public_names(importlib.import_module(package))
    lines = [line for name, value in names.items() for line in unannotated(name, value)]
    assert not lines, "\n" + "\n".join(lines)


def test_type_checkers_are_told():
    assert (pathlib.Path(kgan.__file__).parent / "py.typed").is_file()


class TestTheRuleCanFail:
    def test_function(self):
        def function(a: int, b, *args, c: int = 1, **kwargs) -> None: ...

        function.__module__ = "kgan.made_up"
        assert unannotated("function", function) == ["function: b, args, kwargs"]

    def test_class(self):
        class Made:
            def __init__(self, a):
                self.a = a

            def method(self, b: int): ...

            @property
            def value(self): ...

            @classmethod
            def make(cls, c) -> None: ...

            def _private(self, d): ...

        for _, function in functions_of("Made", Made):
            function.__module__ = "kgan.made_up"
            assert missing(function)
        assert unannotated("Made", Made) == [
            "Made.__init__: a",
            "Made.method: return",
            "Made.value (value): return",
            "Made.make: c",
        ]
