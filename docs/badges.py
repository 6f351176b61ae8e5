"""The badge of a notebook, which opens it in a hosted session."""

import pathlib
import re
import tomllib
from collections.abc import Mapping
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parent.parent
ADDRESS = re.compile(r"https://github\.com/(?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?")
HOST = "https://colab.research.google.com"
BADGE = re.compile(rf"\[!\[[^\]]*\]\({re.escape(HOST)}[^)]*\)\]\({re.escape(HOST)}[^)]*\)\n+")


def repository(environment: Mapping[str, str]) -> str | None:
    """Return the public repository, `"owner/name"`, or None if it is not known.

    Args:
        environment: environment variables. GITHUB_REPOSITORY, which GitHub's workflows set, goes before
            `[project.urls]`, `Repository`, in `pyproject.toml`.
    """
    if environment.get("GITHUB_REPOSITORY"):
        return environment["GITHUB_REPOSITORY"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    match = ADDRESS.fullmatch(project.get("urls", {}).get("Repository", ""))
    return match["name"] if match else None


def markdown(name: str, repository: str) -> str:
    """Return the badge of the notebook `name`."""
    return f"[![Open in Colab]({HOST}/assets/colab-badge.svg)]({HOST}/github/{repository}/blob/main/notebooks/{name})"


def write(notebook: dict[str, Any], name: str, repository: str | None) -> None:
    """Put the badge below the title of a notebook, in place of an older one; without a repository, remove it."""
    first = notebook["cells"][0]
    title, rest = BADGE.sub("", "".join(first["source"])).split("\n", 1)
    badge = f"\n{markdown(name, repository)}\n" if repository else ""
    first["source"] = f"{title}\n{badge}{rest}".splitlines(keepends=True)
