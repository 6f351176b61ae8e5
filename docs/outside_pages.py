"""Copies the pages that live elsewhere in the repository into the documentation, with their links adjusted."""

import json
import os
import pathlib
import re

import badges

DOCS = pathlib.Path(__file__).resolve().parent
ROOT = DOCS.parent
LINK = re.compile(r"(\]\()([^)#\s]+)(#[^)\s]*)?(\))")


def pages() -> dict[pathlib.Path, pathlib.Path]:
    """Return the files of the repository that are pages of the documentation, and where their copies go."""
    return {
        ROOT / "CHANGELOG.md": DOCS / "changelog.md",
        ROOT / "CONTRIBUTING.md": DOCS / "contributing.md",
        ROOT / "README.md": DOCS / "index.md",
        **{card: DOCS / "models" / f"{card.parent.name}.md" for card in ROOT.glob("saved_models/*/MODEL.md")},
        **{notebook: DOCS / "notebooks" / notebook.name for notebook in ROOT.glob("notebooks/*.ipynb")},
    }


def copy_pages() -> None:
    """Write the copies that are missing or out of date. `docs/index.md` is a page of its own and stays."""
    for source, target in pages().items():
        if target == DOCS / "index.md":
            continue
        text = source.read_text(encoding="utf-8")
        text = _notebook(text, source, target) if source.suffix == ".ipynb" else adjusted(text, source, target)
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")


def adjusted(text: str, source: pathlib.Path, target: pathlib.Path) -> str:
    """Return Markdown whose relative links, written for `source`, lead to the same places from `target`."""
    copies = pages()

    def replaced(match: re.Match[str]) -> str:
        before, link, anchor, after = match.groups()
        if "://" in link or link.startswith("mailto:"):
            return match.group(0)
        path = pathlib.Path(os.path.normpath(source.parent / link))
        link = pathlib.PurePath(os.path.relpath(copies.get(path, path), target.parent)).as_posix()
        return f"{before}{link}{anchor or ''}{after}"

    return LINK.sub(replaced, text)


def _notebook(text: str, source: pathlib.Path, target: pathlib.Path) -> str:
    notebook = json.loads(text)
    badges.write(notebook, source.name, badges.repository(os.environ))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = adjusted("".join(cell["source"]), source, target)
    return json.dumps(notebook)
