"""The rows of an Excel workbook: values only, every sheet that is not hidden, in order."""

import datetime as dt
import io
import lzma
import warnings
import zipfile
import zlib
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from .packed import open_packed
from .table import COLUMNS_AT_MOST, Gathered, Table, UnreadableFile

_FAULTS = (
    InvalidFileException,
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    OSError,
    SyntaxError,  # an XML ParseError is one
    RecursionError,
    NotImplementedError,
    zlib.error,
    lzma.LZMAError,
)


def read_sheet(content: bytes) -> Table:
    """Raises ``UnreadableFile``; besides those of every packed file: ``formula``."""
    open_packed(content)
    gathered = Gathered()
    notes: list[str] = []
    try:
        with warnings.catch_warnings():
            # It warns of what it leaves out: pictures, print settings, rules for typing.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            _read(book, gathered, notes)
            book.close()
    except UnreadableFile:
        raise
    except _FAULTS as error:
        raise UnreadableFile(
            "broken", "The file is broken. Open it in Excel and save it again."
        ) from error
    return Table("xlsx", gathered.rows, notes)


def _read(book: Any, gathered: Gathered, notes: list[str]) -> None:
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if len(sheets) < len(book.worksheets):
        notes.append("A hidden sheet was not read.")
    for sheet in sheets:
        # Without this a wrong statement of its size would cut the sheet short.
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(), start=1):
            place = f"Sheet “{sheet.title}”, row {number}" if len(sheets) > 1 else f"Row {number}"
            if len(row) > COLUMNS_AT_MOST:
                filled = [cell for cell in row[COLUMNS_AT_MOST:] if cell.value not in (None, "")]
                row = (*row[:COLUMNS_AT_MOST], *filled[:1])
            gathered.add([_text(cell, place) for cell in row], place)


def _text(cell: Any, place: str) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        raise UnreadableFile(
            "formula",
            f"{place} holds a formula. Copy the sheet, paste it as values only, and save that.",
        )
    if isinstance(value, dt.datetime):
        return f"{value:%d/%m/%Y}" + (f"{value: %H:%M}" if value.time() != dt.time() else "")
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return unquoted(str(value))


def unquoted(text: str) -> str:
    """Without the mark that this portal’s own files put before what looks like a formula."""
    return (
        text[1:] if text[:1] == "'" and text[1:].lstrip(" ")[:1] in ("=", "+", "-", "@") else text
    )
