"""The pages of reports: escaped, whole, one file, readable by all."""

import base64
import io

import numpy as np
import pages
import pytest
from PIL import Image

from kgan import _html

NASTY = "<script>alert('1')</script> & \"more\""


def opened(address):
    """Return the picture that is stored in a page."""
    return Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))


class TestPage:
    def test_all_that_users_name_is_escaped(self):
        parts = [
            NASTY,
            _html.paragraph(NASTY, _html.strong(NASTY), _html.code(NASTY), _html.link(f"{NASTY}.html", NASTY)),
            _html.subsection(NASTY, NASTY),
            _html.bullets(NASTY),
            _html.note(NASTY),
            _html.command(NASTY),
            _html.details(NASTY, NASTY),
            _html.verdict(NASTY, "bad", NASTY),
            _html.table([NASTY], [[NASTY], [NASTY]], caption=NASTY),
            _html.figure(np.zeros((2, 2), "uint8"), NASTY, alt=NASTY),
        ]
        source = _html.page(NASTY, _html.section(NASTY, *parts), lead=NASTY, footer=NASTY)
        page = pages.Page(source)
        assert "<script" not in source
        assert page.text.count(NASTY) >= 17
        assert page.all("img")[0]["alt"] == NASTY
        assert page.all("a")[0]["href"] == f"{NASTY}.html"

    def test_a_long_page_has_links_to_its_sections(self):
        page = pages.Page(_html.page("Report", *(_html.section(name, "text") for name in ("A b", "C & d", "E"))))
        assert [link["href"] for link in page.all("a")] == ["#a-b", "#c-d", "#e"]
        assert [part["id"] for part in page.all("section")] == ["a-b", "c-d", "e"]

    def test_it_asks_for_nothing_from_elsewhere(self):
        source = _html.page("Report", _html.section("A", "b"))
        assert "http" not in source
        assert "url(" not in source
        assert "@import" not in source

    def test_text_of_a_page_is_complete(self):
        page = pages.Page(_html.page("Report", _html.section("Data", "1,000 images"), lead="Short.", footer="The end"))
        assert page.text == "Report Short. Data 1,000 images The end"


class TestTable:
    def test_rows_have_headings_and_numbers_stand_right(self):
        page = pages.Page(_html.page("Report", _html.table(["name", "value"], [["steps", 1234567], ["loss", "low"]])))
        assert [cell.get("scope") for cell in page.all("th")] == ["col", "col", "row", "row"]
        assert [cell.get("class") for cell in page.all("td")] == ["number", "short"]
        assert "1,234,567" in page.text
        page = pages.Page(_html.page("Report", _html.table(["name", "value"], [["steps", 7], ["loss", 0.5]])))
        assert [cell.get("class") for cell in page.all("th")] == [None, "number", None, None]

    def test_it_scrolls_in_its_box_also_with_the_keyboard(self):
        page = pages.Page(_html.page("Report", _html.table([], [["a", "b"]], caption="Settings")))
        box = page.all("div")[0]
        assert (box["class"], box["tabindex"], box["aria-label"]) == ("scroll", "0", "Settings")


class TestFigure:
    def image(self, *arguments, **options):
        return pages.Page(_html.page("Report", _html.figure(*arguments, alt="a picture", **options))).all("img")[0]

    @pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 3), (5, 7, 4)])
    def test_arrays_are_stored_without_loss(self, shape):
        pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
        with opened(self.image(pixels, "")["src"]) as picture:
            np.testing.assert_array_equal(np.asarray(picture), np.squeeze(pixels))

    def test_small_pictures_are_enlarged_sharply_and_large_ones_are_not(self):
        small, large = (self.image(np.zeros((8, width), "uint8"), "") for width in (8, 900))
        assert (small["class"], small["width"]) == ("sharp", "480")
        assert "class" not in large
        assert large["width"] == "900"
        assert self.image(np.zeros((8, 8), "uint8"), "", width=64)["width"] == "64"

    def test_files_and_animations(self, tmp_path):
        path = tmp_path / "animation.gif"
        frames = [Image.new("L", (8, 8), color) for color in (0, 200)]
        frames[0].save(path, save_all=True, append_images=frames[1:])
        assert self.image(path, "").get("src").startswith("data:image/gif;base64,")
        still = _html.figure(path.read_bytes(), "", alt="a film", still=np.zeros((8, 8), "uint8"))
        source = pages.Page(_html.page("Report", still)).all("source")[0]
        assert source["media"] == "(prefers-reduced-motion: reduce)"
        assert source["srcset"].startswith("data:image/png")

    def test_names_of_columns_stand_above_the_picture(self):
        grid = np.zeros((16, 40), "uint8")
        page = pages.Page(_html.page("Report", _html.figure(grid, "", alt="a grid", columns=["cat", "<dog>"])))
        box = page.all("div")[0]
        assert box["class"] == "columns turned"
        assert box["style"] == "grid-template-columns:repeat(2,minmax(0,1fr));max-width:480px"
        assert page.text == "Report cat <dog>"

    def test_bad(self):
        with pytest.raises(ValueError, match="Expected a PNG, GIF"):
            _html.figure(b"%PDF-1.7", "", alt="a paper")
        with pytest.raises(ValueError, match="Expected `alt`"):
            _html.figure(np.zeros((2, 2), "uint8"), "a caption", alt="")


def test_a_verdict_has_a_sign_beside_its_color():
    for kind, sign in _html.KINDS.items():
        assert pages.Page(_html.page("Report", _html.verdict("so it is", kind))).text == f"Report {sign} so it is"
    with pytest.raises(ValueError, match="'good', 'bad', 'unsure'"):
        _html.verdict("so it is", "ugly")
