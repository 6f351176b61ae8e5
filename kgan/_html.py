"""The pages of reports: HTML of one style, in one file, for phones, desktops and paper.

Every function takes text, which is escaped, or `Html`, which is not.

Example:
>>> note = paragraph("1 < 2, ", strong("always"))
>>> note
'<p>1 &lt; 2, <strong>always</strong></p>'
>>> page("A report", section("Result", verdict("healthy", "good"), note)).count("<h2>")
1
"""

import base64
import html
import io
import pathlib
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from kgan._typing import Array, PathLike

KINDS = {"good": "✓", "bad": "!", "unsure": "?"}
"""The kinds of verdicts, each with the sign that stands before it: color alone would not reach everyone."""

SMALL = 480
"""Pictures up to this many pixels wide are enlarged with sharp pixels; larger ones are scaled smoothly."""

MEDIA_TYPES = ((b"\x89PNG", "png"), (b"GIF8", "gif"), (b"\xff\xd8", "jpeg"), (b"RIFF", "webp"), (b"<svg", "svg+xml"))

STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#56606f;--paper:#fff;--card:#f4f6f9;--line:#d5dae2;--accent:#1a56b0;
--good:#17703f;--bad:#b0241c;--unsure:#805700}
@media (prefers-color-scheme:dark){:root{--ink:#e7eaef;--soft:#a9b2bf;--paper:#14181e;--card:#1e242c;--line:#39424e;
--accent:#8ab8ff;--good:#6fd39b;--bad:#ff9a90;--unsure:#f0c76a}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:66rem;padding:1.2rem clamp(.9rem,3vw,2rem) 3rem;background:var(--paper);color:var(--ink);
font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
h1{font-size:1.7rem;line-height:1.2;margin:.4rem 0 .6rem}h2{font-size:1.25rem;margin:0 0 .6rem}
h3{font-size:1.05rem;margin:1.4rem 0 .4rem}
section{margin-top:1.6rem;padding-top:1.2rem;border-top:1px solid var(--line)}
p,ul{margin:.5rem 0;max-width:46rem}ul{padding-left:1.3rem}small,.soft{color:var(--soft)}small{font-size:.875rem}
a{color:var(--accent)}nav{font-size:.9rem}nav a{margin-right:1rem;white-space:nowrap}
code,pre{font:.875rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.6rem .8rem;margin:.4rem 0 1rem;
white-space:pre-wrap;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin:.6rem 0 1rem}.scroll:focus-visible{outline:2px solid var(--accent)}
table{border-collapse:collapse;font-size:.925rem}caption{text-align:left;color:var(--soft);padding-bottom:.4rem}
th,td{padding:.35rem 1.1rem .35rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{white-space:nowrap}tbody th{font-weight:600;white-space:nowrap}td{min-width:4rem}
.number{text-align:right}td.number{font-variant-numeric:tabular-nums}td.number,td.short{white-space:nowrap}
td.long{min-width:16rem}
figure{margin:.8rem 0 1.2rem}figcaption{color:var(--soft);font-size:.9rem;margin-top:.35rem;max-width:46rem}
img{display:block;max-width:100%;height:auto;border-radius:4px}img.sharp{image-rendering:pixelated}
.gallery{display:grid;gap:.9rem;grid-template-columns:repeat(auto-fill,minmax(min(9rem,27vw),1fr));margin:.8rem 0}
.gallery.large{grid-template-columns:repeat(auto-fill,minmax(min(18.5rem,100%),1fr))}
.gallery figure{margin:0}.gallery img{width:100%}
.columns{display:grid;text-align:center;font-size:.8rem;margin-bottom:.2rem;align-items:end;line-height:1.1}
.columns span{overflow:hidden;max-height:9rem}.turned span{writing-mode:vertical-rl;transform:rotate(180deg);
justify-self:center}
td code,.verdict code{white-space:nowrap}
.verdict{border-left:.35rem solid var(--tone);background:var(--card);border-radius:0 6px 6px 0;padding:.6rem .9rem;
margin:.6rem 0 1rem;max-width:52rem}.verdict b:first-child{color:var(--tone);margin-right:.4rem}
.good{--tone:var(--good)}.bad{--tone:var(--bad)}.unsure{--tone:var(--unsure)}
summary{cursor:pointer;padding:.2rem 0}footer{margin-top:2rem;color:var(--soft);font-size:.875rem}
@media (max-width:40rem){body{font-size:.95rem}h1{font-size:1.4rem}tbody th{white-space:normal;min-width:6rem}
td.long{min-width:13rem}}
@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--paper:#fff;--card:#fff;--line:#bbb;--accent:#000;
--good:#17703f;--bad:#b0241c;--unsure:#805700}body{max-width:none;padding:0;font-size:10.5pt}nav{display:none}
figure,tr,.verdict,pre{break-inside:avoid}h2,h3{break-after:avoid}.scroll{overflow:visible}thead th,tbody th,
td.number,td.short{white-space:normal}td.long{min-width:0}}
""".replace("\n", "")


class Html(str):
    """Text that is markup already: it is not escaped again."""

    __slots__ = ()


def page(title: str, *sections: str, lead: str = "", footer: str = "") -> str:
    """Return a whole page.

    Args:
        title: its heading, and the name of the browser's tab.
        *sections: what `section` returns.
        lead: what stands between the heading and the first section; text becomes a paragraph.
        footer: the last line.

    Example:
    >>> page("Report", section("Data", "a <folder>"), footer="kgan").startswith("<!doctype html>")
    True
    """
    headings = re.findall(r'<section id="([^"]+)"><h2>(.*?)</h2>', "".join(sections))
    links = "".join(f'<a href="#{anchor}">{heading}</a> ' for anchor, heading in headings)
    navigation = f'<nav aria-label="Contents">{links}</nav>' if len(headings) > 2 else ""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{html.escape(title)}</title>'
        f"<style>{STYLE}</style></head>\n<body><header><h1>{html.escape(title)}</h1>{_block(lead)}{navigation}"
        f"</header>\n<main>\n{''.join(map(_block, sections))}</main>\n"
        f"{f'<footer>{markup(footer)}</footer>' if footer else ''}</body></html>\n"
    )


def section(heading: str, *parts: str) -> Html:
    """Return a section with a heading of the second level.

    Args:
        heading: text.
        *parts: what it holds, one below the other; text becomes paragraphs.

    Example:
    >>> section("How it was made", "With care.").strip()
    '<section id="how-it-was-made"><h2>How it was made</h2><p>With care.</p></section>'
    """
    anchor = "-".join(re.findall(r"[a-z0-9]+", heading.lower())) or "section"
    return Html(f'<section id="{anchor}"><h2>{html.escape(heading)}</h2>{"".join(map(_block, parts))}</section>\n')


def subsection(heading: str, *parts: str) -> Html:
    """Return a part of a section, with a heading of the third level."""
    return Html(f"<h3>{html.escape(heading)}</h3>{''.join(map(_block, parts))}")


def paragraph(*parts: str) -> Html:
    """Return a paragraph of text and `strong`, `code` or `link`."""
    return Html(f"<p>{''.join(map(markup, parts))}</p>")


def note(*parts: str) -> Html:
    """Return a paragraph in smaller, paler letters."""
    return Html(f"<p><small>{''.join(map(markup, parts))}</small></p>")


def bullets(*items: str) -> Html:
    """Return a list."""
    return Html(f"<ul>{''.join(f'<li>{markup(item)}</li>' for item in items)}</ul>")


def with_options(text: str) -> Html:
    """Return text in which options of the command line, such as `--out`, are set as code and not broken.

    Example:
    >>> with_options("a < b, --out or --image-size")
    'a &lt; b, <code>--out</code> or <code>--image-size</code>'
    """
    return Html(re.sub(r"--[a-z][a-z-]*", lambda match: f"<code>{match[0]}</code>", html.escape(text)))


def strong(text: str) -> Html:
    """Return text in bold letters."""
    return Html(f"<strong>{markup(text)}</strong>")


def code(text: str) -> Html:
    """Return a name or a file within text."""
    return Html(f"<code>{markup(text)}</code>")


def link(address: str, text: str) -> Html:
    """Return a link, for example to a file beside the page."""
    return Html(f'<a href="{html.escape(address)}">{markup(text)}</a>')


def command(text: str) -> Html:
    """Return commands to copy, one a line."""
    return Html(f"<pre><code>{html.escape(text)}</code></pre>")


def details(summary: str, *parts: str) -> Html:
    """Return parts that are shown when the reader opens them."""
    return Html(f"<details><summary>{markup(summary)}</summary>{''.join(map(_block, parts))}</details>")


def verdict(text: str, kind: str, *parts: str) -> Html:
    """Return a result in words, with a sign and a color.

    Args:
        text: the result in a few words.
        kind: `"good"`, `"bad"` or `"unsure"`.
        *parts: explanations; text becomes paragraphs.

    Raises:
        ValueError: there is no such kind.

    Example:
    >>> verdict("healthy", "good")
    '<div class="verdict good" role="note"><b aria-hidden="true">✓</b><strong>healthy</strong></div>'
    """
    if kind not in KINDS:
        raise ValueError(f"Expected a kind of {', '.join(map(repr, KINDS))}. Received: {kind!r}")
    inside = f'<b aria-hidden="true">{KINDS[kind]}</b>{strong(text)}{"".join(map(_block, parts))}'
    return Html(f'<div class="verdict {kind}" role="note">{inside}</div>')


def table(header: Sequence[str], rows: Sequence[Sequence[Any]], caption: str = "") -> Html:
    """Return a table, which scrolls sideways within its own box where the page is narrow.

    The first cell of each row is its heading. Numbers (`int`, `float`) are aligned to the right.

    Args:
        header: of the columns; empty for none.
        rows: of cells: text, `Html` or numbers.
        caption: what the table shows, above it.

    Example:
    >>> table(["name", "value"], [["FID", 3]]).count("<th")
    4
    """
    numeric = [bool(rows) and all(map(_is_number, cells)) for cells in zip(*rows, strict=False)]
    classes = [' class="number"' if right else "" for right in [*numeric, *[False] * len(header)]]
    heads = "".join(f'<th scope="col"{right}>{markup(cell)}</th>' for cell, right in zip(header, classes, strict=False))
    head = f"<thead><tr>{heads}</tr></thead>" if header else ""
    body = "".join(f"<tr>{_row(row)}</tr>" for row in rows)
    shown = f"<caption>{markup(caption)}</caption>" if caption else ""
    name = html.escape(caption or "table")
    return Html(
        f'<div class="scroll" tabindex="0" role="region" aria-label="{name}"><table>{shown}{head}'
        f"<tbody>{body}</tbody></table></div>"
    )


def figure(
    image: bytes | Array | PathLike,
    caption: str,
    alt: str,
    width: int | None = None,
    still: bytes | Array | PathLike | None = None,
    columns: Sequence[str] = (),
) -> Html:
    """Return a picture, stored in the page, with a line below it.

    Small pictures are enlarged with sharp pixels, so that single pixels can be seen.

    Args:
        image: the bytes of a PNG, GIF, JPEG, WebP or SVG file, the path of one, or a uint8 array
            `(height, width, 1, 3 or 4)` or `(height, width)`.
        caption: text or `Html`.
        alt: what the picture shows, for those who cannot see it.
        width: in pixels of the screen; the page's width is the limit. Defaults to the picture's own, or a multiple of
            it for small ones.
        still: a picture in place of an animation, for those whose system asks for no motion.
        columns: names above the picture, each as wide as the others: of the columns of a grid.

    Raises:
        ValueError: the bytes are no picture that browsers show, or `alt` is empty.

    Example:
    >>> shown = figure(np.zeros((8, 8, 1), "uint8"), "Nothing yet", alt="a black square")
    >>> 'alt="a black square"' in shown, 'class="sharp"' in shown
    (True, True)
    """
    if not alt:
        raise ValueError(f"Expected `alt`: what the picture shows, in words. Received: {alt!r}")
    data = _encoded(image)
    own_width = _width(data)
    sharp = ' class="sharp"' if own_width is not None and own_width <= SMALL else ""
    if width is None and own_width is not None:
        width = own_width * max(1, SMALL // own_width) if own_width <= SMALL else own_width
    size = f' width="{width}"' if width else ""
    shown = f'<img{sharp} src="{_address(data)}" alt="{html.escape(alt)}"{size}>'
    if still is not None:
        reduced = f'<source srcset="{_address(_encoded(still))}" media="(prefers-reduced-motion: reduce)">'
        shown = f"<picture>{reduced}{shown}</picture>"
    below = f"<figcaption>{markup(caption)}</figcaption>" if caption else ""
    return Html(f"<figure>{_columns(columns, width)}{shown}{below}</figure>")


def _columns(names: Sequence[str], width: int | None) -> str:
    """Return names in a row as wide as a picture; long ones are turned."""
    if not names:
        return ""
    turned = " turned" if max(map(len, names)) > 3 else ""
    cells = "".join(f"<span>{markup(name)}</span>" for name in names)
    style = f"grid-template-columns:repeat({len(names)},minmax(0,1fr));max-width:{width or 960}px"
    return f'<div class="columns{turned}" style="{style}">{cells}</div>'


def gallery(*figures: str, large: bool = False) -> Html:
    """Return figures side by side.

    On a desktop six small ones or three large ones are in a row, on a phone three or one.
    """
    return Html(f'<div class="gallery{" large" if large else ""}">{"".join(figures)}</div>')


def markup(part: str) -> str:
    """Return text escaped, and `Html` as it is."""
    return part if isinstance(part, Html) else html.escape(str(part))


def _block(part: str) -> str:
    """Return `Html` as it is, and text as a paragraph."""
    return part if isinstance(part, Html) else (f"<p>{html.escape(str(part))}</p>" if part else "")


def _row(row: Sequence[Any]) -> str:
    cells = []
    for number, cell in enumerate(row):
        if number == 0:
            cells.append(f'<th scope="row">{markup(cell)}</th>')
        elif _is_number(cell):
            cells.append(f'<td class="number">{cell:,}</td>')
        else:
            length = len(re.sub(r"<[^>]*>", "", str(cell)))
            kind = ' class="short"' if length <= 16 else ' class="long"' if length > 40 else ""
            cells.append(f"<td{kind}>{markup(cell)}</td>")
    return "".join(cells)


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _encoded(image: bytes | Array | PathLike) -> bytes:
    """Return the bytes of a file that browsers show."""
    from PIL import Image

    if isinstance(image, np.ndarray):
        buffer = io.BytesIO()
        pixels = image[..., 0] if image.ndim == 3 and image.shape[-1] == 1 else image
        Image.fromarray(pixels).save(buffer, "PNG", optimize=True)
        return buffer.getvalue()
    data = image if isinstance(image, bytes) else pathlib.Path(image).read_bytes()
    _media_type(data)
    return data


def _media_type(data: bytes) -> str:
    for start, name in MEDIA_TYPES:
        if data.startswith(start):
            return f"image/{name}"
    raise ValueError(f"Expected a PNG, GIF, JPEG, WebP or SVG picture. Received: a file that begins with {data[:8]!r}")


def _address(data: bytes) -> str:
    return f"data:{_media_type(data)};base64,{base64.b64encode(data).decode()}"


def _width(data: bytes) -> int | None:
    """Return the width of a picture in pixels; None for drawings."""
    from PIL import Image

    if data.startswith(b"<svg"):
        return None
    with Image.open(io.BytesIO(data)) as opened:
        return int(opened.size[0])
