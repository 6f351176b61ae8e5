"""The documentation names every public name, its links lead somewhere, and its code is code that works."""

import ast
import importlib
import inspect
import pathlib
import re
import shlex
import types

import pytest
import typer.main

import kgan
from kgan import _deprecation
from kgan.cli.app import app

ROOT = pathlib.Path(__file__).resolve().parents[1]
COPIES = [ROOT / "docs" / "changelog.md", ROOT / "docs" / "contributing.md"]  # made by docs/outside_pages.py
PAGES = sorted(
    page
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("saved_models/*/MODEL.md")]
    if "_build" not in page.parts
    and page not in COPIES
    and (page.parent != ROOT / "docs" / "models" or page.name == "index.md")
)
BLOCK = re.compile(r"^(?P<note><!-- not run: [^>]+ -->\n)?```(?P<language>\w+)\n(?P<code>.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\((?P<link>[^)#\s]+)(?:#[^)\s]*)?\)")
PACKAGES = [name for name in kgan.__all__ if isinstance(getattr(kgan, name), types.ModuleType)]


def name_of(page):
    return str(page.relative_to(ROOT))


def blocks(page, language):
    return [match for match in BLOCK.finditer(page.read_text(encoding="utf-8")) if match["language"] == language]


def public_modules():
    """Return the public packages of kgan and the modules that their `__all__` names."""
    found, waiting = {}, [f"kgan.{name}" for name in PACKAGES]
    while waiting:
        name = waiting.pop()
        module = found[name] = importlib.import_module(name)
        for public in getattr(module, "__all__", ()):
            value = getattr(module, public)
            if isinstance(value, types.ModuleType) and value.__name__.startswith("kgan."):
                waiting.append(value.__name__)
    return found


def documented():
    """Return the names that the pages of the API reference document."""
    names = set()
    for page in (ROOT / "docs" / "api").glob("*.md"):
        text = page.read_text(encoding="utf-8")
        names.update(re.findall(r"^\.\. auto(?:class|function|data):: (\S+)$", text, re.M))
        for match in re.finditer(r"^\.\. automodule:: (\S+)\n((?:   .*\n)*)", text, re.M):
            module, excluded = match[1], re.search(r":exclude-members: (.*)", match[2])
            left_out = set(re.split(r",\s*", excluded[1])) if excluded else set()
            names.add(module)
            if ":members:" in match[2]:
                names.update(f"{module}.{name}" for name in public_names(module) if name not in left_out)
    return names


def public_names(module):
    """Return what `automodule` documents: `__all__`, or what the module defines without an underscore."""
    module = importlib.import_module(module)
    if hasattr(module, "__all__"):
        return module.__all__
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (getattr(value, "__module__", None) == module.__name__ or (name.isupper() and not callable(value)))
    ]


def identity(value):
    """Return the module and name of a class or function, which can be public in two packages; else a new object."""
    return (value.__module__, value.__qualname__) if hasattr(value, "__qualname__") else object()


def test_every_public_name_is_in_the_api_reference():
    names = documented()
    canonical = {identity(resolved(name)) for name in names}
    missing = []
    for module_name, module in public_modules().items():
        for public in public_names(module_name):
            value = getattr(module, public)
            if isinstance(value, types.ModuleType):
                known = value.__name__ in names
            else:
                known = f"{module_name}.{public}" in names or identity(value) in canonical
            if not known:
                missing.append(f"{module_name}.{public}")
    assert not missing, f"add to docs/api: {missing}"


def resolved(name):
    """Return the object of a dotted name, or raise AttributeError."""
    value = kgan
    for number, part in enumerate(name.split(".")[1:], 2):
        try:
            value = getattr(value, part)
        except AttributeError:
            try:
                value = importlib.import_module(".".join(name.split(".")[:number]))
            except ImportError:
                raise AttributeError(f"there is no {name}") from None
    return value


