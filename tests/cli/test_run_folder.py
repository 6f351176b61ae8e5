"""The folder of a run."""

import json
import subprocess
import sys

import pytest

from kgan.cli.console import CommandError
from kgan.cli.run_folder import LOCK, WRITTEN, RunFolder

SETTINGS = {"data": "digits", "seed": 0, "flip": None}

HOLD = """
import pathlib, sys
from kgan.cli.run_folder import RunFolder
folder = RunFolder(pathlib.Path(sys.argv[1]))
folder.lock()
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path):
    """A run folder that was written, and is not locked."""
    folder = RunFolder(tmp_path / "run")
    folder.begin(SETTINGS, "seed = 0\n", overwrite=False)
    folder.unlock()
    yield folder
    folder.unlock()


def test_a_new_and_an_empty_folder_are_free(tmp_path):
    assert not RunFolder(tmp_path / "new" / "run").check(SETTINGS, overwrite=False)
    assert not (tmp_path / "new").exists()
    (tmp_path / ".DS_Store").touch()
    assert not RunFolder(tmp_path).check(SETTINGS, overwrite=False)


def test_what_it_holds(folder):
    assert json.loads((folder.path / "run.json").read_text()) == SETTINGS
    assert (folder.path / "config.toml").read_text() == "seed = 0\n"
    assert folder.check(SETTINGS, overwrite=False)


def test_a_record_without_later_options_is_the_same_run(folder):
    (folder.path / "run.json").write_text('{"data": "digits", "seed": 0}')
    assert folder.check(SETTINGS, overwrite=False)


def test_a_folder_of_data_may_be_named_otherwise(folder, tmp_path, monkeypatch):
    (tmp_path / "pictures").mkdir()
    folder.begin({**SETTINGS, "data": "pictures"}, "", overwrite=False)
    monkeypatch.chdir(tmp_path)
    for name in ("pictures/", "./pictures", str(tmp_path / "pictures")):
        assert folder.check({**SETTINGS, "data": name}, overwrite=False)
    with pytest.raises(CommandError, match=r"data 'pictures' -> 'other'"):
        folder.check({**SETTINGS, "data": "other"}, overwrite=False)


def test_another_run_is_refused(folder):
    with pytest.raises(CommandError, match=r"holds another run \(seed 0 -> 5; flip None -> True\)"):
        folder.check({**SETTINGS, "seed": 5, "flip": True}, overwrite=False)


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("name", ["precious.txt", "run.json"])
def test_what_is_no_run_is_refused(tmp_path, name, overwrite):
    (tmp_path / name).write_text('{"mine": 1}')
    with pytest.raises(CommandError, match="is no run of kgan"):
        RunFolder(tmp_path).check(SETTINGS, overwrite)


def test_overwriting_deletes_only_what_a_run_writes(folder):
    for name in WRITTEN:
        if "." not in name:
            (folder.path / name / "inner").mkdir(parents=True)
        else:
            (folder.path / name).write_text("{}" if name != "run.json" else json.dumps(SETTINGS))
    (folder.path / "notes.txt").write_text("mine")
    assert not folder.check({**SETTINGS, "seed": 1}, overwrite=True)
    folder.begin({**SETTINGS, "seed": 1}, "", overwrite=True)
    assert sorted(path.name for path in folder.path.iterdir()) == [LOCK, "config.toml", "notes.txt", "run.json"]
    assert json.loads((folder.path / "run.json").read_text())["seed"] == 1


def test_files_in_the_way(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match="is a file. Choose another run folder with --out"):
        RunFolder(tmp_path / "file").check(SETTINGS, overwrite=True)
    with pytest.raises(CommandError, match="file is a file. Choose another one with --out"):
        RunFolder(tmp_path / "file" / "run").check(SETTINGS, overwrite=True)


def test_a_folder_that_cannot_be_written_to(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(CommandError, match="cannot be written to. Choose another one with --out"):
        RunFolder(tmp_path / "run").check(SETTINGS, overwrite=False)


def test_two_processes(folder):
    """The second is refused while the first lives, and a killed one leaves no lock."""
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout.readline() == "locked\n"
        for overwrite in (False, True):
            with pytest.raises(CommandError, match=rf"is in use: another `kgan train` \(process {other.pid} on "):
                RunFolder(folder.path).check(SETTINGS, overwrite)
    finally:
        other.kill()
        other.communicate()
    assert folder.check(SETTINGS, overwrite=False)
