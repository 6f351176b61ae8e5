"""The generators that come with kgan open by name."""

import pathlib

import pytest

import kgan
from kgan.models import shipped


@pytest.mark.parametrize("name", shipped.NAMES)
def test_they_open_by_name_anywhere(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = shipped.resolve(pathlib.Path(name))
    assert folder.is_absolute()
    assert folder.name == name
    assert (folder / "MODEL.md").is_file()


def test_a_name_works_where_paths_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert kgan.open_model("mnist_style").image_shape == (28, 28, 1)


def test_what_is_there_goes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mnist_style").mkdir()
    with pytest.raises(ValueError, match="mnist_style, which is neither"):
        kgan.open_model("mnist_style")


def test_other_names_are_only_paths():
    with pytest.raises(FileNotFoundError, match="mnist_styl, which is not there.*mnist_style"):
        kgan.open_model("mnist_styl")
