"""The package as a whole."""

import importlib.metadata
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
import structure

import kgan

ROOT = pathlib.Path(__file__).resolve().parents[1]

# Declared although no module of kgan imports them: other requirements need them and do not say so.
FOR_OTHERS = {"importlib-resources", "tensorboard"}

DISTRIBUTIONS = {
    "ai_edge_litert": "ai-edge-litert",
    "google": "protobuf",
    "PIL": "pillow",
    "sklearn": "scikit-learn",
    "tensorflow_datasets": "tensorflow-datasets",
    "tomli_w": "tomli-w",
}
"""The distributions of modules that have another name."""


def distributions(requirements):
    """Return the names in a list of requirements."""
    names = (re.match(r"[\w.-]+", requirement)[0] for requirement in requirements)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


def test_every_public_name_is_there():
    assert sorted(kgan.__all__) == kgan.__all__
    assert all(hasattr(kgan, name) for name in kgan.__all__)


def test_the_installed_version_is_this_one():
    try:
        installed = importlib.metadata.version("kgan")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("kgan is imported from its folder, not installed")
    assert installed == kgan.__version__


def test_every_imported_package_is_required_and_none_besides():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    required = distributions(project["dependencies"])
    optional = distributions(project["optional-dependencies"]["export"])
    imported = {
        item.target.split(".")[0]: source.path
        for source in structure.read(ROOT / "kgan")
        for item in structure.imports(source)
    }
    used = {
        DISTRIBUTIONS.get(name, name): path
        for name, path in imported.items()
        if name not in sys.stdlib_module_names and name != "kgan"
    }
    undeclared = {name: path for name, path in used.items() if name not in required | optional}
    assert undeclared == {}
    assert required - set(used) == FOR_OTHERS


@pytest.mark.parametrize(
    ("place", "banned"), [("kgan/losses/adversarial.py", True), ("kgan/backend/tensorflow.py", False)]
)
def test_tensorflow_is_banned_but_where_it_belongs(place, banned):
    if shutil.which("ruff", path=str(pathlib.Path(sys.executable).parent)) is None:
        pytest.skip("ruff is not installed")
    command = [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--stdin-filename", place, "-"]
    done = subprocess.run(command, input="import tensorflow as tf\n", capture_output=True, text=True, cwd=ROOT)
    assert ("TID251" in done.stdout) == banned, done.stdout + done.stderr


def test_importing_is_cheap_and_prints_nothing():
    code = "import sys, kgan; print(*sorted({'PIL', 'keras', 'matplotlib', 'numpy', 'tensorflow'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert (done.stdout, done.stderr) == ("\n", "")
