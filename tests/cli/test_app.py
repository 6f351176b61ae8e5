"""The command line starts fast, and prints only what kgan says."""

import json

import pytest
from commands import process, run

import kgan

# What takes seconds to import, and writes messages.
HEAVY = ["PIL", "keras", "matplotlib", "numpy", "sklearn", "tensorflow", "tensorflow_datasets"]
LIGHT = {
    "import": "import kgan",
    "from import": "import kgan; dir(kgan); kgan.__version__",
    "help": "import sys; sys.argv = ['kgan', '--help']; import kgan.cli; kgan.cli.main()",
    "help of a command": "import sys; sys.argv = ['kgan', 'train', '--help']; import kgan.cli; kgan.cli.main()",
    "no argument": "import sys; sys.argv = ['kgan']; import kgan.cli; kgan.cli.main()",
    "version": "import sys; sys.argv = ['kgan', '--version']; import kgan.cli; kgan.cli.main()",
    "completion": "import sys; sys.argv = ['kgan', '--show-completion']; import kgan.cli; kgan.cli.main()",
    "wrong option": "import sys; sys.argv = ['kgan', 'train', '--nonsense']; import kgan.cli; kgan.cli.main()",
}
REPORT = """
import atexit, json, sys
atexit.register(lambda: print("\\n" + json.dumps([name for name in {heavy} if name in sys.modules])))
"""


@pytest.mark.parametrize("name", LIGHT)
def test_nothing_heavy_is_imported(name):
    done = process(
        "-c",
        REPORT.format(heavy=HEAVY) + LIGHT[name],
        SHELL="/bin/bash",
        _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1",
    )
    assert json.loads(done.stdout.splitlines()[-1]) == []
    if name not in ("wrong option", "no argument", "completion"):
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
    if name.endswith("import"):
        assert done.stdout == "\n[]\n"


def test_python_m_kgan_and_the_version():
    done = process("-m", "kgan", "--version")
    assert (done.stdout, done.stderr, done.returncode) == (f"kgan {kgan.__version__}\n", "", 0)


def test_help_of_every_command():
    text = run("--help")
    for command in ("train", "generate", "evaluate", "edit", "augment", "denoise", "upscale", "export"):
        assert command in text
        assert f"Usage: kgan {command}" in run(command, "--help")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell):
    words = {"COMP_WORDS": "kgan ev", "COMP_CWORD": "1", "_TYPER_COMPLETE_ARGS": "kgan ev"}
    done = process("-m", "kgan", _KGAN_COMPLETE=f"complete_{shell}", _TYPER_COMPLETE_FISH_ACTION="get-args", **words)
    assert "evaluate" in done.stdout
    assert "train" not in done.stdout
    assert done.stderr == ""


def test_a_wrong_option_with_markup_is_an_error_as_any_other():
    assert "--[/b]" in run("train", "--[/b]", code=2)
    assert "[/b]" in run("generate", "model.keras", "[/b]", code=2)
    assert "[/b]" in run("[/b]", code=2)


@pytest.mark.slow
def test_commands_print_only_what_kgan_says(tmp_path):
    """In processes of their own, without any setting for TensorFlow."""

    def kgan_prints(*arguments, code=0):
        done = process("-m", "kgan", *arguments, folder=tmp_path)
        assert done.returncode == code, done.stderr
        return done.stdout.splitlines(), done.stderr.splitlines()

    lines, errors = kgan_prints("train", "digits", "--epochs", "1", "--architecture", "mlp", "--out", "run")
    assert errors == []
    assert [line.split()[0] for line in lines if line] == [
        "data",
        "networks",
        "recipe",
        "training",
        "run",
        "epoch",
        "Done.",
        "More",
    ]
    assert kgan_prints("generate", "run", "-n", "4", "-o", "grid.png") == (["4 images in grid.png"], [])
    assert kgan_prints("export", "run", "exported") == (["Exported to exported."], [])
    assert kgan_prints("export", "run", "exported.tflite", "--format", "litert") == (
        ["Exported to exported.tflite."],
        [],
    )
    assert kgan_prints("generate", "exported", "-o", "two.npy", "-n", "2") == (["2 images in two.npy"], [])
    lines, errors = kgan_prints("edit", "run", "-d", "brightness", "-n", "2", "--strength", "0,1")
    assert (lines[-1], errors) == ("brightness at 0, 1 in edited.png", [])
    lines, errors = kgan_prints("generate", "nothing", code=1)
    assert lines == []
    assert [line.split(":")[0] for line in errors] == ["Error"]