def kgan_names(tree):
    """Yield the dotted names of kgan that code uses."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "kgan":
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute):
            parts = [node.attr]
            while isinstance(node := node.value, ast.Attribute):
                parts.append(node.attr)
            if isinstance(node, ast.Name) and node.id == "kgan":
                yield ".".join(["kgan", *reversed(parts)])


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_code_compiles_and_names_what_exists(page):
    for block in blocks(page, "python"):
        for name in kgan_names(ast.parse(block["code"])):
            resolved(name)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_have_the_options_that_are_named(page):
    commands = typer.main.get_command(app).commands
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    fenced = "\n".join(re.findall(r"^```\n(.*?)^```$", text, re.M | re.S))
    inline = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    lines = re.findall(r"^ *(?:.*&& )?(kgan [a-z].*)$", fenced, re.M)
    for line in [*lines, *re.findall(rf"`(kgan (?:{'|'.join(commands)})(?: [^`\n]*)?)`", inline)]:
        words = shlex.split(line.replace("...", ""), comments=True)
        if words[1:2] in ([], ["--help"], ["--version"]):
            continue
        command = commands[words[1]]
        known = {name for parameter in command.params for name in parameter.opts}
        known.add("--help")
        used = {word.split("=")[0] for word in words[2:] if re.fullmatch(r"--?[a-z][a-z-]*(=.*)?", word)}
        assert used <= known, f"{line}: {used - known}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_relative_links_lead_to_files(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    copies = {"notebooks": ROOT / "notebooks", "models": ROOT / "saved_models"}
    for link in {match["link"] for match in LINK.finditer(text) if "://" not in match["link"]}:
        target = (page.parent / link).resolve()
        if target in COPIES:
            target = ROOT / target.name.upper().replace(".MD", ".md")
        elif target.parent in (ROOT / "docs" / "notebooks", ROOT / "docs" / "models") and target.name != "index.md":
            folder = copies[target.parent.name]
            target = folder / target.name if target.suffix == ".ipynb" else folder / target.stem / "MODEL.md"
        assert target.exists(), f"{name_of(page)} links to {link}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_names_a_commit(page):
    hashes = re.findall(
        r"(?<![\w/#.-])(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}(?![\w/-])", page.read_text("utf-8")
    )
    assert not hashes


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 200


RUNNABLE = [page for page in PAGES if page.is_relative_to(ROOT / "docs") and blocks(page, "python")]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The newest saved state in backup is used")  # as docs/guides/saving.md says
@pytest.mark.parametrize("page", RUNNABLE, ids=name_of)
def test_code_runs(page, tmp_path, monkeypatch):
    """Run the Python blocks of a page in order, with shorter training."""
    (tmp_path / "saved_models").symlink_to(ROOT / "saved_models")
    monkeypatch.chdir(tmp_path)
    namespace = {}
    for block in blocks(page, "python"):
        if block["note"]:
            continue
        code = re.sub(r"\bepochs=[\d_]+", "epochs=1", block["code"])
        code = re.sub(r"\b(\w*updates)=[\d_]+", r"\1=2", code)
        exec(compile(code, name_of(page), "exec"), namespace)


def test_every_public_class_and_function_has_a_docstring():
    """Every public class and function has a docstring that begins with one line."""
    for module_name, module in public_modules().items():
        for public in public_names(module_name):
            value = getattr(module, public)
            if inspect.isclass(value) or inspect.isfunction(value):
                assert (inspect.getdoc(value) or "").strip(), f"{module_name}.{public} has no docstring"


def test_troubleshooting_quotes_messages_that_exist():
    """The code in the first column of its tables is found in the source, piece by piece between ellipses."""
    source = "\n".join(strings_of(path) for path in (ROOT / "kgan").rglob("*.py"))
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    rows = [row.split(" | ")[0].removeprefix("| ") for row in page.splitlines() if row.startswith("| ")]
    quotes = [
        quote for row in rows for pair in re.findall(r"`` (.+?) ``|`([^`]+)`", row) for quote in pair if " " in quote
    ]
    assert len(quotes) > 30
    missing = [piece for quote in quotes for piece in quote.split("…") if piece.strip() not in source]
    assert not missing


def strings_of(path):
    """Return the string constants of a file; an f-string counts as its constant parts."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return "\n".join(
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def test_the_migration_page_has_every_old_name():
    page = (ROOT / "docs" / "migration.md").read_text(encoding="utf-8")
    assert [name for name in _deprecation.MODULES if f"`{name}`" not in page] == []
    calls = [
        node
        for path in (ROOT / "kgan").rglob("*.py")
        if path.name != "_deprecation.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("old_names", "renamed")
    ]
    old = {keyword.arg for call in calls for keyword in call.keywords}
    assert "looks" in old
    assert [name for name in old if not re.search(rf"\b{name}\b", page)] == []
