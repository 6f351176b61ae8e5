"""The packages: those below kgan/, and the restorers of saved_models/, which are installed inside kgan."""

import pathlib

from setuptools import find_packages, setup

SAVED_MODELS = pathlib.Path(__file__).parent / "saved_models"
RESTORERS = [
    f"kgan.saved_models.{folder.name}"
    for pattern in ("denoise_*", "upscale_*")
    for folder in sorted(SAVED_MODELS.glob(pattern))
]

setup(
    packages=[*find_packages(include=["kgan", "kgan.*"]), "kgan.saved_models", *RESTORERS],
    package_dir={"kgan": "kgan", "kgan.saved_models": "saved_models"},
    package_data={"kgan": ["py.typed"], **{restorer: ["*"] for restorer in RESTORERS}},
)
