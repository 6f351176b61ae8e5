"""What `kgan train` is asked for."""

import dataclasses
import pathlib

import pytest

from kgan.cli.console import CommandError
from kgan.cli.train_options import Options, default_folder

DEFAULTS = {
    "data": "digits",
    **dict.fromkeys(("conditional", "flip", "augment"), False),
    "skip_unreadable": True,
    "workers": 2,
    "conditioning": "projection",
    "batch_size": 32,
    "classification_weight": 1.0,
    "label_dropout": 0.0,
    "seed": 0,
    "device": "auto",
}


def options(**given):
    nothing = dict.fromkeys(field.name for field in dataclasses.fields(Options))
    return Options.of({**nothing, **DEFAULTS, **given})


def test_every_option_is_an_argument_of_the_command():
    import inspect

    from kgan.cli.train import train

    arguments = set(inspect.signature(train).parameters) - {"ctx", "config_file", "overwrite", "dry_run"}
    assert arguments == {field.name for field in dataclasses.fields(Options)}


def test_a_run_without_the_new_options_has_the_settings_of_an_older_one():
    """A run.json of an older version lacks their keys, which then count as None."""
    older = {
        **dict.fromkeys(("loss", "penalties", "image_size", "conditioning", "classification_weight", "label_dropout")),
        **dict.fromkeys(("clusters", "augment", "decay_steps", "recipe")),
        "data": "digits",
        "architecture": "dcgan",
        "batch_size": 32,
        "conditional": False,
        "seed": 0,
    }
    settings = options(precision="float32").settings()
    assert {key: value for key, value in settings.items() if key in older} == older
    assert {value for key, value in settings.items() if key not in older} == {None}


@pytest.mark.parametrize(
    ("given", "setting"),
    [
        ({"flip": True}, ("flip", True)),
        ({"learning_rate": 1e-4}, ("learning_rate", 1e-4)),
        ({"precision": "mixed_bfloat16"}, ("precision", "mixed_bfloat16")),
        ({"start_from": pathlib.Path("runs/other")}, ("from", "runs/other")),
        ({"penalty": ["none"]}, ("penalties", [])),
        ({"conditional": True, "conditioning": "auxiliary_classifier"}, ("classification_weight", 1.0)),
    ],
)
def test_what_a_run_is_known_by(given, setting):
    key, value = setting
    assert options(**given).settings()[key] == value


@pytest.mark.parametrize(
    "given", [{"epochs": 9}, {"updates": 9}, {"device": "cpu"}, {"workers": 5}, {"skip_unreadable": False}]
)
def test_what_it_is_not_known_by(given):
    assert options(**given).settings() == options().settings()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"epochs": 1, "updates": 2}, "--epochs or --updates. Received: both"),
        ({"conditional": True, "clusters": 2}, "Received: both"),
        ({"learning_rate": 0.0}, "positive --learning-rate. Received: 0"),
        ({"learning_rate": float("nan")}, "positive --learning-rate. Received: nan"),
        ({"recipe": "wgan", "decay_steps": 9}, "--decay-steps with the recommended recipe"),
        ({"start_from": pathlib.Path("runs/digits")}, "Choose another run folder with --out"),
    ],
)
def test_what_cannot_be(given, message):
    with pytest.raises(CommandError, match=message):
        options(**given)


@pytest.mark.parametrize("data", [".", "{folder}", "{folder}/", "../{name}"])
def test_the_run_folder_has_the_name_of_the_data(tmp_path, monkeypatch, data):
    monkeypatch.chdir(tmp_path)
    assert default_folder(data.format(folder=tmp_path, name=tmp_path.name)) == pathlib.Path("runs") / tmp_path.name
    assert default_folder("mnist") == pathlib.Path("runs/mnist")
    assert options(out=pathlib.Path("elsewhere")).folder == pathlib.Path("elsewhere")
