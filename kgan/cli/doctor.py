"""The command `kgan doctor`."""

import importlib.metadata
import os
import pathlib
import platform
import sys
import time
from typing import Annotated, Any

import typer

from kgan import _progress, _quiet
from kgan.cli import machine, quiet
from kgan.cli.console import printable, result, show

PACKAGES = ("keras", "tensorflow", "numpy", "pillow", "tensorflow-datasets", "scikit-learn", "scipy", "matplotlib")
EXPORTS = {"onnx": ("tf2onnx", "onnx", "onnxruntime"), "litert": ("ai-edge-litert",)}
"""The packages that each export format needs; SavedModel needs none."""

_clock = time.monotonic

SPEED_SHAPE, SPEED_BATCH, SPEED_SECONDS, SPEED_STEPS = (28, 28, 1), 32, 3.0, 10

NoSpeed = Annotated[bool, typer.Option("--no-speed", help="Do not measure how fast training is here.")]


def doctor(no_speed: NoSpeed = False) -> None:
    """Print what kgan runs on: versions, devices, folders, formats, and how fast training is here.

    Add it to a report of a fault. It changes and sends nothing; the speed takes about ten seconds.

    Examples:
        kgan doctor

        kgan doctor --no-speed --json
    """
    quiet.import_keras()
    report = {
        "versions": _versions(),
        "computing": _computing(),
        "folders": _folders(),
        "formats": _formats(),
        "output": _output(),
    }
    if not no_speed:
        report["speed"] = _speed()
    result(**report)
    show(_table(report))


def _table(report: dict[str, dict[str, Any]]) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table("", "", show_header=False, box=None)
    table.columns[0].no_wrap = True
    for heading, values in report.items():
        table.add_row(Text(heading if table.row_count == 0 else f"\n{heading}", style="bold"), "")
        for name, value in values.items():
            text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            table.add_row(f"  {name}", printable(text))
    return table


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _versions() -> dict[str, Any]:
    import kgan

    found = {name: _version(name) or "not installed" for name in PACKAGES}
    return {"kgan": kgan.__version__, "python": platform.python_version(), "system": platform.platform(), **found}


def _computing() -> dict[str, Any]:
    """Return the backend, the devices, and what the computation can use of the processor."""
    import keras

    from kgan import backend

    (within, between), cores = backend.num_threads(), machine.num_cores()
    memory = machine.memory()
    onednn = os.environ.get("TF_ENABLE_ONEDNN_OPTS", "1") != "0"
    values = {
        "backend": keras.backend.backend(),
        "device": machine.device_line(),
        "processor": machine.processor() or platform.machine(),
        "instructions": machine.vector_instructions(),
        "cores": cores,
        "threads": f"{within or cores} in an operation, {between or cores} operations at once",
        "oneDNN kernels": "on" if onednn else "off (TF_ENABLE_ONEDNN_OPTS=0)",
        "precision": keras.config.dtype_policy().name,
    }
    if memory is not None:
        values["memory"] = f"{memory[0] / 2**30:.1f} GiB, {memory[1] / 2**30:.1f} GiB free"
    return values


def _folders() -> dict[str, Any]:
    """Return where data and caches are, and what is there."""
    from kgan.features import cache

    data = pathlib.Path(os.environ.get("TFDS_DATA_DIR", "~/tensorflow_datasets")).expanduser()
    keras_home = cache.home()
    trained = len(list((keras_home / "kgan").glob("*.keras")))
    inception = any((keras_home / "models").glob("inception_v3*notop*"))
    return {
        "data sets (TFDS_DATA_DIR)": _described(data, f"prepared: {', '.join(_prepared(data)) or 'none'}"),
        "keras (KERAS_HOME)": _described(keras_home, f"InceptionV3 {'is there' if inception else 'is not there'}"),
        "trained for metrics": _described(keras_home / "kgan", f"{trained} network{'s' if trained != 1 else ''}"),
    }


def _described(folder: pathlib.Path, contents: str) -> str:
    if not folder.is_dir():
        return f"{folder} (not there yet)"
    return f"{folder} ({contents}{'' if os.access(folder, os.W_OK) else '; not writable'})"


def _prepared(folder: pathlib.Path) -> list[str]:
    """Return the names of the data sets that are prepared in a folder."""
    return sorted({path.relative_to(folder).parts[0] for path in folder.glob("*/**/dataset_info.json")})


def _formats() -> dict[str, Any]:
    """Return which pictures are read, and which exports can be written."""
    from kgan import images

    values: dict[str, Any] = {"pictures": sorted(set(images.formats.readable().values()))}
    values["export tf_saved_model"] = "ready"
    for name, packages in EXPORTS.items():
        missing = [package for package in packages if _version(package) is None]
        hint = f"needs {', '.join(missing)}: pip install 'kgan[export]'"
        values[f"export {name}"] = hint if missing else "ready"
    return values


def _output() -> dict[str, Any]:
    """Return how messages are shown."""
    progress = "a line every 30 seconds"
    if _progress.is_quiet():
        progress = "none (KGAN_QUIET or --quiet)"
    elif _progress.is_terminal(sys.stderr):
        progress = "a bar"
    return {
        "terminal": "yes" if _progress.is_terminal(sys.stderr) else "no",
        "encoding": sys.stdout.encoding,
        "progress": progress,
        "messages of TensorFlow": "shown (KGAN_VERBOSE)"
        if _quiet.is_verbose()
        else "hidden; KGAN_VERBOSE=1 shows them",
    }


def _speed() -> dict[str, Any]:
    """Train the recommended recipe on random images for a few seconds, and return how fast it was."""
    import keras
    import numpy as np

    import kgan
    from kgan.architectures import dcgan

    gan = kgan.GAN(dcgan.generator(SPEED_SHAPE), dcgan.discriminator(SPEED_SHAPE))
    gan.compile()
    images = np.random.default_rng(0).uniform(-1, 1, (SPEED_BATCH * SPEED_STEPS, *SPEED_SHAPE)).astype("float32")
    ends: list[float] = []  # of epochs: there the losses are read, so all updates are done

    def note(epoch: int, logs: Any) -> None:
        ends.append(_clock())
        gan.stop_training = len(ends) > 1 and ends[-1] - ends[0] >= SPEED_SECONDS

    callback = keras.callbacks.LambdaCallback(on_epoch_end=note)
    with _progress.silenced():
        gan.fit(images, batch_size=SPEED_BATCH, epochs=10_000, verbose=0, callbacks=[callback])
    updates = SPEED_STEPS * (len(ends) - 1)
    rate = updates / (ends[-1] - ends[0])  # without the first epoch, which traces the update
    return {
        "measured": "recommended recipe, architecture dcgan, 28x28 gray, 32 images per update",
        "images per second": round(rate * SPEED_BATCH),
        "updates per second": round(rate, 1),
    }
