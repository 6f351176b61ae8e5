"""The notebooks: what their cells may use, what their stored outputs may show, and the badge that opens them."""

import ast
import importlib.util
import json
import pathlib
import re

import pytest

import kgan

ROOT = pathlib.Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MAGIC = re.compile(r"^(\s*)%.*$", re.M)


def by_name(path):
    return path.name


@pytest.fixture(params=NOTEBOOKS, ids=by_name)
def notebook(request):
    return json.loads(request.param.read_text(encoding="utf-8"))


def cells(notebook, kind):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def source(cell):
    return "".join(cell["source"])


def test_there_are_five():
    assert [path.name[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04", "05"]


def test_a_title_and_an_installation_come_first(notebook):
    assert source(notebook["cells"][0]).startswith("# ")
    install = source(cells(notebook, "code")[0])
    assert "%pip install" in install
    assert install == source(cells(json.loads(NOTEBOOKS[0].read_text(encoding="utf-8")), "code")[0])


def test_the_installation_does_nothing_where_kgan_is_installed(notebook):
    code = MAGIC.sub(r"\1raise AssertionError('would install')", source(cells(notebook, "code")[0]))
    exec(compile(code, "install", "exec"), {})


def test_nothing_private_is_used(notebook):
    for cell in cells(notebook, "code"):
        for node in ast.walk(ast.parse(MAGIC.sub(r"\1pass", source(cell)))):
            if isinstance(node, ast.Attribute):
                assert not re.match(r"_(?!_)", node.attr), source(cell)
            if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "kgan":
                parts = [*node.module.split(".")[1:], *(alias.name for alias in node.names)]
                assert not any(part.startswith("_") for part in parts), source(cell)
                assert parts[0] in kgan.__all__, source(cell)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "kgan":
                assert node.attr in kgan.__all__, source(cell)


def test_it_needs_nothing_of_the_repository(notebook):
    for cell in cells(notebook, "code"):
        assert not re.search(r"\.\./|saved_models/|benchmarks", source(cell)), source(cell)


def badges():
    specification = importlib.util.spec_from_file_location("badges", ROOT / "docs" / "badges.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_the_badge_leads_to_the_repository_that_pyproject_names(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    stored = source(notebook["cells"][0])
    module = badges()
    module.write(notebook, path.name, module.repository({}))
    assert source(notebook["cells"][0]) == stored, "run python .ci/badges.py"


def test_badges_are_written_replaced_and_removed():
    module = badges()
    plain = "# Title\n\nText.\n"
    notebook = {"cells": [{"source": plain.splitlines(keepends=True)}]}
    for repository in ("some/one", "else/where.too"):
        module.write(notebook, "01.ipynb", repository)
        lines = source(notebook["cells"][0]).splitlines()
        assert lines[0] == "# Title"
        assert lines[2].endswith(f"/github/{repository}/blob/main/notebooks/01.ipynb)")
        assert lines[3:] == ["", "Text."]
    module.write(notebook, "01.ipynb", None)
    assert source(notebook["cells"][0]) == plain


def test_the_repository_is_that_of_the_workflow_or_of_pyproject(tmp_path, monkeypatch):
    module = badges()
    assert module.repository({"GITHUB_REPOSITORY": "owner/name"}) == "owner/name"
    monkeypatch.setattr(module, "ROOT", tmp_path)
    project = tmp_path / "pyproject.toml"
    for text, expected in [
        ("", None),
        ('[project.urls]\nRepository = "https://github.com/owner/name.git"', "owner/name"),
        ('[project.urls]\nRepository = "https://github.com/owner/na.me"', "owner/na.me"),
        ('[project.urls]\nRepository = "https://example.org/owner/name"', None),
    ]:
        project.write_text(f'[project]\nname = "x"\n{text}\n')
        assert module.repository({}) == expected
