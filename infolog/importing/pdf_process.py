"""Reads one PDF in a process of its own: ``python -m infolog.importing.pdf_process < file``.

A PDF made to fill the memory or to take for ever ends this process and nothing else. It knows
neither Django nor the database. Prints JSON: rows of [place, cells], or a code.
"""

import json
import logging
import resource
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

PAGES_AT_MOST = 300
BYTES_AT_MOST = 1_500_000_000
# How far a line of a table may be off in points.
TABLES = {"vertical_strategy": "lines", "horizontal_strategy": "lines", "snap_tolerance": 3}


def main(seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES_AT_MOST, BYTES_AT_MOST))
    logging.disable(logging.CRITICAL)
    try:
        print(json.dumps(_read(sys.stdin.buffer.read())))
    except MemoryError:
        print(json.dumps({"code": "bomb"}))


def _read(content: bytes) -> dict[str, Any]:
    import pdfplumber  # here, under the bounds
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect

    try:
        with pdfplumber.open(BytesIO(content)) as pdf:
            if len(pdf.pages) > PAGES_AT_MOST:
                return {"code": "too_many_rows"}
            rows = [row for page in pdf.pages for row in _rows(page)]
            text = any(place != "" for place, _ in rows)
            return {"rows": rows} if text else {"code": "no_text"}
    except MemoryError:
        raise
    except Exception as error:
        causes = (error, *error.args, error.__cause__, error.__context__)
        locked = any(isinstance(c, PDFEncryptionError | PDFPasswordIncorrect) for c in causes)
        return {"code": "encrypted" if locked else "broken"}


def _rows(page: Any) -> Iterator[tuple[str, list[str]]]:
    """The text above, between and below the tables, and the rows of the tables, top to bottom."""
    tables = sorted(page.find_tables(TABLES), key=lambda table: table.bbox[1])
    top = 0.0
    for number, table in enumerate(tables, start=1):
        yield from _between(page, top, table.bbox[1])
        which = f", table {number}" if len(tables) > 1 else ""
        for row_number, cells in enumerate(table.extract(), start=1):
            texts = [_unwrapped(cell or "") for cell in cells]
            yield f"Page {page.page_number}{which}, row {row_number}", texts
        top = max(top, table.bbox[3])
    yield from _between(page, top, page.height)
    page.close()


def _between(page: Any, top: float, bottom: float) -> Iterator[tuple[str, list[str]]]:
    if bottom - top < 2:
        return
    text = page.crop((0, max(top, 0), page.width, min(bottom, page.height))).extract_text()
    for line in text.splitlines():
        if line.strip():
            yield f"Page {page.page_number}", [line]


def _unwrapped(cell: str) -> str:
    """The lines of a cell as one: a PDF tells where a line ends, not where a paragraph does."""
    text = ""
    for line in cell.split("\n"):
        line = line.strip()
        if not text or not line:
            text += line
        elif line[:1] in "•●▪◦" or (line[:2] in ("- ", "– ")):
            text += "\n" + line
        elif text[-1] in "/-" and text[-2:-1] != " ":
            text += line
        else:
            text += " " + line
    return text


if __name__ == "__main__":
    main(int(sys.argv[1]))
