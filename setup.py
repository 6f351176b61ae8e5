"""The packages, which pyproject.toml cannot both find and add to: the shipped restorers are not below kgan/."""

from setuptools import find_packages, setup

setup(packages=[*find_packages(include=["kgan", "kgan.*"]), "kgan.saved_models"])
