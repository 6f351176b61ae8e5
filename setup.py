"""The packages: those below kgan/, and the models of saved_models/ that come with it, installed inside kgan."""

import pathlib

from setuptools import find_packages, setup

SAVED_MODELS = pathlib.Path(__file__).parent / "saved_models"
SHIPPED = [
    f"kgan.saved_models.{folder.name}"
    for pattern in ("denoise_*", "upscale_*", "*_style")
    for folder in sorted(SAVED_MODELS.glob(pattern))
]

setup(
    packages=[*find_packages(include=["kgan", "kgan.*"]), "kgan.saved_models", *SHIPPED],
    package_dir={"kgan": "kgan", "kgan.saved_models": "saved_models"},
    package_data={"kgan": ["py.typed"], **{model: ["*.keras", "*.json", "*.md"] for model in SHIPPED}},
)
