"""The rules of the code base's layout, each a function of sources that returns what breaks it."""

import ast
import inspect
import pathlib
import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

LAYERS = (
    {
        "_checks",
        "_deprecation",
        "_files",
        "_keywords",
        "_html",
        "_network",
        "_progress",
        "_quiet",
        "_registration",
        "_registry",
        "_sizes",
        "_typing",
    },
    {"backend"},
    {"_functional", "_networks", "_truncation", "augmentation", "latents", "optimizers", "penalties"},
    {"_fit_progress", "_precision", "layers"},
    {"losses"},
    {"architectures"},
    {"images"},
    {"datasets"},
    {"features"},
    {"metrics"},
    {"export"},
    {"training"},
    {"recipes"},
    {"models"},
    {"diagnosis"},
    {"callbacks"},
    {"evaluation"},
    {"applications"},
    {""},  # the package itself: `import kgan` sees everything but the command line
    {"explorer"},
    {"__main__", "cli"},
)
"""What is in each layer, from the lowest to the highest. A module imports from its own layer and from lower ones."""

FRAMEWORKS = {"jax", "tensorflow", "torch"}
FRAMEWORK_FILES = ("backend/", "datasets/", "export/", "images/resampling.py", "models/open_model.py")
"""Where a framework may be imported: what feeds `tf.data`, writes a SavedModel or reads one needs TensorFlow itself."""

LATE = {"ai_edge_litert", "matplotlib", "onnx", "onnxruntime", "scipy", "sklearn", "tensorflow_datasets", "tf2onnx"}
"""Packages that are slow to import and used by few functions: imported inside those functions."""
LIGHT_FILES = ("__init__.py", "__main__.py", "_deprecation.py", "_quiet.py", "cli/")
"""What `import kgan` and `kgan --help` read: no framework, no NumPy, no Pillow."""
HEAVY = LATE | FRAMEWORKS | {"PIL", "keras", "numpy"}

KERAS_INTERNALS = "backend/keras_internals.py"
NAMED_TUPLE = {"_asdict", "_fields", "_make", "_replace"}
PUBLIC = {"_exit"}
"""Of `os`: public in spite of its underscore."""
BY_NAME = {"delattr", "getattr", "hasattr", "setattr"}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Source(NamedTuple):
    """One file of the package. `path` is relative to the package's folder, `module` begins with `kgan`."""

    module: str
    path: str
    text: str
    tree: ast.Module


class Import(NamedTuple):
    """One imported module, or name of a module."""

    target: str
    line: int
    at_import: bool  # not inside a function


def parse(path: str, text: str) -> Source:
    """Return the source of the file `path`, for example `"models/gan.py"`."""
    parts = pathlib.PurePosixPath(path).with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    text = textwrap.dedent(text)
    return Source(".".join(("kgan", *parts)), path, text, ast.parse(text))


def read(package: pathlib.Path) -> list[Source]:
    """Return all sources of the package in the folder `package`."""
    return [parse(path.relative_to(package).as_posix(), path.read_text()) for path in sorted(package.rglob("*.py"))]


def imports(source: Source) -> Iterator[Import]:
    """Give what a file imports; `from a import b` is `a.b`. Imports for annotations only are left out."""
    pending: list[tuple[ast.AST, bool]] = [(source.tree, True)]
    while pending:
        node, at_import = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, at_import) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = source.module.split(".")
                package = package if source.path.endswith("__init__.py") else package[:-1]
                base = ".".join([*package[: len(package) - node.level + 1], *([base] if base else [])])
            yield from (Import(f"{base}.{alias.name}", node.lineno, at_import) for alias in node.names)
        inside = at_import and not isinstance(node, Function)
        pending.extend((child, inside) for child in ast.iter_child_nodes(node))


def edges(sources: Sequence[Source]) -> list[tuple[Source, str, int]]:
    """Return `(source, module, line)` for each import of one of the package's own modules."""
    modules = {source.module for source in sources}
    found = []
    for source in sources:
        for item in imports(source):
            target = item.target
            while target and target not in modules:
                target = target.rpartition(".")[0]
            if target and target != source.module:
                found.append((source, target, item.line))
    return found


