"""A piece of writing as its checks read it: blocks of plain words, links and tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from pcc_portal.findings import Finding, Severity

# Markdown is not drawn as links here; who pastes it means links all the same.
MARKDOWN_LINK = re.compile(r"\[([^\[\]\n]{0,200})\]\(([^()\s]{0,500})\)")
WEB_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>“”\"]+", re.IGNORECASE)
LIST_MARK = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)]|[a-z][.)])\s+")
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "caption", "th"})
BLOCKS = HEADINGS | {"p", "li", "ul", "ol", "td", "tr", "table", "div", "blockquote", "hr"}


@dataclass(frozen=True)
class Block:
    """One paragraph, point of a list (``li``) or heading (``h``), on one line."""

    text: str
    kind: str = "p"


@dataclass(frozen=True)
class Link:
    """A link: its words, where it leads, and the number of the block it stands in."""

    text: str
    address: str
    block: int
    is_bare: bool = False  # the address itself, typed into a text


@dataclass(frozen=True)
class GridCell:
    """One cell of a table in a text."""

    text: str
    is_header: bool


Grid = tuple[tuple[GridCell, ...], ...]


@dataclass(frozen=True)
class Passage:
    """What stands at one place; ``where`` tells people which, ``field`` the program.

    A label (a title, a name) need not be a sentence.
    """

    where: str
    blocks: tuple[Block, ...]
    links: tuple[Link, ...] = ()
    grids: tuple[Grid, ...] = ()
    field: str = ""
    is_label: bool = False
    year: str = ""  # which the place as a whole is about, if it says so elsewhere

    @property
    def text(self) -> str:
        return "\n".join(block.text for block in self.blocks)

    def finding(self, code: str, severity: Severity, sentence: str) -> Finding:
        """A finding about this passage, which says where it stands."""
        return Finding(code, severity, f"{self.where}: {sentence}", self.field)

    def warning(self, code: str, sentence: str) -> Finding:
        return self.finding(code, Severity.WARNING, sentence)


def plain(
    where: str, text: str, *, field: str = "", is_label: bool = False, year: str = ""
) -> Passage:
    """The passage of a plain text: lines up to an empty one are a block, and so is each point."""
    blocks: list[Block] = []
    links: list[Link] = []
    for kind, part in _parts(text):
        links += _typed_links(part, len(blocks))
        blocks.append(Block(_in_one_line(MARKDOWN_LINK.sub(r"\1", part)), kind))
    return Passage(where, tuple(blocks), tuple(links), (), field, is_label, year)


def rich(where: str, html: str, *, field: str = "", year: str = "") -> Passage:
    """The passage of a text with markup. Broken markup is read as far as it goes."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.flush()
    links = [*reader.links]
    for number, block in enumerate(reader.blocks):
        links += [link for link in _typed_links(block.text, number) if not link.is_bare]
    blocks = [Block(MARKDOWN_LINK.sub(r"\1", block.text), block.kind) for block in reader.blocks]
    return Passage(where, tuple(blocks), tuple(links), tuple(reader.grids), field, year=year)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """The kind and the text of every block. A text copied from a PDF is broken in mid-sentence."""
    kind, lines = "p", list[str]()
    for line in [*text.splitlines(), ""]:
        is_point = LIST_MARK.match(line)
        if lines and (is_point or not line.strip()):
            yield kind, "\n".join(lines)
            kind, lines = "p", []
        if is_point:
            kind = "li"
        if line.strip():
            lines.append(LIST_MARK.sub("", line, count=1))


def _typed_links(line: str, block: int) -> Iterator[Link]:
    for match in MARKDOWN_LINK.finditer(line):
        yield Link(match[1].strip(), match[2], block)
    for match in WEB_ADDRESS.finditer(MARKDOWN_LINK.sub(" ", line)):
        address = match[0].rstrip(".,;:!?)’'")
        yield Link(address, address, block, is_bare=True)


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.links: list[Link] = []
        self.grids: list[Grid] = []
        self._words: list[str] = []
        self._kind = "p"
        self._lists = 0
        self._link: tuple[str, list[str]] | None = None
        self._rows: list[list[GridCell]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS:
            self.flush()
            self._kind = "h" if tag in HEADINGS else "li" if self._lists else "p"
        if tag == "a":
            self._end_link()
            self._link = (dict(attrs).get("href") or "", [])
        elif tag == "br":
            self._words.append(" ")
        elif tag == "li":
            self._lists += 1
            self._kind = "li"
        elif tag == "table":
            self._rows = []
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag in ("td", "th") and self._rows is not None:
            if not self._rows:
                self._rows.append([])
            self._kind = "cell"

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_link()
        if tag in ("td", "th") and self._rows:
            text = _in_one_line("".join(self._words))
            self._rows[-1].append(GridCell(text, tag == "th"))
        if tag in BLOCKS:
            self.flush()
        if tag == "li":
            self._lists = max(0, self._lists - 1)
        if tag == "table" and self._rows is not None:
            self.grids.append(tuple(tuple(row) for row in self._rows if row))
            self._rows = None

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        if self._link:
            self._link[1].append(data)

    def flush(self) -> None:
        """End the block that is being read."""
        self._end_link()
        text = _in_one_line("".join(self._words))
        self._words = []
        if text:
            self.blocks.append(Block(text, self._kind))
        self._kind = "li" if self._lists else "p"

    def _end_link(self) -> None:
        if self._link:
            address, words = self._link
            self.links.append(Link(_in_one_line("".join(words)), address, len(self.blocks)))
            self._link = None
