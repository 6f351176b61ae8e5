"""Options in a TOML file."""

import pathlib
import tomllib

import pytest
from commands import run

from kgan.cli import config
from kgan.cli.config import Option
from kgan.cli.console import CommandError

OPTIONS = [
    Option("seed", "seed", "Seed.", False, False),
    Option("learning_rate", "learning-rate", "Rate.", False, False),
    Option("start_from", "from", "Start.", False, False),
    Option("penalty", "penalty", "Penalty.", True, False),
    Option("flip", "flip", "Mirror.", False, True),
]


def read(folder, text):
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return config.read(folder / "config.toml", OPTIONS)


def test_written_and_read_again(tmp_path):
    values = {
        "seed": 3,
        "learning_rate": 1e-05,
        "start_from": pathlib.Path('runs/"a" \\ \U0001f600 \udce9 \x7f'),
        "penalty": ["r1", "lecam"],
        "flip": True,
    }
    text = config.written(values, OPTIONS, "All options.\nOf this run.")
    assert text.startswith("# All options.\n# Of this run.\n\n# Seed.\nseed = 3\n")
    (tmp_path / "config.toml").write_text(text, encoding="utf-8", errors=config.ENCODING_ERRORS)
    assert config.read(tmp_path / "config.toml", OPTIONS) == {**values, "start_from": str(values["start_from"])}


def test_what_is_not_given_is_a_comment():
    text = config.written(dict.fromkeys(option.name for option in OPTIONS), OPTIONS, "Options.")
    assert tomllib.loads(text) == {}
    assert "# learning-rate =\n" in text


def test_keys_may_be_written_as_in_python(tmp_path):
    assert read(tmp_path, 'learning_rate = 1\npenalty = "r1"') == {"learning_rate": 1, "penalty": ["r1"]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("learnin-rate = 1", "Unknown option. Received: 'learnin-rate'. Did you mean 'learning-rate'"),
        ("[train]\nseed = 1", "Unknown option. Received: 'train'"),
        ("overwrite = true", "Expected --overwrite on the command line only"),
        ("dry-run = true", "Expected --dry-run on the command line only"),
        ("seed = [1]", r"a text or a number for seed in .*Received: \[1\]"),
        ("seed = true", "a text or a number for seed"),
        ("flip = 1", "Expected true or false for flip"),
        ("penalty = [1, [2]]", "Expected a list of texts for penalty"),
        ("seed = ", "cannot be read: Invalid value"),
    ],
)
def test_mistakes(tmp_path, text, message):
    with pytest.raises(CommandError, match=message):
        read(tmp_path, text)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        config.read(tmp_path / "config.toml", OPTIONS)


def test_of_the_command_the_mistakes_are_told_in_a_line(tmp_path):
    (tmp_path / "config.toml").write_text('data = "digits"\nepoch = 3')
    assert "Did you mean 'epochs'" in run("train", "--config", tmp_path / "config.toml", code=2)
    (tmp_path / "config.toml").write_text('data = "digits"\nbatch-size = 0')
    assert "--batch-size" in run("train", "--config", tmp_path / "config.toml", code=2)