def layer(module: str) -> int | None:
    """Return the number of a module's layer, or None if `LAYERS` does not have it."""
    first = module.split(".")[1] if "." in module else ""
    return next((number for number, names in enumerate(LAYERS) if first in names), None)


def upward_imports(sources: Sequence[Source]) -> list[str]:
    """Find imports from a higher layer."""
    found = [f"{source.path}:1: is in no layer" for source in sources if layer(source.module) is None]
    for source, target, line in edges(sources):
        if source.module == "kgan":
            continue
        own, other = layer(source.module), layer(target)
        if own is not None and other is not None and other > own:
            found.append(f"{source.path}:{line}: imports {target}, which is in a higher layer")
    return found


def circles(sources: Sequence[Source]) -> list[str]:
    """Find modules that import each other, directly or through others, also inside functions."""
    graph: dict[str, set[str]] = {source.module: set() for source in sources}
    for source, target, _ in edges(sources):
        if source.module != "kgan":
            graph[source.module].add(target)

    def reachable(start: str) -> set[str]:
        seen: set[str] = set()
        pending = list(graph[start])
        while pending:
            module = pending.pop()
            if module not in seen:
                seen.add(module)
                pending.extend(graph[module])
        return seen

    reach = {module: reachable(module) for module in graph}
    groups = {
        tuple(sorted(other for other in reach[module] if module in reach[other]))
        for module in graph
        if module in reach[module]
    }
    return [f"a circle of imports: {', '.join(group)}" for group in sorted(groups)]


def private_imports(sources: Sequence[Source]) -> list[str]:
    """Find imports of another module's private name, of another package's private module, and of `keras.src`."""
    modules = {source.module for source in sources}
    found = []
    for source in sources:
        for item in imports(source):
            parts = item.target.split(".")
            for number, part in enumerate(parts):
                if not part.startswith("_") or part.startswith("__"):
                    continue
                parent, whole = ".".join(parts[:number]), ".".join(parts[: number + 1])
                own = whole in modules and f"{source.module}.".startswith(f"{parent}.")
                if not own:
                    found.append(f"{source.path}:{item.line}: imports the private name {item.target}")
            if item.target.startswith("keras.src") and source.path != KERAS_INTERNALS:
                found.append(f"{source.path}:{item.line}: imports {item.target}; only `keras` is public")
    return found


def _is_own(value: ast.expr) -> bool:
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return value.func.id == "super" or (value.func.id == "type" and ast.unparse(value) == "type(self)")
    return isinstance(value, ast.Name) and value.id in {"self", "cls"}


def _is_private(name: object) -> bool:
    return (
        isinstance(name, str)
        and name.startswith("_")
        and not name.startswith("__")
        and name not in NAMED_TUPLE | PUBLIC
    )


def _owner(node: ast.AST) -> ast.expr | None:
    """Return the object whose private attribute a node reads or sets, or None if it does neither."""
    if isinstance(node, ast.Attribute) and _is_private(node.attr):
        return node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BY_NAME:
        name = node.args[1]
        return node.args[0] if isinstance(name, ast.Constant) and _is_private(name.value) else None
    return None


def private_attributes(sources: Sequence[Source]) -> list[str]:
    """Find reaches into another object's underscore attributes, also with `getattr`, `setattr` and `hasattr`."""
    found = []
    for source in sources:
        if source.path == KERAS_INTERNALS:
            continue
        for node in ast.walk(source.tree):
            owner = _owner(node)
            if owner is not None and not _is_own(owner):
                found.append(f"{source.path}:{node.lineno}: {ast.unparse(node)} is private")
    return found


def _private_names_of(base: type) -> set[str]:
    """Return the underscore attributes that a class defines, or sets on `self`."""
    names = {name for name in vars(base) if _is_private(name)}
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
    except (OSError, TypeError):
        return names
    return names | {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and _is_own(node.value) and _is_private(node.attr)
    }


