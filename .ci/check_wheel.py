"""Check that a wheel has every module of kgan and the models that come with it: `python .ci/check_wheel.py WHEEL`."""

import pathlib
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[1]


def main(wheel: str) -> None:
    """Compare the files of a wheel with those of the source tree."""
    files = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("kgan/")}
    expected = {path.relative_to(ROOT).as_posix() for path in (ROOT / "kgan").rglob("*.py")}
    expected.add("kgan/py.typed")
    for pattern in ("denoise_*/*", "upscale_*/*", "*_style/*"):
        paths = (ROOT / "saved_models").glob(pattern)
        shipped = [path.relative_to(ROOT).as_posix() for path in paths if path.suffix != ".png"]
        if not shipped:
            sys.exit(f"Expected saved_models/{pattern} in the source tree. Received: none.")
        expected.update(f"kgan/{name}" for name in shipped)
    if files != expected:
        sys.exit(f"{wheel}\nmissing: {sorted(expected - files)}\nunexpected: {sorted(files - expected)}")
    print(f"{len(files)} files as expected in {wheel}")


if __name__ == "__main__":
    main(sys.argv[1])
