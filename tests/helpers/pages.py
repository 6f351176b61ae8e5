"""Reading the pages of reports in tests: their structure is checked, and their text returned."""

import html.parser

VOID = {"meta", "img", "source", "br"}


class Page(html.parser.HTMLParser):
    """A page of HTML, parsed: every tag is closed in its order, every picture has a description.

    Attributes:
        text: what a reader sees.
        headings: their levels, in order.
        tags: `(name, attributes)` of every element.
    """

    def __init__(self, source):
        super().__init__()
        self._open, self._texts = [], []
        self.headings, self.tags = [], []
        self.feed(source)
        self.close()
        assert not self._open, f"never closed: {self._open}"
        self.text = " ".join(" ".join(self._texts).split())
        self._check()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open[-1:] == [tag], f"</{tag}> closes {self._open[-1:]}"
        self._open.pop()

    def handle_data(self, data):
        if not {"style", "title", "script"} & set(self._open):
            self._texts.append(data)

    def all(self, tag):
        """Return the attributes of all elements of a name."""
        return [attributes for name, attributes in self.tags if name == tag]

    def _check(self):
        assert self.headings[0] == 1
        assert self.headings.count(1) == 1
        assert all(later <= earlier + 1 for earlier, later in zip(self.headings, self.headings[1:], strict=False))
        assert self.all("html")[0]["lang"] == "en"
        assert all(image["alt"] for image in self.all("img"))
        outside = [image["src"] for image in self.all("img") if not image["src"].startswith("data:image/")]
        assert not outside, f"the page needs other files: {outside}"
        anchors = [attributes["id"] for _, attributes in self.tags if "id" in attributes]
        assert len(set(anchors)) == len(anchors)
