"""Keras finds kgan's classes in saved files, whatever was imported before."""

import json
import pathlib
import subprocess
import sys

import pytest

from kgan import _registration

ROOT = pathlib.Path(__file__).resolve().parents[1]
EVERY_MODULE = """
import importlib, json, pkgutil
import keras, kgan
for module in pkgutil.walk_packages(kgan.__path__, "kgan."):
    if "__main__" not in module.name and "explorer" not in module.name:
        importlib.import_module(module.name)
print(json.dumps({name: cls.__module__ for name, cls in keras.saving.get_custom_objects().items()
                  if hasattr(cls, "get_config")}))
"""


def run(code, *arguments, **options):
    """Return the last line that Python prints for this code in a new process; a warning is an error."""
    command = [sys.executable, "-W", "error::FutureWarning", "-c", code, *map(str, arguments)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, **options)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip().splitlines()[-1]


@pytest.mark.slow
def test_the_table_names_every_registered_class():
    registered = json.loads(run(EVERY_MODULE))
    expected = {f"kgan>{name}": module for module, names in _registration.CLASSES.items() for name in names}
    assert {name: module for name, module in registered.items() if name.startswith("kgan>")} == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    "imports",
    ["import kgan, keras", "import keras, kgan", "import kgan, tensorflow; tensorflow.keras.layers; import keras"],
)
def test_load_model_needs_no_other_import(imports, tmp_path):
    path = ROOT / "tests" / "data" / "version_0_1" / "plain.keras"
    assert run(f"{imports}\nimport sys\nprint(type(keras.saving.load_model(sys.argv[1])))", path) == (
        "<class 'kgan.models.gan.GAN'>"
    )


@pytest.mark.slow
def test_import_kgan_imports_no_keras_and_leaves_its_loader_alone():
    code = """
import sys, importlib.util
import kgan
assert "keras" not in sys.modules
assert importlib.util.find_spec("keras") is not None
import keras
from importlib import resources
assert type(keras.__spec__.loader).__name__ == type(keras.__loader__).__name__ == "SourceFileLoader"
assert resources.files("keras").is_dir()
print("kgan>GAN" in keras.saving.get_custom_objects())
"""
    assert run(code) == "True"
