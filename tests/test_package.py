"""The package as a whole."""

import importlib.metadata
import pathlib
import shutil
import subprocess
import sys
import tomllib

import pytest

import kgan

ROOT = pathlib.Path(__file__).resolve().parents[1]

# Modules whose tests stand elsewhere: the door is tested in test_gan.py and test_image_to_image.py, resuming in
# test_callbacks.py.
ELSEWHERE = {"__init__", "feeding", "pairs", "validation", "persistence", "resume", "sources"}


def test_every_public_name_is_there():
    assert sorted(kgan.__all__) == kgan.__all__
    assert all(hasattr(kgan, name) for name in kgan.__all__)


def test_the_installed_version_is_this_one():
    try:
        installed = importlib.metadata.version("kgan")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("kgan is imported from its folder, not installed")
    assert installed == kgan.__version__


def test_every_package_is_installed():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    folders = {path.parent.relative_to(ROOT) for path in (ROOT / "kgan").rglob("__init__.py")}
    there = {".".join(folder.parts) for folder in folders}
    assert set(settings["packages"]) == there | {"kgan.saved_models"}


def test_tests_mirror_the_package():
    for path in (ROOT / "kgan").glob("*.py"):
        assert path.stem in ELSEWHERE or (ROOT / "tests" / f"test_{path.stem}.py").exists(), path.name


@pytest.mark.parametrize(
    ("place", "banned"), [("kgan/losses/adversarial.py", True), ("kgan/backend/tensorflow.py", False)]
)
def test_tensorflow_is_banned_but_where_it_belongs(place, banned):
    if shutil.which("ruff", path=str(pathlib.Path(sys.executable).parent)) is None:
        pytest.skip("ruff is not installed")
    command = [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--stdin-filename", place, "-"]
    done = subprocess.run(command, input="import tensorflow as tf\n", capture_output=True, text=True, cwd=ROOT)
    assert ("TID251" in done.stdout) == banned, done.stdout + done.stderr


def test_importing_prints_nothing():
    done = subprocess.run([sys.executable, "-c", "import kgan"], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == ""
