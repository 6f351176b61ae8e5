"""Errors and warnings in the words of the command line."""

import re

import numpy as np
import pytest
from commands import run

from kgan.cli.messages import PYTHON, translated, with_options

OPTIONS = {"size": "--size", "skip_unreadable": "--skip-unreadable", "image_size": "--image-size"}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("`size` must be positive. Received: size=-1", "--size must be positive. Received: --size -1"),
        ("Received: size=(8, 9), of 2.", "Received: --size (8, 9), of 2."),
        ("Received: size=0.5.", "Received: --size 0.5."),
        ("`other_size=8`", "`other_size=8`"),
        ("model.size=8", "model.size=8"),
        ("the size of `sizes`", "the size of `sizes`"),
    ],
)
def test_options_in_place_of_arguments(message, expected):
    assert with_options(message, {"size": "--size"}) == expected
    assert with_options(message, {}) == message


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("No. Set `skip_unreadable` to leave them out.", "No. Use --skip-unreadable to leave them out."),
        ("No. Repair or remove them, or set `skip_unreadable=True` to leave them out.", "No. Repair or remove them, or "
        "use --skip-unreadable to leave them out."),
        ("Sides. Received: 4x4. Load them with `image_size=8`.", "Sides. Received: 4x4. Use --image-size 8."),
        ("Frozen. Received: all. Set `trainable = True` on it before `compile`.", "Frozen. Received: all."),
        ("No. Call `kgan.open_model(path).predict(images)`. Or train again.", "No. Or train again."),
        ("Expected a file that `Direction.save` wrote. Received: x.npz.", "Expected a file of a direction (.npz). "
        "Received: x.npz."),
        ("Received: a.b. Run `kgan train` again, in `runs/a`.", "Received: a.b. Run `kgan train` again, in `runs/a`."),
        ("`num` must be positive.", "num must be positive."),
    ],
)  # fmt: skip
def test_python_is_left_out(message, expected):
    assert translated(message, OPTIONS) == expected


@pytest.fixture(scope="module")
def things(tmp_path_factory):
    """A folder with what commands may be given by mistake."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("things")
    (folder / "text.txt").write_text("no picture")
    (folder / "empty").mkdir()
    (folder / "broken").mkdir()
    (folder / "broken" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nno")
    (folder / "one").mkdir()
    Image.fromarray(np.zeros((6, 6, 3), "uint8")).save(folder / "one" / "a.png")
    (folder / "direction.npz").write_bytes(b"no")
    (folder / "model.keras").write_bytes(b"no")
    return folder


WRONG = [
    "train {0}/nothing",
    "train {0}/text.txt",
    "train {0}/empty",
    "train {0}/broken",
    "train {0}/broken --no-skip-unreadable",
    "train {0}/one",
    "train {0}/one --image-size 7",
    "train nosuchdataset",
    "train digits --loss hinje --out {0}/run",
    "train digits --architecture dcgn",
    "train digits --recipe best",
    "train digits --penalty r3",
    "train digits --precision float8",
    "train digits --conditional --conditioning projektion --out {0}/run",
    pytest.param("train digits --label-dropout 2 --conditional --out {0}/run", marks=pytest.mark.slow),
    "train digits --label-dropout 0.5 --out {0}/run",
    pytest.param("train digits --clusters 5000 --out {0}/run", marks=pytest.mark.slow),
    "train digits --batch-size 100000 --out {0}/run",
    "train digits --learning-rate -1 --out {0}/run",
    "train digits --device tpu --out {0}/run",
    "train digits --from {0}/model.keras --out {0}/run",
    "train digits --config {0}/text.txt --out {0}/run",
    "train {0}/one --conditional --image-size 8 --out {0}/run",
    "generate {0}/nothing",
    "generate {0}/model.keras",
    "generate {0}/empty",
    "generate {0}/text.txt",
    "evaluate {0}/nothing digits",
    "evaluate {0}/model.keras digits --features none",
    "evaluate {0}/empty {0}/nothing",
    "edit {0}/nothing -d slant",
    "edit {0}/model.keras -d slant --strength a",
    "augment {0}/nothing",
    "augment {0}/one -o {0}/more",
    "augment digits --threshold 2 -o {0}/more",
    "denoise {0}/text.txt {0}/out.png",
    "denoise {0}/one/a.png {0}/out.xyz",
    "denoise {0}/one/a.png {0}/out.png --model {0}/empty",
    "upscale {0}/nothing {0}/out.png",
    "upscale {0}/one/a.png {0}/out.png --scale 9",
    "export {0}/nothing {0}/out",
    "export {0}/model.keras {0}/out --format tflite",
    "export {0}/model.keras {0}/out --weights-dtype float8",
]
NAMES = re.compile(r"\bkgan\.\w|\bkeras\.\w|\btf\.\w|\b[a-z]+_[a-z_]+=|`\w+`|\w\(\)")


@pytest.mark.parametrize("line", WRONG)
def test_no_error_of_a_command_names_python(things, line, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    text = failing(line.format(things))
    said = text[text.index("Error") :].replace(str(things), "").replace("model.keras", "")
    assert not NAMES.search(said), text
    assert not PYTHON.search(said), text


def failing(line):
    """Return what a command prints that fails for a reason that the user can mend."""
    try:
        return run(*line.split(), code=1)
    except AssertionError as error:
        if "Traceback" in str(error):
            raise
        return run(*line.split(), code=2)
