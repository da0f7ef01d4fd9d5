"""Word documents: tracked changes, comments and hidden text."""

from collections.abc import Iterator

from pcc_portal.findings import Finding

from .archives import Archive, attributes_in
from .properties import about_the_file
from .saying import counted, hidden

BODY = ("document", "header", "footer", "footnotes", "endnotes")
CHANGES = frozenset(
    {"ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange", "cellIns", "cellDel"}
)


def hidden_in(archive: Archive) -> Iterator[Finding]:
    """What a document hides."""
    styles = _Styles()
    archive.read("word/styles.xml", styles)
    body = _Body(styles.hidden)
    for start in BODY:
        for part in archive.named(f"word/{start}", ".xml"):
            if "/" not in part.removeprefix("word/"):
                archive.read(part, body)
    if body.changes:
        yield hidden(
            "change",
            f"{counted(body.changes, 'tracked change')}: readers can see what stood there before",
            "Accept or reject them all and upload the file again.",
        )
    comments = len(attributes_in(archive, "word/comments.xml", "comment"))
    if comments:
        yield hidden("comment", counted(comments, "comment"), "Delete them and upload it again.")
    if body.hidden_text:
        yield hidden("text", f"hidden text, such as “{body.hidden_text.strip()[:60]}”")
    yield from about_the_file(archive, "word")


def _is_off(attributes: dict[str, str]) -> bool:
    return attributes.get("val", "1").lower() in ("0", "false", "off")


class _Styles:
    """Finds the styles whose text is hidden."""

    def __init__(self) -> None:
        self.hidden: set[str] = set()
        self._style = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "style":
            self._style = attributes.get("styleId", "")
        elif tag == "vanish" and self._style and not _is_off(attributes):
            self.hidden.add(self._style)

    def end(self, tag: str) -> None:
        if tag == "style":
            self._style = ""

    def data(self, text: str) -> None:
        """Styles hold no text of the document."""


class _Body:
    """Counts changes and keeps the beginning of what is hidden."""

    def __init__(self, hidden_styles: set[str]) -> None:
        self.changes = 0
        self.hidden_text = ""
        self._styles = hidden_styles
        self._in_run = self._in_text = False
        self._run_is_hidden = self._paragraph_is_hidden = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in CHANGES:
            self.changes += 1
        elif tag == "p":
            self._paragraph_is_hidden = False
        elif tag == "pStyle":
            self._paragraph_is_hidden = attributes.get("val") in self._styles
        elif tag == "r":
            self._in_run, self._run_is_hidden = True, self._paragraph_is_hidden
        elif tag == "rStyle" and self._in_run:
            self._run_is_hidden |= attributes.get("val") in self._styles
        elif tag == "vanish" and self._in_run:
            self._run_is_hidden = not _is_off(attributes)
        elif tag == "t":
            self._in_text = True

    def end(self, tag: str) -> None:
        if tag == "r":
            self._in_run = self._run_is_hidden = False
        elif tag == "t":
            self._in_text = False

    def data(self, text: str) -> None:
        if self._in_text and self._run_is_hidden and len(self.hidden_text) < 200:
            self.hidden_text += text if self.hidden_text or text.strip() else ""
