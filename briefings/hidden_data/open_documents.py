"""OpenDocument files: tracked changes, comments, speaker notes, hidden sheets, slides and text."""

from collections.abc import Iterator

from pcc_portal.findings import Finding

from .archives import Archive, texts_in
from .saying import counted, harmless, hidden, listed

OUT_OF_SIGHT = frozenset({"collapse", "filter"})


def hidden_in(archive: Archive) -> Iterator[Finding]:
    """What an OpenDocument file hides."""
    content = _Content()
    archive.read("styles.xml", content)
    archive.read("content.xml", content)
    for code, noun in (
        ("change", "tracked change"),
        ("comment", "comment"),
        ("slide", "hidden slide"),
        ("row", "hidden row"),
        ("column", "hidden column"),
        ("text", "piece"),
    ):
        number = content.numbers.get(code, 0)
        if number:
            words = "of hidden text" if code == "text" else ""
            yield hidden(code, f"{counted(number, noun)} {words}".strip())
    if content.has_notes:
        yield hidden("notes", "speaker notes")
    if content.sheets:
        yield hidden("sheet", f"hidden sheets: {listed(content.sheets)}")
    names = list(texts_in(archive, "meta.xml", "creator", "initial-creator").values())
    if names:
        yield harmless(
            "author", f"the name of whoever made it: {listed(list(dict.fromkeys(names)))}"
        )


class _Content:
    """Counts what is out of sight."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.sheets: list[str] = []
        self.has_notes = False
        self._style = ""
        self._hidden_styles: set[str] = set()
        self._in_notes = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        style = attributes.get("style-name", "")
        if tag == "style":
            self._style = attributes.get("name", "")
        elif tag.endswith("-properties"):
            is_hidden = (
                attributes.get("display") in ("false", "none")
                or attributes.get("visibility") == "hidden"
            )
            if is_hidden:
                self._hidden_styles.add(self._style)
        elif tag == "table" and style in self._hidden_styles:
            self.sheets.append(attributes.get("name", ""))
        elif tag == "notes":
            self._in_notes += 1
        else:
            self._count(tag, attributes, style)

    def _count(self, tag: str, attributes: dict[str, str], style: str) -> None:
        is_collapsed = attributes.get("visibility") in OUT_OF_SIGHT
        code = {
            "changed-region": "change",
            "annotation": "comment",
            "hidden-text": "text",
            "hidden-paragraph": "text",
            "table-row": "row" if is_collapsed else "",
            "table-column": "column" if is_collapsed else "",
            "page": "slide" if style in self._hidden_styles else "",
            "span": "text" if style in self._hidden_styles else "",
            "p": "text" if style in self._hidden_styles else "",
        }.get(tag, "")
        if code:
            self.numbers[code] = self.numbers.get(code, 0) + 1

    def end(self, tag: str) -> None:
        if tag == "notes":
            self._in_notes -= 1
        elif tag == "style":
            self._style = ""

    def data(self, text: str) -> None:
        if self._in_notes and text.strip() and text.strip() != "<number>":
            self.has_notes = True
