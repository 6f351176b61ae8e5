"""What all tests and doctests share."""

import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "Agg")

import keras
import pytest

ROOT = pathlib.Path(__file__).resolve().parent
SHARED = ROOT.parent / "shared"

# Programs that tests start import this kgan and the shared test code, too.
HELPERS = str(ROOT / "tests" / "helpers")
os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), HELPERS, *filter(None, [os.environ.get("PYTHONPATH")])])
if (SHARED / "tensorflow_datasets").is_dir():
    os.environ.setdefault("TFDS_DATA_DIR", str(SHARED / "tensorflow_datasets"))


@pytest.fixture(autouse=True)
def _seeded():
    """Start each test from the same random state."""
    keras.utils.set_random_seed(0)


@pytest.fixture(autouse=True)
def _doctests_write_elsewhere(request, monkeypatch):
    """Give each doctest an empty working folder."""
    if isinstance(request.node, pytest.DoctestItem):
        monkeypatch.chdir(request.getfixturevalue("tmp_path"))


@pytest.fixture
def prepared():
    """Skip a test where a TFDS data set is not prepared: call it with the name."""

    def check(name):
        root = os.environ.get("TFDS_DATA_DIR")
        if root is None or not (pathlib.Path(root) / name).is_dir():
            pytest.skip(f"the data set {name} is not prepared here (TFDS_DATA_DIR)")

    return check


@pytest.fixture
def faces():
    """The folder of 400 faces, or a skip."""
    folder = SHARED / "images" / "faces_orl"
    if not folder.is_dir():
        pytest.skip("the folder of faces is not here")
    return folder


@pytest.fixture
def set5():
    """The files of Set5, five colour pictures on which super-resolution is measured, or a skip."""
    folder = SHARED / "images" / "Set5" / "test"
    if not folder.is_dir():
        pytest.skip("the pictures of Set5 are not here")
    return sorted(folder.glob("*.png"))
