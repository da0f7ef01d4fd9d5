"""CSV files and pasted text: in which letters, and parted by what."""

import csv
import io
import re
from collections.abc import Iterator

from .flat import read_flat
from .sheet import unquoted
from .table import CELL_AT_MOST, Gathered, Table, UnreadableFile

_DELIMITERS = ",;\t|"
# What a spreadsheet would run, as against a dash that begins a line: =1+1, @SUM(1), +cmd|'…'.
_FORMULA = re.compile(r"\s*(=\s*[\w(+\-\"'@]|[+\-@]\s*[A-Za-z_.]+\s*[(|])")
# UTF-8 that was once read as Windows-1252: â€™ for ’, Â£ for £.
_MANGLED = re.compile("â€.|Â[£\xa0°§]|Ã[©¨¡³¼]")


def decode(content: bytes) -> tuple[str, list[str]]:
    """The text of a file, and a note where its letters had to be guessed.

    Raises ``UnreadableFile``: ``encoding``, ``binary``.
    """
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\0\0", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return _checked(_decoded(content, name)), []
    if b"\0" in content[:4096]:
        raise UnreadableFile("binary", "This is no text file. Choose a file the portal can read.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = _checked(_decoded(content, "cp1252"))
        return text, ["It was read as Windows-1252. Check £, quotation marks and accents."]
    return _checked(text), []


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode(name)
    except UnicodeDecodeError as error:
        raise UnreadableFile("encoding", _ENCODING) from error


def _checked(text: str) -> str:
    if mangled := _MANGLED.search(text):
        raise UnreadableFile(
            "encoding",
            f"Letters were mangled before the file was saved, as in “{mangled.group()}”. "
            "Open it where it was made and save it as “CSV UTF-8”.",
        )
    if re.search("[\0-\x08\x0e-\x1f\ufffd]", text):
        raise UnreadableFile("encoding", _ENCODING)
    return text


_ENCODING = "Some letters cannot be read. Save the file as “CSV UTF-8”."


def read_csv(content: bytes) -> Table:
    """Raises ``UnreadableFile``: as ``decode`` and ``read_pasted``."""
    text, notes = decode(content)
    table = read_delimited(text, "csv") or read_flat(text)
    table.notes[:0] = notes
    return table


def read_pasted(text: str) -> Table:
    """A table copied from Word or a spreadsheet, or text with “Question” and “Answer” in it.

    Raises ``UnreadableFile``: ``formula``, ``broken``, ``no_table``.
    """
    text = _checked(text.replace("\0", "\ufffd"))
    table = read_delimited(text, "pasted", only="\t") or read_flat(text)
    table.format = "pasted"
    return table


def read_delimited(text: str, format: str, only: str = _DELIMITERS) -> Table | None:  # noqa: A002
    """The table, or nothing when no delimiter makes one of it."""
    delimiter = _delimiter(text, only)
    if not delimiter:
        return None
    gathered = Gathered()
    for number, cells in _lines(text, delimiter):
        place = f"Row {number}"
        for cell in cells:
            if _FORMULA.match(cell):
                raise UnreadableFile(
                    "formula", f"{place} holds a formula: “{cell.strip()[:40]}”. Take it out."
                )
        gathered.add(map(unquoted, cells), place)
    return Table(format, gathered.rows)


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    limit = csv.field_size_limit(CELL_AT_MOST + 1)
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, cells
    except csv.Error as error:
        said = str(error)
        told = "is longer than a cell of a log can be" if "limit" in said else _QUOTES
        code = "cell_too_long" if "limit" in said else "broken"
        raise UnreadableFile(code, f"Row {number + 1} {told}.") from error
    finally:
        csv.field_size_limit(limit)


_QUOTES = "cannot be read: a quotation mark is opened and not closed, or closed too early"


def _delimiter(text: str, among: str) -> str:
    """The one that parts most of the first rows into as many cells as the others."""
    best, most = "", 0.0
    for delimiter in among:
        reader = csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=delimiter)
        widths = []
        try:
            for cells in reader:
                if any(map(str.strip, cells)):
                    widths.append(len(cells))
                if len(widths) == 50:
                    break
        except csv.Error:
            pass
        parted = [width for width in widths if width > 1]
        if len(parted) < 2 or 2 * len(parted) < len(widths):
            continue
        usual = max(set(parted), key=parted.count)
        score = parted.count(usual) / len(widths) * min(usual, 10)
        if score > most:
            best, most = delimiter, score
    return best