def inherited_private_names(classes: Sequence[type]) -> list[str]:
    """Find classes that use, or by chance also have, a private name of a Keras class that they inherit from."""
    found = []
    for kind in classes:
        bases = [base for base in kind.__mro__[1:] if base.__module__.split(".")[0] == "keras"]
        inherited = {name: base for base in reversed(bases) for name in _private_names_of(base)}
        own = _private_names_of(kind)
        for name in sorted(own & set(inherited)):
            found.append(f"{kind.__module__}.{kind.__qualname__}: {name} belongs to {inherited[name].__qualname__}")
    return found


def framework_imports(sources: Sequence[Source]) -> list[str]:
    """Find imports of TensorFlow, JAX and PyTorch outside the files that need them."""
    return [
        f"{source.path}:{item.line}: imports {item.target}; use keras.ops, or kgan.backend"
        for source in sources
        for item in imports(source)
        if item.target.split(".")[0] in FRAMEWORKS and not source.path.startswith(FRAMEWORK_FILES)
    ]


def early_imports(sources: Sequence[Source]) -> list[str]:
    """Find packages that are imported with a module although only some of its functions need them."""
    return [
        f"{source.path}:{item.line}: imports {item.target} at module level; import it inside the functions that need it"
        for source in sources
        for item in imports(source)
        if item.at_import and item.target.split(".")[0] in (HEAVY if source.path.startswith(LIGHT_FILES) else LATE)
    ]


def long_files(sources: Sequence[Source]) -> list[str]:
    """Find files of more than `MAX_FILE_LINES` lines."""
    lengths = {source.path: len(source.text.splitlines()) for source in sources}
    return [f"{path}: {length} lines" for path, length in lengths.items() if length > MAX_FILE_LINES]


def _code_lines(function: Function) -> int:
    """Return the number of lines of a function, without its docstring."""
    end = function.end_lineno or function.lineno
    docstring = function.body[0] if ast.get_docstring(function) is not None else None
    documented = 0 if docstring is None else (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
    return end - function.lineno + 1 - documented


def long_functions(sources: Sequence[Source]) -> list[str]:
    """Find functions of more than `MAX_FUNCTION_LINES` lines, docstrings not counted."""
    return [
        f"{source.path}:{node.lineno}: {node.name} has {_code_lines(node)} lines"
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, Function) and _code_lines(node) > MAX_FUNCTION_LINES
    ]


def deep_functions(sources: Sequence[Source]) -> list[str]:
    """Find functions inside functions inside functions."""
    found = []
    for source in sources:
        pending: list[tuple[ast.AST, int]] = [(source.tree, 0)]
        while pending:
            node, depth = pending.pop()
            if isinstance(node, Function):
                depth += 1
                if depth > 2:
                    found.append(f"{source.path}:{node.lineno}: {node.name} is nested in a nested function")
            pending.extend((child, depth) for child in ast.iter_child_nodes(node))
    return found


def test_of(path: str) -> str:
    """Return where the tests of a file are: `_files.py` is tested in `test_files.py`."""
    parts = pathlib.PurePosixPath(path)
    return (parts.parent / f"test_{parts.stem.removeprefix('_')}.py").as_posix()


def unmirrored(
    paths: Sequence[str], tests: Sequence[str], elsewhere: dict[str, str], more: dict[str, str]
) -> list[str]:
    """Find modules without a test file of their name, and test files that belong to no module.

    Args:
        paths: of the package's files, relative to it.
        tests: of the test files, relative to `tests/`.
        elsewhere: modules that another test file tests, each with that file.
        more: test files that belong to no one module, each with the reason.
    """
    modules = [path for path in paths if not path.endswith(("__init__.py", "__main__.py"))]
    expected = {test_of(path): path for path in modules}
    found = [
        f"{path} has no tests/{test}" for test, path in expected.items() if test not in tests and path not in elsewhere
    ]
    found += [f"tests/{test} belongs to no module" for test in tests if test not in expected and test not in more]
    found += [
        f"{path} is tested by its own file: no exception is needed" for path in elsewhere if test_of(path) in tests
    ]
    found += [f"{path}: no such module" for path in elsewhere if path not in modules]
    found += [f"tests/{test}: no such file" for test in {*elsewhere.values(), *more} if test not in tests]
    return found
