"""The command line starts fast, and prints only what kgan says."""

import json
import signal
import subprocess
import sys
import time

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
    for command in (
        "train",
        "generate",
        "evaluate",
        "edit",
        "interpolate",
        "augment",
        "denoise",
        "upscale",
        "export",
        "doctor",
    ):
        assert command in text
        assert f"Usage: kgan {command}" in run(command, "-h")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell):
    words = {"COMP_WORDS": "kgan ev", "COMP_CWORD": "1", "_TYPER_COMPLETE_ARGS": "kgan ev"}
    done = process("-m", "kgan", _KGAN_COMPLETE=f"complete_{shell}", _TYPER_COMPLETE_FISH_ACTION="get-args", **words)
    assert "evaluate" in done.stdout
    assert "train" not in done.stdout
    assert done.stderr == ""


def test_values_are_completed():
    words = {"COMP_WORDS": "kgan train digits --loss h", "COMP_CWORD": "4"}
    done = process("-m", "kgan", _KGAN_COMPLETE="complete_bash", **words)
    assert (done.stdout.split(), done.stderr) == (["hinge"], "")


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
    assert [line.split()[:2] for line in errors][-1:] == [["epoch", "1/1:"]]  # progress, and nothing else
    assert {line.split()[0] for line in errors} == {"epoch"}
    said = ["data", "networks", "recipe", "training", "device", "run", "Verdict:", "Done.", "More"]
    assert [line.split()[0] for line in lines if line] == said
    lines, errors = kgan_prints("generate", "run", "-n", "4", "-o", "more.png", "--json", "--quiet")
    assert (json.loads("".join(lines))["out"], errors) == ("more.png", [])
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


@pytest.mark.slow
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_ended_keeps_its_state_and_goes_on(tmp_path, number, status):
    command = [sys.executable, "-m", "kgan", "train", "digits", "--epochs", "200", "--architecture", "mlp", "-o", "run"]
    with (
        open(tmp_path / "errors.txt", "w+") as errors,
        subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=errors) as training,
    ):
        while training.poll() is None and not list(tmp_path.glob("run/samples/*.png")):
            time.sleep(0.1)
        training.send_signal(number)
        assert training.wait(timeout=120) == status
        errors.seek(0)
        text = errors.read()
    assert "Traceback" not in text
    assert "Saved: " in text
    assert "The same command goes on from there" in text
    assert list(tmp_path.glob("run/backup/*.keras"))
    assert process("-m", "kgan", "generate", "run", "-n", "2", "-o", "two.png", folder=tmp_path).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.0, 0.5, 3.0])
def test_ctrl_c_before_anything_is_done(tmp_path, seconds):
    code = "import kgan.cli, sys; print('begun', flush=True); sys.argv[1:] = ['train', 'digits', '-o', 'run']; "
    with subprocess.Popen(
        [sys.executable, "-c", code + "kgan.cli.main()"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as training:
        assert training.stdout.readline() == "begun\n"
        time.sleep(seconds)
        training.send_signal(signal.SIGINT)
        output = training.communicate(timeout=120)[0]
    assert training.returncode == 130
    assert "Interrupted." in output
    assert "Traceback" not in output
