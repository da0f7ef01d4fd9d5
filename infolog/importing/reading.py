"""From a file of any format to one table of cells."""

from .packed import open_packed
from .pdf import read_pdf
from .plain import read_csv, read_pasted
from .sheet import read_sheet
from .table import MEGABYTES_AT_MOST, Table, UnreadableFile
from .word import read_word

__all__ = ["ENDINGS", "UnreadableFile", "read", "read_pasted"]

ENDINGS = (".docx", ".pdf", ".xlsx", ".csv", ".txt", ".tsv")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read(content: bytes, filename: str) -> Table:
    """The rows of a file. What it is, is told by its content, not by its name.

    Raises ``UnreadableFile`` with the reason in its code and sentence.
    """
    if not content.strip(b"\0 \t\r\n"):
        raise UnreadableFile("empty", "The file is empty.")
    if len(content) > MEGABYTES_AT_MOST * 1_000_000:
        raise UnreadableFile(
            "too_big", f"The file is larger than {MEGABYTES_AT_MOST} MB. Split it."
        )
    table = _read(content, filename.lower())
    if not table.rows:
        raise UnreadableFile("empty", "The file holds no text.")
    return table


def _read(content: bytes, name: str) -> Table:
    if content.startswith(_OLD_OFFICE):
        raise _old_office(content)
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _read_packed(content)
    if b"%PDF-" in content[:1024]:
        return read_pdf(content)
    if name.endswith((".docx", ".xlsx", ".pdf")):
        raise UnreadableFile(
            "broken", f"This is no {name.rpartition('.')[2]} file, whatever its name says."
        )
    if name.endswith(ENDINGS) or "." not in name:
        return read_csv(content)
    raise UnreadableFile("format", "Choose a Word (.docx), PDF, Excel (.xlsx) or CSV file.")


def _read_packed(content: bytes) -> Table:
    names = set(open_packed(content).namelist())
    if "word/document.xml" in names:
        return read_word(content)
    if "xl/workbook.xml" in names:
        return read_sheet(content)
    raise UnreadableFile(
        "format", "This is a packed file, but neither Word (.docx) nor Excel (.xlsx)."
    )


def _old_office(content: bytes) -> UnreadableFile:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return UnreadableFile(
            "encrypted", "The file is locked with a password. Save it without one."
        )
    return UnreadableFile(
        "format", "This is a file of an old Office. Open it and save it as .docx or .xlsx."
    )
