"""Write the badge that opens a notebook in a hosted session into each notebook: `python .ci/badges.py`.

The address of the public repository is that of `[project.urls]`, `Repository`, in `pyproject.toml`. While it has none,
there is no badge. Run it after changing the address; a test compares the notebooks with it. The documentation's copies
of the notebooks get the badge when they are built, there also from the environment variable GITHUB_REPOSITORY.
"""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "docs"))

import badges  # noqa: E402


def main() -> None:
    """Write the badges, or remove them."""
    repository = badges.repository({})
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        badges.write(notebook, path.name, repository)
        path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"badges for {repository}" if repository else "pyproject.toml names no repository: no badges")


if __name__ == "__main__":
    main()
