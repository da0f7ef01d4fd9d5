"""The tables of a Word file, in order, and the text that stands between them."""

import lzma
import zipfile
import zlib
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import iterparse

from .packed import open_packed
from .table import Gathered, Table, UnreadableFile

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
FAULTS = (
    ParseError,
    zipfile.BadZipFile,
    EOFError,
    OSError,
    NotImplementedError,
    zlib.error,
    lzma.LZMAError,
)
OUTSIDE = "Text outside the tables"


def read_word(content: bytes) -> Table:
    """Raises ``UnreadableFile``; besides those of every packed file: ``no_table``."""
    packed = open_packed(content)
    gathered = Gathered()
    try:
        with packed.open("word/document.xml") as stream:
            _Walk(gathered).through(stream)
    except KeyError as error:
        raise UnreadableFile("broken", "This is not a Word document.") from error
    except FAULTS as error:
        raise UnreadableFile(
            "broken", "The file is broken. Open it in Word and save it again."
        ) from error
    return Table("docx", gathered.rows)


class _Walk:
    """Goes through the document once and lets go of what it has read."""

    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered
        self._depth = 0
        self._tables = 0
        self._row = 0
        self._in_row = 0

    def through(self, stream: object) -> None:
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            name = element.tag.removeprefix(_W).removeprefix(_STRICT)
            if event == "start":
                self._start(name)
            else:
                self._end(name, element)

    def _start(self, name: str) -> None:
        if name == "tbl":
            self._depth += 1
            if self._depth == 1:
                self._tables += 1
                self._row = 0
        elif name == "tr":
            self._in_row += 1

    def _end(self, name: str, element: Element) -> None:
        if name == "tbl":
            self._depth -= 1
            if not self._depth:
                element.clear()
        elif name == "tr":
            self._in_row -= 1
            if not self._in_row:
                self._row += 1
                self._gathered.add(_cells(element), f"Table {self._tables}, row {self._row}")
                element.clear()
        elif name == "p" and not self._depth:
            self._gathered.add([_paragraph(element)], OUTSIDE)
            element.clear()


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _cells(row: Element) -> list[str]:
    """The cells of a row; one that spans columns is followed by empty ones."""
    cells: list[str] = []
    for cell in _children(row, "tc"):
        text, span = _text(cell), 1
        for setting in cell.iter():
            if _local(setting) == "gridSpan":
                span = _number(next(iter(setting.attrib.values()), "1"))
            elif _local(setting) == "vMerge" and "restart" not in setting.attrib.values():
                text = ""
        cells += [text, *[""] * (min(span, 100) - 1)]
    return cells


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def _children(element: Element, name: str) -> list[Element]:
    """Those of one name, also inside the wrappers that forms and revisions put around them."""
    found = []
    waiting = list(reversed(element))
    while waiting:
        child = waiting.pop()
        if _local(child) == name:
            found.append(child)
        elif _local(child) in ("sdt", "sdtContent", "ins", "customXml", "smartTag"):
            waiting += reversed(child)
    return found


def _text(cell: Element) -> str:
    return "\n".join(_paragraph(p) for p in cell.iter() if _local(p) == "p")


def _paragraph(paragraph: Element) -> str:
    """What is read in a paragraph: text that was struck out as a revision is not."""
    pieces = []
    bullet = False
    for element in paragraph.iter():
        name = _local(element)
        if name == "t":
            pieces.append(element.text or "")
        elif name == "tab":
            pieces.append(" ")
        elif name in ("br", "cr"):
            pieces.append("\n")
        elif name == "noBreakHyphen":
            pieces.append("-")
        elif name == "numPr":
            bullet = True
    text = "".join(pieces)
    return f"- {text}" if bullet and text.strip() else text
